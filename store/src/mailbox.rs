//! Mailboxes and their pages. A page is one index range by keyset; counters are kept, not counted.

use crate::{Millis, Result, Store};

/// What a mailbox is for (RFC 6154). Its number in the database never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, sqlx::Type)]
#[repr(i64)]
pub enum Role {
    Inbox = 0,
    Drafts = 1,
    Sent = 2,
    Archive = 3,
    Junk = 4,
    Trash = 5,
    None = 6,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Mailbox {
    pub id: i64,
    pub role: Role,
    pub name: String,
    /// In Drafts: the drafts.
    pub total: i64,
    pub unseen: i64,
    pub uidvalidity: i64,
    pub uidnext: i64,
}

/// A message in a mailbox, with all a list shows.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Listed {
    /// The placement: the id that URLs carry.
    pub id: i64,
    pub mailbox_id: i64,
    pub from_name: String,
    pub from_address: String,
    #[sqlx(rename = "recipients")]
    pub to: String,
    pub subject: String,
    pub preview: String,
    pub received_at: Millis,
    pub size: i64,
    pub flags: Flags,
    pub has_attachment: bool,
}

/// The columns of `Listed`, of placement `p` and message `m`.
pub(crate) const LISTED: &str = "p.id, p.mailbox_id, m.from_name, m.from_address, m.recipients, m.subject, m.preview, \
     p.received_at, p.size, p.flags, m.has_attachment";

/// IMAP system flags as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::Type)]
#[sqlx(transparent)]
pub struct Flags(pub i64);

impl Flags {
    pub const SEEN: Flags = Flags(1);
    pub const FLAGGED: Flags = Flags(2);
    pub const ANSWERED: Flags = Flags(4);
    pub const FORWARDED: Flags = Flags(8);
    pub fn has(self, flag: Flags) -> bool {
        self.0 & flag.0 != 0
    }
}

/// Where a page begins: strictly after (older than) this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keyset {
    pub received_at: Millis,
    pub id: i64,
}

/// One range of the index `placement_page`, whatever the mailbox's size.
pub(crate) const PAGE: &str =
    "SELECT p.id, p.mailbox_id, m.from_name, m.from_address, m.recipients, m.subject, m.preview,
        p.received_at, p.size, p.flags, m.has_attachment
    FROM placement p JOIN message m ON m.id = p.message_id
    WHERE p.mailbox_id = $2 AND p.account_id = $1 AND (p.received_at, p.id) < ($3, $4)
    ORDER BY p.received_at DESC, p.id DESC LIMIT $5 OFFSET $6";

impl Store {
    /// Roles first in the order of `Role`, then by name.
    pub async fn mailboxes(&self, account: i64) -> Result<Vec<Mailbox>> {
        let found = sqlx::query_as(
            "SELECT id, role, name, total, unseen, uidvalidity, uidnext FROM mailbox
             WHERE account_id = $1 ORDER BY role, name",
        );
        Ok(found.bind(account).fetch_all(&self.reads).await?)
    }

    /// Newest first. `skip` counts from `after` (or from the top).
    pub async fn page(
        &self,
        account: i64,
        mailbox: i64,
        after: Option<Keyset>,
        skip: i64,
        limit: i64,
    ) -> Result<Vec<Listed>> {
        let after = after.unwrap_or(Keyset { received_at: i64::MAX, id: i64::MAX });
        let found = sqlx::query_as(PAGE)
            .bind(account)
            .bind(mailbox)
            .bind(after.received_at)
            .bind(after.id)
            .bind(limit)
            .bind(skip)
            .fetch_all(&self.reads)
            .await?;
        Ok(found)
    }

    /// (newer, older) neighbours in the same mailbox.
    pub async fn neighbours(&self, account: i64, placement: i64) -> Result<(Option<i64>, Option<i64>)> {
        let found = sqlx::query_as(
            "SELECT
                 (SELECT n.id FROM placement n WHERE n.mailbox_id = p.mailbox_id
                  AND (n.received_at, n.id) > (p.received_at, p.id) ORDER BY n.received_at, n.id LIMIT 1),
                 (SELECT o.id FROM placement o WHERE o.mailbox_id = p.mailbox_id
                  AND (o.received_at, o.id) < (p.received_at, p.id) ORDER BY o.received_at DESC, o.id DESC LIMIT 1)
             FROM placement p WHERE p.id = $2 AND p.account_id = $1",
        );
        Ok(found.bind(account).bind(placement).fetch_one(&self.reads).await?)
    }
}

//! Mailboxes and their pages. A page is one index range by keyset; counters are kept, not counted.

use crate::writer::Tx;
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

/// Where a page lies: its rows are next to this one, on either side of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// The page that begins just after it (older).
    After(Keyset),
    /// The page that ends just before it (newer).
    Before(Keyset),
}

impl Edge {
    /// Above the newest.
    pub const TOP: Edge = Edge::After(Keyset { received_at: i64::MAX, id: i64::MAX });

    pub fn key(self) -> Keyset {
        match self {
            Edge::After(key) | Edge::Before(key) => key,
        }
    }

    /// How the rows compare with the key, and the order in which the nearest come first.
    pub(crate) fn sql(self) -> (&'static str, &'static str) {
        match self {
            Edge::After(_) => ("<", "DESC"),
            Edge::Before(_) => (">", "ASC"),
        }
    }
}

/// One range of the index `placement_page`, whatever the mailbox's size. What is passed over is passed over on the index
/// alone; the rows themselves are fetched for the page.
pub(crate) const PAGE: &str =
    "SELECT p.id, p.mailbox_id, m.from_name, m.from_address, m.recipients, m.subject, m.preview,
        p.received_at, p.size, p.flags, m.has_attachment
    FROM (SELECT id FROM placement
        WHERE mailbox_id = (SELECT id FROM mailbox WHERE id = $2 AND account_id = $1) AND (received_at, id) < ($3, $4)
        ORDER BY received_at DESC, id DESC LIMIT $5 OFFSET $6) AS hit
    CROSS JOIN placement p ON p.id = hit.id CROSS JOIN message m ON m.id = p.message_id";

/// The same range, read towards the newer end.
pub(crate) const PAGE_BEFORE: &str =
    "SELECT p.id, p.mailbox_id, m.from_name, m.from_address, m.recipients, m.subject, m.preview,
        p.received_at, p.size, p.flags, m.has_attachment
    FROM (SELECT id FROM placement
        WHERE mailbox_id = (SELECT id FROM mailbox WHERE id = $2 AND account_id = $1) AND (received_at, id) > ($3, $4)
        ORDER BY received_at, id LIMIT $5) AS hit
    CROSS JOIN placement p ON p.id = hit.id CROSS JOIN message m ON m.id = p.message_id";

/// The last uidvalidity given: seconds since 1970, or one more than before. 32 bits last until 2106.
const UIDVALIDITY: &str = "INSERT INTO fact (name, value) VALUES ('uidvalidity', $1)
    ON CONFLICT (name) DO UPDATE SET value = max(value + 1, excluded.value) RETURNING value";

/// Made anew under the same name, it has a higher uidvalidity: no client takes its old uids for new ones
/// (RFC 3501 §2.3.1.1).
pub(crate) async fn make(tx: &mut Tx, account: i64, role: Role, name: &str, now: Millis) -> Result<()> {
    let uidvalidity: i64 = sqlx::query_scalar(UIDVALIDITY).bind((now / 1000).max(1)).fetch_one(tx.db()).await?;
    sqlx::query("INSERT INTO mailbox (account_id, role, name, uidvalidity, modseq) VALUES ($1, $2, $3, $4, 1)")
        .bind(account)
        .bind(role)
        .bind(name)
        .bind(uidvalidity)
        .execute(tx.db())
        .await?;
    Ok(())
}

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

    /// The page that ends just before (newer than) `before`, newest first.
    pub async fn page_before(&self, account: i64, mailbox: i64, before: Keyset, limit: i64) -> Result<Vec<Listed>> {
        let mut found: Vec<Listed> = sqlx::query_as(PAGE_BEFORE)
            .bind(account)
            .bind(mailbox)
            .bind(before.received_at)
            .bind(before.id)
            .bind(limit)
            .fetch_all(&self.reads)
            .await?;
        found.reverse();
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

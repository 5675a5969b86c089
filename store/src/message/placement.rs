//! Placements that change, and the counters that follow them.

use super::list;
use crate::writer::Tx;
use crate::{Flags, Millis, Result};
use std::collections::BTreeMap;

/// A placement before it changes.
#[derive(Clone, Copy, sqlx::FromRow)]
pub(super) struct Placed {
    pub id: i64,
    pub mailbox_id: i64,
    pub message_id: i64,
    pub uid: i64,
    pub flags: Flags,
    pub trashed: bool,
    pub size: i64,
}

/// What is added to a mailbox's counters.
#[derive(Clone, Copy, Default)]
pub(super) struct Delta {
    pub total: i64,
    pub unseen: i64,
    pub bytes: i64,
}

/// All that one change does to the counters of an account.
#[derive(Default)]
pub(super) struct Counters {
    boxes: BTreeMap<i64, Delta>,
    used: i64,
}

impl Counters {
    /// `sign` is 1 for coming, -1 for going.
    pub fn count(&mut self, mailbox: i64, placed: &Placed, trashed: bool, sign: i64) {
        let unseen = i64::from(!placed.flags.has(Flags::SEEN));
        let delta = self.boxes.entry(mailbox).or_default();
        delta.total += sign;
        delta.unseen += sign * unseen;
        delta.bytes += sign * placed.size;
        if !trashed {
            self.used += sign * placed.size;
        }
    }

    pub fn unseen(&mut self, mailbox: i64, by: i64) {
        self.boxes.entry(mailbox).or_default().unseen += by;
    }

    /// Writes them down. Every mailbox named has changed, so all get the account's next modseq, which is answered.
    pub async fn write(self, tx: &mut Tx, account: i64) -> Result<i64> {
        let modseq: i64 = sqlx::query_scalar(
            "UPDATE account SET modseq = modseq + 1, used = used + $2 WHERE id = $1 RETURNING modseq",
        )
        .bind(account)
        .bind(self.used)
        .fetch_one(tx.db())
        .await?;
        for (mailbox, delta) in self.boxes {
            sqlx::query(
                "UPDATE mailbox SET total = total + $2, unseen = unseen + $3, bytes = bytes + $4, modseq = $5 WHERE id = $1",
            )
            .bind(mailbox)
            .bind(delta.total)
            .bind(delta.unseen)
            .bind(delta.bytes)
            .bind(modseq)
            .execute(tx.db())
            .await?;
        }
        Ok(modseq)
    }
}

/// Those of the account that are there; others are left out.
pub(super) async fn placed(tx: &mut Tx, account: i64, placements: &[i64]) -> Result<Vec<Placed>> {
    let found = sqlx::query_as(
        "SELECT id, mailbox_id, message_id, uid, flags, trashed, size FROM placement
         WHERE id IN (SELECT value FROM json_each($2)) AND account_id = $1 ORDER BY id",
    );
    Ok(found.bind(account).bind(list(placements)).fetch_all(tx.db()).await?)
}

/// Remembers uids that are gone from their mailboxes (RFC 7162 §3.2), and since when.
pub(super) async fn expunge(tx: &mut Tx, gone: &[Placed], modseq: i64, now: Millis) -> Result<()> {
    let gone: Vec<(i64, i64, i64)> = gone.iter().map(|placed| (placed.mailbox_id, placed.uid, placed.id)).collect();
    sqlx::query(
        "INSERT INTO expunged (mailbox_id, modseq, uid, placement_id, at)
         SELECT value ->> 0, $2, value ->> 1, value ->> 2, $3 FROM json_each($1)",
    )
    .bind(serde_json::to_string(&gone).unwrap_or_default())
    .bind(modseq)
    .bind(now)
    .execute(tx.db())
    .await?;
    Ok(())
}

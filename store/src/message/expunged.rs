//! What is remembered of messages that left a mailbox, and for how long.

use crate::writer::Tx;
use crate::{Millis, Result, Store};

/// Lines forgotten in one step.
const STEP: i64 = 1000;

impl Store {
    /// Forgets which uids were gone before `before`. A client that was away longer looks through its mailboxes once more:
    /// `mailbox.forgotten` tells it so (RFC 7162 §3.2.5.1). Answers how many there were.
    pub async fn purge_expunged(&self, before: Millis) -> Result<i64> {
        let mut forgotten = 0;
        loop {
            let step = self.act(move |tx| Box::pin(purge(tx, before))).await?;
            if step == 0 {
                return Ok(forgotten);
            }
            forgotten += step;
        }
    }
}

async fn purge(tx: &mut Tx, before: Millis) -> Result<i64> {
    let old: Vec<(i64, i64, i64)> =
        sqlx::query_as("SELECT mailbox_id, modseq, uid FROM expunged WHERE at < $1 ORDER BY at LIMIT $2")
            .bind(before)
            .bind(STEP)
            .fetch_all(tx.db())
            .await?;
    let list = serde_json::to_string(&old).unwrap_or_default();
    sqlx::query(
        "UPDATE mailbox SET forgotten = max(forgotten, given.modseq)
         FROM (SELECT value ->> 0 AS id, max(value ->> 1) AS modseq FROM json_each($1) GROUP BY 1) AS given
         WHERE mailbox.id = given.id",
    )
    .bind(&list)
    .execute(tx.db())
    .await?;
    sqlx::query(
        "DELETE FROM expunged WHERE (mailbox_id, modseq, uid) IN
             (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each($1))",
    )
    .bind(list)
    .execute(tx.db())
    .await?;
    Ok(old.len() as i64)
}

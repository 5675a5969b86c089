//! The queue: one row a recipient, durable.

mod claim;
mod held;
mod hold;
mod look;
mod settle;

#[cfg(test)]
pub(crate) use claim::{DUE, DUE_FIRST};
pub use claim::{Due, Turn};
pub use held::Held;
#[cfg(test)]
pub(crate) use look::NEXT_DUE;
pub use look::Waiting;
pub(crate) use settle::settle;
pub use settle::{Outcome, Settled};

use crate::writer::Tx;
use crate::{Millis, Result};

/// Recipients of one message that are elsewhere (or here, but could not be delivered at once).
#[derive(Clone, Debug)]
pub struct NewQueued {
    /// Empty: the null sender.
    pub sender: String,
    pub recipients: Vec<String>,
    /// Kept until somebody lets it go: `let_go`.
    pub held: bool,
    /// When to try first.
    pub first_at: Millis,
    /// When to give up.
    pub expires_at: Millis,
}

/// Writes the rows; the blob has been held for the queue already. `own_copy`: the sender's message here.
pub(crate) async fn enqueue(
    tx: &mut Tx,
    new: &NewQueued,
    (blob, size): (i64, i64),
    own_copy: Option<i64>,
    now: Millis,
) -> Result<i64> {
    let id: i64 = sqlx::query_scalar(
        "INSERT INTO queue (blob_id, message_id, sender, size, queued_at)
         VALUES ($1, $2, $3, $4, $5) RETURNING id",
    )
    .bind(blob)
    .bind(own_copy)
    .bind(&new.sender)
    .bind(size)
    .bind(now)
    .fetch_one(tx.db())
    .await?;
    for recipient in &new.recipients {
        sqlx::query(
            "INSERT INTO queue_recipient (queue_id, recipient, destination, next_at, due_at, expires_at, held)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(id)
        .bind(recipient)
        .bind(destination(recipient))
        .bind(new.first_at)
        // Never due, as long as it is held.
        .bind(if new.held { Millis::MAX } else { new.first_at })
        .bind(new.expires_at)
        .bind(new.held)
        .execute(tx.db())
        .await?;
    }
    Ok(id)
}

/// The domain, lower case: rows of one destination share a connection.
fn destination(recipient: &str) -> String {
    recipient.rsplit('@').next().unwrap_or_default().to_ascii_lowercase()
}

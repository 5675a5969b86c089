//! The queue: one row a recipient, durable, and one row a destination that says when to look at it again.

mod claim;
mod destination;
mod held;
mod hold;
mod late;
mod look;
mod settle;
mod wishes;

#[cfg(test)]
pub(crate) use claim::{DESTINATIONS, FRESH, ROWS};
pub use claim::{Due, Turn};
pub use held::Held;
#[cfg(test)]
pub(crate) use look::NEXT_DUE;
pub use look::Waiting;
pub(crate) use settle::settle;
pub use settle::{Outcome, Settled};

use crate::writer::Tx;
use crate::{Millis, Result};
use mail::envelope::{MessageWishes, RecipientWishes};

/// Recipients of one message that are elsewhere (or here, but could not be delivered at once).
#[derive(Clone, Debug)]
pub struct NewQueued {
    /// Empty: the null sender.
    pub sender: String,
    pub recipients: Vec<NewRecipient>,
    pub wishes: MessageWishes,
    pub priority: Priority,
    /// Kept until somebody lets it go: `let_go`.
    pub held: bool,
    /// When to try first.
    pub first_at: Millis,
    /// When to give up.
    pub expires_at: Millis,
    /// When to tell the sender that it is late, for recipients whose wishes allow it.
    pub warn_at: Option<Millis>,
}

/// One of them.
#[derive(Clone, Debug)]
pub struct NewRecipient {
    pub address: String,
    pub wishes: RecipientWishes,
}

/// Who goes first when not all can go. The number in the database never changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type)]
#[repr(i64)]
pub enum Priority {
    /// From a person to a few.
    #[default]
    Personal = 0,
    /// Bounces and answers of machines.
    Automatic = 1,
    /// To many, or large.
    Bulk = 2,
}

impl Priority {
    pub const ALL: [Priority; 3] = [Priority::Personal, Priority::Automatic, Priority::Bulk];
}

impl From<String> for NewRecipient {
    fn from(address: String) -> NewRecipient {
        NewRecipient { address, wishes: RecipientWishes::default() }
    }
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
        "INSERT INTO queue (blob_id, message_id, sender, size, queued_at, ret, envid, utf8, require_tls, priority)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id",
    )
    .bind(blob)
    .bind(own_copy)
    .bind(&new.sender)
    .bind(size)
    .bind(now)
    .bind(new.wishes.ret.map(|ret| ret.to_string()))
    .bind(&new.wishes.envid)
    .bind(new.wishes.utf8)
    .bind(new.wishes.require_tls)
    .bind(new.priority)
    .fetch_one(tx.db())
    .await?;
    for recipient in &new.recipients {
        let destination = destination_of(&recipient.address);
        let wishes = &recipient.wishes;
        sqlx::query(
            "INSERT INTO queue_recipient (queue_id, recipient, destination, next_at, expires_at, notify, orcpt,
                 priority, held, warn_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(id)
        .bind(&recipient.address)
        .bind(&destination)
        .bind(new.first_at)
        .bind(new.expires_at)
        .bind(wishes.notify.map(|notify| notify.to_string()))
        .bind(&wishes.orcpt)
        .bind(new.priority)
        .bind(new.held)
        .bind(new.warn_at.filter(|_| wishes.notify.is_none_or(|notify| notify.delay)))
        .execute(tx.db())
        .await?;
        if !new.held {
            destination::look_at(tx, &destination, new.priority, new.first_at).await?;
        }
    }
    Ok(id)
}

/// The domain, lower case: rows of one destination share a connection.
fn destination_of(recipient: &str) -> String {
    recipient.rsplit('@').next().unwrap_or_default().to_lowercase()
}

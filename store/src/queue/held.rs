//! What is held, message by message: for whoever decides about it.

use crate::{Millis, Result, Store};

/// A message of which recipients are held.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Held {
    pub queue: i64,
    pub sender: String,
    /// One of them.
    pub recipient: String,
    /// How many there are.
    pub recipients: i64,
    pub size: i64,
    pub queued_at: Millis,
}

impl Store {
    /// Oldest first.
    pub async fn held(&self, limit: i64) -> Result<Vec<Held>> {
        let found = sqlx::query_as(
            "SELECT q.id AS queue, q.sender, min(r.recipient) AS recipient, count(*) AS recipients, q.size, q.queued_at
             FROM queue_recipient r JOIN queue q ON q.id = r.queue_id
             WHERE r.held = 1 GROUP BY q.id ORDER BY q.id LIMIT $1",
        );
        Ok(found.bind(limit).fetch_all(&self.reads).await?)
    }

    /// The rows of a message that are held.
    pub async fn held_rows(&self, queue: i64) -> Result<Vec<i64>> {
        let found = sqlx::query_scalar("SELECT id FROM queue_recipient WHERE queue_id = $1 AND held = 1 ORDER BY id");
        Ok(found.bind(queue).fetch_all(&self.reads).await?)
    }
}

//! What waits, for whoever looks at it.

use super::Priority;
use crate::blob::Stored;
use crate::{Millis, Result, Store};
use bytes::Bytes;
use sqlx::AssertSqlSafe;

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Waiting {
    pub id: i64,
    pub queue: i64,
    pub sender: String,
    pub recipient: String,
    pub destination: String,
    pub attempts: i64,
    pub priority: Priority,
    /// Not tried before somebody lets it go.
    pub held: bool,
    pub size: i64,
    pub queued_at: Millis,
    pub next_at: Millis,
    pub expires_at: Millis,
    /// When its sender was told that it is late.
    pub warned_at: Option<Millis>,
    pub last_reply: String,
    pub last_peer: String,
    /// How the last attempt was encrypted, and how the other end was verified.
    pub last_tls: String,
}

const WAITING: &str = "SELECT r.id, r.queue_id AS queue, q.sender, r.recipient, r.destination, r.attempts, r.priority,
    r.held, q.size, q.queued_at, r.next_at, r.expires_at, r.warned_at, r.last_reply, r.last_peer, r.last_tls
    FROM queue_recipient r JOIN queue q ON q.id = r.queue_id";

/// The earliest of the destinations, one look into their index for each priority.
pub(crate) const NEXT_DUE: &str = "SELECT min(next_at) FROM (
    SELECT * FROM (SELECT next_at FROM queue_destination WHERE priority = 0 ORDER BY next_at LIMIT 1) UNION ALL
    SELECT * FROM (SELECT next_at FROM queue_destination WHERE priority = 1 ORDER BY next_at LIMIT 1) UNION ALL
    SELECT * FROM (SELECT next_at FROM queue_destination WHERE priority = 2 ORDER BY next_at LIMIT 1))";

impl Store {
    /// When a destination is next to be looked at, so that the worker can sleep.
    pub async fn next_due(&self) -> Result<Option<Millis>> {
        Ok(sqlx::query_scalar(NEXT_DUE).fetch_one(&self.reads).await?)
    }

    /// The bytes of a message in the queue.
    pub async fn queued_bytes(&self, queue: i64) -> Result<Bytes> {
        self.open_blob(self.queued_blob(queue).await?).await
    }

    /// The first of them, at most `limit`; whatever its size, the message is not held in memory.
    pub async fn queued_head(&self, queue: i64, limit: usize) -> Result<Bytes> {
        self.head_of_blob(self.queued_blob(queue).await?, limit).await
    }

    async fn queued_blob(&self, queue: i64) -> Result<Stored> {
        let row = sqlx::query_as(
            "SELECT b.hash, b.size, b.coding, b.file, b.data FROM queue q JOIN blob b ON b.id = q.blob_id WHERE q.id = $1",
        );
        Ok(row.bind(queue).fetch_one(&self.reads).await?)
    }

    /// Oldest first.
    pub async fn waiting(&self, limit: i64) -> Result<Vec<Waiting>> {
        let found = format!("{WAITING} ORDER BY r.id LIMIT $1");
        Ok(sqlx::query_as(AssertSqlSafe(found)).bind(limit).fetch_all(&self.reads).await?)
    }

    pub async fn waiting_one(&self, id: i64) -> Result<Waiting> {
        let found = format!("{WAITING} WHERE r.id = $1");
        Ok(sqlx::query_as(AssertSqlSafe(found)).bind(id).fetch_one(&self.reads).await?)
    }
}

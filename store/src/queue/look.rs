//! What waits, and what an operator may do about it.

use crate::blob::Stored;
use crate::{Millis, Result, Store, StoreError};
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
    pub size: i64,
    pub queued_at: Millis,
    pub next_at: Millis,
    pub last_reply: String,
}

const WAITING: &str = "SELECT r.id, r.queue_id AS queue, q.sender, r.recipient, r.destination, r.attempts, q.size,
    q.queued_at, r.next_at, r.last_reply FROM queue_recipient r JOIN queue q ON q.id = r.queue_id";

pub(crate) const NEXT_DUE: &str = "SELECT due_at FROM queue_recipient WHERE claimed = 0 ORDER BY due_at LIMIT 1";

impl Store {
    /// When the next row is due (claimed ones apart), so that the worker can sleep.
    pub async fn next_due(&self) -> Result<Option<Millis>> {
        Ok(sqlx::query_scalar(NEXT_DUE).fetch_optional(&self.reads).await?)
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

    /// Makes a row due at `now`. One that is being tried keeps its claim, and is due when that attempt has ended.
    pub async fn retry_now(&self, id: i64, now: Millis) -> Result<()> {
        self.hurry(
            "UPDATE queue_recipient SET next_at = $2, due_at = CASE claimed WHEN 0 THEN $2 ELSE due_at END,
                 claimed = CASE claimed WHEN 0 THEN 0 ELSE 2 END
             WHERE id = $1",
            id,
            now,
        )
        .await
    }

    /// Gives a row up by an operator's word: the worker's next look bounces it, without another attempt.
    pub async fn cancel(&self, id: i64, now: Millis) -> Result<()> {
        self.hurry(
            "UPDATE queue_recipient SET expires_at = 0, next_at = $2,
                 due_at = CASE claimed WHEN 0 THEN $2 ELSE due_at END, claimed = CASE claimed WHEN 0 THEN 0 ELSE 2 END
             WHERE id = $1",
            id,
            now,
        )
        .await
    }

    fn hurry(&self, update: &'static str, id: i64, now: Millis) -> impl Future<Output = Result<()>> + Send {
        self.act(move |tx| {
            Box::pin(async move {
                match sqlx::query(update).bind(id).bind(now).execute(tx.db()).await?.rows_affected() {
                    0 => Err(StoreError::NotFound),
                    _ => Ok(()),
                }
            })
        })
    }
}

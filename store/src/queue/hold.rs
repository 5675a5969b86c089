//! Mail that is held: taken, and kept until its owner or an operator lets it go. Its time begins then.

use super::Priority;
use super::destination::{look_at, wake};
use crate::message::list;
use crate::{Millis, Result, Store, StoreError};

impl Store {
    /// Lets held rows go: they are due at `now`, and have as long as they would have had from the first. Answers how
    /// many were held.
    pub async fn let_go(&self, ids: Vec<i64>, now: Millis) -> Result<u64> {
        self.act(move |tx| {
            let ids = list(&ids);
            Box::pin(async move {
                let freed: Vec<(String, Priority)> = sqlx::query_as(
                    "UPDATE queue_recipient SET held = 0, next_at = $2,
                         expires_at = expires_at + $2 - (SELECT queued_at FROM queue WHERE id = queue_id),
                         warn_at = warn_at + $2 - (SELECT queued_at FROM queue WHERE id = queue_id)
                     WHERE held = 1 AND id IN (SELECT value FROM json_each($1)) RETURNING destination, priority",
                )
                .bind(ids)
                .bind(now)
                .fetch_all(tx.db())
                .await?;
                for (destination, priority) in &freed {
                    look_at(tx, destination, *priority, now).await?;
                }
                Ok(freed.len() as u64)
            })
        })
        .await
    }

    /// Holds rows that wait; one that is being tried is not stopped. Answers how many.
    pub async fn hold(&self, ids: Vec<i64>) -> Result<u64> {
        self.act(move |tx| {
            let ids = list(&ids);
            Box::pin(async move {
                let held = sqlx::query(
                    "UPDATE queue_recipient SET held = 1
                     WHERE held = 0 AND claimed = 0 AND id IN (SELECT value FROM json_each($1))",
                );
                Ok(held.bind(ids).execute(tx.db()).await?.rows_affected())
            })
        })
        .await
    }

    /// Rows of a sender's that are held, oldest first: for whoever may let them go.
    pub async fn held_of(&self, sender: &str, limit: i64) -> Result<Vec<i64>> {
        let found = sqlx::query_scalar(
            "SELECT r.id FROM queue_recipient r JOIN queue q ON q.id = r.queue_id
             WHERE r.held = 1 AND q.sender = $1 ORDER BY r.id LIMIT $2",
        );
        Ok(found.bind(sender).bind(limit).fetch_all(&self.reads).await?)
    }

    /// Makes a row due at `now`, and its destination with it; one that is held stays so. One that is being tried keeps its
    /// claim, and is due when that attempt has ended.
    pub async fn retry_now(&self, id: i64, now: Millis) -> Result<()> {
        self.hurry("UPDATE queue_recipient SET next_at = $2, claimed = min(claimed * 2, 2) WHERE id = $1", id, now)
            .await
    }

    /// Gives a row up by an operator's word, held or not: the worker's next look returns it to its sender, without
    /// another attempt.
    pub async fn cancel(&self, id: i64, now: Millis) -> Result<()> {
        self.hurry(
            "UPDATE queue_recipient SET expires_at = 0, held = 0, next_at = $2, claimed = min(claimed * 2, 2)
             WHERE id = $1",
            id,
            now,
        )
        .await
    }

    async fn hurry(&self, update: &'static str, id: i64, now: Millis) -> Result<()> {
        self.act(move |tx| {
            Box::pin(async move {
                let done = sqlx::query(update).bind(id).bind(now).execute(tx.db()).await?;
                if done.rows_affected() == 0 {
                    return Err(StoreError::NotFound);
                }
                let of = sqlx::query_as("SELECT destination, priority FROM queue_recipient WHERE id = $1");
                let (destination, priority): (String, Priority) = of.bind(id).fetch_one(tx.db()).await?;
                wake(tx, &destination).await?;
                look_at(tx, &destination, priority, now).await
            })
        })
        .await
    }
}

//! Mail that is held: taken, and kept until its owner or an operator lets it go. Its time begins then.

use crate::message::list;
use crate::{Millis, Result, Store};

impl Store {
    /// Lets held rows go: they are due at `now`, and have as long as they would have had from the first. Answers how
    /// many were held.
    pub async fn let_go(&self, ids: Vec<i64>, now: Millis) -> Result<u64> {
        self.act(move |tx| {
            let ids = list(&ids);
            Box::pin(async move {
                let freed = sqlx::query(
                    "UPDATE queue_recipient SET held = 0, next_at = $2, due_at = $2,
                         expires_at = expires_at + $2 - (SELECT queued_at FROM queue WHERE id = queue_id)
                     WHERE held = 1 AND id IN (SELECT value FROM json_each($1))",
                );
                Ok(freed.bind(ids).bind(now).execute(tx.db()).await?.rows_affected())
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
}

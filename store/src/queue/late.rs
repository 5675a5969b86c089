//! Mail that is late: whose sender is to be told once (RFC 3461 §4.1, NOTIFY=DELAY).

use super::claim::{DUE, Due};
use crate::{Millis, Result, Store};
use sqlx::AssertSqlSafe;

impl Store {
    /// Recipients that have waited so long that their sender is to be told, by message. They are settled as `Warned`,
    /// in the commit of the warning: a kill neither doubles nor loses it.
    pub async fn late(&self, now: Millis, limit: i64) -> Result<Vec<Due>> {
        let found = format!(
            "{DUE} WHERE r.id IN (SELECT id FROM queue_recipient
                 WHERE warn_at IS NOT NULL AND held = 0 AND warn_at <= $1 ORDER BY warn_at LIMIT $2)
             ORDER BY r.queue_id, r.id"
        );
        Ok(sqlx::query_as(AssertSqlSafe(found)).bind(now).bind(limit).fetch_all(&self.reads).await?)
    }
}

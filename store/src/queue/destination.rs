//! Destinations: when to look at the rows of one again. One row speaks for ten thousand, so a destination that nobody
//! answers for costs as much as one that has a single message waiting.

use super::Priority;
use crate::writer::Tx;
use crate::{Millis, Result, Store};

/// How long a look at one that rested may take before another is made.
const PROBE: Millis = 60_000;

/// A row of it may be tried at `at`. One that rests is not woken: the row waits with the others.
pub(super) async fn look_at(tx: &mut Tx, destination: &str, priority: Priority, at: Millis) -> Result<()> {
    sqlx::query(
        "INSERT INTO queue_destination (destination, priority, next_at, failures)
         SELECT $1, $2, max($3, coalesce(max(next_at), 0)), coalesce(max(failures), 0)
         FROM queue_destination WHERE destination = $1 AND failures > 0
         ON CONFLICT (destination, priority) DO UPDATE
         SET next_at = CASE failures WHEN 0 THEN min(next_at, $3) ELSE next_at END",
    )
    .bind(destination)
    .bind(priority)
    .bind(at)
    .execute(tx.db())
    .await?;
    Ok(())
}

/// It answers, or somebody wants it tried now: it rests no more.
pub(super) async fn wake(tx: &mut Tx, destination: &str) -> Result<()> {
    sqlx::query(
        "UPDATE queue_destination SET failures = 0, next_at = coalesce(
             (SELECT min(r.next_at) FROM queue_recipient r
              WHERE r.destination = queue_destination.destination AND r.priority = queue_destination.priority
                  AND r.claimed = 0 AND r.held = 0),
             next_at)
         WHERE destination = $1 AND failures > 0",
    )
    .bind(destination)
    .execute(tx.db())
    .await?;
    Ok(())
}

/// After an absence nobody knows who answers: none of them rests.
pub(super) async fn wake_all(tx: &mut Tx) -> Result<()> {
    let resting: Vec<String> =
        sqlx::query_scalar("SELECT DISTINCT destination FROM queue_destination WHERE failures > 0")
            .fetch_all(tx.db())
            .await?;
    for destination in resting {
        wake(tx, &destination).await?;
    }
    Ok(())
}

/// After a look at it at `now`: the next is at its earliest row that is left; without any it is forgotten. While one
/// that rested is tried, only those few rows are: what becomes of them decides about the others.
pub(super) async fn looked(tx: &mut Tx, found: &Found, claimed: bool, now: Millis) -> Result<()> {
    let left: Option<Millis> = if claimed && found.failures > 0 {
        Some(now + PROBE)
    } else {
        sqlx::query_scalar(EARLIEST).bind(&found.destination).bind(found.priority).fetch_optional(tx.db()).await?
    };
    let change = match left {
        Some(_) => "UPDATE queue_destination SET next_at = $3 WHERE destination = $1 AND priority = $2",
        None => "DELETE FROM queue_destination WHERE destination = $1 AND priority = $2 AND $3 IS NULL",
    };
    sqlx::query(change).bind(&found.destination).bind(found.priority).bind(left).execute(tx.db()).await?;
    Ok(())
}

const EARLIEST: &str = "SELECT next_at FROM queue_recipient
    WHERE destination = $1 AND priority = $2 AND claimed = 0 AND held = 0 ORDER BY next_at LIMIT 1";

/// One that is due for a look.
#[derive(sqlx::FromRow)]
pub(super) struct Found {
    pub destination: String,
    pub priority: Priority,
    pub failures: i64,
}

impl Store {
    /// None of its servers could be reached: nothing of it is tried before `until`.
    pub async fn rest(&self, destination: String, until: Millis) -> Result<()> {
        self.act(move |tx| {
            let destination = destination.clone();
            Box::pin(async move {
                sqlx::query(
                    "UPDATE queue_destination SET failures = failures + 1, next_at = $2 WHERE destination = $1",
                )
                .bind(destination)
                .bind(until)
                .execute(tx.db())
                .await?;
                Ok(())
            })
        })
        .await
    }

    /// How often in a row it could not be reached.
    pub async fn failures(&self, destination: &str) -> Result<i64> {
        let found =
            sqlx::query_scalar("SELECT coalesce(max(failures), 0) FROM queue_destination WHERE destination = $1");
        Ok(found.bind(destination).fetch_one(&self.reads).await?)
    }
}

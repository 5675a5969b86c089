//! Who may try a row now: claims, and giving them back.
//!
//! A claim has no end of its own: it lasts until the row is settled or given back, or until the next start, which gives
//! back what a kill left. So no jump of the clock gives a row to a second worker while the first is sending it.

use super::destination::{Found, look_at, looked, wake_all};
use super::{Priority, wishes};
use crate::message::list;
use crate::writer::{Job, Tx};
use crate::{Millis, Result, Store};
use mail::envelope::{MessageWishes, RecipientWishes};
use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, Row};

/// A recipient claimed for an attempt.
#[derive(Clone, Debug)]
pub struct Due {
    /// Row of this recipient.
    pub id: i64,
    /// The message in the queue; rows of one message share it.
    pub queue: i64,
    pub sender: String,
    pub recipient: String,
    pub destination: String,
    pub attempts: i64,
    /// Attempts after which nobody knows whether it arrived.
    pub doubts: i64,
    pub priority: Priority,
    pub size: i64,
    pub queued_at: Millis,
    pub expires_at: Millis,
    pub message_wishes: MessageWishes,
    pub wishes: RecipientWishes,
    /// What the last attempt heard.
    pub last_reply: String,
}

impl FromRow<'_, SqliteRow> for Due {
    fn from_row(row: &SqliteRow) -> sqlx::Result<Due> {
        Ok(Due {
            id: row.try_get("id")?,
            queue: row.try_get("queue_id")?,
            sender: row.try_get("sender")?,
            recipient: row.try_get("recipient")?,
            destination: row.try_get("destination")?,
            attempts: row.try_get("attempts")?,
            doubts: row.try_get("doubts")?,
            priority: row.try_get("priority")?,
            size: row.try_get("size")?,
            queued_at: row.try_get("queued_at")?,
            expires_at: row.try_get("expires_at")?,
            message_wishes: wishes::of_message(row)?,
            wishes: wishes::of_recipient(row)?,
            last_reply: row.try_get("last_reply")?,
        })
    }
}

/// When a row expires that was cancelled: before any time there is.
pub(super) const CANCELLED: Millis = 0;

impl Due {
    /// Given up by an operator. What is merely old is tried once more first: the time may be over because we were away,
    /// or because the clock jumped.
    pub fn is_cancelled(&self) -> bool {
        self.expires_at == CANCELLED
    }
}

/// Which rows a claim is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    Any,
    /// Those that nobody has tried yet, of destinations that are not known to be dead.
    First,
}

/// What a `Due` is read from.
pub(super) const DUE: &str = "SELECT r.id, r.queue_id, q.sender, r.recipient, r.destination, r.attempts, r.doubts,
    r.priority, q.size, q.queued_at, r.expires_at, q.ret, q.envid, q.utf8, q.require_tls, r.notify, r.orcpt, r.last_reply
    FROM queue_recipient r JOIN queue q ON q.id = r.queue_id";

/// Destinations of one priority that are due for a look: a range of their index, whatever waits behind each.
pub(crate) const DESTINATIONS: &str = "SELECT destination, priority, failures FROM queue_destination
    WHERE priority = $1 AND next_at <= $2 AND destination NOT IN (SELECT value FROM json_each($3))
    ORDER BY next_at, destination LIMIT $4";

/// The same, of those with rows that nobody has tried yet.
pub(crate) const FRESH: &str = "SELECT destination, priority, failures FROM queue_destination d
    WHERE priority = $1 AND next_at <= $2 AND destination NOT IN (SELECT value FROM json_each($3)) AND failures = 0
      AND EXISTS (SELECT 1 FROM queue_recipient r WHERE r.destination = d.destination AND r.priority = d.priority
          AND r.claimed = 0 AND r.held = 0 AND r.next_at <= $2 AND r.attempts = 0)
    ORDER BY next_at, destination LIMIT $4";

/// Rows of one of them: a range as well.
pub(crate) const ROWS: &str = "SELECT id FROM queue_recipient
    WHERE destination = $1 AND priority = $2 AND claimed = 0 AND held = 0 AND next_at <= $3 AND attempts <= $4
    ORDER BY next_at LIMIT $5";

struct Claim {
    turn: Turn,
    now: Millis,
    /// Destinations at most, and of them such with bulk mail.
    limit: i64,
    bulk: i64,
    per_destination: i64,
    except: Vec<String>,
}

impl Job for Claim {
    type Answer = Vec<Due>;

    async fn run(&mut self, tx: &mut Tx) -> Result<Vec<Due>> {
        let mut chosen: Vec<i64> = Vec::new();
        let mut taken: Vec<String> = self.except.clone();
        for priority in Priority::ALL {
            let left = self.limit - (taken.len() - self.except.len()) as i64;
            let most = if priority == Priority::Bulk { left.min(self.bulk) } else { left };
            for found in self.destinations(tx, priority, &taken, most).await? {
                let rows: Vec<i64> = sqlx::query_scalar(ROWS)
                    .bind(&found.destination)
                    .bind(priority)
                    .bind(self.now)
                    .bind(if self.turn == Turn::First { 0 } else { i64::MAX })
                    .bind(self.per_destination)
                    .fetch_all(tx.db())
                    .await?;
                mark(tx, &rows, true).await?;
                looked(tx, &found, !rows.is_empty(), self.now).await?;
                if !rows.is_empty() {
                    taken.push(found.destination);
                    chosen.extend(rows);
                }
            }
        }
        read(tx, &chosen).await
    }
}

impl Claim {
    async fn destinations(&self, tx: &mut Tx, priority: Priority, except: &[String], most: i64) -> Result<Vec<Found>> {
        if most <= 0 {
            return Ok(Vec::new());
        }
        let words = if self.turn == Turn::First { FRESH } else { DESTINATIONS };
        let found = sqlx::query_as(words).bind(priority).bind(self.now);
        let except = serde_json::to_string(except).unwrap_or_default();
        Ok(found.bind(except).bind(most).fetch_all(tx.db()).await?)
    }
}

pub(super) async fn mark(tx: &mut Tx, rows: &[i64], claimed: bool) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let update = sqlx::query("UPDATE queue_recipient SET claimed = $2 WHERE id IN (SELECT value FROM json_each($1))");
    update.bind(list(rows)).bind(claimed).execute(tx.db()).await?;
    Ok(())
}

async fn read(tx: &mut Tx, rows: &[i64]) -> Result<Vec<Due>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let found = format!("{DUE} WHERE r.id IN (SELECT value FROM json_each($1)) ORDER BY q.queued_at, r.id");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(found)).bind(list(rows)).fetch_all(tx.db()).await?)
}

impl Store {
    /// Claims rows of destinations that are due, the more urgent first: of at most `limit` destinations, `bulk` of them
    /// with bulk mail, `per_destination` rows of each. Destinations in `except` are left.
    pub async fn claim(
        &self,
        turn: Turn,
        now: Millis,
        (limit, bulk): (i64, i64),
        per_destination: i64,
        except: Vec<String>,
    ) -> Result<Vec<Due>> {
        self.write(Claim { turn, now, limit, bulk, per_destination, except }).await
    }

    /// Claims rows that are given up without another attempt: cancelled ones, and those whose time is over while their
    /// destination is known to be dead. Others whose time is over are tried once more.
    pub async fn claim_expired(&self, now: Millis, limit: i64) -> Result<Vec<Due>> {
        self.act(move |tx| {
            Box::pin(async move {
                let rows: Vec<i64> = sqlx::query_scalar(
                    "SELECT id FROM queue_recipient r WHERE claimed = 0 AND held = 0 AND expires_at <= $1
                       AND (expires_at = 0 OR EXISTS (SELECT 1 FROM queue_destination d
                           WHERE d.destination = r.destination AND d.failures > 0 AND d.next_at > $1))
                     ORDER BY expires_at LIMIT $2",
                )
                .bind(now)
                .bind(limit)
                .fetch_all(tx.db())
                .await?;
                mark(tx, &rows, true).await?;
                read(tx, &rows).await
            })
        })
        .await
    }

    /// Gives claims back untouched (shutdown). With no ids: all of them, and no destination rests any more (at a start).
    pub async fn release(&self, ids: Option<Vec<i64>>) -> Result<()> {
        self.act(move |tx| {
            let ids = ids.as_deref().map(list);
            Box::pin(async move {
                if ids.is_none() {
                    wake_all(tx).await?;
                }
                let rows: Vec<(i64, String, Priority, Millis)> = sqlx::query_as(
                    "SELECT id, destination, priority, next_at FROM queue_recipient
                     WHERE claimed <> 0 AND ($1 IS NULL OR id IN (SELECT value FROM json_each($1)))",
                )
                .bind(ids)
                .fetch_all(tx.db())
                .await?;
                mark(tx, &rows.iter().map(|row| row.0).collect::<Vec<_>>(), false).await?;
                for (_, destination, priority, next_at) in rows {
                    look_at(tx, &destination, priority, next_at).await?;
                }
                Ok(())
            })
        })
        .await
    }
}

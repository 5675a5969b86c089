//! Who may try a row now: claims, and giving them back.

use crate::message::list;
use crate::writer::{Job, Tx};
use crate::{Millis, Result, Store};
use std::collections::HashMap;

/// A recipient claimed for an attempt.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Due {
    /// Row of this recipient.
    pub id: i64,
    /// The message in the queue; rows of one message share it.
    pub queue: i64,
    pub sender: String,
    pub recipient: String,
    pub destination: String,
    pub attempts: i64,
    pub size: i64,
    pub queued_at: Millis,
    pub expires_at: Millis,
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
    /// Those that nobody has tried yet.
    First,
}

struct Claim {
    turn: Turn,
    now: Millis,
    until: Millis,
    limit: i64,
    per_destination: i64,
    except: Vec<String>,
}

/// Oldest first, one range of the index `queue_recipient_due`. Claimed rows are due when their claim ends.
pub(crate) const DUE: &str = "SELECT id, destination FROM queue_recipient
    WHERE due_at <= $1 AND destination NOT IN (SELECT value FROM json_each($2)) ORDER BY due_at, destination LIMIT $3";

/// The same, of those that nobody has tried yet. A row's attempts stand in the row itself: what is skipped costs a look.
pub(crate) const DUE_FIRST: &str = "SELECT id, destination FROM queue_recipient
    WHERE due_at <= $1 AND attempts = 0 AND destination NOT IN (SELECT value FROM json_each($2))
    ORDER BY due_at, destination LIMIT $3";

impl Job for Claim {
    type Answer = Vec<Due>;

    async fn run(&mut self, tx: &mut Tx) -> Result<Vec<Due>> {
        let chosen = self.choose(tx).await?;
        if chosen.is_empty() {
            return Ok(Vec::new());
        }
        // The condition again, where it counts: between choosing and claiming another may have come (not in SQLite,
        // whose writer is one, but the words are meant for every database).
        let mut due: Vec<Due> = sqlx::query_as(
            "UPDATE queue_recipient SET due_at = $2, claimed = 1
             WHERE id IN (SELECT value FROM json_each($3)) AND due_at <= $1
             RETURNING id, queue_id AS queue,
                 (SELECT sender FROM queue WHERE queue.id = queue_id) AS sender, recipient, destination, attempts,
                 (SELECT size FROM queue WHERE queue.id = queue_id) AS size,
                 (SELECT queued_at FROM queue WHERE queue.id = queue_id) AS queued_at, expires_at",
        )
        .bind(self.now)
        .bind(self.until)
        .bind(list(&chosen))
        .fetch_all(tx.db())
        .await?;
        due.sort_by_key(|due| (due.queued_at, due.id));
        Ok(due)
    }
}

impl Claim {
    fn due(&self) -> &'static str {
        match self.turn {
            Turn::Any => DUE,
            Turn::First => DUE_FIRST,
        }
    }

    /// Goes through what is due, oldest first. A destination that has its share is left out of the next look, so rows
    /// that wait behind a thousand of a dead one are reached.
    async fn choose(&self, tx: &mut Tx) -> Result<Vec<i64>> {
        let mut left_out = self.except.clone();
        let mut shares: HashMap<String, i64> = HashMap::new();
        let mut chosen: Vec<i64> = Vec::new();
        loop {
            let found: Vec<(i64, String)> = sqlx::query_as(self.due())
                .bind(self.now)
                .bind(serde_json::to_string(&left_out).unwrap_or_default())
                .bind(self.limit)
                .fetch_all(tx.db())
                .await?;
            let more = found.len() as i64 == self.limit;
            let before = left_out.len();
            for (id, destination) in found {
                if chosen.len() as i64 >= self.limit {
                    return Ok(chosen);
                }
                let share = shares.entry(destination.clone()).or_default();
                if *share < self.per_destination && !chosen.contains(&id) {
                    *share += 1;
                    chosen.push(id);
                }
                if *share >= self.per_destination && !left_out.contains(&destination) {
                    left_out.push(destination);
                }
            }
            if !more || left_out.len() == before {
                return Ok(chosen);
            }
        }
    }
}

impl Store {
    /// Claims rows that are due until `until`: no other caller gets them before. Rows of destinations in `except` are
    /// left. At most `per_destination` rows of one destination, so that a dead one cannot fill the hands of the workers.
    pub async fn claim(
        &self,
        turn: Turn,
        now: Millis,
        until: Millis,
        limit: i64,
        per_destination: i64,
        except: Vec<String>,
    ) -> Result<Vec<Due>> {
        self.write(Claim { turn, now, until, limit, per_destination, except }).await
    }

    /// Gives claims back untouched (shutdown). With no ids: all of them (start after a kill).
    pub async fn release(&self, ids: Option<Vec<i64>>) -> Result<()> {
        self.act(move |tx| {
            let ids = ids.as_deref().map(list);
            Box::pin(async move {
                sqlx::query(
                    "UPDATE queue_recipient SET due_at = next_at, claimed = 0
                     WHERE claimed <> 0 AND ($1 IS NULL OR id IN (SELECT value FROM json_each($1)))",
                )
                .bind(ids)
                .execute(tx.db())
                .await?;
                Ok(())
            })
        })
        .await
    }
}

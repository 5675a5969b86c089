//! What was refused at the door, kept for a time so that "where is my mail?" has an answer. Written in batches, in the
//! background: somebody who is refused a thousand times a second costs one commit.

use crate::{Millis, Result, Store};

/// Rows kept at most, and forgotten in one step.
const MOST: i64 = 100_000;
const STEP: i64 = 5_000;

/// One refusal. Texts are cut by whoever writes them.
#[derive(Clone, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Refused {
    pub at: Millis,
    pub peer: String,
    pub helo: String,
    /// Empty: the null sender, or none was named.
    pub sender: String,
    pub recipient: String,
    /// Without the angle brackets; empty before there was a message.
    pub message_id: String,
    /// The whole reply in one line.
    pub reply: String,
    /// A code, or empty where the reply says all.
    pub reason: String,
}

/// What to look for: each that is not empty must be found. Parts are enough, but for a peer, which is found by how it
/// begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TraceQuery {
    pub sender: String,
    pub recipient: String,
    pub message_id: String,
    pub peer: String,
    pub limit: i64,
}

const FIND: &str = "SELECT at, peer, helo, sender, recipient, message_id, reply, reason FROM refusal
    WHERE instr(lower(sender), $1) > 0 AND instr(lower(recipient), $2) > 0 AND instr(lower(message_id), $3) > 0
        AND substr(peer, 1, length($4)) = $4
    ORDER BY id DESC LIMIT $5";

impl Store {
    /// Keeps them all in one commit, and forgets the oldest beyond the bound.
    pub async fn note_refusals(&self, refused: Vec<Refused>) -> Result<()> {
        self.act(move |tx| {
            let refused = refused.clone();
            Box::pin(async move {
                for one in &refused {
                    sqlx::query(
                        "INSERT INTO refusal (at, peer, helo, sender, recipient, message_id, reply, reason)
                         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                    )
                    .bind(one.at)
                    .bind(&one.peer)
                    .bind(&one.helo)
                    .bind(&one.sender)
                    .bind(&one.recipient)
                    .bind(&one.message_id)
                    .bind(&one.reply)
                    .bind(&one.reason)
                    .execute(tx.db())
                    .await?;
                }
                // Ids have no gaps to speak of: the bound is a subtraction, not a count.
                sqlx::query("DELETE FROM refusal WHERE id <= (SELECT max(id) FROM refusal) - $1")
                    .bind(MOST)
                    .execute(tx.db())
                    .await?;
                Ok(())
            })
        })
        .await
    }

    /// Newest first.
    pub async fn refusals(&self, query: &TraceQuery) -> Result<Vec<Refused>> {
        let found = sqlx::query_as(FIND)
            .bind(query.sender.to_lowercase())
            .bind(query.recipient.to_lowercase())
            .bind(query.message_id.to_lowercase())
            .bind(query.peer.clone())
            .bind(query.limit)
            .fetch_all(&self.reads)
            .await?;
        Ok(found)
    }

    /// Forgets what was refused before `before`, in bounded steps. Answers how much.
    pub async fn purge_refusals(&self, before: Millis) -> Result<i64> {
        let mut forgotten = 0;
        loop {
            let step: i64 = self
                .act(move |tx| {
                    Box::pin(async move {
                        let gone = sqlx::query(
                            "DELETE FROM refusal WHERE id IN (SELECT id FROM refusal ORDER BY id LIMIT $2) AND at < $1",
                        );
                        Ok(gone.bind(before).bind(STEP).execute(tx.db()).await?.rows_affected() as i64)
                    })
                })
                .await?;
            forgotten += step;
            if step < STEP {
                return Ok(forgotten);
            }
        }
    }
}

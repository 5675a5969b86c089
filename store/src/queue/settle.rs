//! What became of an attempt.

use super::Priority;
use super::destination::{look_at, wake};
use crate::message::list;
use crate::writer::Tx;
use crate::{Event, Kind, Millis, Result, Store, blob, ledger};

#[derive(Clone, Debug)]
pub enum Outcome {
    /// The remote took it: the row goes.
    Delivered,
    Deferred {
        next_at: Millis,
        /// It may have arrived all the same: the reply to the end of the message was lost.
        in_doubt: bool,
    },
    /// For ever: the row goes. Use with `Intake::settled` and a bounce, or alone for a null sender.
    Failed,
    /// Its sender was told that it is late: the row stays as it is.
    Warned,
}

#[derive(Clone, Debug)]
pub struct Settled {
    /// Row of the recipient.
    pub id: i64,
    pub outcome: Outcome,
    /// The reply or the error, in the remote's words.
    pub reply: String,
    /// Host and address tried; empty when none was.
    pub peer: String,
    /// TLS version, cipher, and how the other end was verified; empty when nothing was encrypted.
    pub tls: String,
}

/// A row settled already is left alone: a worker that was slow may tell twice.
pub(crate) async fn settle(tx: &mut Tx, settled: &[Settled], now: Millis) -> Result<()> {
    for one in settled {
        let row: Option<(i64, String, String, Priority, Millis)> = match one.outcome {
            Outcome::Deferred { next_at, in_doubt } => sqlx::query_as(
                // 2: an operator has asked for it meanwhile, and is not to wait for the regular time.
                "UPDATE queue_recipient SET attempts = attempts + 1, claimed = 0, last_reply = $3, last_peer = $4,
                     last_tls = $5, doubts = doubts + $6, next_at = CASE claimed WHEN 2 THEN $7 ELSE $2 END
                 WHERE id = $1 RETURNING queue_id, recipient, destination, priority, next_at",
            )
            .bind(one.id)
            .bind(next_at)
            .bind(&one.reply)
            .bind(&one.peer)
            .bind(&one.tls)
            .bind(i64::from(in_doubt))
            .bind(now),
            Outcome::Warned => sqlx::query_as(
                "UPDATE queue_recipient SET warn_at = NULL, warned_at = $2
                 WHERE id = $1 RETURNING queue_id, recipient, destination, priority, next_at",
            )
            .bind(one.id)
            .bind(now),
            Outcome::Delivered | Outcome::Failed => sqlx::query_as(
                "DELETE FROM queue_recipient WHERE id = $1
                 RETURNING queue_id, recipient, destination, priority, next_at",
            )
            .bind(one.id),
        }
        .fetch_optional(tx.db())
        .await?;
        let Some((queue, recipient, destination, priority, next_at)) = row else { continue };
        write_down(tx, queue, &event(one, &recipient), now).await?;
        match one.outcome {
            Outcome::Deferred { .. } => look_at(tx, &destination, priority, next_at).await?,
            Outcome::Delivered => wake(tx, &destination).await?,
            Outcome::Failed | Outcome::Warned => {}
        }
        if matches!(one.outcome, Outcome::Delivered | Outcome::Failed) {
            end(tx, queue).await?;
        }
    }
    Ok(())
}

fn event(one: &Settled, recipient: &str) -> Event {
    let kind = match one.outcome {
        Outcome::Delivered => Kind::Relayed,
        Outcome::Deferred { .. } | Outcome::Warned => Kind::Deferred,
        Outcome::Failed => Kind::Failed,
    };
    let by = if one.peer.is_empty() { "queue".to_owned() } else { one.peer.clone() };
    let tls = if one.tls.is_empty() { String::new() } else { format!(" ({})", one.tls) };
    Event { kind, by, detail: format!("{recipient}: {}{tls}", one.reply) }
}

/// In the journey of the sender's own copy, if there is one still; else only in the queue's.
async fn write_down(tx: &mut Tx, queue: i64, event: &Event, now: Millis) -> Result<()> {
    let own_copy: Option<i64> =
        sqlx::query_scalar("SELECT m.id FROM queue q JOIN message m ON m.id = q.message_id WHERE q.id = $1")
            .bind(queue)
            .fetch_optional(tx.db())
            .await?;
    // Without a copy the lines stand under the queue's number, made negative.
    ledger::write(tx, &list(&[own_copy.unwrap_or(-queue)]), event, now).await
}

/// A message leaves the queue with its last recipient.
async fn end(tx: &mut Tx, queue: i64) -> Result<()> {
    let blob: Option<i64> = sqlx::query_scalar(
        "DELETE FROM queue WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM queue_recipient WHERE queue_id = $1)
         RETURNING blob_id",
    )
    .bind(queue)
    .fetch_optional(tx.db())
    .await?;
    blob::let_go(tx, blob).await
}

impl Store {
    /// Writes down what became of attempts, and gives up the claims.
    pub async fn settle(&self, settled: Vec<Settled>, now: Millis) -> Result<()> {
        self.act(move |tx| {
            let settled = settled.clone();
            Box::pin(async move { settle(tx, &settled, now).await })
        })
        .await
    }
}

//! The ledger: what happened to each message, and by which credential.

use crate::message::list;
use crate::writer::Tx;
use crate::{Millis, Result, Store};
use serde::{Deserialize, Serialize};
use sqlx::Row;

/// What happened. Its number in the database never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, sqlx::Type)]
#[serde(rename_all = "kebab-case")]
#[repr(i64)]
pub enum Kind {
    /// Came in by SMTP.
    Arrived = 0,
    /// Handed in by its sender (SMTP submission or webmail).
    Submitted = 1,
    Bounced = 2,
    Read = 3,
    /// Retrieved by POP3.
    Collected = 4,
    Moved = 5,
    Deleted = 6,
    Destroyed = 7,
    /// Taken over by the next server.
    Relayed = 8,
    Deferred = 9,
    Failed = 10,
}

/// An entry without its time and its message.
#[derive(Clone, Debug)]
pub struct Event {
    pub kind: Kind,
    /// By whom: an account's address, a peer's address, `queue`.
    pub by: String,
    /// Free words for people: the peer's reply, the TLS version, the queue id.
    pub detail: String,
}

#[derive(Clone, Debug)]
pub struct LedgerLine {
    pub at: Millis,
    pub event: Event,
}

/// One line for each message of a list (JSON), and one only when it is named twice.
pub(crate) async fn write(tx: &mut Tx, messages: &str, event: &Event, now: Millis) -> Result<()> {
    sqlx::query(
        "INSERT INTO ledger (message_id, line, at, kind, by_whom, detail)
         SELECT DISTINCT given.value, 1 + coalesce((SELECT max(line) FROM ledger WHERE message_id = given.value), 0), $2, $3, $4, $5
         FROM json_each($1) AS given",
    )
    .bind(messages)
    .bind(now)
    .bind(event.kind)
    .bind(&event.by)
    .bind(&event.detail)
    .execute(tx.db())
    .await?;
    Ok(())
}

impl Store {
    /// Records one event for each placement, without waiting for more than its commit.
    pub async fn record(&self, account: i64, placements: Vec<i64>, event: Event, now: Millis) -> Result<()> {
        for step in placements.chunks(STEP as usize) {
            let (step, event) = (list(step), event.clone());
            self.act(move |tx| {
            let (placements, event) = (step.clone(), event.clone());
            Box::pin(async move {
                let messages: Vec<i64> = sqlx::query_scalar(
                    "SELECT message_id FROM placement WHERE id IN (SELECT value FROM json_each($2)) AND account_id = $1",
                )
                .bind(account)
                .bind(placements)
                .fetch_all(tx.db())
                .await?;
                write(tx, &list(&messages), &event, now).await
            })
            })
            .await?;
        }
        Ok(())
    }

    /// A message's journey, oldest first.
    pub async fn journey(&self, account: i64, placement: i64) -> Result<Vec<LedgerLine>> {
        let message: i64 = sqlx::query_scalar("SELECT message_id FROM placement WHERE id = $2 AND account_id = $1")
            .bind(account)
            .bind(placement)
            .fetch_one(&self.reads)
            .await?;
        let rows = sqlx::query("SELECT at, kind, by_whom, detail FROM ledger WHERE message_id = $1 ORDER BY line")
            .bind(message)
            .fetch_all(&self.reads)
            .await?;
        let line = |row: &sqlx::sqlite::SqliteRow| LedgerLine {
            at: row.get(0),
            event: Event { kind: row.get(1), by: row.get(2), detail: row.get(3) },
        };
        Ok(rows.iter().map(line).collect())
    }

    /// Forgets what was said before `before` of messages that are gone, or that were only in the queue.
    pub async fn purge_ledger(&self, before: Millis) -> Result<()> {
        while self.act(move |tx| Box::pin(purge(tx, before))).await? > 0 {}
        Ok(())
    }
}

/// Lines or messages written or forgotten in one step.
const STEP: i64 = 1000;

async fn purge(tx: &mut Tx, before: Millis) -> Result<u64> {
    // The condition is the index's own (kind 7 is `Destroyed`).
    let ended: Vec<(i64, i64)> = sqlx::query_as(
        "SELECT message_id, line FROM ledger WHERE at < $1 AND (message_id < 0 OR kind = 7) ORDER BY at LIMIT $2",
    )
    .bind(before)
    .bind(STEP)
    .fetch_all(tx.db())
    .await?;
    // Of a message that is still somewhere only the line goes that says it was destroyed elsewhere.
    let forgotten = sqlx::query(
        "DELETE FROM ledger WHERE message_id IN (SELECT value ->> 0 FROM json_each($1))
         AND ((message_id, line) IN (SELECT value ->> 0, value ->> 1 FROM json_each($1))
             OR NOT EXISTS (SELECT 1 FROM message m WHERE m.id = ledger.message_id))",
    );
    let list = serde_json::to_string(&ended).unwrap_or_default();
    Ok(forgotten.bind(list).execute(tx.db()).await?.rows_affected())
}

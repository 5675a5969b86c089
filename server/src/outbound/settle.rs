//! Writes down what became of attempts: gone, to be tried again, or returned to the sender.

use super::schedule::{Next, next};
use super::{Finding, bounce};
use crate::house::House;
use crate::maillog;
use protocol::smtp::Reply;
use protocol::smtp::client::Class;
use std::time::Duration;
use store::{Due, Millis, Outcome, Settled, StoreError};

/// RFC 3463 §3.5, 4.7: the delivery time expired.
const TOO_LONG: Reply = Reply::new(554, (4, 7), "Could not be delivered in time");
/// An operator's word, not the remote's.
const CANCELLED: Reply = Reply::new(554, (4, 7), "Given up by the operator of this server");

/// Between two tries to write down what is known.
const REST: Duration = Duration::from_secs(1);

/// Rows of one message, each with what was found for it.
pub async fn settle(house: &House, findings: Vec<(Due, Finding)>) {
    let now = house.clock.now_ms();
    let mut written = Vec::new();
    let mut failed = Vec::new();
    for (due, finding) in findings {
        let id = due.id;
        let settled = |finding: &Finding, outcome| Settled {
            id,
            outcome,
            reply: finding.reply.to_string(),
            peer: finding.peer.clone(),
        };
        match outcome(house, &due, &finding, now) {
            Outcome::Failed => {
                let finding = if finding.class == Class::Temporary { given_up(&finding) } else { finding };
                let settled = settled(&finding, Outcome::Failed);
                maillog::attempted("failed", &due, &settled);
                failed.push((due, finding, settled));
            }
            outcome => {
                let event = if matches!(outcome, Outcome::Delivered) { "relayed" } else { "deferred" };
                let settled = settled(&finding, outcome);
                maillog::attempted(event, &due, &settled);
                written.push(settled);
            }
        }
    }
    // First what is done: a bounce takes longer, and may fail.
    write_down(house, written).await;
    if !failed.is_empty() {
        bounce::bounce(house, failed).await;
    }
}

/// Rows that an operator cancelled.
pub async fn give_up(house: &House, rows: Vec<Due>) {
    let mut failed = Vec::new();
    for due in rows {
        let finding = cancelled(house, &due).await;
        let settled =
            Settled { id: due.id, outcome: Outcome::Failed, reply: finding.reply.to_string(), peer: String::new() };
        maillog::attempted("failed", &due, &settled);
        failed.push((due, finding, settled));
    }
    bounce::bounce(house, failed).await;
}

/// Writes outcomes that need no bounce, however long the store is locked or its disk full: what a remote has taken is
/// not offered again because we could not write that down. Closing ends it; only then mail may be doubled.
pub async fn write_down(house: &House, settled: Vec<Settled>) {
    if !settled.is_empty() {
        until_written("what became of queued mail", || house.store.settle(settled.clone(), house.clock.now_ms())).await;
    }
}

/// Gives rows back that were not tried.
pub async fn release(house: &House, ids: Vec<i64>) {
    if !ids.is_empty() {
        until_written("which mail was not tried", || house.store.release(Some(ids.clone()))).await;
    }
}

async fn until_written<F>(what: &str, write: impl Fn() -> F)
where
    F: Future<Output = Result<(), StoreError>>,
{
    let mut failures = 0_u32;
    while let Err(error) = write().await {
        // Once: a line a second would bury what the operator looks for.
        if failures == 0 {
            tracing::error!(%error, what, "the queue cannot be written: it is kept in memory and tried again");
        }
        failures += 1;
        tokio::time::sleep(REST).await;
    }
    if failures > 0 {
        tracing::info!(what, failures, "the queue is written again");
    }
}

fn outcome(house: &House, due: &Due, finding: &Finding, now: Millis) -> Outcome {
    match finding.class {
        Class::Accepted => Outcome::Delivered,
        Class::Permanent => Outcome::Failed,
        Class::Temporary => match next(&house.config, due.attempts + 1, now, due.expires_at) {
            Next::Retry { at } => Outcome::Deferred { next_at: at },
            Next::GiveUp => Outcome::Failed,
        },
    }
}

async fn cancelled(house: &House, due: &Due) -> Finding {
    let last = house.store.waiting_one(due.id).await.map(|waiting| waiting.last_reply).unwrap_or_default();
    Finding::ours(with_last_answer(&CANCELLED, &last))
}

/// Time ran out. The sender hears that, and not only the last of many answers that each said "later".
fn given_up(finding: &Finding) -> Finding {
    let reply = with_last_answer(&TOO_LONG, &finding.reply.to_string());
    Finding { class: Class::Permanent, reply, said_by: None, peer: finding.peer.clone() }
}

/// Our own words, and what the remote said last: the reason, as far as there is one.
fn with_last_answer(ours: &Reply, last: &str) -> Reply {
    if last.is_empty() {
        return ours.clone();
    }
    ours.with_text(format!("{}; the last answer was: {last}", ours.text()))
}

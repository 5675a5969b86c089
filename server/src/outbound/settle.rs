//! Writes down what became of attempts: gone, to be tried again, or told to the sender.

use super::schedule::{Next, next};
use super::{Finding, report};
use crate::house::House;
use crate::maillog;
use protocol::smtp::Reply;
use protocol::smtp::client::Class;
use std::time::Duration;
use store::{Due, Millis, Outcome, Settled, StoreError};

/// Between two tries to write down what is known.
const REST: Duration = Duration::from_secs(1);
/// RFC 3463 §3.5, 4.7: the delivery time expired.
const TOO_LONG: Reply = Reply::new(554, (4, 7), "Could not be delivered in time");
const TWICE_IN_DOUBT: Reply = Reply::new(
    554,
    (4, 2),
    "The connection was lost twice after the whole message was sent: it may have arrived, and is not sent a third time",
);

/// Rows of one message, each with what was found for it.
pub async fn settle(house: &House, findings: Vec<(Due, Finding)>) {
    let now = house.clock.now_ms();
    let mut written = Vec::new();
    let mut told = Vec::new();
    for (due, mut finding) in findings {
        let outcome = outcome(house, &due, &mut finding, now);
        let event = match outcome {
            Outcome::Delivered => "relayed",
            Outcome::Failed => "failed",
            Outcome::Deferred { .. } | Outcome::Warned => "deferred",
        };
        let settled = Settled {
            id: due.id,
            outcome,
            reply: finding.reply.to_string(),
            peer: finding.peer.clone(),
            tls: finding.tls.clone(),
        };
        maillog::attempted(event, &due, &settled);
        if report::is_wanted(&due, &finding, &settled.outcome) {
            told.push((due, finding, settled));
        } else {
            written.push(settled);
        }
    }
    // First what is done: a report takes longer, and may fail.
    write_down(house, written).await;
    if !told.is_empty() {
        report::report(house, told).await;
    }
}

/// Writes outcomes that need no report, however long the store is locked or its disk full: what a remote has taken is
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

fn outcome(house: &House, due: &Due, finding: &mut Finding, now: Millis) -> Outcome {
    match finding.class {
        Class::Accepted => Outcome::Delivered,
        Class::Permanent => Outcome::Failed,
        // One more copy is the price of losing none; a third would be a nuisance.
        Class::Temporary if finding.in_doubt && due.doubts > 0 => {
            finding.reply = TWICE_IN_DOUBT;
            finding.said_by = None;
            Outcome::Failed
        }
        Class::Temporary => match next(&house.config, due.attempts + 1, now, due.expires_at) {
            Next::Retry { at } => Outcome::Deferred { next_at: at, in_doubt: finding.in_doubt },
            Next::GiveUp => {
                give_up_on(finding);
                Outcome::Failed
            }
        },
    }
}

/// Time ran out. The sender hears that, and not only the last of many answers that each said "later".
fn give_up_on(finding: &mut Finding) {
    finding.reply = with_last_answer(&TOO_LONG, &finding.reply.to_string());
    finding.class = Class::Permanent;
    finding.said_by = None;
}

/// Our own words, and what the remote said last: the reason, as far as there is one.
pub fn with_last_answer(ours: &Reply, last: &str) -> Reply {
    if last.is_empty() {
        return ours.clone();
    }
    ours.with_text(format!("{}; the last answer was: {last}", ours.text()))
}

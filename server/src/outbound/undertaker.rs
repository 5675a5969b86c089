//! Rows that are given up without another attempt: cancelled by an operator, or too old for a dead destination.

use super::settle::{with_last_answer, write_down};
use super::{Errand, Finding, report};
use crate::house::House;
use crate::maillog;
use protocol::smtp::Reply;
use store::{Due, Outcome, Settled};

const TOO_LONG: Reply = Reply::new(554, (4, 7), "Could not be delivered in time");
/// An operator's word, not the remote's.
const CANCELLED: Reply = Reply::new(554, (4, 7), "Given up by the operator of this server");

/// Tells the senders, a report a message.
pub async fn give_up(house: &House, rows: Vec<Due>) {
    for errand in Errand::group(rows) {
        let mut told = Vec::new();
        let mut written = Vec::new();
        for due in errand.rows {
            let finding = Finding::ours(expired(&due));
            let settled = Settled {
                id: due.id,
                outcome: Outcome::Failed,
                reply: finding.reply.to_string(),
                peer: String::new(),
                tls: String::new(),
            };
            maillog::attempted("failed", &due, &settled);
            if report::is_wanted(&due, &finding, &settled.outcome) {
                told.push((due, finding, settled));
            } else {
                written.push(settled);
            }
        }
        write_down(house, written).await;
        if !told.is_empty() {
            report::report(house, told).await;
        }
    }
}

fn expired(due: &Due) -> Reply {
    with_last_answer(if due.is_cancelled() { &CANCELLED } else { &TOO_LONG }, &due.last_reply)
}

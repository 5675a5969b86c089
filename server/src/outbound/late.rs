//! Tells senders once that a message is late and is still being tried, where they want to hear of it.

use super::settle::write_down;
use super::{Errand, Finding, report};
use crate::house::House;
use crate::maillog;
use protocol::smtp::Reply;
use store::{Due, Outcome, Settled};

const NOT_YET: Reply = Reply::new(451, (4, 7), "Not delivered yet");
/// Recipients told of in one round.
const ROUND: i64 = 500;

/// One round. What cannot be told now is told in the next.
pub async fn tell(house: &House) {
    let late = match house.store.late(house.clock.now_ms(), ROUND).await {
        Ok(late) => late,
        Err(error) => return tracing::error!(%error, "late mail could not be looked for"),
    };
    for errand in Errand::group(late) {
        let mut told = Vec::new();
        let mut written = Vec::new();
        for due in errand.rows {
            let finding = Finding::ours(reason(&due));
            let settled = Settled {
                id: due.id,
                outcome: Outcome::Warned,
                reply: format!("the sender was told that it is late: {}", finding.reply),
                peer: String::new(),
                tls: String::new(),
            };
            if report::is_wanted(&due, &finding, &settled.outcome) {
                maillog::attempted("warned", &due, &settled);
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

fn reason(due: &Due) -> Reply {
    if due.last_reply.is_empty() {
        return NOT_YET;
    }
    NOT_YET.with_text(format!("{}; the last answer was: {}", NOT_YET.text(), due.last_reply))
}

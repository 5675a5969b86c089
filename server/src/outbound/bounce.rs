//! Tells a sender what could not be delivered (RFC 3464): one bounce for all that failed of a message at once,
//! committed together with the end of their queue rows. A bounce is never bounced.

use super::Finding;
use super::settle::write_down;
use crate::clock::{moment, span};
use crate::destination::{Destination, find};
use crate::house::House;
use crate::submission::{Origin, Submission, Wishes, submit};
use mail::Address;
use mail::dsn::{Bounce, FailedRecipient};
use mail::envelope::{ForwardPath, ReversePath};
use std::time::Duration;
use store::{Due, Outcome, Recipient, Settled, StoreError};

/// When a bounce cannot be written now, its rows wait for this long.
const LATER: Duration = Duration::from_secs(5 * 60);

/// Of the message that is returned: its header, and of that no more than a report carries.
const HEADER: usize = 64 * 1024;

/// Rows of one message that failed for ever.
pub async fn bounce(house: &House, failed: Vec<(Due, Finding, Settled)>) {
    let Some((first, ..)) = failed.first() else { return };
    let queue = first.queue;
    let settled: Vec<Settled> = failed.iter().map(|(_, _, settled)| settled.clone()).collect();
    // RFC 5321 §6.1: the null sender hears nothing. Nor does an address that nobody has (any more).
    let sender = Address::parse(&first.sender).ok();
    let to = match sender {
        None => None,
        // What was sent on comes back through the address it left with.
        Some(sender) => match find(house, &ForwardPath::Address(sender.clone())).await {
            Ok(Destination::Found(Recipient::Unknown | Recipient::Refused | Recipient::DomainTakesNone)) => None,
            Ok(Destination::NoWayBack(_)) => None,
            Ok(_) => Some(sender),
            Err(error) => return postpone(house, settled, &error.to_string()).await,
        },
    };
    let Some(to) = to else { return write_down(house, settled).await };
    let original = match house.store.queued_head(queue, HEADER).await {
        Ok(bytes) => bytes,
        Err(StoreError::Corrupt(what)) => {
            tracing::error!(what, queue, "a message that is to be returned is damaged on disk");
            bytes::Bytes::new()
        }
        Err(error) => return postpone(house, settled, &error.to_string()).await,
    };
    let bytes = write(house, &to, &failed, &original);
    let message = match house.spool.keep(bytes).await {
        Ok(message) => message,
        Err(error) => return postpone(house, settled, &error.to_string()).await,
    };
    let submission = Submission {
        account: None,
        reverse_path: ReversePath::Null,
        recipients: vec![to],
        wishes: Wishes::ours(),
        message,
        sent_copy: false,
        draft: None,
        answers: None,
        settled: settled.clone(),
        origin: Origin::Bounce,
    };
    if let Err(refused) = submit(house, submission).await {
        postpone(house, settled, &format!("{refused:?}")).await;
    }
}

fn write(house: &House, to: &Address, failed: &[(Due, Finding, Settled)], original: &[u8]) -> Vec<u8> {
    let now = house.clock.now();
    let recipients: Vec<FailedRecipient> = failed
        .iter()
        .filter_map(|(due, finding, _)| {
            Some(FailedRecipient {
                recipient: Address::parse(&due.recipient).ok()?,
                // RFC 3464 §2.3.4 asks for one; a remote that gave none leaves us the general one.
                status: finding.reply.enhanced().map_or_else(|| "5.0.0".to_owned(), |status| status.to_string()),
                diagnostic: finding.reply.to_string(),
                remote: finding.said_by.clone(),
                last_attempt: now,
            })
        })
        .collect();
    let bounce = Bounce {
        reporting: &house.config.hostname,
        to,
        arrived: failed.first().map_or(now, |(due, ..)| moment(due.queued_at)),
        now,
        message_id: house.clock.message_id(&house.config.hostname),
        boundary: house.clock.boundary(),
        failed: &recipients,
        original,
    };
    bounce.write()
}

/// Nothing is lost: the rows stay, and their next attempt ends here again.
async fn postpone(house: &House, settled: Vec<Settled>, why: &str) {
    tracing::error!(why, "a bounce could not be written now");
    let next_at = house.clock.now_ms() + span(LATER);
    let later = |settled: Settled| Settled { outcome: Outcome::Deferred { next_at }, ..settled };
    write_down(house, settled.into_iter().map(later).collect()).await;
}

//! Tells a sender what became of a message (RFC 3461, RFC 3464): one report for all that is to be told of it at once,
//! committed together with the end of its queue rows. The null sender hears nothing, and a report is never reported on.

use super::Finding;
use super::settle::write_down;
use crate::clock::{moment, span};
use crate::destination::{Destination, find};
use crate::house::House;
use crate::submission::{Origin, Submission, SubmitRefused, submit};
use mail::Address;
use mail::dsn::{Action, Report, Reported};
use mail::envelope::{ForwardPath, MessageWishes, RecipientWishes, Return, ReversePath};
use std::time::{Duration, SystemTime};
use store::{Due, Outcome, Recipient, Settled, StoreError};

/// Of the message that is returned: its header, or with RET=FULL a little more than is ever returned whole.
const HEADER: usize = 64 * 1024;
const WHOLE: usize = 1024 * 1024 + 1;
/// When a bounce cannot be written now, its rows wait for this long.
const LATER: Duration = Duration::from_secs(5 * 60);

/// A recipient of whom something is told, with what ends there.
pub type Told = (Due, Finding, Settled);

/// Whether the sender is to hear of this outcome (RFC 3461 §4.1).
pub fn is_wanted(due: &Due, finding: &Finding, outcome: &Outcome) -> bool {
    if due.sender.is_empty() {
        return false;
    }
    let notify = due.wishes.notify;
    match outcome {
        Outcome::Failed => notify.is_none_or(|notify| notify.failure),
        Outcome::Warned => notify.is_none_or(|notify| notify.delay),
        // RFC 3461 §5.2.2: who hands on to a server without DSN tells that it did.
        Outcome::Delivered => notify.is_some_and(|notify| notify.success) && !finding.tells,
        Outcome::Deferred { .. } => false,
    }
}

/// Rows of one message of which something is told.
pub async fn report(house: &House, told: Vec<Told>) {
    let Some((first, ..)) = told.first() else { return };
    // RFC 5321 §6.1: an address that nobody has (any more) hears nothing.
    let to = match Address::parse(&first.sender) {
        Err(_) => None,
        // What was sent on comes back through the address it left with.
        Ok(sender) => match find(house, &ForwardPath::Address(sender.clone())).await {
            Ok(Destination::Found(Recipient::Unknown | Recipient::Refused | Recipient::DomainTakesNone)) => None,
            Ok(Destination::NoWayBack(_)) => None,
            Ok(_) => Some(sender),
            Err(error) => return postpone(house, told, &error.to_string()).await,
        },
    };
    let settled: Vec<Settled> = told.iter().map(|(.., settled)| settled.clone()).collect();
    let Some(to) = to else { return write_down(house, settled).await };
    let most = if first.message_wishes.ret == Some(Return::Full) { WHOLE } else { HEADER };
    let original = match house.store.queued_head(first.queue, most).await {
        Ok(bytes) => bytes,
        // Cancelled, or written down already.
        Err(StoreError::NotFound) => return,
        Err(StoreError::Corrupt(what)) => {
            tracing::error!(what, queue = first.queue, "a message that is to be returned is damaged on disk");
            bytes::Bytes::new()
        }
        Err(error) => return postpone(house, told, &error.to_string()).await,
    };
    let now = house.clock.now();
    let recipients: Vec<Reported> = told.iter().filter_map(|one| reported(one, now)).collect();
    let wishes = first.message_wishes.clone();
    let sent = send(house, &to, moment(first.queued_at), &wishes, &recipients, &original, settled).await;
    if let Err(refused) = sent {
        postpone(house, told, &format!("{refused:?}")).await;
    }
}

fn reported((due, finding, settled): &Told, now: SystemTime) -> Option<Reported> {
    let action = match settled.outcome {
        Outcome::Failed => Action::Failed,
        Outcome::Warned => Action::Delayed { until: moment(due.expires_at) },
        // Without a peer it went into a mailbox here.
        Outcome::Delivered if finding.peer.is_empty() => Action::Delivered,
        Outcome::Delivered => Action::Relayed,
        Outcome::Deferred { .. } => return None,
    };
    Some(Reported {
        recipient: Address::parse(&due.recipient).ok()?,
        original: due.wishes.orcpt.clone(),
        action,
        // RFC 3464 §2.3.4 asks for one; a remote that gave none leaves us the general one.
        status: finding.reply.enhanced().map(|status| status.to_string()).unwrap_or_default(),
        diagnostic: finding.reply.to_string(),
        remote: finding.said_by.clone(),
        last_attempt: now,
    })
}

/// Recipients here who had their message at once, or for whom it is sent on, and whose sender wants to hear of it (RFC
/// 3461 §5.2.3, §5.2.7).
pub async fn delivered_here(
    house: &House,
    sender: &ReversePath,
    wishes: &MessageWishes,
    recipients: &[(Address, RecipientWishes, Action)],
    original: &[u8],
) {
    let ReversePath::Address(to) = sender else { return };
    let now = house.clock.now();
    let wanted = recipients.iter().filter(|(_, wishes, _)| wishes.notify.is_some_and(|notify| notify.success));
    let recipients: Vec<Reported> = wanted
        .map(|(address, wishes, action)| Reported {
            recipient: address.clone(),
            original: wishes.orcpt.clone(),
            action: *action,
            status: "2.1.5".to_owned(),
            diagnostic: String::new(),
            remote: None,
            last_attempt: now,
        })
        .collect();
    if recipients.is_empty() {
        return;
    }
    if let Err(refused) = send(house, to, now, wishes, &recipients, original, Vec::new()).await {
        tracing::warn!(?refused, "a sender was not told that a message was delivered");
    }
}

async fn send(
    house: &House,
    to: &Address,
    arrived: SystemTime,
    wishes: &MessageWishes,
    recipients: &[Reported],
    original: &[u8],
    settled: Vec<Settled>,
) -> Result<(), SubmitRefused> {
    let report = Report {
        reporting: &house.config.hostname,
        to,
        arrived,
        now: house.clock.now(),
        message_id: house.clock.message_id(&house.config.hostname),
        boundary: house.clock.boundary(),
        envelope: wishes.envid.as_deref(),
        ret: wishes.ret,
        recipients,
        original,
    };
    let message = house.spool.keep(report.write()).await.map_err(|error| {
        tracing::error!(%error, "a report could not be spooled");
        SubmitRefused::Busy
    })?;
    let submission = Submission { settled, ..Submission::of_the_house(vec![to.clone()], message, Origin::Bounce) };
    submit(house, submission).await.map(drop)
}

/// Nothing is lost: what failed stays, and its next attempt ends here again. What was delivered must not be sent again,
/// and what is late is told of later.
async fn postpone(house: &House, told: Vec<Told>, why: &str) {
    tracing::error!(why, "a report could not be written now");
    let next_at = house.clock.now_ms() + span(LATER);
    let written = told.into_iter().filter_map(|(.., settled)| match settled.outcome {
        Outcome::Delivered => Some(settled),
        Outcome::Failed => Some(Settled { outcome: Outcome::Deferred { next_at, in_doubt: false }, ..settled }),
        Outcome::Warned | Outcome::Deferred { .. } => None,
    });
    write_down(house, written.collect()).await;
}

//! Queued mail for people here: those whose mailbox was full, or whose domain was switched off, when it came.

use super::settle::settle;
use super::{Errand, Finding, report};
use crate::destination::{Destination, Spread, find};
use crate::house::House;
use crate::inbound::deliver::{Delivery, commit, weigh};
use crate::maillog;
use crate::submission::forward::{NotForwarded, forward};
use crate::submission::queued;
use bytes::Bytes;
use mail::Address;
use mail::dsn::Action;
use mail::envelope::{ForwardPath, ReversePath};
use protocol::smtp::Reply;
use store::{Due, Event, Kind, Outcome, Recipient, Role, Settled, StoreError};

const UNKNOWN: Reply = Reply::new(550, (1, 1), "No such user here");
const FULL: Reply = Reply::new(452, (2, 2), "The mailbox is full");
const NOT_TAKING: Reply = Reply::new(450, (2, 1), "The mailbox takes no mail for now");
const REFUSED: Reply = Reply::new(550, (2, 1), "The mailbox takes no mail");
const LOOP: Reply = Reply::new(554, (4, 6), "It was sent on from here before");
const SUSPENDED: Reply = Reply::new(450, (2, 1), "The domain takes no mail for now");
const NOT_NOW: Reply = Reply::new(451, (3, 0), "Our own store could not take it");
/// Not reached while the domain is ours; if it has just gone, the next attempt asks DNS.
const GONE: Reply = Reply::new(451, (1, 2), "The domain has just been removed here");

/// Of a message's header, for a report. Octets.
const HEAD: usize = 64 * 1024;

/// Whether mail for `address` stays here.
pub async fn is_ours(house: &House, address: &str) -> Result<bool, StoreError> {
    match Address::parse(address) {
        Ok(address) => Ok(house.resolve(&address).await? != Recipient::Elsewhere),
        Err(_) => Ok(false),
    }
}

/// Delivers each recipient by itself: one full mailbox keeps nobody else from their mail.
pub async fn deliver(house: &House, errand: Errand) {
    let mut findings = Vec::new();
    for due in errand.rows {
        match try_one(house, &due).await {
            Ok(None) => {}
            Ok(Some(reply)) => findings.push((due, Finding::ours(reply))),
            Err(error) => {
                tracing::error!(%error, row = due.id, "local delivery met trouble in the store");
                findings.push((due, Finding::ours(NOT_NOW)));
            }
        }
    }
    if !findings.is_empty() {
        settle(house, findings).await;
    }
}

/// None: it is in the mailbox, and its row is gone with the same commit.
async fn try_one(house: &House, due: &Due) -> Result<Option<Reply>, StoreError> {
    let Ok(address) = Address::parse(&due.recipient) else { return Ok(Some(UNKNOWN)) };
    let path = ForwardPath::Address(address.clone());
    // A bounce is let in even where nothing else is.
    let mut spread = if due.sender.is_empty() { Spread::of_bounce() } else { Spread::default() };
    match find(house, &path).await? {
        Destination::Found(Recipient::Reaches(expansion)) => {
            spread.add(&path, &expansion);
            if spread.copies(Role::Inbox).is_empty() && spread.forwards.is_empty() {
                return Ok(Some(if expansion.locals.is_empty() { NOT_TAKING } else { FULL }));
            }
        }
        Destination::Found(Recipient::Unknown) | Destination::NoWayBack(_) => return Ok(Some(UNKNOWN)),
        Destination::Found(Recipient::Refused | Recipient::DomainTakesNone) => return Ok(Some(REFUSED)),
        Destination::Found(Recipient::DomainSuspended) => return Ok(Some(SUSPENDED)),
        Destination::Found(Recipient::Elsewhere) => return Ok(Some(GONE)),
    }
    let bytes = match house.store.queued_bytes(due.queue).await {
        // Cancelled since it was claimed.
        Err(StoreError::NotFound) => return Ok(None),
        other => other?,
    };
    // For a report of success; no more of it is held than that carries.
    let told = due.wishes.notify.is_some_and(|notify| notify.success);
    let head = if told { Bytes::copy_from_slice(&bytes[..bytes.len().min(HEAD)]) } else { Bytes::new() };
    let message = house.spool.keep(bytes.into()).await.map_err(|error| StoreError::Busy(error.to_string()))?;
    let weighed = weigh(house, &message).await?;
    let sender = Address::parse(&due.sender).map_or(ReversePath::Null, ReversePath::Address);
    let forwarded = match forward(house, &sender, &spread, &message, None).await {
        Ok(forwarded) => forwarded,
        Err(NotForwarded::Loop) => return Ok(Some(LOOP)),
        Err(NotForwarded::Store(error)) => return Err(error),
    };
    let settled = Settled {
        id: due.id,
        outcome: Outcome::Delivered,
        reply: "250 2.0.0 Delivered".to_owned(),
        peer: String::new(),
        tls: String::new(),
    };
    let delivery = Delivery {
        copies: spread.copies(Role::Inbox),
        queued: queued(house, &sender, spread.later()),
        forwarded,
        settled: vec![settled.clone()],
        draft: None,
        answers: None,
        event: Event {
            kind: Kind::Arrived,
            by: "queue".to_owned(),
            detail: format!("from <{}> after {} attempts", due.sender, due.attempts + 1),
        },
    };
    match commit(house, weighed, delivery).await {
        Ok(_) => {
            maillog::attempted("delivered", due, &settled);
            // What was sent on has not arrived yet.
            if spread.forwards.is_empty() {
                let told = [(address, due.wishes.clone(), Action::Delivered)];
                report::delivered_here(house, &sender, &due.message_wishes, &told, &head).await;
            }
            Ok(None)
        }
        Err(StoreError::QuotaFull) => Ok(Some(FULL)),
        Err(error) => Err(error),
    }
}

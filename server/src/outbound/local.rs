//! Queued mail for people here: those whose mailbox was full, or whose domain was switched off, when it came.

use super::settle::settle;
use super::{Errand, Finding, report};
use crate::house::House;
use crate::inbound::deliver::{Delivery, commit, weigh};
use crate::maillog;
use bytes::Bytes;
use mail::Address;
use mail::envelope::ReversePath;
use protocol::smtp::Reply;
use store::{Copy, Due, Event, Flags, Kind, Outcome, Recipient, Role, Settled, StoreError};

const UNKNOWN: Reply = Reply::new(550, (1, 1), "No such user here");
const FULL: Reply = Reply::new(452, (2, 2), "The mailbox is full");
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
    let account = match house.resolve(&address).await? {
        // A bounce is let in even where nothing else is.
        Recipient::Local { account, over_quota } if !over_quota || due.sender.is_empty() => account,
        Recipient::Local { .. } => return Ok(Some(FULL)),
        Recipient::Unknown => return Ok(Some(UNKNOWN)),
        Recipient::DomainSuspended => return Ok(Some(SUSPENDED)),
        Recipient::Elsewhere => return Ok(Some(GONE)),
    };
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
    let settled = Settled {
        id: due.id,
        outcome: Outcome::Delivered,
        reply: "250 2.0.0 Delivered".to_owned(),
        peer: String::new(),
        tls: String::new(),
    };
    let delivery = Delivery {
        copies: vec![Copy { account, role: Role::Inbox, flags: Flags::default(), quota: !due.sender.is_empty() }],
        queued: None,
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
            let sender = Address::parse(&due.sender).map_or(ReversePath::Null, ReversePath::Address);
            let told = [(address, due.wishes.clone())];
            report::delivered_here(house, &sender, &due.message_wishes, &told, &head).await;
            Ok(None)
        }
        Err(StoreError::QuotaFull) => Ok(Some(FULL)),
        Err(error) => Err(error),
    }
}

//! Sending on to other providers what came for an address here. It leaves with a sender of ours (SRS), so that the next
//! server's SPF holds, and says for which address it was sent on, so that a loop ends.

use super::queued;
use crate::destination::Spread;
use crate::destination::srs::{DAYS, Srs, is_return_address};
use crate::house::House;
use crate::inbound::deliver::{Stamp, unreadable};
use crate::outbound::seal::{Found, sealed};
use crate::spool::Spooled;
use mail::envelope::ReversePath;
use mail::message::delivered::{delivered_to, was_delivered_to};
use mail::{Address, Domain};
use store::{Forwarded, Millis, Source, StoreError};

/// A sender that is kept is kept longer than anybody tries to return anything.
const KEPT: Millis = (DAYS + 1) * 24 * 60 * 60 * 1000;

/// Why nothing was sent on.
#[derive(Debug)]
pub enum NotForwarded {
    /// It was sent on for the same address before (RFC 9228).
    Loop,
    Store(StoreError),
}

impl From<StoreError> for NotForwarded {
    fn from(error: StoreError) -> NotForwarded {
        NotForwarded::Store(error)
    }
}

/// What is to leave for `spread.forwards`, to be committed with the copies that stay. None when there is nobody.
/// `message` begins with Return-Path, as all that is kept here does; `stamp` is what was found of it at the door.
pub async fn forward(
    house: &House,
    sender: &ReversePath,
    spread: &Spread,
    message: &Spooled,
    stamp: Option<&Stamp>,
) -> Result<Option<Forwarded>, NotForwarded> {
    let Some(first) = spread.by.first() else { return Ok(None) };
    let sender = return_address(house, sender, first.domain()).await?;
    let recipients = spread.forwards.iter().map(Address::to_string).collect();
    let Some(queued) = queued(house, &sender, recipients) else { return Ok(None) };
    let mut read = house.spool.read(message).await.map_err(|error| unreadable(&error))?;
    if spread.by.iter().any(|by| was_delivered_to(&read.bytes, by)) {
        return Err(NotForwarded::Loop);
    }
    if let Some(stamp) = stamp {
        stamp.put(&mut read);
    }
    // Here the bytes part from those of the copies: what a forwarder adds comes before them, the seal first.
    let mut leaving = as_sent_on(&spread.by, &read.bytes);
    if let Some(stamp) = stamp {
        let found = Found { results: &stamp.field, chain: stamp.chain.as_ref() };
        leaving = sealed(house, first.domain().as_str(), leaving, &found).await;
    }
    let blob = house.store.prepare(Source::Memory(leaving.into())).await?;
    Ok(Some(Forwarded { blob, queued }))
}

/// The null sender stays null: what could not be returned is not returned again.
async fn return_address(house: &House, sender: &ReversePath, ours: &Domain) -> Result<ReversePath, StoreError> {
    let ReversePath::Address(sender) = sender else { return Ok(ReversePath::Null) };
    let now = house.clock.now_ms();
    let srs = Srs::at(&house.srs_key, now);
    if let Some(written) = srs.write(sender, ours) {
        return Ok(ReversePath::Address(written));
    }
    let word = srs.word(sender);
    let Some(written) = Srs::kept(&word, ours) else {
        return Err(StoreError::Broken(format!("no return address can be made in {ours}")));
    };
    // On disk before the message is: a bounce may come at once.
    house.store.keep_sender(word, sender.to_string(), now + KEPT).await?;
    Ok(ReversePath::Address(written))
}

/// Without our Return-Path, which is for mailboxes here (RFC 5321 §4.4), and with a Delivered-To for each address.
fn as_sent_on(by: &[Address], raw: &[u8]) -> Vec<u8> {
    let rest = match raw.starts_with(b"Return-Path: ") {
        true => raw.iter().position(|byte| *byte == b'\n').map_or(raw, |end| &raw[end + 1..]),
        false => raw,
    };
    // What comes back is on its way to its sender: that is no address of ours.
    let mut leaving: Vec<u8> =
        by.iter().filter(|by| !is_return_address(by)).flat_map(|by| delivered_to(by).into_bytes()).collect();
    leaving.extend_from_slice(rest);
    leaving
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_for_whom_it_was_sent_on_and_not_where_it_was_returned_to_here() {
        let address = |text: &str| Address::parse(text).unwrap();
        let raw = b"Return-Path: <lisa@far.test>\r\nReceived: x\r\n\r\nReturn-Path: body\r\n";
        let leaving = as_sent_on(&[address("sales@comentum.test")], raw);
        assert_eq!(
            String::from_utf8(leaving).unwrap(),
            "Delivered-To: sales@comentum.test\r\nReceived: x\r\n\r\nReturn-Path: body\r\n"
        );
        let back = as_sent_on(&[address("SRS0=abcdef=XY=far.test=lisa@comentum.test")], raw);
        assert!(back.starts_with(b"Received: x"));
    }
}

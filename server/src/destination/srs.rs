//! The Sender Rewriting Scheme: mail that is sent on leaves with a sender of ours, so that SPF holds at the next server,
//! and a bounce comes back here, to be taken on to whoever sent it.
//!
//! `SRS0=hash=day=domain=local@ours` is what a first forwarder writes, `SRS1=hash=first==rest@ours` one that forwards
//! from a forwarder. The hash is a keyed BLAKE3, so that nobody can make us send mail to an address of their choice, and
//! the day ends the permission. Pure: the key and the time come in.

use mail::{Address, Domain};

/// How long a bounce may take to come back. The queues of others try for five days; this is generous.
pub const DAYS: i64 = 21;
const DAY: i64 = 24 * 60 * 60 * 1000;
/// Days are counted modulo this: two signs of five bits.
const DAYS_WRITTEN: i64 = 1024;
/// Signs of the hash: 30 bits. Guessing is slowed as harvesting is.
const HASH: usize = 6;
/// RFC 4648 §6; a local part may arrive in another case than it left in.
const SIGNS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Why mail to a return address is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    Forged,
    Expired,
}

/// What a return address of ours leads back to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Returning {
    To(Address),
    /// A sender that the store keeps under this word.
    Kept(String),
}

/// The scheme on one day.
pub struct Srs<'a> {
    key: &'a [u8; 32],
    day: i64,
}

impl<'a> Srs<'a> {
    /// `now` in Unix milliseconds.
    pub fn at(key: &'a [u8; 32], now: i64) -> Srs<'a> {
        Srs { key, day: now.div_euclid(DAY).rem_euclid(DAYS_WRITTEN) }
    }

    /// The sender as it leaves here, at `ours`. None when it does not fit into a local part of 64 octets: then the store
    /// keeps it under `word`.
    pub fn write(&self, sender: &Address, ours: &Domain) -> Option<Address> {
        let local = sender.local();
        if local.starts_with('"') {
            return None;
        }
        let text = if let Some(rest) = after(local, "SRS0") {
            self.again(sender.domain().as_str(), rest)
        } else if let Some((first, rest)) = after(local, "SRS1").and_then(|rest| of_srs1(&rest[1..])) {
            // However often it is forwarded, it names the first forwarder and the last.
            self.again(first, rest)
        } else {
            let day = stamp(self.day);
            let hash = self.hash(&["0", &day, sender.domain().as_str(), local]);
            format!("SRS0={hash}={day}={}={local}", sender.domain())
        };
        Address::parse(&format!("{text}@{ours}")).ok()
    }

    fn again(&self, first: &str, rest: &str) -> String {
        format!("SRS1={}={first}={rest}", self.hash(&["1", first, rest]))
    }

    /// What the store keeps a long sender under: always the same for the same sender.
    pub fn word(&self, sender: &Address) -> String {
        let hash = blake3::keyed_hash(self.key, format!("kept {}", sender.key()).as_bytes());
        hash.as_bytes().iter().take(24).map(|byte| char::from(SIGNS[usize::from(byte % 32)])).collect()
    }

    /// The return address of a sender that the store keeps.
    pub fn kept(word: &str, ours: &Domain) -> Option<Address> {
        Address::parse(&format!("SRSK={word}@{ours}")).ok()
    }

    /// Reads a return address of ours. None: it is an address like any other.
    pub fn read(&self, address: &Address) -> Option<Result<Returning, Wrong>> {
        let local = address.local();
        if let Some(word) = after(local, "SRSK") {
            return Some(Ok(Returning::Kept(word[1..].to_ascii_uppercase())));
        }
        if let Some(rest) = after(local, "SRS0") {
            return Some(self.read_first(&rest[1..]));
        }
        after(local, "SRS1").map(|rest| self.read_again(&rest[1..]))
    }

    fn read_first(&self, rest: &str) -> Result<Returning, Wrong> {
        let mut parts = rest.splitn(4, '=');
        let (Some(hash), Some(day), Some(domain), Some(local)) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(Wrong::Forged);
        };
        let day = day.to_ascii_uppercase();
        if !self.hash(&["0", &day, domain, local]).eq_ignore_ascii_case(hash) {
            return Err(Wrong::Forged);
        }
        // A clock that was set back a day is no reason to lose a bounce.
        let age = (self.day + 1 - unstamp(&day).ok_or(Wrong::Forged)?).rem_euclid(DAYS_WRITTEN);
        if age > DAYS + 1 {
            return Err(Wrong::Expired);
        }
        Address::parse(&format!("{local}@{domain}")).map(Returning::To).map_err(|_| Wrong::Forged)
    }

    /// To the first forwarder, whose own address it was: that one knows its day.
    fn read_again(&self, rest: &str) -> Result<Returning, Wrong> {
        let (hash, rest) = rest.split_once('=').ok_or(Wrong::Forged)?;
        let (first, rest) = rest.split_once('=').ok_or(Wrong::Forged)?;
        if !self.hash(&["1", first, rest]).eq_ignore_ascii_case(hash) {
            return Err(Wrong::Forged);
        }
        Address::parse(&format!("SRS0{rest}@{first}")).map(Returning::To).map_err(|_| Wrong::Forged)
    }

    fn hash(&self, parts: &[&str]) -> String {
        // A zero octet between: no part can be moved into its neighbour.
        let text = parts.join("\0").to_ascii_lowercase();
        let hash = blake3::keyed_hash(self.key, text.as_bytes());
        hash.as_bytes().iter().take(HASH).map(|byte| char::from(SIGNS[usize::from(byte % 32)])).collect()
    }
}

/// Whether it looks like a return address, of whoever.
pub fn is_return_address(address: &Address) -> bool {
    ["SRS0", "SRS1", "SRSK"].iter().any(|tag| after(address.local(), tag).is_some())
}

/// What follows the tag, its separator included: forwarders write `=`, `+` or `-` there.
fn after<'a>(local: &'a str, tag: &str) -> Option<&'a str> {
    let (head, rest) = local.split_at_checked(tag.len())?;
    (head.eq_ignore_ascii_case(tag) && rest.starts_with(['=', '+', '-'])).then_some(rest)
}

/// First forwarder and rest of another's `hash=first=rest`.
fn of_srs1(text: &str) -> Option<(&str, &str)> {
    let (_, rest) = text.split_once('=')?;
    let (first, rest) = rest.split_once('=')?;
    Domain::parse(first).is_ok().then_some((first, rest))
}

fn stamp(day: i64) -> String {
    let sign = |bits: i64| char::from(SIGNS[usize::try_from(bits & 31).unwrap_or(0)]);
    [sign(day >> 5), sign(day)].iter().collect()
}

fn unstamp(text: &str) -> Option<i64> {
    let bits = |byte: u8| SIGNS.iter().position(|sign| *sign == byte).and_then(|at| i64::try_from(at).ok());
    match text.as_bytes() {
        [high, low] => Some(bits(*high)? * 32 + bits(*low)?),
        _ => None,
    }
}

#[cfg(test)]
mod tests;

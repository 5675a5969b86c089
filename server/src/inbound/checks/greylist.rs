//! Greylisting (RFC 6647): who is not known here is asked to come again, which most of those who only spam never do.
//! Whoever was here before, and can prove to be the same, is not asked.

use crate::clock::span;
use crate::house::House;
use mail::auth::spf::{Spf, SpfResult};
use mail::envelope::ReversePath;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;
use store::{Meeting, StoreError};

/// How long one who was asked has to come again, and how long an acquaintance lasts (RFC 6647 §5).
const COME_AGAIN: Duration = Duration::from_secs(24 * 60 * 60);
const KNOWN: Duration = Duration::from_secs(35 * 24 * 60 * 60);

/// What is to be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Greylist {
    /// Known, or waited long enough; or the setting is off.
    Welcome,
    ComeAgain,
}

/// RCPT: has this peer been here with this sender for this recipient?
pub async fn check(
    house: &House,
    peer: IpAddr,
    sender: &ReversePath,
    recipient: &str,
    spf: Option<&Spf>,
) -> Result<Greylist, StoreError> {
    let checks = &house.config.checks;
    if !checks.greylist {
        return Ok(Greylist::Welcome);
    }
    let now = house.clock.now_ms();
    if let Some(spf) = spf.filter(|spf| spf.result == SpfResult::Pass)
        && house.store.first_met(known(&spf.domain), now).await?.is_some()
    {
        return Ok(Greylist::Welcome);
    }
    let met = triplet(peer, sender, recipient);
    let meeting = |lasts| Meeting { met, first_at: now, expires_at: now + span(lasts) };
    match house.store.first_met(met, now).await? {
        None => {
            house.trace.met(meeting(checks.greylist_delay + COME_AGAIN));
            Ok(Greylist::ComeAgain)
        }
        Some(first) if now - first < span(checks.greylist_delay) => Ok(Greylist::ComeAgain),
        Some(_) => {
            house.trace.met(meeting(KNOWN));
            Ok(Greylist::Welcome)
        }
    }
}

/// After a message was taken whose domain was proved: from now on it is known.
pub fn remember(house: &House, domain: &str) {
    if house.config.checks.greylist {
        let now = house.clock.now_ms();
        house.trace.met(Meeting { met: known(domain), first_at: now, expires_at: now + span(KNOWN) });
    }
}

fn known(domain: &str) -> [u8; 16] {
    hash("restante greylist known domain", &[domain])
}

fn triplet(peer: IpAddr, sender: &ReversePath, recipient: &str) -> [u8; 16] {
    let sender = match sender {
        ReversePath::Null => String::new(),
        ReversePath::Address(address) => address.key(),
    };
    hash("restante greylist triplet", &[&network(peer).to_string(), &sender, &recipient.to_ascii_lowercase()])
}

/// A /24 or a /64: a provider sends again from a neighbour.
fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V4(four) => IpAddr::from([four.octets()[0], four.octets()[1], four.octets()[2], 0]),
        IpAddr::V6(six) => IpAddr::V6(Ipv6Addr::from_bits(six.to_bits() & !u128::from(u64::MAX))),
    }
}

fn hash(purpose: &str, parts: &[&str]) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new_derive_key(purpose);
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part.as_bytes());
    }
    let mut short = [0; 16];
    short.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use mail::Address;

    #[test]
    fn neighbours_are_one_peer_and_every_other_difference_counts() {
        let sender = |text: &str| ReversePath::Address(Address::parse(text).unwrap());
        let of = |peer: &str, from: &str, to: &str| triplet(peer.parse().unwrap(), &sender(from), to);
        let first = of("192.0.2.1", "Lisa@far.test", "bob@comentum.test");
        assert_eq!(first, of("192.0.2.200", "lisa@far.test", "BOB@comentum.test"));
        assert_ne!(first, of("192.0.3.1", "lisa@far.test", "bob@comentum.test"));
        assert_ne!(first, of("192.0.2.1", "anna@far.test", "bob@comentum.test"));
        assert_ne!(first, of("192.0.2.1", "lisa@far.test", "carol@comentum.test"));
        assert_eq!(network("2001:db8::1".parse().unwrap()), network("2001:db8::ffff".parse().unwrap()));
    }
}

//! Lists of bad addresses in DNS (RFC 5782). A list that does not answer says nothing: one that is gone must not stop
//! mail.

use crate::clock::Clock;
use crate::house::House;
use mail::Domain;
use mail::auth::lookup::{Family, Lookup};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// How long an answer counts, and how many are kept.
const FRESH: Duration = Duration::from_secs(5 * 60);
const KEPT: usize = 16_384;

/// What the lists said of late. Memory is bounded whatever the number of clients.
#[derive(Default)]
pub struct Listings {
    known: Mutex<HashMap<IpAddr, (Instant, Vec<String>)>>,
}

/// Names of the lists that have the address.
pub async fn check(house: &House, peer: IpAddr) -> Vec<String> {
    let checks = &house.config.checks;
    if checks.dnsbl.is_empty() {
        return Vec::new();
    }
    let peer = peer.to_canonical();
    if let Some(listed) = house.listings.find(peer, house.clock) {
        return listed;
    }
    let asking = futures::future::join_all(checks.dnsbl.iter().map(|list| ask(&house.dns, list, peer)));
    // One that is late takes the others with it; the next connection asks again, and finds them in the cache of DNS.
    let Some(answers) = super::within(checks.timeout, async { Some(asking.await) }, || None).await else {
        return Vec::new();
    };
    let all_answered = answers.iter().all(Option::is_some);
    let named = checks.dnsbl.iter().zip(answers).filter(|(_, listed)| *listed == Some(true));
    let listed: Vec<String> = named.map(|(list, _)| list.to_string()).collect();
    if all_answered {
        house.listings.keep(peer, listed.clone(), house.clock);
    }
    listed
}

/// None: the list does not answer.
async fn ask<L: Lookup>(dns: &L, list: &Domain, peer: IpAddr) -> Option<bool> {
    use mail::auth::lookup::Failure;
    match dns.addresses(&question(list, peer), Family::V4).await {
        Ok(answers) => Some(answers.iter().any(|answer| is_listing(*answer))),
        Err(Failure::NoSuchDomain | Failure::NoRecord) => Some(false),
        Err(Failure::NotNow) => None,
    }
}

/// RFC 5782 §2.1, §2.4: the octets, or the nibbles, backwards.
fn question(list: &Domain, peer: IpAddr) -> String {
    match peer {
        IpAddr::V4(four) => {
            let [a, b, c, d] = four.octets();
            format!("{d}.{c}.{b}.{a}.{list}")
        }
        IpAddr::V6(six) => {
            let nibbles = six.octets().into_iter().rev().flat_map(|octet| [octet & 15, octet >> 4]);
            nibbles.map(|nibble| format!("{nibble:x}.")).collect::<String>() + list.as_str()
        }
    }
}

/// RFC 5782 §2.1: only 127/8 means listed. Lists say by 127.255.255.x that they were asked wrongly.
fn is_listing(answer: IpAddr) -> bool {
    let IpAddr::V4(four) = answer else { return false };
    let octets = four.octets();
    octets[0] == 127 && octets[..3] != [127, 255, 255]
}

impl Listings {
    fn find(&self, peer: IpAddr, clock: Clock) -> Option<Vec<String>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&peer).filter(|(until, _)| *until > clock.instant()).map(|(_, listed)| listed.clone())
    }

    fn keep(&self, peer: IpAddr, listed: Vec<String>, clock: Clock) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let now = clock.instant();
        if known.len() >= KEPT {
            known.retain(|_, (until, _)| *until > now);
        }
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(peer, (now + FRESH, listed));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_the_address_backwards() {
        let list = Domain::parse("bl.test").unwrap();
        assert_eq!(question(&list, "192.0.2.7".parse().unwrap()), "7.2.0.192.bl.test");
        let six = question(&list, "2001:db8::1".parse().unwrap());
        assert!(six.starts_with("1.0.0.0.") && six.ends_with(".8.b.d.0.1.0.0.2.bl.test"), "{six}");
    }

    #[test]
    fn only_an_answer_that_means_listed_is_one() {
        for (answer, listed) in [
            ("127.0.0.2", true),
            ("127.0.0.10", true),
            ("127.255.255.254", false),
            // A provider that answers every name with its own advertising.
            ("198.51.100.1", false),
        ] {
            assert_eq!(is_listing(answer.parse().unwrap()), listed, "{answer}");
        }
    }

    #[test]
    fn memory_is_bounded() {
        let listings = Listings::default();
        for number in 0..u32::try_from(KEPT).unwrap() + 10 {
            listings.keep(IpAddr::from(number.to_be_bytes()), Vec::new(), Clock);
        }
        assert!(listings.known.lock().unwrap().len() <= KEPT);
    }
}

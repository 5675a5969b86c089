//! SPF: may this address send for the sender's domain? For the null sender, for the name in EHLO (RFC 7208 §2.4).

use crate::clock::millis;
use crate::house::House;
use mail::auth::spf::{Answer, Asked, Identity, Spf, SpfResult, check_host};
use mail::envelope::{Greeting, ReversePath};
use std::net::IpAddr;

pub async fn check(house: &House, path: &ReversePath, greeting: Option<&Greeting>, peer: IpAddr) -> Option<Spf> {
    let checks = &house.config.checks;
    if !checks.spf {
        return None;
    }
    let helo = match greeting {
        Some(Greeting::Domain(domain)) => domain.as_str(),
        _ => "",
    };
    let (identity, sender, domain) = match path {
        ReversePath::Address(address) => (Identity::MailFrom, address.to_string(), address.domain().to_string()),
        ReversePath::Null => (Identity::Helo, format!("postmaster@{helo}"), helo.to_owned()),
    };
    let asked = Asked {
        ip: peer,
        domain: &domain,
        sender: &sender,
        helo,
        receiver: house.config.hostname.as_str(),
        now: u64::try_from(millis(house.clock.now()) / 1000).unwrap_or(0),
    };
    let late = || Answer { result: SpfResult::TempError, explanation: None };
    let answer = super::within(checks.timeout, check_host(&house.dns, asked), late).await;
    Some(Spf { result: answer.result, identity, domain })
}

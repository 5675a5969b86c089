//! DMARC: does the domain in From vouch for the message, and what does it want to be done if not?

use crate::house::House;
use mail::auth::author::Author;
use mail::auth::dkim::Signature;
use mail::auth::dmarc::{self, Dmarc, DmarcResult, Policy};
use mail::auth::spf::Spf;

pub async fn check(house: &House, author: &Author, spf: Option<&Spf>, dkim: &[Signature]) -> Option<Dmarc> {
    let checks = &house.config.checks;
    if !checks.dmarc {
        return None;
    }
    let [dice] = house.clock.random::<1>();
    let asking = dmarc::check(&house.dns, author, spf, dkim, dice % 100);
    Some(super::within(checks.timeout, asking, || not_now(author)).await)
}

fn not_now(author: &Author) -> Dmarc {
    let domain = if let Author::One(domain) = author { domain.clone() } else { String::new() };
    Dmarc {
        result: DmarcResult::TempError,
        organisation: mail::auth::organisation::organisation(&domain).to_owned(),
        domain,
        policy: Policy::None,
        spf_aligned: false,
        dkim_aligned: false,
    }
}

//! What is found of a client before it names a message: once for each greeting, however many messages follow.

use super::{dnsbl, helo, iprev};
use crate::house::House;
use mail::auth::findings::Findings;
use mail::envelope::Greeting;
use std::net::IpAddr;

/// A client as far as it is known.
#[derive(Default)]
pub struct Client {
    /// Under which name it was looked at; none: not yet.
    greeting: Option<Option<Greeting>>,
    findings: Findings,
}

impl Client {
    /// Looks, unless it was looked at under this name already.
    pub async fn look(&mut self, house: &House, greeting: Option<&Greeting>, peer: IpAddr) -> &Findings {
        if self.greeting.as_ref() != Some(&greeting.cloned()) {
            let (helo, iprev, listed) =
                tokio::join!(helo::check(house, greeting, peer), iprev::check(house, peer), dnsbl::check(house, peer));
            self.findings = Findings { helo, iprev, listed, ..Findings::default() };
            self.greeting = Some(greeting.cloned());
        }
        &self.findings
    }

    pub fn findings(&self) -> &Findings {
        &self.findings
    }
}

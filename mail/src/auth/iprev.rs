//! iprev (RFC 8601 §3): does the client's address point to a name that points back?

use super::lookup::{Failure, Family, Lookup};
use std::net::IpAddr;

/// Names of one address that are looked at (RFC 8601 §3 wants a limit).
const MOST_NAMES: usize = 10;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Iprev {
    /// With the name.
    Pass(String),
    /// It points nowhere, or to names that do not point back.
    Fail,
    TempError,
}

impl Iprev {
    pub fn word(&self) -> &'static str {
        match self {
            Iprev::Pass(_) => "pass",
            Iprev::Fail => "fail",
            Iprev::TempError => "temperror",
        }
    }
}

pub async fn check<L: Lookup>(dns: &L, address: IpAddr) -> Iprev {
    let address = address.to_canonical();
    let names = match dns.pointers(address).await {
        Ok(names) => names,
        Err(Failure::NotNow) => return Iprev::TempError,
        Err(Failure::NoSuchDomain | Failure::NoRecord) => return Iprev::Fail,
    };
    let mut worst = Iprev::Fail;
    for name in names.into_iter().take(MOST_NAMES) {
        match dns.addresses(&name, Family::of(address)).await {
            Ok(found) if found.contains(&address) => return Iprev::Pass(name),
            Err(Failure::NotNow) => worst = Iprev::TempError,
            Ok(_) | Err(_) => {}
        }
    }
    worst
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::table::{Table, now};

    #[test]
    fn an_address_passes_only_if_one_of_its_names_leads_back() {
        let dns = Table::default()
            .pointer("192.0.2.1", "mx.far.test")
            .address("mx.far.test", "192.0.2.1")
            // Anybody may point to a name that is not theirs.
            .pointer("192.0.2.2", "mx.bank.test")
            .address("mx.bank.test", "198.51.100.1")
            .pointer("192.0.2.3", "broken.test")
            .broken("broken.test")
            .pointer("192.0.2.4", "broken.test")
            .pointer("192.0.2.4", "four.far.test")
            .address("four.far.test", "192.0.2.4")
            .broken("192.0.2.5");
        for (address, expected) in [
            ("192.0.2.1", Iprev::Pass("mx.far.test".to_owned())),
            ("::ffff:192.0.2.1", Iprev::Pass("mx.far.test".to_owned())),
            ("192.0.2.2", Iprev::Fail),
            ("192.0.2.3", Iprev::TempError),
            ("192.0.2.4", Iprev::Pass("four.far.test".to_owned())),
            ("192.0.2.5", Iprev::TempError),
            ("192.0.2.6", Iprev::Fail),
        ] {
            assert_eq!(now(check(&dns, address.parse().unwrap())), expected, "{address}");
        }
    }
}

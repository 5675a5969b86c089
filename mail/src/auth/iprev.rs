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

//! iprev (RFC 8601 §3): does the client's address lead to a name and back?

use crate::house::House;
use mail::auth::iprev::{self, Iprev};
use std::net::IpAddr;

pub async fn check(house: &House, peer: IpAddr) -> Option<Iprev> {
    let checks = &house.config.checks;
    if !checks.iprev {
        return None;
    }
    Some(super::within(checks.timeout, iprev::check(&house.dns, peer), || Iprev::TempError).await)
}

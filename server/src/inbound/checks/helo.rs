//! What the client calls itself, looked up.

use crate::config::HeloCheck;
use crate::house::House;
use mail::auth::helo::{self, Helo};
use mail::envelope::Greeting;
use std::net::IpAddr;

pub async fn check(house: &House, greeting: Option<&Greeting>, peer: IpAddr) -> Option<Helo> {
    let checks = &house.config.checks;
    if checks.helo == HeloCheck::Off {
        return None;
    }
    let asking = helo::check(&house.dns, greeting?, peer, &house.config.hostname);
    Some(super::within(checks.timeout, asking, || Helo::TempError).await)
}

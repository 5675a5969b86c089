//! Reports between providers: what others' domains want to know of the mail that claims to be theirs (DMARC, RFC 7489 §7.2)
//! and of our sessions with their servers (TLS, RFC 8460) is counted and sent; what others tell us is kept for the admin.

mod count;
mod daily;
mod dmarc;
mod received;
mod tls;

pub use count::count;
pub use daily::run;
pub use received::{Line, look};

use crate::clock::span;
use crate::config::Config;
use store::Millis;

/// When the period began that `now` is in. A report is about one.
pub fn period_of(config: &Config, now: Millis) -> Millis {
    now - now.rem_euclid(span(config.report_period).max(1))
}

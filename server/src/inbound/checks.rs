//! Checks find; they never decide. What follows from a finding is `verdict`'s business.
//!
//! Each check asks DNS through `crate::dns`, within one limit of time for all that run together: what has not answered
//! by then is a temporary error.

pub mod arc;
pub mod client;
pub mod dkim;
pub mod dmarc;
pub mod dnsbl;
pub mod examine;
pub mod greylist;
pub mod helo;
pub mod iprev;
mod keys;
pub mod message;
pub mod sender_domain;
pub mod spf;

use std::time::Duration;

/// The answer, or `late` when it has not come in time.
async fn within<T>(limit: Duration, answer: impl Future<Output = T>, late: impl FnOnce() -> T) -> T {
    tokio::time::timeout(limit, answer).await.unwrap_or_else(|_| late())
}

//! Bounces: delivery status notifications (RFC 3464).

use crate::{Address, Domain};
use std::time::SystemTime;

/// One recipient that could not be reached.
#[derive(Clone, Debug)]
pub struct FailedRecipient {
    pub recipient: Address,
    /// Enhanced status, `5.1.1`.
    pub status: String,
    /// The remote's reply as it came, or our own words.
    pub diagnostic: String,
    /// `smtp` when the remote replied, else none (our own finding).
    pub remote: Option<String>,
    pub last_attempt: SystemTime,
}

/// Everything a bounce says. Nothing is looked up.
#[derive(Clone, Debug)]
pub struct Bounce<'a> {
    pub reporting: &'a Domain,
    pub to: &'a Address,
    pub arrived: SystemTime,
    pub now: SystemTime,
    pub message_id: String,
    pub boundary: String,
    pub failed: &'a [FailedRecipient],
    /// The message; its header is returned, its body is not.
    pub original: &'a [u8],
}

impl Bounce<'_> {
    /// The bounce as bytes: multipart/report with text for people, delivery-status and the original's header.
    pub fn write(&self) -> Vec<u8> {
        todo!()
    }
}

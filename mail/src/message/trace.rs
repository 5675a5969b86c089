//! The header a server adds and reads: Received, Return-Path (RFC 5321 §4.4).

use crate::envelope::{ForwardPath, Greeting, ReversePath};
use crate::Domain;
use std::net::IpAddr;
use std::time::SystemTime;

pub struct Received<'a> {
    /// None: from the webmail.
    pub greeting: Option<&'a Greeting>,
    pub peer: Option<IpAddr>,
    pub by: &'a Domain,
    /// `ESMTP`, `ESMTPS`, `ESMTPA`, `ESMTPSA`, `SMTP`, `HTTP` (RFC 3848).
    pub with: &'a str,
    pub id: &'a str,
    /// Named only when it is the one recipient.
    pub recipient: Option<&'a ForwardPath>,
    pub at: SystemTime,
}

impl Received<'_> {
    /// A folded header field, ending in CRLF.
    pub fn write(&self) -> String {
        todo!()
    }
}

pub fn return_path(_path: &ReversePath) -> String {
    todo!()
}

/// Received fields in the header: a message with 100 or more goes round (RFC 5321 §6.3). Stops at the end of the header.
pub fn hops(_raw: &[u8]) -> usize {
    todo!()
}

/// Which of the fields every message must have are missing: (Date, Message-ID, From).
pub fn missing_fields(_raw: &[u8]) -> Missing {
    todo!()
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Missing {
    pub date: bool,
    pub message_id: bool,
    pub from: bool,
}

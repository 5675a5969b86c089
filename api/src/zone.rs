//! What DNS has to say about a domain, as an admin sees it.

use serde::{Deserialize, Serialize};

/// One record that a domain should have, and what DNS says now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoneLine {
    /// `DKIM`, `SPF`, …
    pub purpose: String,
    /// Why it is wanted.
    pub why: String,
    pub name: String,
    /// `MX` or `TXT`.
    pub kind: String,
    pub value: String,
    /// The whole line as a zone file has it.
    pub line: String,
    pub state: ZoneState,
    /// What is there instead.
    pub found: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ZoneState {
    Right,
    Other,
    Missing,
    /// Nobody answers.
    Unknown,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZonePage {
    pub domain: String,
    pub lines: Vec<ZoneLine>,
}

//! The envelope: who it came from and where it goes, apart from what its header says.

use crate::{Address, Domain};

/// RFC 5321 §4.1.2 Reverse-path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ReversePath {
    /// `<>`: a bounce; never bounced itself.
    Null,
    Address(Address),
}

/// RFC 5321 §4.1.2 Forward-path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ForwardPath {
    /// `<postmaster>` without a domain (RFC 5321 §4.5.1).
    Postmaster,
    Address(Address),
}

/// What the client named itself in EHLO or HELO.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Greeting {
    Domain(Domain),
    /// `[192.0.2.1]`, `[IPv6:…]`, as written.
    Literal(String),
}

//! Addresses and domains: parsed at the door, trusted afterwards.

use std::fmt;
use std::str::FromStr;

/// A DNS domain, lower case, checked (RFC 5321 §4.1.2, RFC 1035 §2.3.1). Non-ASCII labels are held as A-labels when SMTPUTF8 comes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Domain(String);

/// A mailbox address (RFC 5321 §4.1.2): local part as written, domain lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Address {
    local: String,
    domain: Domain,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[error("no @ between local part and domain")]
    NoAt,
    #[error("the part before the @ is not valid")]
    Local,
    #[error("the domain is not valid")]
    Domain,
    #[error("longer than RFC 5321 allows")]
    TooLong,
}

impl Domain {
    pub fn parse(_text: &str) -> Result<Domain, AddressError> {
        todo!()
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Address {
    pub fn parse(_text: &str) -> Result<Address, AddressError> {
        todo!()
    }
    pub fn local(&self) -> &str {
        &self.local
    }
    pub fn domain(&self) -> &Domain {
        &self.domain
    }
    /// The whole in lower case: how this server compares addresses of its own.
    pub fn key(&self) -> String {
        todo!()
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.local, self.domain)
    }
}
impl FromStr for Address {
    type Err = AddressError;
    fn from_str(text: &str) -> Result<Address, AddressError> {
        Address::parse(text)
    }
}
impl FromStr for Domain {
    type Err = AddressError;
    fn from_str(text: &str) -> Result<Domain, AddressError> {
        Domain::parse(text)
    }
}

//! DNS as the checks see it. Whoever runs a check brings it: the server its resolver, a test a table.

use std::future::Future;
use std::net::IpAddr;

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The name does not exist (NXDOMAIN).
    NoSuchDomain,
    /// The name exists, with no such record.
    NoRecord,
    /// SERVFAIL, a time-out, too many questions: what is found of this is a temporary error, never a pass.
    NotNow,
}

/// Which addresses are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    V4,
    V6,
}

impl Family {
    pub fn of(address: IpAddr) -> Family {
        match address.to_canonical() {
            IpAddr::V4(_) => Family::V4,
            IpAddr::V6(_) => Family::V6,
        }
    }
}

/// What of DNS the checks ask. Names are without a final dot. `Ok` is never empty.
pub trait Lookup: Sync {
    /// Every TXT record, its strings joined without a gap (RFC 7208 §3.3, RFC 6376 §3.6.2.2).
    fn txt(&self, name: &str) -> impl Future<Output = Result<Vec<Vec<u8>>, Failure>> + Send;

    /// A or AAAA.
    fn addresses(&self, name: &str, family: Family) -> impl Future<Output = Result<Vec<IpAddr>, Failure>> + Send;

    /// The hosts that MX names, lowest preference first.
    fn exchanges(&self, name: &str) -> impl Future<Output = Result<Vec<String>, Failure>> + Send;

    /// The names that an address points back to (PTR).
    fn pointers(&self, address: IpAddr) -> impl Future<Output = Result<Vec<String>, Failure>> + Send;
}

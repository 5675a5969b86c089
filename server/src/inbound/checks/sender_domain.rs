//! Could mail to the sender come back at all? A sender whose domain takes no mail can never hear of a failure.

use crate::dns::{Dns, DnsFailure};
use mail::Domain;

/// What DNS says about a sender's domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SenderDomain {
    /// The null sender has none; or the check is switched off.
    NotAsked,
    /// One of ours.
    Ours,
    /// One of ours, with a name that nobody has.
    NobodyOfOurs,
    /// It has MX, A or AAAA.
    TakesMail,
    NoSuchDomain,
    /// It exists, but has none of the three.
    NoHost,
    /// It says that it takes no mail (RFC 7505).
    NullMx,
    /// DNS did not answer.
    NotNow,
}

pub async fn check(dns: &Dns, domain: &Domain) -> SenderDomain {
    match dns.mx(domain.as_str()).await {
        Ok(hosts) if hosts.iter().all(|mx| mx.host.is_empty()) => SenderDomain::NullMx,
        Ok(_) => SenderDomain::TakesMail,
        Err(DnsFailure::NoSuchDomain) => SenderDomain::NoSuchDomain,
        Err(DnsFailure::NotNow) => SenderDomain::NotNow,
        // RFC 5321 §5.1: without MX, the domain itself is the host.
        Err(DnsFailure::NoRecord) => match dns.addresses(domain.as_str()).await {
            Ok(_) => SenderDomain::TakesMail,
            Err(DnsFailure::NotNow) => SenderDomain::NotNow,
            Err(DnsFailure::NoRecord | DnsFailure::NoSuchDomain) => SenderDomain::NoHost,
        },
    }
}

//! What TLS to other servers must be like, and what it was: demanded by the operator, by the destination's DNS (DANE, RFC
//! 7672) or its policy (MTA-STS, RFC 8461), else taken where it is offered.

mod dane;
mod fetch;
mod sealed;
mod sts;
mod tally;
mod terms;
mod trust;
mod verifier;

pub use dane::Tlsa;
pub use sealed::Sealed;
pub use sts::StsMemory;
pub use tally::tally;
pub use terms::{Demand, Terms};
pub use trust::Trust;

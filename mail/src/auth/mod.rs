//! Who vouches for a message: SPF, DKIM, DMARC, ARC, iprev and lists of bad addresses. Each check gives a *finding*,
//! which is data; what follows from it is decided elsewhere (`server/src/inbound/verdict`).

pub mod arc;
pub mod author;
pub mod dkim;
pub mod dmarc;
pub mod findings;
pub mod helo;
pub mod iprev;
pub mod lookup;
pub mod organisation;
pub mod results;
pub mod spf;
pub mod survey;
#[cfg(test)]
mod table;
pub mod tags;
pub mod verdict;
mod words;

pub use words::{Stand, Vouched};

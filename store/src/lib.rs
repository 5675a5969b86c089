//! What we remember: the only SQL and the only blobs.
//!
//! Reads go to a pool. Writes go through one writer that commits in groups (`writer`), so throughput grows with
//! the number of callers and nobody meets a locked database. Times are Unix milliseconds and are passed in.

mod account;
mod acquaintance;
mod allowance;
mod arrival;
mod backup;
mod blob;
mod chance;
mod credential;
mod disk;
mod dkim;
mod draft;
mod error;
mod forwarding;
mod ledger;
mod mailbox;
mod message;
mod open;
#[cfg(test)]
mod plans;
mod queue;
mod refusal;
mod report;
mod scram;
mod search;
mod session;
mod tls_outcome;
mod writer;

pub use account::*;
pub use acquaintance::Meeting;
pub use allowance::{Allowance, Spent};
pub use arrival::Arrival;
pub use backup::Backup;
pub use blob::{Pieces, PreparedBlob, Source};
pub use credential::{CREDENTIALS, Credential, NewCredential, Scopes, ScramKeys};
pub use dkim::{Algorithm, DkimKey, NewDkimKey};
pub use draft::*;
pub use error::{Result, StoreError};
pub use ledger::{Event, Kind, LedgerLine};
pub use mailbox::{Edge, Flags, Keyset, Listed, Mailbox, Role};
pub use message::{Accepted, Copy, Dropped, Forwarded, Intake};
pub use open::{Options, Store};
pub use queue::*;
pub use refusal::{Refused, TraceQuery};
pub use report::{DmarcOutcome, ReceivedReport, ReportKind};
pub use scram::Scram;
pub use session::SessionRow;
pub use tls_outcome::{StsPolicy, TlsOutcome, TlsRule};

/// Unix milliseconds.
pub type Millis = i64;

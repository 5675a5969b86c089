//! SPF (RFC 7208): may this address send mail for this domain? The record is read whole before any of it is obeyed;
//! DNS is passed in.

mod evaluate;
mod expand;
mod macros;
mod record;
mod target;

pub use evaluate::{Answer, Asked, check_host};

use std::fmt;

/// What came of it (RFC 7208 §2.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SpfResult {
    /// The domain has no SPF record, or there is no domain.
    None,
    Neutral,
    Pass,
    Fail,
    SoftFail,
    /// DNS did not answer.
    TempError,
    /// The record cannot be understood.
    PermError,
}

impl SpfResult {
    pub const ALL: [SpfResult; 7] = {
        use SpfResult::*;
        [None, Neutral, Pass, Fail, SoftFail, TempError, PermError]
    };

    /// As Authentication-Results has it (RFC 8601 §2.7.2).
    pub fn word(self) -> &'static str {
        match self {
            SpfResult::None => "none",
            SpfResult::Neutral => "neutral",
            SpfResult::Pass => "pass",
            SpfResult::Fail => "fail",
            SpfResult::SoftFail => "softfail",
            SpfResult::TempError => "temperror",
            SpfResult::PermError => "permerror",
        }
    }

    pub fn from_word(word: &str) -> Option<SpfResult> {
        SpfResult::ALL.into_iter().find(|result| result.word() == word)
    }
}

/// Whose word was asked for (RFC 7208 §2.3, §2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    MailFrom,
    /// The null sender has no domain: then the name in EHLO counts.
    Helo,
}

/// The finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spf {
    pub result: SpfResult,
    pub identity: Identity,
    /// The domain that was asked, lower case.
    pub domain: String,
}

impl fmt::Display for SpfResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

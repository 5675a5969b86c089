//! DKIM (RFC 6376, 8463): what was found of each signature.

use std::fmt;

/// Signatures of a message that are looked at; each costs a question and a verification.
pub const MOST_SIGNATURES: usize = 10;

/// One signature. What it names is the message's own text, cut and in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    pub result: DkimResult,
    pub domain: String,
    pub selector: String,
    /// `rsa-sha256`, `ed25519-sha256`, …
    pub algorithm: String,
}

/// What came of it (RFC 8601 §2.7.1), and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DkimResult {
    Pass,
    /// The signature does not belong to this message.
    Fail(DkimFault),
    /// It was not good enough for us to count.
    Policy(DkimFault),
    /// It cannot be read.
    Neutral(DkimFault),
    /// The key cannot be looked up now.
    TempError,
    /// There is no key, or none that can be used.
    PermError(DkimFault),
}

/// Why a signature does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DkimFault {
    /// The text was changed on the way.
    Body,
    /// The header was changed on the way, or the signature was made with another key.
    Header,
    /// It covers only the beginning of the text (`l=`): anybody may have added the rest.
    Length,
    /// RSA of less than 1024 bits (RFC 8301 §3.2).
    WeakKey,
    /// SHA-1 (RFC 8301 §3.1).
    WeakHash,
    Expired,
    /// It does not cover From (RFC 6376 §5.4).
    FromNotSigned,
    /// No key in DNS.
    NoKey,
    /// A key that was withdrawn, or that cannot be read.
    BadKey,
    /// The signature itself cannot be read.
    Syntax,
    /// More than we look at.
    TooMany,
    /// It speaks for an identity that its key does not allow (`t=s`).
    Identity,
}

impl DkimFault {
    pub const ALL: [DkimFault; 12] = {
        use DkimFault::*;
        [Body, Header, Length, WeakKey, WeakHash, Expired, FromNotSigned, NoKey, BadKey, Syntax, TooMany, Identity]
    };

    /// A code, for what is kept.
    pub fn code(self) -> &'static str {
        use DkimFault::*;
        match self {
            Body => "body",
            Header => "header",
            Length => "length",
            WeakKey => "weak-key",
            WeakHash => "weak-hash",
            Expired => "expired",
            FromNotSigned => "from-not-signed",
            NoKey => "no-key",
            BadKey => "bad-key",
            Syntax => "syntax",
            TooMany => "too-many",
            Identity => "identity",
        }
    }

    pub fn from_code(code: &str) -> Option<DkimFault> {
        DkimFault::ALL.into_iter().find(|fault| fault.code() == code)
    }

    /// In words, for `reason=` and for people.
    pub fn words(self) -> &'static str {
        use DkimFault::*;
        match self {
            Body => "the text was changed after it was signed",
            Header => "the header was changed after it was signed",
            Length => "only the beginning of the text is signed",
            WeakKey => "the key is too short to trust",
            WeakHash => "the signature is of a kind that can be forged (SHA-1)",
            Expired => "the signature has expired",
            FromNotSigned => "the sender's name is not signed",
            NoKey => "the signing domain publishes no such key",
            BadKey => "the signing domain's key cannot be used",
            Syntax => "the signature cannot be read",
            TooMany => "there are more signatures than are looked at",
            Identity => "the key does not allow what the signature claims",
        }
    }
}

impl DkimResult {
    pub fn word(self) -> &'static str {
        match self {
            DkimResult::Pass => "pass",
            DkimResult::Fail(_) => "fail",
            DkimResult::Policy(_) => "policy",
            DkimResult::Neutral(_) => "neutral",
            DkimResult::TempError => "temperror",
            DkimResult::PermError(_) => "permerror",
        }
    }

    pub fn fault(self) -> Option<DkimFault> {
        match self {
            DkimResult::Pass | DkimResult::TempError => None,
            DkimResult::Fail(fault)
            | DkimResult::Policy(fault)
            | DkimResult::Neutral(fault)
            | DkimResult::PermError(fault) => Some(fault),
        }
    }

    pub fn from_parts(word: &str, fault: Option<DkimFault>) -> Option<DkimResult> {
        Some(match (word, fault) {
            ("pass", None) => DkimResult::Pass,
            ("temperror", None) => DkimResult::TempError,
            ("fail", Some(fault)) => DkimResult::Fail(fault),
            ("policy", Some(fault)) => DkimResult::Policy(fault),
            ("neutral", Some(fault)) => DkimResult::Neutral(fault),
            ("permerror", Some(fault)) => DkimResult::PermError(fault),
            _ => return None,
        })
    }
}

impl fmt::Display for DkimResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

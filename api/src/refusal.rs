//! Why something was not done: codes, never text. The words are the page's (`app`).

use serde::{Deserialize, Serialize};
use std::fmt;

/// One refusal. It survives a trip through a URL: `Display` writes its code, `from_code` reads it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// No session, or it has ended: sign in again.
    SignedOut,
    /// Wrong address or password. The same for an unknown account.
    WrongCredentials,
    /// Too many sign-in attempts: wait.
    TooManyAttempts,
    /// Signed in, but this needs another role.
    Forbidden,
    /// The thing asked for is not there (any more).
    NotFound,
    /// Not a valid address.
    BadAddress,
    /// Not a valid domain name.
    BadDomain,
    /// Nobody to send to.
    NoRecipient,
    /// The address or name is in use already.
    Taken,
    /// The domain still has accounts.
    NotEmpty,
    /// The typed confirmation does not match.
    NotConfirmed,
    /// A password shorter than ten characters.
    WeakPassword,
    /// A number out of range.
    BadNumber,
    /// The message or file is larger than the limit.
    TooLarge,
    /// The mailbox is full.
    QuotaFull,
    /// The draft was changed in another window since this one read it.
    EditedElsewhere,
    /// An account cannot take itself away.
    Yourself,
    /// Disk full or store busy: try again. Nothing was lost.
    TryAgain,
    /// Something failed here; it is in the log.
    Broken,
}

/// Every refusal, for pages and tests that must know them all.
pub const REFUSALS: [Refusal; 19] = {
    use Refusal::*;
    [
        SignedOut,
        WrongCredentials,
        TooManyAttempts,
        Forbidden,
        NotFound,
        BadAddress,
        BadDomain,
        NoRecipient,
        Taken,
        NotEmpty,
        NotConfirmed,
        WeakPassword,
        BadNumber,
        TooLarge,
        QuotaFull,
        EditedElsewhere,
        Yourself,
        TryAgain,
        Broken,
    ]
};

impl Refusal {
    pub fn code(self) -> &'static str {
        use Refusal::*;
        match self {
            SignedOut => "signed-out",
            WrongCredentials => "wrong-credentials",
            TooManyAttempts => "too-many-attempts",
            Forbidden => "forbidden",
            NotFound => "not-found",
            BadAddress => "bad-address",
            BadDomain => "bad-domain",
            NoRecipient => "no-recipient",
            Taken => "taken",
            NotEmpty => "not-empty",
            NotConfirmed => "not-confirmed",
            WeakPassword => "weak-password",
            BadNumber => "bad-number",
            TooLarge => "too-large",
            QuotaFull => "quota-full",
            EditedElsewhere => "edited-elsewhere",
            Yourself => "yourself",
            TryAgain => "try-again",
            Broken => "broken",
        }
    }

    pub fn from_code(code: &str) -> Option<Refusal> {
        REFUSALS.into_iter().find(|refusal| refusal.code() == code)
    }

    /// The HTTP status a page or an endpoint answers with.
    pub fn status(self) -> u16 {
        use Refusal::*;
        match self {
            SignedOut | WrongCredentials => 401,
            TooManyAttempts => 429,
            Forbidden => 403,
            NotFound => 404,
            BadAddress | BadDomain | NoRecipient | NotConfirmed | WeakPassword | BadNumber | Yourself => 422,
            Taken | NotEmpty | EditedElsewhere => 409,
            TooLarge => 413,
            QuotaFull => 507,
            TryAgain => 503,
            Broken => 500,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl std::error::Error for Refusal {}

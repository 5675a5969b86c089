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
    /// An address of a domain here that nobody has.
    UnknownRecipient,
    /// More recipients than one message may have.
    TooManyRecipients,
    /// A move that names no mailbox.
    NoMailbox,
    /// The address or name is in use already.
    Taken,
    /// The domain still has accounts, aliases or other names.
    NotEmpty,
    /// The address would lead back to itself.
    Loop,
    /// More than the domain may have, or than one alias may reach.
    Limit,
    /// The address that an account is named by stays with it.
    NamedByIt,
    /// The typed confirmation does not match.
    NotConfirmed,
    /// A password shorter than ten characters.
    WeakPassword,
    /// A number out of range.
    BadNumber,
    /// The file is larger than what the message has room for.
    TooLarge,
    /// The message is too large with all its files.
    MessageTooLarge,
    /// The text is longer than is kept.
    TextTooLong,
    /// The mailbox is full.
    QuotaFull,
    /// The draft was changed in another window since this one read it.
    EditedElsewhere,
    /// The draft was sent already, with another text.
    SentAlready,
    /// An account cannot take itself away.
    Yourself,
    /// Disk full or store busy: try again. Nothing was lost.
    TryAgain,
    /// Something failed here; it is in the log.
    Broken,
}

/// Every refusal, for pages and tests that must know them all.
pub const REFUSALS: [Refusal; 28] = {
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
        UnknownRecipient,
        TooManyRecipients,
        NoMailbox,
        Taken,
        NotEmpty,
        Loop,
        Limit,
        NamedByIt,
        NotConfirmed,
        WeakPassword,
        BadNumber,
        TooLarge,
        MessageTooLarge,
        TextTooLong,
        QuotaFull,
        EditedElsewhere,
        SentAlready,
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
            UnknownRecipient => "unknown-recipient",
            TooManyRecipients => "too-many-recipients",
            NoMailbox => "no-mailbox",
            Taken => "taken",
            NotEmpty => "not-empty",
            Loop => "loop",
            Limit => "limit",
            NamedByIt => "named-by-it",
            NotConfirmed => "not-confirmed",
            WeakPassword => "weak-password",
            BadNumber => "bad-number",
            TooLarge => "too-large",
            MessageTooLarge => "message-too-large",
            TextTooLong => "text-too-long",
            QuotaFull => "quota-full",
            EditedElsewhere => "edited-elsewhere",
            SentAlready => "sent-already",
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
            BadAddress | BadDomain | NoRecipient | UnknownRecipient | TooManyRecipients | NoMailbox => 422,
            NotConfirmed | WeakPassword | BadNumber | Yourself => 422,
            Taken | NotEmpty | Loop | Limit | NamedByIt | EditedElsewhere | SentAlready => 409,
            TooLarge | MessageTooLarge | TextTooLong => 413,
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

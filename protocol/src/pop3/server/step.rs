//! What a session tells its driver to do, what it asks, and what it may be told.

use super::Entry;
use crate::sasl::Credentials;
use crate::sasl::scram::ScramCredentials;

/// A listener's rules, shared by all its sessions.
#[derive(Clone, Debug)]
pub struct Config {
    /// What the greeting says after `+OK`; printable ASCII.
    pub banner: String,
    /// Offer STLS (RFC 2595), until TLS is on.
    pub tls_available: bool,
    /// Take passwords only when TLS is on.
    pub require_tls_for_login: bool,
    /// Offer SCRAM-SHA-256: the driver knows what is kept of passwords for it.
    pub scram: bool,
    /// After this many wrong commands or failed logins the session is closed.
    pub max_errors: u32,
}

/// What the driver does next. Do it wholly, then ask for the next step.
#[derive(Debug, PartialEq)]
pub enum Step<'s> {
    /// Read, and hand the bytes to `receive`. Nothing is waiting to be sent.
    NeedInput,
    /// Write all of it. A large message comes in several.
    Send(&'s [u8]),
    /// Decide, and hand the answer to `answer`.
    Ask(Question),
    /// Do the TLS handshake, then call `tls_started`; if it fails, drop the connection.
    StartTls,
    /// Close the connection and unlock the maildrop. Nothing is waiting to be sent.
    Close,
}

/// What the session cannot know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Is it right, and is the maildrop free? `Maildrop` (locked from now on) or `Refused`.
    Login(Credentials),
    /// AUTH SCRAM-SHA-256: what is kept of this user's password? `Scram`, for an unknown user made up from the name and
    /// always the same; or `Refused`.
    Scram { user: String },
    /// The user's proof was judged; `right` is the password that it proves, 0 being the first. Right: as `Login`. A wrong
    /// one is asked for as well, so that guesses are counted: `Refused`.
    ScramProof { user: String, right: Option<usize> },
    /// A message from its start: `Part` or `Unavailable`. `whole`: for RETR, not TOP.
    Retrieve { id: i64, whole: bool },
    /// What follows the last part of the message under way: `Part`, or `Unavailable`, and the session is over.
    Part,
    /// QUIT with deletions, at least one: `Committed` when they are on disk, else `NotRemoved`.
    Quit { deleted: Vec<i64> },
}

/// The driver's answer. One that does not fit the question counts as "not now".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Maildrop(Vec<Entry>),
    /// A nonce of chance, printable ASCII without commas, and what is kept of the password.
    Scram(String, ScramCredentials),
    Refused(Refusal),
    /// Of a message: all of it, or as much as is at hand. `last`: nothing follows.
    Part {
        octets: Vec<u8>,
        last: bool,
    },
    Unavailable,
    Committed,
    NotRemoved,
}

/// Why nobody is signed in (RFC 2449 §8, RFC 3206).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// `[AUTH]`: unknown account or wrong password, in the same words.
    Credentials,
    /// `[IN-USE]`: another session has the maildrop.
    InUse,
    /// `[SYS/TEMP]`: not now.
    NotNow,
    /// `[SYS/PERM]`: the account may not collect; a person must act.
    Never,
}

impl Default for Config {
    /// No TLS, so no passwords but where that is allowed; 20 errors.
    fn default() -> Config {
        Config {
            banner: "Restante POP3 ready".to_owned(),
            tls_available: false,
            require_tls_for_login: true,
            scram: false,
            max_errors: 20,
        }
    }
}

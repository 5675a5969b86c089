//! A reply: `+OK` or `-ERR`, perhaps a response code in brackets, and words (RFC 1939 §3, RFC 2449 §8, RFC 3206).

use std::borrow::Cow;

/// The first line of what the server answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    ok: bool,
    text: Cow<'static, str>,
}

impl Reply {
    pub const fn ok(text: &'static str) -> Reply {
        Reply { ok: true, text: Cow::Borrowed(text) }
    }

    /// The text may open with a response code: `[IN-USE] …`.
    pub const fn err(text: &'static str) -> Reply {
        Reply { ok: false, text: Cow::Borrowed(text) }
    }

    /// The same with other words.
    pub fn with_text(&self, text: String) -> Reply {
        Reply { ok: self.ok, text: Cow::Owned(text) }
    }

    pub fn is_ok(&self) -> bool {
        self.ok
    }

    /// Appends the line as it goes over the wire.
    pub fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(if self.ok { b"+OK" } else { b"-ERR" });
        if !self.text.is_empty() {
            out.push(b' ');
            out.extend_from_slice(self.text.as_bytes());
        }
        out.extend_from_slice(b"\r\n");
    }
}

pub(super) const OK: Reply = Reply::ok("");
pub(super) const BYE: Reply = Reply::ok("Bye");
pub(super) const CAPABILITIES: Reply = Reply::ok("Capabilities follow");
pub(super) const START_TLS: Reply = Reply::ok("Ready to start TLS");
pub(super) const NAME_OK: Reply = Reply::ok("Now the password");
pub(super) const DELETED: Reply = Reply::ok("Will be deleted at QUIT");

pub(super) const UNKNOWN_COMMAND: Reply = Reply::err("Unknown command");
pub(super) const NOT_A_LINE: Reply = Reply::err("A command is a line of text that ends in CRLF");
pub(super) const LINE_TOO_LONG: Reply = Reply::err("Line too long");
pub(super) const BAD_ARGUMENT: Reply = Reply::err("Wrong argument");
pub(super) const NO_SUCH_MESSAGE: Reply = Reply::err("No such message");
pub(super) const LOGIN_FIRST: Reply = Reply::err("Sign in first");
pub(super) const LOGIN_ALREADY: Reply = Reply::err("Already signed in");
pub(super) const NAME_FIRST: Reply = Reply::err("USER first");
pub(super) const NOT_OFFERED: Reply = Reply::err("Not offered here");
pub(super) const TLS_ALREADY: Reply = Reply::err("TLS is already on");
pub(super) const TLS_REQUIRED: Reply = Reply::err("STLS first: passwords travel encrypted only");
pub(super) const UNKNOWN_MECHANISM: Reply = Reply::err("Mechanism not offered");
pub(super) const LOGIN_CANCELLED: Reply = Reply::err("Signing in cancelled");
pub(super) const NOT_BASE64: Reply = Reply::err("Not valid base64");
pub(super) const BAD_RESPONSE: Reply = Reply::err("Not what this mechanism prescribes");
/// For an unknown account and for a wrong password: the same words.
pub(super) const LOGIN_REFUSED: Reply = Reply::err("[AUTH] Name or password is wrong");
pub(super) const IN_USE: Reply = Reply::err("[IN-USE] Another session has this maildrop");
pub(super) const LOGIN_NOT_NOW: Reply = Reply::err("[SYS/TEMP] Signing in is not possible now; try again later");
pub(super) const LOGIN_NEVER: Reply = Reply::err("[SYS/PERM] This account may not collect mail; ask its postmaster");
pub(super) const NOT_NOW: Reply = Reply::err("[SYS/TEMP] Not possible now; try again later");
pub(super) const NOT_REMOVED: Reply = Reply::err("[SYS/TEMP] Some deleted messages not removed");
pub(super) const TOO_MANY_ERRORS: Reply = Reply::err("Too many errors");
pub(super) const SHUTTING_DOWN: Reply = Reply::err("[SYS/TEMP] Closing for maintenance; try again later");
pub(super) const OVERLOADED: Reply = Reply::err("[SYS/TEMP] Too many connections; try again later");

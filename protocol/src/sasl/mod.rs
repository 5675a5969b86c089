//! Signing in (RFC 4422): the two mechanisms that send a name and a password, as SMTP and POP3 carry them, and
//! [`scram`], which proves a password and never sends it.

pub mod scram;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt;

/// How the client sends its name and password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mechanism {
    /// RFC 4616.
    Plain,
    /// draft-murchison-sasl-login: never a standard, still what some programs speak.
    Login,
    /// POP3's own USER and PASS (RFC 1939 §7).
    UserPass,
    /// RFC 7677.
    ScramSha256,
}

impl Mechanism {
    /// A mechanism by the name that AUTH gives it; none: one that nobody here knows.
    pub fn named(name: &str) -> Option<Mechanism> {
        let known =
            [("PLAIN", Mechanism::Plain), ("LOGIN", Mechanism::Login), ("SCRAM-SHA-256", Mechanism::ScramSha256)];
        known.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, mechanism)| mechanism)
    }
}

/// A password on its way to be checked. It never shows in `{:?}`, so it cannot slip into a log.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

/// What a client claims: a name and the password that is to prove it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    pub mechanism: Mechanism,
    pub user: String,
    pub password: Password,
}

/// Why an exchange could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SaslError {
    #[error("not base64")]
    Base64,
    #[error("not what the mechanism prescribes")]
    Malformed,
    /// The client asks to act as somebody else than it signs in as (RFC 4616 §2 authzid): nobody may here.
    #[error("acting as another user is not offered")]
    OtherIdentity,
}

impl Password {
    pub fn new(text: String) -> Password {
        Password(text)
    }

    /// The password itself, for the one who checks it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// One base64 line of the exchange as text. `=` alone is the empty response (RFC 4954 §4).
///
/// # Errors
/// `Base64`, or `Malformed` for what is not UTF-8.
pub fn decode_text(line: &str) -> Result<String, SaslError> {
    if line == "=" {
        return Ok(String::new());
    }
    let bytes = STANDARD.decode(line).map_err(|_| SaslError::Base64)?;
    String::from_utf8(bytes).map_err(|_| SaslError::Malformed)
}

/// The one message of PLAIN in base64: `[authzid] NUL authcid NUL passwd` (RFC 4616 §2).
///
/// # Errors
/// Any `SaslError`; an authzid that differs from the authcid is `OtherIdentity`.
pub fn decode_plain(line: &str) -> Result<Credentials, SaslError> {
    let text = decode_text(line)?;
    let mut parts = text.split('\0');
    let (Some(acting_as), Some(user), Some(password), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(SaslError::Malformed);
    };
    if user.is_empty() || password.is_empty() {
        return Err(SaslError::Malformed);
    }
    if !acting_as.is_empty() && acting_as != user {
        return Err(SaslError::OtherIdentity);
    }
    Ok(Credentials { mechanism: Mechanism::Plain, user: user.to_owned(), password: Password::new(password.to_owned()) })
}

/// A text as one base64 line of the exchange.
pub fn encode_text(text: &str) -> String {
    STANDARD.encode(text)
}

/// The one message of PLAIN as a client sends it (RFC 4616 §2). A NUL in name or password makes it another message:
/// whoever takes them from a person refuses it.
pub fn encode_plain(user: &str, password: &Password) -> String {
    STANDARD.encode(format!("\0{user}\0{}", password.expose()))
}

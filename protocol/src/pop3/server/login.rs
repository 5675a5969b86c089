//! Signing in: USER and PASS (RFC 1939 §7), AUTH PLAIN (RFC 5034).

use super::session::{Asked, Phase};
use super::{Question, Session};
use crate::lines::Line;
use crate::pop3::{Reply, reply};
use crate::sasl::{self, Credentials, Mechanism, Password, SaslError};

/// RFC 5034 §4: a client's response is longer than a command may be.
pub(super) const LONGEST_AUTH: usize = 12_288;

impl Session {
    pub(super) fn user(&mut self, name: String) {
        if self.passwords_are_safe() {
            self.phase = Phase::Authorization { user: Some(name) };
            self.say(reply::NAME_OK);
        } else {
            self.wrong(reply::TLS_REQUIRED);
        }
    }

    pub(super) fn pass(&mut self, user: Option<String>, password: Password) -> Option<Question> {
        let Some(user) = user else {
            self.wrong(reply::NAME_FIRST);
            return None;
        };
        Some(self.ask(Credentials { mechanism: Mechanism::UserPass, user, password }))
    }

    pub(super) fn auth(&mut self, mechanism: Option<Mechanism>, initial: Option<String>) -> Option<Question> {
        if !self.passwords_are_safe() {
            self.wrong(reply::TLS_REQUIRED);
        } else if mechanism != Some(Mechanism::Plain) {
            self.wrong(reply::UNKNOWN_MECHANISM);
        } else if let Some(text) = initial {
            return self.plain(&text);
        } else {
            // RFC 5034 §4: a continuation with nothing to say.
            self.out.more().extend_from_slice(b"+ \r\n");
            self.phase = Phase::Exchange;
        }
        None
    }

    /// The client's response, if its line is there, carried out: `Some(None)` when nothing needs to be asked.
    pub(super) fn response(&mut self) -> Option<Option<Question>> {
        let text = match self.input.line(|_| LONGEST_AUTH)? {
            Line::Text(text) => std::str::from_utf8(text).map(str::to_owned).map_err(|_| reply::NOT_BASE64),
            Line::BareLf => Err(reply::NOT_A_LINE),
            Line::TooLong => Err(reply::LINE_TOO_LONG),
        };
        self.phase = Phase::Authorization { user: None };
        Some(match text {
            Ok(text) if text == "*" => self.refuse(reply::LOGIN_CANCELLED),
            Ok(text) => self.plain(&text),
            Err(reply) => self.refuse(reply),
        })
    }

    fn plain(&mut self, text: &str) -> Option<Question> {
        match sasl::decode_plain(text) {
            Ok(credentials) => Some(self.ask(credentials)),
            Err(SaslError::Base64) => self.refuse(reply::NOT_BASE64),
            Err(SaslError::Malformed) => self.refuse(reply::BAD_RESPONSE),
            Err(SaslError::OtherIdentity) => self.refuse(reply::LOGIN_REFUSED),
        }
    }

    fn refuse(&mut self, reply: Reply) -> Option<Question> {
        self.wrong(reply);
        None
    }

    fn ask(&mut self, credentials: Credentials) -> Question {
        self.phase = Phase::Asked(Asked::Login { user: credentials.user.clone() });
        Question::Login(credentials)
    }

    pub(super) fn passwords_are_safe(&self) -> bool {
        self.tls || !self.config.require_tls_for_login
    }
}

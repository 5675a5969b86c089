//! Signing in: USER and PASS (RFC 1939 §7), AUTH PLAIN and SCRAM-SHA-256 (RFC 5034).

use super::session::{Asked, Exchange, Phase};
use super::{Entry, Question, Session};
use crate::lines::Line;
use crate::pop3::{Reply, reply};
use crate::sasl::scram::{Challenge, ClientFirst, ScramCredentials};
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
        let exchange = match mechanism {
            Some(Mechanism::Plain) => Some(Exchange::Plain),
            Some(Mechanism::ScramSha256) if self.config.scram => Some(Exchange::ScramFirst),
            _ => None,
        };
        match (exchange, initial) {
            _ if !self.passwords_are_safe() => self.wrong(reply::TLS_REQUIRED),
            (None, _) => self.wrong(reply::UNKNOWN_MECHANISM),
            (Some(exchange), Some(text)) => return self.go_on(exchange, &text),
            (Some(exchange), None) => self.say_more("", exchange),
        }
        None
    }

    /// RFC 5034 §4: a continuation, perhaps with nothing to say.
    fn say_more(&mut self, text: &str, next: Exchange) {
        let out = self.out.more();
        out.extend_from_slice(b"+ ");
        out.extend_from_slice(text.as_bytes());
        out.extend_from_slice(b"\r\n");
        self.phase = Phase::Exchange(next);
    }

    /// The client's response, if its line is there, carried out: `Some(None)` when nothing needs to be asked.
    pub(super) fn response(&mut self) -> Option<Option<Question>> {
        let text = match self.input.line(|_| LONGEST_AUTH)? {
            Line::Text(text) => std::str::from_utf8(text).map(str::to_owned).map_err(|_| reply::NOT_BASE64),
            Line::BareLf => Err(reply::NOT_A_LINE),
            Line::TooLong => Err(reply::LINE_TOO_LONG),
        };
        let phase = std::mem::replace(&mut self.phase, Phase::Authorization { user: None });
        let Phase::Exchange(exchange) = phase else { return Some(None) };
        Some(match text {
            Ok(text) if text == "*" => self.refuse(reply::LOGIN_CANCELLED),
            Ok(text) => self.go_on(exchange, &text),
            Err(reply) => self.refuse(reply),
        })
    }

    fn go_on(&mut self, exchange: Exchange, text: &str) -> Option<Question> {
        let asked = match exchange {
            Exchange::Plain => sasl::decode_plain(text).map(|credentials| self.ask(credentials)),
            Exchange::ScramFirst => ClientFirst::decode(text).map(|first| self.ask_scram(first)),
            Exchange::ScramFinal(challenge) => self.judge(&challenge, text),
            Exchange::ScramEnd { user, entries } if text.is_empty() => {
                self.signed_in(user, entries);
                return None;
            }
            Exchange::ScramEnd { .. } => Err(SaslError::Malformed),
        };
        match asked {
            Ok(question) => Some(question),
            Err(SaslError::Base64) => self.refuse(reply::NOT_BASE64),
            Err(SaslError::Malformed) => self.refuse(reply::BAD_RESPONSE),
            Err(SaslError::OtherIdentity) => self.refuse(reply::LOGIN_REFUSED),
        }
    }

    fn ask_scram(&mut self, first: ClientFirst) -> Question {
        let user = first.user().to_owned();
        self.phase = Phase::Asked(Asked::Scram(first));
        Question::Scram { user }
    }

    pub(super) fn challenge(&mut self, first: ClientFirst, nonce: &str, credentials: ScramCredentials) {
        let challenge = first.challenge(nonce, credentials);
        self.say_more(&challenge.line(), Exchange::ScramFinal(Box::new(challenge)));
    }

    fn judge(&mut self, challenge: &Challenge, text: &str) -> Result<Question, SaslError> {
        let proof = challenge.verify(text)?;
        let (user, right) = (challenge.user().to_owned(), proof.as_ref().map(|(which, _)| *which));
        let proof = proof.map(|(_, proof)| proof);
        self.phase = Phase::Asked(Asked::ScramProof { user: user.clone(), proof });
        Ok(Question::ScramProof { user, right })
    }

    /// Who is let in hears our own proof first (RFC 5802 §5), and says that it came.
    pub(super) fn prove(&mut self, proof: &str, user: String, entries: Vec<Entry>) {
        self.say_more(proof, Exchange::ScramEnd { user, entries });
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

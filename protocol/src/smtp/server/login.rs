//! AUTH after its first line (RFC 4954 §4): what the client's responses add up to.

use super::phase::{Asked, Exchange, Phase};
use super::{Question, Session};
use crate::sasl::{self, Credentials, Mechanism, Password, SaslError};
use crate::smtp::{Reply, replies};

impl Session {
    /// One response of the client. The phase is `Commands` when nothing further is awaited.
    pub(super) fn continue_login(&mut self, exchange: Exchange, text: &str) -> Option<Question> {
        if text == "*" {
            self.wrong(replies::LOGIN_CANCELLED);
            return None;
        }
        self.read_response(exchange, text).unwrap_or_else(|reply| {
            self.wrong(reply);
            None
        })
    }

    fn read_response(&mut self, exchange: Exchange, text: &str) -> Result<Option<Question>, Reply> {
        match exchange {
            Exchange::Plain => {
                sasl::decode_plain(text).map(|credentials| Some(self.claim(credentials))).map_err(refusal)
            }
            Exchange::LoginName => {
                let user = sasl::decode_text(text).map_err(refusal)?;
                self.say(replies::ASK_PASSWORD);
                self.phase = Phase::Exchange(Exchange::LoginPassword { user });
                Ok(None)
            }
            Exchange::LoginPassword { user } => {
                let password = Password::new(sasl::decode_text(text).map_err(refusal)?);
                Ok(Some(self.claim(Credentials { mechanism: Mechanism::Login, user, password })))
            }
            Exchange::ScramFirst => self.scram_first(text).map(Some),
            Exchange::ScramFinal(challenge) => self.scram_final(&challenge, text).map(Some),
            Exchange::ScramEnd { user, reply } => self.scram_end(user, reply, text).map(|()| None),
        }
    }

    fn claim(&mut self, credentials: Credentials) -> Question {
        self.phase = Phase::Asked(Asked::Login(credentials.user.clone()));
        Question::Login(credentials)
    }
}

pub(super) fn refusal(error: SaslError) -> Reply {
    match error {
        SaslError::Base64 => replies::NOT_BASE64,
        SaslError::Malformed => replies::BAD_RESPONSE,
        SaslError::OtherIdentity => replies::LOGIN_REFUSED,
    }
}

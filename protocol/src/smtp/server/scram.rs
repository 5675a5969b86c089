//! AUTH SCRAM-SHA-256 (RFC 7677) in SMTP (RFC 4954 §4): the machine judges the proof, the desk knows what is kept.

use super::login::refusal;
use super::phase::{Asked, Exchange, Phase};
use super::{Question, Session};
use crate::sasl::scram::{Challenge, ClientFirst, ScramCredentials};
use crate::smtp::{Reply, replies};

impl Session {
    pub(super) fn scram_first(&mut self, text: &str) -> Result<Question, Reply> {
        let first = ClientFirst::decode(text).map_err(refusal)?;
        let user = first.user().to_owned();
        self.phase = Phase::Asked(Asked::Scram(first));
        Ok(Question::Scram { user })
    }

    /// The answer to `Question::Scram`: a nonce of chance (printable ASCII without commas, 18 octets in base64 do), and
    /// what is kept of the user's password; for an unknown user something made up from the name, always the same. None:
    /// not possible now.
    pub fn answer_scram(&mut self, kept: Option<(&str, ScramCredentials)>) {
        let first = match std::mem::replace(&mut self.phase, Phase::Commands) {
            Phase::Asked(Asked::Scram(first)) => first,
            other => {
                self.phase = other;
                return;
            }
        };
        match kept {
            Some((nonce, credentials)) => {
                let challenge = first.challenge(nonce, credentials);
                let line = challenge.line();
                self.phase = Phase::Exchange(Exchange::ScramFinal(Box::new(challenge)));
                self.settle(Session::say, replies::CONTINUE.with_text(line));
            }
            None => self.settle(Session::say, replies::LOGIN_NOT_NOW),
        }
    }

    pub(super) fn scram_final(&mut self, challenge: &Challenge, text: &str) -> Result<Question, Reply> {
        let proof = challenge.verify(text).map_err(refusal)?;
        let (user, right) = (challenge.user().to_owned(), proof.as_ref().map(|(which, _)| *which));
        self.phase = Phase::Asked(Asked::ScramProof(user.clone(), proof.map(|(_, proof)| proof)));
        Ok(Question::ScramProof { user, right })
    }

    /// The desk's word on a judged proof. Who is let in hears our own proof first, and says that it came.
    pub(super) fn scram_answered(&mut self, user: String, proof: Option<String>, reply: Reply) {
        match proof {
            Some(proof) if reply.is_positive() => {
                self.phase = Phase::Exchange(Exchange::ScramEnd { user, reply });
                self.settle(Session::say, replies::CONTINUE.with_text(proof));
            }
            None if reply.is_positive() => self.settle(Session::wrong, replies::LOGIN_REFUSED),
            _ if reply.code() == 421 => self.close(reply),
            _ if reply.is_permanent() => self.settle(Session::wrong, reply),
            _ => self.settle(Session::say, reply),
        }
    }

    /// RFC 4954 §4: the client answers the last challenge with an empty line.
    pub(super) fn scram_end(&mut self, user: String, reply: Reply, text: &str) -> Result<(), Reply> {
        if !text.is_empty() {
            return Err(replies::BAD_RESPONSE);
        }
        self.login = Some(user);
        self.say(reply);
        Ok(())
    }
}

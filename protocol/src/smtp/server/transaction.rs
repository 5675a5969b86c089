//! MAIL, RCPT and DATA: the envelope grows until the message comes (RFC 5321 §3.3).

use super::phase::{Asked, Framing, Phase, Receiving};
use super::{Envelope, Kind, Question, Recipient, Session};
use crate::dot::Unstuffer;
use crate::smtp::{OfMail, Reply, replies};
use mail::envelope::{ForwardPath, RecipientWishes, ReversePath};

impl Session {
    pub(super) fn mail(&mut self, path: ReversePath, parameters: OfMail) -> Option<Question> {
        let OfMail { size, body, wishes } = parameters;
        if self.hello.is_none() {
            self.wrong(replies::HELLO_FIRST);
        } else if self.config.require_auth && self.login.is_none() {
            self.wrong(replies::LOGIN_REQUIRED);
        } else if matches!(self.phase, Phase::Transaction(_)) {
            self.wrong(replies::SENDER_ALREADY);
        } else if wishes.require_tls && !self.tls {
            // RFC 8689 §3: offered under TLS only.
            self.note_sender(&path, &replies::UNKNOWN_PARAMETER);
            self.wrong(replies::UNKNOWN_PARAMETER);
        } else if size.is_some_and(|size| size > self.config.size_limit) {
            self.note_sender(&path, &replies::TOO_BIG);
            self.say(replies::TOO_BIG);
        } else if self.config.max_messages.is_some_and(|most| self.messages >= most) {
            self.close(replies::TOO_MANY_MESSAGES);
        } else {
            let (sender, recipients) = (path.clone(), Vec::new());
            let envelope = Envelope { sender, body, wishes: wishes.clone(), recipients, declared: size, size: 0 };
            self.phase = Phase::Asked(Asked::Sender(envelope));
            return Some(Question::Sender { path, size, body, wishes });
        }
        None
    }

    pub(super) fn rcpt(&mut self, path: ForwardPath, wishes: RecipientWishes, utf8: bool) -> Option<Question> {
        match std::mem::replace(&mut self.phase, Phase::Commands) {
            Phase::Transaction(envelope) if utf8 && !envelope.wishes.utf8 => {
                self.phase = Phase::Transaction(envelope);
                self.note_recipient(&path, &replies::RECIPIENT_NEEDS_UTF8);
                self.wrong(replies::RECIPIENT_NEEDS_UTF8);
                None
            }
            Phase::Transaction(envelope) if envelope.recipients.len() >= self.config.max_recipients => {
                // RFC 5321 §4.5.3.1.10: those before are kept, the client sends the rest in another transaction.
                self.phase = Phase::Transaction(envelope);
                self.say(replies::TOO_MANY_RECIPIENTS);
                None
            }
            Phase::Transaction(envelope) => {
                let recipient = Recipient { path: path.clone(), wishes };
                self.phase = Phase::Asked(Asked::Recipient(envelope, recipient));
                Some(Question::Recipient(path))
            }
            _ => {
                self.wrong(replies::MAIL_FIRST);
                None
            }
        }
    }

    pub(super) fn data(&mut self) {
        match std::mem::replace(&mut self.phase, Phase::Commands) {
            Phase::Transaction(envelope) if envelope.recipients.is_empty() => {
                self.phase = Phase::Transaction(envelope);
                self.say(self.nobody());
            }
            Phase::Transaction(envelope) => {
                let framing = Framing::Dots(Unstuffer::default());
                self.phase = Phase::Receiving(Box::new(Receiving::new(envelope, framing)));
                self.say(replies::GO_AHEAD);
            }
            _ => self.wrong(replies::MAIL_FIRST),
        }
    }

    /// RFC 2920 §3.1: a pipelining client meets this when all its recipients were refused; not its fault.
    pub(super) fn nobody(&self) -> Reply {
        if self.config.kind == Kind::Lmtp { replies::NO_RECIPIENTS_LMTP } else { replies::NO_RECIPIENTS }
    }
}

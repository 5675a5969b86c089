//! What a desk may look at in a session.

use super::phase::{Asked, Phase};
use super::{Config, Envelope, Kind, Session};
use mail::envelope::Greeting;

impl Session {
    /// What the client called itself, once it did.
    pub fn greeting(&self) -> Option<&Greeting> {
        self.hello.as_ref().map(|hello| &hello.greeting)
    }

    /// Who signed in (the name as the client gave it).
    pub fn login(&self) -> Option<&str> {
        self.login.as_deref()
    }

    /// Whether the connection is encrypted.
    pub fn is_tls(&self) -> bool {
        self.tls
    }

    /// Whether a message is coming in, taken or already refused: then a pause is measured, not the whole of it.
    pub fn is_receiving(&self) -> bool {
        matches!(self.phase, Phase::Receiving(_) | Phase::Skipping(_))
    }

    /// The transaction under way: from an accepted MAIL to the last byte of DATA.
    pub fn envelope(&self) -> Option<&Envelope> {
        match &self.phase {
            Phase::Transaction(envelope) | Phase::Asked(Asked::Recipient(envelope, _)) => Some(envelope),
            Phase::Receiving(receiving) | Phase::Chunking(receiving) => Some(&receiving.envelope),
            _ => None,
        }
    }

    /// `SMTP`, `ESMTPS`, `UTF8SMTPSA`, `LMTP` and so on, for the Received field (RFC 3848; RFC 6531 §4.3).
    pub fn with(&self) -> &'static str {
        let utf8 = match &self.phase {
            Phase::Asked(Asked::Message(whole)) => whole.utf8,
            _ => self.envelope().is_some_and(|envelope| envelope.wishes.utf8),
        };
        let extended = self.hello.as_ref().is_some_and(|hello| hello.extended);
        let lmtp = self.config.kind == Kind::Lmtp;
        let name: [&'static str; 4] = match (lmtp, utf8, extended) {
            (false, false, false) => return "SMTP",
            (false, false, true) => ["ESMTP", "ESMTPS", "ESMTPA", "ESMTPSA"],
            (false, true, _) => ["UTF8SMTP", "UTF8SMTPS", "UTF8SMTPA", "UTF8SMTPSA"],
            (true, false, _) => ["LMTP", "LMTPS", "LMTPA", "LMTPSA"],
            (true, true, _) => ["UTF8LMTP", "UTF8LMTPS", "UTF8LMTPA", "UTF8LMTPSA"],
        };
        name[usize::from(self.tls) + 2 * usize::from(self.login.is_some())]
    }

    pub fn config(&self) -> &Config {
        &self.config
    }
}

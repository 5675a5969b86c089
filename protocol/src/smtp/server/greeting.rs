//! EHLO, HELO and LHLO: who the client is, and what it is offered (RFC 5321 §4.1.1.1).

use super::phase::{Hello, Phase};
use super::{Kind, Session};
use crate::smtp::command::Verb;
use crate::smtp::{Reply, replies};
use mail::envelope::Greeting;
use std::fmt::Write as _;

/// To everybody. SMTPUTF8 goes with 8BITMIME (RFC 6531 §3.1), and what one host may take in UTF-8 this one can.
const ALWAYS: &str = "\nPIPELINING\n8BITMIME\nENHANCEDSTATUSCODES\nSMTPUTF8\nCHUNKING\nDSN";

impl Session {
    /// Whether this kind of session begins so (RFC 2033 §4.1: LHLO there and nowhere else).
    pub(super) fn speaks(&self, verb: Verb) -> bool {
        (verb == Verb::Lhlo) == (self.config.kind == Kind::Lmtp)
    }

    pub(super) fn hello(&mut self, verb: Verb, greeting: Greeting) {
        if !self.speaks(verb) {
            return self.wrong(replies::UNKNOWN_COMMAND);
        }
        // RFC 5321 §4.1.4: EHLO later in the session is as RSET.
        self.phase = Phase::Commands;
        let extended = verb != Verb::Helo;
        self.hello = Some(Hello { extended, greeting });
        let mut lines = self.config.hostname.as_str().to_owned();
        if extended {
            lines.push_str(ALWAYS);
            self.name_limits(&mut lines);
            if self.offers_tls() {
                lines.push_str("\nSTARTTLS");
            }
            if self.tls {
                // RFC 8689 §2: said under TLS only.
                lines.push_str("\nREQUIRETLS");
            }
            if self.offers_auth() && self.auth_is_safe() {
                lines.push_str("\nAUTH PLAIN LOGIN");
                lines.push_str(if self.config.scram { " SCRAM-SHA-256" } else { "" });
            }
            lines.push_str("\nHELP");
        }
        self.say(Reply::plain(250, "").with_text(lines));
    }

    /// RFC 1870, RFC 9422.
    fn name_limits(&self, lines: &mut String) {
        // Writing to memory cannot fail.
        let _ = write!(lines, "\nSIZE {}\nLIMITS RCPTMAX={}", self.config.size_limit, self.config.max_recipients);
        if let Some(messages) = self.config.max_messages {
            let _ = write!(lines, " MAILMAX={messages}");
        }
    }

    pub(super) fn offers_tls(&self) -> bool {
        self.config.tls_available && !self.tls
    }

    pub(super) fn offers_auth(&self) -> bool {
        self.config.kind == Kind::Submission
    }

    pub(super) fn auth_is_safe(&self) -> bool {
        self.tls || !self.config.require_tls_for_auth
    }
}

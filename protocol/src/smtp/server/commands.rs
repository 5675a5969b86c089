//! What each command does in each phase (RFC 5321 §4.1.4 Order of Commands).

use super::phase::{Exchange, Phase};
use super::{Question, Session};
use crate::lines::Line;
use crate::sasl::Mechanism;
use crate::smtp::command::Command;
use crate::smtp::{Reply, replies};

/// RFC 4954 §4: base64 of what mechanisms may need.
const LONGEST_AUTH: usize = 12_288;
/// What MAIL may have more than other commands: SIZE (RFC 1870 §3), BODY (RFC 6152 §3), AUTH (RFC 4954 §5), RET and
/// ENVID (RFC 3461 §4.3, §4.4), SMTPUTF8 (RFC 6531 §3.1), REQUIRETLS (RFC 8689 §2).
const MAIL_PARAMETERS: usize = 26 + 17 + 500 + 9 + 107 + 10 + 11;
/// And RCPT: NOTIFY and ORCPT (RFC 3461 §4.1, §4.2).
const RCPT_PARAMETERS: usize = 29 + 507;

impl Session {
    /// The next command, if its line is there; or the reply to what is none.
    pub(super) fn command(&mut self) -> Option<Result<Command, Reply>> {
        let longest = self.config.max_line;
        let any_hello = self.offers_auth();
        let line = self.input.line(|line| match line.get(..4) {
            Some(verb) if verb.eq_ignore_ascii_case(b"AUTH") => LONGEST_AUTH,
            Some(verb) if verb.eq_ignore_ascii_case(b"MAIL") => longest + MAIL_PARAMETERS,
            Some(verb) if verb.eq_ignore_ascii_case(b"RCPT") => longest + RCPT_PARAMETERS,
            _ => longest,
        })?;
        Some(match line {
            Line::Text(text) => match Command::parse(text) {
                Err(reply) if any_hello => Command::any_hello(text).ok_or(reply),
                Err(reply) => {
                    let text = text.to_vec();
                    self.note_line(&text, &reply);
                    Err(reply)
                }
                parsed => parsed,
            },
            Line::BareLf => Err(replies::NOT_A_LINE),
            Line::TooLong => Err(replies::LINE_TOO_LONG),
        })
    }

    /// The next line of AUTH, if it is there, carried out: `Some(None)` when nothing needs to be asked.
    pub(super) fn response(&mut self) -> Option<Option<Question>> {
        let text = match self.input.line(|_| LONGEST_AUTH)? {
            Line::Text(text) => std::str::from_utf8(text).map(str::to_owned).map_err(|_| replies::NOT_BASE64),
            Line::BareLf => Err(replies::NOT_A_LINE),
            Line::TooLong => Err(replies::LINE_TOO_LONG),
        };
        let Phase::Exchange(exchange) = std::mem::replace(&mut self.phase, Phase::Commands) else { return Some(None) };
        Some(match text {
            Ok(text) => self.continue_login(exchange, &text),
            Err(reply) => {
                self.wrong(reply);
                None
            }
        })
    }

    /// Carries a command out, up to the question that it raises.
    pub(super) fn obey(&mut self, command: Command) -> Option<Question> {
        let command = match self.phase {
            Phase::Chunking(_) => self.between_chunks(command)?,
            _ => command,
        };
        match command {
            Command::Hello { verb, greeting } => self.hello(verb, greeting),
            Command::Mail { path, parameters } => return self.mail(path, parameters),
            Command::Rcpt { path, wishes, utf8 } => return self.rcpt(path, wishes, utf8),
            Command::Data => self.data(),
            Command::Bdat(chunk) => self.bdat(chunk),
            Command::Rset => {
                self.phase = Phase::Commands;
                self.say(replies::DONE);
            }
            Command::Noop => self.say(replies::DONE),
            Command::Quit => self.close(replies::BYE),
            // RFC 5321 §3.5.3, §7.3: neither confirm nor deny.
            Command::Vrfy => self.say(replies::NOT_VERIFIED),
            Command::Expn => self.wrong(replies::NOT_OFFERED),
            Command::Help => self.say(replies::HELP),
            Command::Auth { mechanism, initial } => return self.auth(mechanism, initial),
            Command::StartTls => self.start_tls(),
        }
        None
    }

    fn start_tls(&mut self) {
        if self.tls {
            self.wrong(replies::TLS_ALREADY);
        } else if !self.offers_tls() {
            self.wrong(replies::NOT_OFFERED);
        } else {
            self.say(replies::START_TLS);
            self.phase = Phase::Handshake;
            // RFC 3207 §4.2: commands injected before the handshake are never seen.
            self.input.clear();
        }
    }

    fn auth(&mut self, mechanism: Option<Mechanism>, initial: Option<String>) -> Option<Question> {
        let refusal = if !self.offers_auth() {
            replies::NOT_OFFERED
        } else if !self.hello.as_ref().is_some_and(|hello| hello.extended) {
            replies::HELLO_FIRST
        } else if self.login.is_some() {
            replies::LOGIN_ALREADY
        } else if matches!(self.phase, Phase::Transaction(_)) {
            replies::NOT_NOW
        } else if !self.auth_is_safe() {
            replies::TLS_REQUIRED
        } else {
            let exchange = match mechanism {
                Some(Mechanism::Plain) => Some((Exchange::Plain, replies::CONTINUE)),
                Some(Mechanism::Login) => Some((Exchange::LoginName, replies::ASK_USERNAME)),
                Some(Mechanism::ScramSha256) if self.config.scram => Some((Exchange::ScramFirst, replies::CONTINUE)),
                _ => None,
            };
            match (exchange, initial) {
                (Some((exchange, _)), Some(text)) => return self.continue_login(exchange, &text),
                (Some((exchange, prompt)), None) => {
                    self.say(prompt);
                    self.phase = Phase::Exchange(exchange);
                    return None;
                }
                (None, _) => replies::UNKNOWN_MECHANISM,
            }
        };
        self.wrong(refusal);
        None
    }
}

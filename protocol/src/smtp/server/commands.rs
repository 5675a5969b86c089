//! What each command does in each phase (RFC 5321 §4.1.4 Order of Commands).

use super::phase::{Asked, Exchange, Hello, Phase, Receiving};
use super::{Body, Envelope, Kind, Question, Session};
use crate::lines::Line;
use crate::sasl::Mechanism;
use crate::smtp::command::Command;
use crate::smtp::{Reply, replies};
use mail::envelope::{ForwardPath, Greeting, ReversePath};

/// RFC 4954 §4: base64 of what mechanisms may need.
const LONGEST_AUTH: usize = 12_288;
/// What MAIL may have more than other commands: SIZE (RFC 1870 §3), BODY (RFC 6152 §3), AUTH (RFC 4954 §5).
const MAIL_PARAMETERS: usize = 26 + 17 + 500;

impl Session {
    /// The next command, if its line is there; or the reply to what is none.
    pub(super) fn command(&mut self) -> Option<Result<Command, Reply>> {
        let longest = self.config.max_line;
        let line = self.input.line(|line| match line.get(..4) {
            Some(verb) if verb.eq_ignore_ascii_case(b"AUTH") => LONGEST_AUTH,
            Some(verb) if verb.eq_ignore_ascii_case(b"MAIL") => longest + MAIL_PARAMETERS,
            _ => longest,
        })?;
        Some(match line {
            Line::Text(text) => match Command::parse(text) {
                Err(reply) if self.offers_auth() => Command::any_hello(text).ok_or(reply),
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
        match command {
            Command::Hello { extended, greeting } => self.hello(extended, greeting),
            Command::Mail { path, size, body } => return self.mail(path, size, body),
            Command::Rcpt(path) => return self.rcpt(path),
            Command::Data => self.data(),
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

    fn hello(&mut self, extended: bool, greeting: Greeting) {
        // RFC 5321 §4.1.4: EHLO later in the session is as RSET.
        self.phase = Phase::Commands;
        self.hello = Some(Hello { extended, greeting });
        let mut lines = self.config.hostname.as_str().to_owned();
        if extended {
            lines.push_str("\nPIPELINING\n8BITMIME\nENHANCEDSTATUSCODES\n");
            lines.push_str(&format!("SIZE {}", self.config.size_limit));
            if self.offers_tls() {
                lines.push_str("\nSTARTTLS");
            }
            if self.offers_auth() && self.auth_is_safe() {
                lines.push_str("\nAUTH PLAIN LOGIN");
            }
            lines.push_str("\nHELP");
        }
        self.say(Reply::plain(250, "").with_text(lines));
    }

    fn mail(&mut self, path: ReversePath, size: Option<u64>, body: Body) -> Option<Question> {
        if self.hello.is_none() {
            self.wrong(replies::HELLO_FIRST);
        } else if self.config.require_auth && self.login.is_none() {
            self.wrong(replies::LOGIN_REQUIRED);
        } else if matches!(self.phase, Phase::Transaction(_)) {
            self.wrong(replies::SENDER_ALREADY);
        } else if size.is_some_and(|size| size > self.config.size_limit) {
            self.say(replies::TOO_BIG);
        } else {
            let envelope = Envelope { sender: path.clone(), body, recipients: Vec::new(), size: 0 };
            self.phase = Phase::Asked(Asked::Sender(envelope));
            return Some(Question::Sender { path, size, body });
        }
        None
    }

    fn rcpt(&mut self, path: ForwardPath) -> Option<Question> {
        match std::mem::replace(&mut self.phase, Phase::Commands) {
            Phase::Transaction(envelope) if envelope.recipients.len() >= self.config.max_recipients => {
                // RFC 5321 §4.5.3.1.10: those before are kept, the client sends the rest in another transaction.
                self.phase = Phase::Transaction(envelope);
                self.say(replies::TOO_MANY_RECIPIENTS);
                None
            }
            Phase::Transaction(envelope) => {
                self.phase = Phase::Asked(Asked::Recipient(envelope, path.clone()));
                Some(Question::Recipient(path))
            }
            _ => {
                self.wrong(replies::MAIL_FIRST);
                None
            }
        }
    }

    fn data(&mut self) {
        match std::mem::replace(&mut self.phase, Phase::Commands) {
            Phase::Transaction(envelope) if envelope.recipients.is_empty() => {
                // RFC 2920 §3.1: a pipelining client meets this when all its recipients were refused; not its fault.
                self.phase = Phase::Transaction(envelope);
                self.say(replies::NO_RECIPIENTS);
            }
            Phase::Transaction(envelope) => {
                self.phase = Phase::Receiving(Box::new(Receiving::new(envelope)));
                self.say(replies::GO_AHEAD);
            }
            _ => self.wrong(replies::MAIL_FIRST),
        }
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

    fn offers_tls(&self) -> bool {
        self.config.tls_available && !self.tls
    }

    pub(super) fn offers_auth(&self) -> bool {
        self.config.kind == Kind::Submission
    }

    fn auth_is_safe(&self) -> bool {
        self.tls || !self.config.require_tls_for_auth
    }
}

//! What each command does in each phase.

use super::login::LONGEST_AUTH;
use super::maildrop::Maildrop;
use super::multiline::Multiline;
use super::session::{Asked, Phase};
use super::{Question, Session};
use crate::lines::Line;
use crate::pop3::{Command, Reply, reply};

/// RFC 2449 §4: 255 octets with CRLF.
const LONGEST: usize = 255;

impl Session {
    /// The next command, if its line is there; or the reply to what is none.
    pub(super) fn command(&mut self) -> Option<Result<Command, Reply>> {
        let line = self.input.line(|line| match line.get(..4) {
            Some(verb) if verb.eq_ignore_ascii_case(b"AUTH") => LONGEST_AUTH,
            _ => LONGEST,
        })?;
        Some(match line {
            Line::Text(text) => Command::parse(text),
            Line::BareLf => Err(reply::NOT_A_LINE),
            Line::TooLong => Err(reply::LINE_TOO_LONG),
        })
    }

    /// Carries a command out, up to the question that it raises.
    pub(super) fn obey(&mut self, command: Command) -> Option<Question> {
        match std::mem::replace(&mut self.phase, Phase::Authorization { user: None }) {
            Phase::Authorization { user } => self.authorize(command, user),
            Phase::Transaction(maildrop) => self.transact(command, maildrop),
            // No command is read in these.
            other => {
                self.phase = other;
                None
            }
        }
    }

    /// RFC 1939 §4. The phase is already `Authorization` without a name.
    fn authorize(&mut self, command: Command, user: Option<String>) -> Option<Question> {
        match command {
            Command::User(name) => self.user(name),
            Command::Pass(password) => return self.pass(user, password),
            Command::Auth { mechanism, initial } => return self.auth(mechanism, initial),
            Command::Stls => self.start_tls(),
            Command::Quit => self.close(reply::BYE),
            Command::Capa => {
                self.phase = Phase::Authorization { user };
                self.capabilities();
            }
            _ => self.wrong(reply::LOGIN_FIRST),
        }
        None
    }

    /// RFC 1939 §5.
    fn transact(&mut self, command: Command, mut maildrop: Maildrop) -> Option<Question> {
        match command {
            Command::Stat => {
                let (count, octets) = maildrop.stat();
                self.say(reply::OK.with_text(format!("{count} {octets}")));
            }
            Command::List(None) => {
                self.say_stat(&maildrop);
                self.phase = Phase::Sending(maildrop, Multiline::Sizes(1));
                return None;
            }
            Command::Uidl(None) => {
                self.say(reply::OK);
                self.phase = Phase::Sending(maildrop, Multiline::Uidls(1));
                return None;
            }
            Command::List(Some(number)) => {
                self.say(match maildrop.entry(number) {
                    Some(entry) => reply::OK.with_text(format!("{number} {}", entry.size)),
                    None => reply::NO_SUCH_MESSAGE,
                });
            }
            Command::Uidl(Some(number)) => {
                self.say(match maildrop.entry(number) {
                    Some(entry) => reply::OK.with_text(format!("{number} {}", entry.uidl)),
                    None => reply::NO_SUCH_MESSAGE,
                });
            }
            Command::Retr(number) => return self.retrieve(maildrop, number, None),
            Command::Top { message, lines } => return self.retrieve(maildrop, message, Some(lines)),
            Command::Dele(number) => {
                let deleted = maildrop.delete(number);
                self.say(if deleted { reply::DELETED } else { reply::NO_SUCH_MESSAGE });
            }
            Command::Rset => {
                maildrop.reset();
                self.say_stat(&maildrop);
            }
            Command::Noop => self.say(reply::OK),
            Command::Capa => self.capabilities(),
            Command::Quit => return self.quit(&maildrop),
            Command::User(_) | Command::Pass(_) | Command::Auth { .. } | Command::Stls => {
                // RFC 2595 §4: STLS in AUTHORIZATION only.
                self.phase = Phase::Transaction(maildrop);
                self.wrong(reply::LOGIN_ALREADY);
                return None;
            }
        }
        self.phase = Phase::Transaction(maildrop);
        None
    }

    fn retrieve(&mut self, maildrop: Maildrop, number: usize, lines: Option<usize>) -> Option<Question> {
        match maildrop.entry(number).map(|entry| (entry.id, entry.size)) {
            Some((id, size)) => {
                self.phase = Phase::Asked(Asked::Retrieve { maildrop, size, lines });
                Some(Question::Retrieve { id, whole: lines.is_none() })
            }
            None => {
                self.phase = Phase::Transaction(maildrop);
                self.say(reply::NO_SUCH_MESSAGE);
                None
            }
        }
    }

    /// RFC 1939 §6: only QUIT deletes.
    fn quit(&mut self, maildrop: &Maildrop) -> Option<Question> {
        let deleted = maildrop.deleted_ids();
        if deleted.is_empty() {
            self.close(reply::BYE);
            return None;
        }
        self.phase = Phase::Asked(Asked::Quit);
        Some(Question::Quit { deleted })
    }

    fn start_tls(&mut self) {
        if self.tls {
            self.wrong(reply::TLS_ALREADY);
        } else if !self.config.tls_available {
            self.wrong(reply::NOT_OFFERED);
        } else {
            self.say(reply::START_TLS);
            self.phase = Phase::Handshake;
            // RFC 2595 §4: commands injected before the handshake are never seen.
            self.input.clear();
        }
    }

    /// RFC 2449 §5.
    fn capabilities(&mut self) {
        self.say(reply::CAPABILITIES);
        let (safe, stls) = (self.passwords_are_safe(), self.config.tls_available && !self.tls);
        let mechanisms: &[u8] = if self.config.scram { b"SASL PLAIN SCRAM-SHA-256\r\n" } else { b"SASL PLAIN\r\n" };
        let out = self.out.more();
        out.extend_from_slice(b"TOP\r\nUIDL\r\nRESP-CODES\r\nAUTH-RESP-CODE\r\nPIPELINING\r\n");
        if safe {
            out.extend_from_slice(b"USER\r\n");
            out.extend_from_slice(mechanisms);
        }
        if stls {
            out.extend_from_slice(b"STLS\r\n");
        }
        out.extend_from_slice(b"IMPLEMENTATION Restante\r\n.\r\n");
    }
}

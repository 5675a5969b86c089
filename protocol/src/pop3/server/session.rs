//! The session as its driver sees it: steps out, bytes and answers in.

use super::maildrop::Maildrop;
use super::multiline::{Message, Multiline, Rest};
use super::{Answer, Config, Entry, Question, Refusal, Step};
use crate::lines::Input;
use crate::output::Output;
use crate::pop3::{Reply, reply};
use crate::sasl::scram::{Challenge, ClientFirst};
use std::sync::Arc;

/// One session, from greeting to close.
#[derive(Debug)]
pub struct Session {
    pub(super) config: Arc<Config>,
    pub(super) input: Input,
    pub(super) out: Output,
    pub(super) tls: bool,
    login: Option<String>,
    pub(super) phase: Phase,
    errors: u32,
    /// `shutdown` came while an answer was awaited.
    stopping: bool,
}

/// RFC 1939 §4 to §6: AUTHORIZATION, TRANSACTION, UPDATE. Without a maildrop there is nothing to list or delete.
#[derive(Debug)]
pub(super) enum Phase {
    Opening,
    Authorization {
        user: Option<String>,
    },
    /// AUTH waits for the client's response.
    Exchange(Exchange),
    Transaction(Maildrop),
    /// A reply of many lines is under way.
    Sending(Maildrop, Multiline),
    Asked(Asked),
    /// STLS was accepted; the driver does the handshake.
    Handshake,
    Closing,
}

/// What the next line of AUTH is.
#[derive(Debug)]
pub(super) enum Exchange {
    Plain,
    ScramFirst,
    ScramFinal(Box<Challenge>),
    /// The client has our proof and has only to say so.
    ScramEnd {
        user: String,
        entries: Vec<Entry>,
    },
}

#[derive(Debug)]
pub(super) enum Asked {
    Login {
        user: String,
    },
    Scram(ClientFirst),
    /// With our own proof, if the client's was right.
    ScramProof {
        user: String,
        proof: Option<String>,
    },
    Retrieve {
        maildrop: Maildrop,
        size: u64,
        /// TOP's lines.
        lines: Option<usize>,
    },
    /// The next part of a message that is half sent.
    Part(Maildrop, Message),
    Quit,
}

/// A step before it borrows anything.
enum Action {
    NeedInput,
    Send,
    Ask(Question),
    StartTls,
    Close,
}

impl Session {
    /// `tls`: the connection is encrypted from its start (RFC 8314 §3.3).
    pub fn new(config: Arc<Config>, tls: bool) -> Session {
        Session {
            config,
            input: Input::default(),
            out: Output::default(),
            tls,
            login: None,
            phase: Phase::Opening,
            errors: 0,
            stopping: false,
        }
    }

    /// What to do next.
    #[expect(clippy::should_implement_trait, reason = "a step lends the session's bytes, which an Iterator cannot")]
    pub fn next(&mut self) -> Step<'_> {
        match self.advance() {
            Action::NeedInput => Step::NeedInput,
            Action::Send => Step::Send(self.out.lend()),
            Action::Ask(question) => Step::Ask(question),
            Action::StartTls => Step::StartTls,
            Action::Close => Step::Close,
        }
    }

    fn advance(&mut self) -> Action {
        loop {
            if self.out.is_full() {
                return Action::Send;
            }
            match &mut self.phase {
                Phase::Opening => {
                    self.phase = Phase::Authorization { user: None };
                    let banner = self.config.banner.clone();
                    self.say(reply::OK.with_text(banner));
                }
                Phase::Authorization { .. } | Phase::Transaction(_) => match self.command() {
                    Some(Ok(command)) => {
                        if let Some(question) = self.obey(command) {
                            return Action::Ask(question);
                        }
                    }
                    Some(Err(reply)) => self.wrong(reply),
                    None => return self.idle(Action::NeedInput),
                },
                Phase::Exchange(_) => match self.response() {
                    Some(Some(question)) => return Action::Ask(question),
                    Some(None) => {}
                    None => return self.idle(Action::NeedInput),
                },
                Phase::Sending(maildrop, multiline) => {
                    let rest = multiline.write_more(maildrop, self.out.more());
                    if let Some(question) = self.sent(rest) {
                        return Action::Ask(question);
                    }
                }
                // Only a driver that forgot to answer comes here.
                Phase::Asked(_) => return self.idle(Action::NeedInput),
                Phase::Handshake => return self.idle(Action::StartTls),
                Phase::Closing => return self.idle(Action::Close),
            }
        }
    }

    /// A piece of a long reply was written.
    fn sent(&mut self, rest: Rest) -> Option<Question> {
        if rest == Rest::Write {
            return None;
        }
        match std::mem::replace(&mut self.phase, Phase::Closing) {
            Phase::Sending(maildrop, Multiline::Message(message)) if rest == Rest::Fetch => {
                self.phase = Phase::Asked(Asked::Part(maildrop, message));
                Some(Question::Part)
            }
            Phase::Sending(maildrop, _) => {
                self.phase = Phase::Transaction(maildrop);
                None
            }
            other => {
                self.phase = other;
                None
            }
        }
    }

    fn idle(&self, action: Action) -> Action {
        if self.out.is_waiting() { Action::Send } else { action }
    }

    /// Bytes that were read; copied in. Call it only after `NeedInput`, so that memory stays bounded.
    pub fn receive(&mut self, bytes: &[u8]) {
        // RFC 2595 §4: what was sent in the clear after STLS is not part of the encrypted session.
        if !matches!(self.phase, Phase::Handshake | Phase::Closing) {
            self.input.receive(bytes);
        }
    }

    /// The answer to the question last asked.
    pub fn answer(&mut self, answer: Answer) {
        let asked = match std::mem::replace(&mut self.phase, Phase::Authorization { user: None }) {
            Phase::Asked(asked) => asked,
            other => {
                self.phase = other;
                return;
            }
        };
        match (asked, answer) {
            (Asked::Login { user }, Answer::Maildrop(entries)) => self.signed_in(user, entries),
            (Asked::Scram(first), Answer::Scram(nonce, credentials)) => self.challenge(first, &nonce, credentials),
            (Asked::ScramProof { user, proof: Some(proof) }, Answer::Maildrop(entries)) => {
                self.prove(&proof, user, entries);
            }
            (Asked::Login { .. } | Asked::Scram(_) | Asked::ScramProof { .. }, answer) => self.not_signed_in(&answer),
            (Asked::Retrieve { maildrop, size, lines }, Answer::Part { octets, last }) => {
                let words = if lines.is_some() { String::new() } else { format!("{size} octets") };
                self.say(reply::OK.with_text(words));
                self.send_part(maildrop, Message::new(lines), octets, last);
            }
            (Asked::Part(maildrop, message), Answer::Part { octets, last }) => {
                self.send_part(maildrop, message, octets, last);
            }
            // Without the dot, so that nobody takes the half for the whole.
            (Asked::Part(..), _) => self.phase = Phase::Closing,
            (Asked::Retrieve { maildrop, .. }, _) => {
                self.phase = Phase::Transaction(maildrop);
                self.say(reply::NOT_NOW);
            }
            (Asked::Quit, Answer::Committed) => return self.close(reply::BYE),
            (Asked::Quit, _) => return self.close(reply::NOT_REMOVED),
        }
        if std::mem::take(&mut self.stopping) {
            self.shutdown();
        }
    }

    fn send_part(&mut self, maildrop: Maildrop, mut message: Message, octets: Vec<u8>, last: bool) {
        message.go_on(octets, last);
        self.phase = Phase::Sending(maildrop, Multiline::Message(message));
    }

    pub(super) fn signed_in(&mut self, user: String, entries: Vec<Entry>) {
        self.login = Some(user);
        let maildrop = Maildrop::new(entries);
        self.say_stat(&maildrop);
        self.phase = Phase::Transaction(maildrop);
    }

    fn not_signed_in(&mut self, answer: &Answer) {
        match answer {
            Answer::Refused(Refusal::Credentials) => self.wrong(reply::LOGIN_REFUSED),
            Answer::Refused(Refusal::InUse) => self.say(reply::IN_USE),
            Answer::Refused(Refusal::Never) => self.say(reply::LOGIN_NEVER),
            _ => self.say(reply::LOGIN_NOT_NOW),
        }
    }

    /// The TLS handshake succeeded.
    pub fn tls_started(&mut self) {
        if matches!(self.phase, Phase::Handshake) {
            self.tls = true;
            self.phase = Phase::Authorization { user: None };
        }
    }

    /// The client was silent for too long: close without a word, deleting nothing (RFC 1939 §3).
    pub fn timeout(&mut self) {
        self.phase = Phase::Closing;
    }

    /// We are stopping: `-ERR [SYS/TEMP]`, then close, deleting nothing. A question that is open is answered first; a
    /// message under way is cut, so that the client cannot take the words for a part of it.
    pub fn shutdown(&mut self) {
        match self.phase {
            Phase::Asked(_) => self.stopping = true,
            Phase::Sending(..) | Phase::Handshake | Phase::Closing => self.phase = Phase::Closing,
            _ => self.close(reply::SHUTTING_DOWN),
        }
    }

    /// No room for this session: call it before the first `next`; `-ERR [SYS/TEMP]` instead of the greeting, then close.
    pub fn overloaded(&mut self) {
        self.close(reply::OVERLOADED);
    }

    /// Says the last words.
    pub(super) fn close(&mut self, reply: Reply) {
        self.say(reply);
        self.phase = Phase::Closing;
        self.input.clear();
    }

    pub(super) fn say(&mut self, reply: Reply) {
        reply.write(self.out.more());
    }

    /// Answers what is wrong, until it is too much.
    pub(super) fn wrong(&mut self, reply: Reply) {
        self.errors += 1;
        if self.errors >= self.config.max_errors { self.close(reply::TOO_MANY_ERRORS) } else { self.say(reply) }
    }

    /// After signing in and after RSET.
    pub(super) fn say_stat(&mut self, maildrop: &Maildrop) {
        let (count, octets) = maildrop.stat();
        self.say(reply::OK.with_text(format!("{count} messages ({octets} octets)")));
    }

    /// Who signed in (the name as the client gave it).
    pub fn login(&self) -> Option<&str> {
        self.login.as_deref()
    }

    /// Whether the connection is encrypted.
    pub fn is_tls(&self) -> bool {
        self.tls
    }
}

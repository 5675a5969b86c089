//! The session as its driver sees it: steps out, bytes and answers in.

use super::phase::{Asked, Hello, Phase, Whole};
use super::refusal::Refusals;
use super::{Abort, Config, Question, Step};
use crate::lines::Input;
use crate::output::Output;
use crate::smtp::{Reply, replies};
use std::sync::Arc;

/// One session, from banner to close.
#[derive(Debug)]
pub struct Session {
    pub(super) config: Arc<Config>,
    pub(super) input: Input,
    out: Output,
    pub(super) tls: bool,
    pub(super) hello: Option<Hello>,
    pub(super) login: Option<String>,
    pub(super) phase: Phase,
    errors: u32,
    /// Transactions begun.
    pub(super) messages: u32,
    refused_recipients: usize,
    pub(super) refusals: Refusals,
    /// Said after the answer that is awaited.
    last_word: Option<Reply>,
}

/// A step before it borrows anything.
pub(super) enum Action {
    NeedInput,
    Send,
    Ask(Question),
    BodyStart,
    Body(usize),
    BodyAbort(Abort),
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
            hello: None,
            login: None,
            phase: Phase::Opening,
            errors: 0,
            messages: 0,
            refused_recipients: 0,
            refusals: Refusals::default(),
            last_word: None,
        }
    }

    /// What to do next.
    #[expect(clippy::should_implement_trait, reason = "a step lends the session's bytes, which an Iterator cannot")]
    pub fn next(&mut self) -> Step<'_> {
        match self.advance() {
            Action::NeedInput => Step::NeedInput,
            Action::Send => Step::Send(self.out.lend()),
            Action::Ask(question) => Step::Ask(question),
            Action::BodyStart => Step::BodyStart,
            Action::Body(count) => Step::Body(self.input.take(count)),
            Action::BodyAbort(why) => Step::BodyAbort(why),
            Action::StartTls => Step::StartTls,
            Action::Close => Step::Close,
        }
    }

    fn advance(&mut self) -> Action {
        loop {
            if self.out.is_full() {
                return Action::Send;
            }
            match &self.phase {
                Phase::Opening => {
                    self.phase = Phase::Commands;
                    self.say_banner();
                }
                Phase::Commands | Phase::Transaction(_) | Phase::Chunking(_) => match self.command() {
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
                Phase::Receiving(_) => {
                    if let Some(action) = self.receiving() {
                        return action;
                    }
                }
                Phase::Skipping(_) => {
                    if let Some(action) = self.skipping() {
                        return action;
                    }
                }
                Phase::Dropping(command) => {
                    let command = command.clone();
                    self.phase = Phase::Commands;
                    self.obey(command);
                    return Action::BodyAbort(Abort::Reset);
                }
                // Only a driver that forgot to answer comes here.
                Phase::Asked(_) => return self.idle(Action::NeedInput),
                Phase::Handshake => return self.idle(Action::StartTls),
                Phase::Abandoning(reply) => {
                    let reply = reply.clone();
                    self.close(reply);
                    return Action::BodyAbort(Abort::Closing);
                }
                Phase::Closing => return self.idle(Action::Close),
            }
        }
    }

    /// Sends what waits before anything that takes time.
    pub(super) fn idle(&self, action: Action) -> Action {
        if self.out.is_waiting() { Action::Send } else { action }
    }

    /// Bytes that were read; copied in. Call it only after `NeedInput`, so that memory stays bounded.
    pub fn receive(&mut self, bytes: &[u8]) {
        // RFC 3207 §4.2: what was sent in the clear after STARTTLS is not part of the encrypted session.
        if !matches!(self.phase, Phase::Handshake | Phase::Closing) {
            self.input.receive(bytes);
        }
    }

    /// The answer to the question last asked: 2xx is yes.
    pub fn answer(&mut self, reply: Reply) {
        self.answer_each(&[reply]);
    }

    /// The answer to `Question::Message` in LMTP: a reply for each recipient, in their order. If there are fewer, the
    /// last is said for the others.
    pub fn answer_each(&mut self, replies: &[Reply]) {
        let reply = replies.first().cloned().unwrap_or(replies::STORE_BUSY);
        let asked = match std::mem::replace(&mut self.phase, Phase::Commands) {
            Phase::Asked(asked) => asked,
            other => {
                self.phase = other;
                return;
            }
        };
        let yes = reply.is_positive();
        match asked {
            Asked::Sender(envelope) if yes => {
                self.messages = self.messages.saturating_add(1);
                self.phase = Phase::Transaction(envelope);
            }
            Asked::Recipient(mut envelope, recipient) => {
                if yes {
                    envelope.recipients.push(recipient);
                } else if reply.is_permanent() {
                    self.refused_recipients += 1;
                }
                self.phase = Phase::Transaction(envelope);
            }
            Asked::Login(user) if yes => self.login = Some(user),
            Asked::Login(_) if reply.is_permanent() => return self.settle(Session::wrong, reply),
            Asked::ScramProof(user, proof) => return self.scram_answered(user, proof, reply),
            // It was to be answered with `answer_scram`.
            Asked::Scram(_) => return self.settle(Session::say, replies::LOGIN_NOT_NOW),
            Asked::Message(whole) => return self.message_answered(whole, replies),
            Asked::Sender(_) | Asked::Login(_) => {}
        }
        if reply.code() == 421 {
            self.close(reply);
        } else if self.refused_recipients > self.config.max_recipients {
            // Somebody tries out names.
            self.note_end();
            self.close(replies::TOO_MANY_ERRORS);
        } else {
            self.settle(Session::say, reply);
        }
    }

    fn message_answered(&mut self, whole: Whole, replies: &[Reply]) {
        if replies.iter().any(Reply::is_positive) {
            self.errors = 0;
        }
        self.say_each(whole, replies);
        if replies.iter().any(|reply| reply.code() == 421) {
            self.phase = Phase::Closing;
            self.input.clear();
        }
        self.say_last_word();
    }

    /// Says the answer, and then what came up while it was awaited.
    pub(super) fn settle(&mut self, say: impl FnOnce(&mut Session, Reply), reply: Reply) {
        say(self, reply);
        self.say_last_word();
    }

    fn say_last_word(&mut self) {
        if let Some(last_word) = self.last_word.take()
            && !matches!(self.phase, Phase::Closing)
        {
            self.close(last_word);
        }
    }

    /// The TLS handshake succeeded.
    pub fn tls_started(&mut self) {
        if matches!(self.phase, Phase::Handshake) {
            // RFC 3207 §4.2: everything learned in the clear is forgotten.
            self.tls = true;
            self.hello = None;
            self.login = None;
            self.phase = Phase::Commands;
        }
    }

    /// The spool failed: no more `Body`; `reply` is given at the end of the message instead of asking.
    pub fn refuse_body(&mut self, reply: Reply) {
        if let Phase::Receiving(receiving) = &mut self.phase {
            receiving.refusal.get_or_insert(reply);
        }
    }

    /// The client was silent for too long: 421 4.4.2, then close.
    pub fn timeout(&mut self) {
        self.end(replies::TOO_SLOW);
    }

    /// We are stopping: 421 4.3.2, then close. A question that is open is answered first.
    pub fn shutdown(&mut self) {
        self.end(replies::SHUTTING_DOWN);
    }

    /// No room for this session: call it before the first `next`; 421 4.3.2 instead of the banner, then close.
    pub fn overloaded(&mut self) {
        self.end(replies::OVERLOADED);
    }

    pub(super) fn end(&mut self, reply: Reply) {
        match &self.phase {
            Phase::Closing | Phase::Abandoning(_) => {}
            // The client waits for a handshake: words in the clear would be no use to it.
            Phase::Handshake => self.phase = Phase::Closing,
            Phase::Asked(_) => self.last_word = Some(reply),
            Phase::Receiving(receiving) | Phase::Chunking(receiving) if receiving.is_open() => {
                self.phase = Phase::Abandoning(reply);
            }
            Phase::Dropping(_) => self.phase = Phase::Abandoning(reply),
            _ => self.close(reply),
        }
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
        if self.errors >= self.config.max_errors {
            self.note_end();
            self.close(replies::TOO_MANY_ERRORS);
        } else {
            self.say(reply);
        }
    }

    fn say_banner(&mut self) {
        let banner = format!("{} {}", self.config.hostname, self.config.banner);
        self.say(Reply::plain(220, "").with_text(banner));
    }
}

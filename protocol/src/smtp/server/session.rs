//! The session as its driver sees it: steps out, bytes and answers in.

use super::phase::{Asked, Hello, Phase};
use super::{Abort, Config, Envelope, Question, Step};
use crate::lines::Input;
use crate::output::Output;
use crate::smtp::{Reply, replies};
use mail::envelope::Greeting;
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
    refused_recipients: usize,
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
            refused_recipients: 0,
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
                Phase::Commands | Phase::Transaction(_) => match self.command() {
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
        let asked = match std::mem::replace(&mut self.phase, Phase::Commands) {
            Phase::Asked(asked) => asked,
            other => {
                self.phase = other;
                return;
            }
        };
        let yes = reply.is_positive();
        match asked {
            Asked::Sender(envelope) if yes => self.phase = Phase::Transaction(envelope),
            Asked::Recipient(mut envelope, path) => {
                if yes {
                    envelope.recipients.push(path);
                } else if reply.is_permanent() {
                    self.refused_recipients += 1;
                }
                self.phase = Phase::Transaction(envelope);
            }
            Asked::Login(user) if yes => self.login = Some(user),
            Asked::Login(_) if reply.is_permanent() => return self.settle(Session::wrong, reply),
            Asked::Message if yes => self.errors = 0,
            Asked::Sender(_) | Asked::Login(_) | Asked::Message => {}
        }
        if reply.code() == 421 {
            self.close(reply);
        } else if self.refused_recipients > self.config.max_recipients {
            // Somebody tries out names.
            self.close(replies::TOO_MANY_ERRORS);
        } else {
            self.settle(Session::say, reply);
        }
    }

    /// Says the answer, and then what came up while it was awaited.
    fn settle(&mut self, say: impl FnOnce(&mut Session, Reply), reply: Reply) {
        say(self, reply);
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

    fn end(&mut self, reply: Reply) {
        match &self.phase {
            Phase::Closing | Phase::Abandoning(_) => {}
            // The client waits for a handshake: words in the clear would be no use to it.
            Phase::Handshake => self.phase = Phase::Closing,
            Phase::Asked(_) => self.last_word = Some(reply),
            Phase::Receiving(receiving) if receiving.opened && receiving.refusal.is_none() => {
                self.phase = Phase::Abandoning(reply);
            }
            Phase::Receiving(receiving) if receiving.abort.is_some() => self.phase = Phase::Abandoning(reply),
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
        if self.errors >= self.config.max_errors { self.close(replies::TOO_MANY_ERRORS) } else { self.say(reply) }
    }

    fn say_banner(&mut self) {
        let banner = format!("{} {}", self.config.hostname, self.config.banner);
        self.say(Reply::plain(220, "").with_text(banner));
    }

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
        matches!(self.phase, Phase::Receiving(_))
    }

    /// The transaction under way: from an accepted MAIL to the last byte of DATA.
    pub fn envelope(&self) -> Option<&Envelope> {
        match &self.phase {
            Phase::Transaction(envelope) | Phase::Asked(Asked::Recipient(envelope, _)) => Some(envelope),
            Phase::Receiving(receiving) => Some(&receiving.envelope),
            _ => None,
        }
    }

    /// `SMTP`, `ESMTP`, `ESMTPS`, `ESMTPA` or `ESMTPSA`, for the Received field (RFC 3848).
    pub fn with(&self) -> &'static str {
        match (self.hello.as_ref().is_some_and(|hello| hello.extended), self.tls, self.login.is_some()) {
            (false, ..) => "SMTP",
            (true, false, false) => "ESMTP",
            (true, true, false) => "ESMTPS",
            (true, false, true) => "ESMTPA",
            (true, true, true) => "ESMTPSA",
        }
    }

    pub fn config(&self) -> &Config {
        &self.config
    }
}

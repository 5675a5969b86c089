//! The session as its driver sees it: steps out; bytes, chunks and messages in.

use super::hearing::{Garbage, Hearing};
use super::job::Job;
use super::login::Saying;
use super::offers::Offers;
use super::{Cause, Config, Delivery, Envelope, Outcome, Stage, Step};
use crate::dot::Stuffer;
use crate::lines::Input;
use crate::output::Output;
use crate::smtp::Reply;

/// One connection to one server, for any number of messages, one after another.
#[derive(Debug)]
pub struct Session {
    pub(super) config: Config,
    input: Input,
    hearing: Hearing,
    pub(super) out: Output,
    pub(super) tls: bool,
    pub(super) offers: Offers,
    pub(super) state: State,
    pub(super) job: Option<Job>,
    /// Transactions begun (RFC 9422 MAILMAX).
    pub(super) messages: usize,
    /// A transaction was left open: RSET before the next.
    pub(super) unclean: bool,
    finished: Option<Delivery>,
    /// What ended the session.
    ended: Option<Outcome>,
    quit: bool,
}

/// What was said last, and so what the next reply answers.
#[derive(Debug)]
pub(super) enum State {
    Banner,
    Ehlo,
    Helo,
    StartTls,
    Handshake,
    /// AUTH, and how much of it is still to be said.
    Login(Saying),
    /// Greeted, between messages.
    Ready,
    Reset,
    Sender,
    Recipients,
    Data,
    Body(Stuffer),
    End,
    Quit,
    Closed,
}

enum Action {
    NeedInput,
    Send,
    StartTls,
    NeedBody,
    Finished(Delivery),
    Idle,
    Close,
}

impl Session {
    /// `tls`: the connection is already encrypted.
    pub fn new(config: Config, tls: bool) -> Session {
        Session {
            config,
            input: Input::default(),
            hearing: Hearing::default(),
            out: Output::default(),
            tls,
            offers: Offers::default(),
            state: State::Banner,
            job: None,
            messages: 0,
            unclean: false,
            finished: None,
            ended: None,
            quit: false,
        }
    }

    /// What to do next.
    #[expect(clippy::should_implement_trait, reason = "a step lends the session's bytes, which an Iterator cannot")]
    pub fn next(&mut self) -> Step<'_> {
        match self.advance() {
            Action::NeedInput => Step::NeedInput,
            Action::Send => Step::Send(self.out.lend()),
            Action::StartTls => Step::StartTls,
            Action::NeedBody => Step::NeedBody,
            Action::Finished(delivery) => Step::Finished(delivery),
            Action::Idle => Step::Idle,
            Action::Close => Step::Close,
        }
    }

    fn advance(&mut self) -> Action {
        loop {
            if let Some(delivery) = self.finished.take() {
                return Action::Finished(delivery);
            }
            if self.out.is_waiting() {
                return Action::Send;
            }
            match self.state {
                State::Handshake => return Action::StartTls,
                State::Body(_) => return Action::NeedBody,
                State::Closed => return Action::Close,
                State::Ready if self.job.is_some() => self.begin(),
                State::Ready if self.quit => self.say_quit(),
                State::Ready => return Action::Idle,
                _ => match self.heard() {
                    Some(Ok(reply)) => self.replied(reply),
                    Some(Err(Garbage)) => self.fail(Outcome::found(Cause::Garbage, self.stage())),
                    None => return Action::NeedInput,
                },
            }
        }
    }

    fn heard(&mut self) -> Option<Result<Reply, Garbage>> {
        let (used, reply) = self.hearing.hear(self.input.rest(), self.config.max_reply);
        self.input.consume(used);
        reply
    }

    /// Gives it a message to deliver; may be called before the first `next`. One at a time: a second before the first
    /// is `Finished` takes its place. On a session that is no longer open the next step is `Finished` with what ended
    /// it for every recipient.
    pub fn deliver(&mut self, envelope: Envelope) {
        let job = Job::new(envelope);
        if !self.is_open() && self.job.is_none() {
            let lost = || Outcome::found(Cause::Lost, Stage::Banner);
            self.finished = Some(job.finish(&self.ended.clone().unwrap_or_else(lost)));
        } else {
            self.job = Some(job);
        }
    }

    /// Bytes that were read.
    pub fn receive(&mut self, bytes: &[u8]) {
        // RFC 3207 §4.2: nothing that came in the clear counts after the handshake.
        if !matches!(self.state, State::Handshake | State::Closed) {
            self.input.receive(bytes);
        }
    }

    /// The next bytes of the message, any cut, any line ends; after `NeedBody`.
    pub fn body(&mut self, chunk: &[u8]) {
        if let State::Body(stuffer) = &mut self.state {
            stuffer.stuff(chunk, self.out.more());
        }
    }

    /// The message is complete.
    pub fn end_of_body(&mut self) {
        if let State::Body(stuffer) = &self.state {
            stuffer.finish(self.out.more());
            self.state = State::End;
        }
    }

    /// The message cannot be supplied: nothing more is sent, so that the remote cannot take half of it for the whole.
    pub fn abandon(&mut self) {
        self.fail(Outcome::found(Cause::Abandoned, self.stage()));
    }

    /// The TLS handshake succeeded.
    pub fn tls_started(&mut self) {
        if matches!(self.state, State::Handshake) {
            self.tls = true;
            self.say_ehlo();
        }
    }

    /// The TLS handshake failed: this connection is of no more use.
    pub fn tls_failed(&mut self) {
        self.fail(Outcome::found(Cause::TlsFailed, self.stage()));
    }

    /// The connection ended, on either side. A server that hangs up in the middle of a message may have said why: hand
    /// over what it said first.
    pub fn closed(&mut self) {
        if matches!(self.state, State::Body(_) | State::End)
            && let Some(Ok(reply)) = self.heard()
            && (reply.is_transient() || reply.is_permanent())
        {
            return self.fail(Outcome::heard(reply, self.stage()));
        }
        self.fail(Outcome::found(Cause::Lost, self.stage()));
    }

    /// The remote was silent for too long.
    pub fn timeout(&mut self) {
        self.fail(Outcome::found(Cause::Timeout, self.stage()));
    }

    /// Say QUIT when idle, then close.
    pub fn quit(&mut self) {
        self.quit = true;
    }

    /// Whether another message may be given to it.
    pub fn is_open(&self) -> bool {
        let used_up = self.offers.limits.messages.is_some_and(|most| self.messages >= most);
        !self.quit && !used_up && !matches!(self.state, State::Quit | State::Closed)
    }

    /// What the remote offers, once it has said so.
    pub fn offers(&self) -> &Offers {
        &self.offers
    }

    /// Whether the connection is encrypted.
    pub fn is_tls(&self) -> bool {
        self.tls
    }

    /// How far it is: RFC 5321 §4.5.3.2 gives each stage its own time-out.
    pub fn stage(&self) -> Stage {
        match self.state {
            State::Banner => Stage::Banner,
            State::Ehlo | State::Helo => Stage::Hello,
            State::StartTls | State::Handshake => Stage::Tls,
            State::Login(_) => Stage::Login,
            State::Ready | State::Reset | State::Sender | State::Quit | State::Closed => Stage::Sender,
            State::Recipients => Stage::Recipient,
            State::Data => Stage::Data,
            State::Body(_) => Stage::Body,
            State::End => Stage::End,
        }
    }

    /// This message is settled; the session goes on.
    pub(super) fn finish(&mut self, outcome: &Outcome) {
        self.state = State::Ready;
        self.finished = self.job.take().map(|job| job.finish(outcome));
    }

    /// The session is over, and with it the message under way.
    pub(super) fn fail(&mut self, outcome: Outcome) {
        if matches!(self.state, State::Closed) {
            return;
        }
        self.finish(&outcome);
        self.state = State::Closed;
        self.out.forget();
        self.ended = Some(outcome);
    }

    /// As `fail`, with a remote that can still listen.
    pub(super) fn hang_up(&mut self, outcome: Outcome) {
        let leaving = outcome.reply.code() == 421;
        self.fail(outcome);
        if !leaving {
            self.out.more().extend_from_slice(b"QUIT\r\n");
        }
    }

    /// The input that came before the handshake.
    pub(super) fn forget_input(&mut self) {
        self.input.clear();
        self.hearing = Hearing::default();
    }
}

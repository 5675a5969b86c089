//! What to say next, given what was said last and what the remote replied (RFC 5321 §3).

use super::login::Saying;
use super::offers::Offers;
use super::session::{Session, State};
use super::{Cause, Outcome, Stage, Tls, words};
use crate::dot::Stuffer;
use crate::smtp::Reply;

/// RCPTs in one go. Their replies fit the socket's buffers, so that neither side waits for the other to read
/// (RFC 2920 §3.1).
const GROUP: usize = 50;

impl Session {
    /// Goes on after a reply.
    pub(super) fn replied(&mut self, reply: Reply) {
        let outcome = Outcome::heard(reply, self.stage());
        let code = outcome.reply.code();
        // RFC 5321 §3.8: 421 may be the reply to anything.
        if code == 421 && !matches!(self.state, State::Quit) {
            return self.fail(outcome);
        }
        let yes = outcome.reply.is_positive();
        // DATA and AUTH may be answered by 3xx, and then never by 2xx.
        let asks = matches!(self.state, State::Data | State::Login(Saying::Name | Saying::Password));
        let out_of_order = if asks { yes } else { code / 100 == 3 };
        if out_of_order {
            return self.fail(Outcome::found(Cause::Garbage, self.stage()));
        }
        match &self.state {
            State::Banner if yes => self.say_ehlo(),
            State::Ehlo if yes => self.greeted(Offers::read(outcome.reply.text())),
            // RFC 5321 §3.2: an old server knows only HELO.
            State::Ehlo if outcome.reply.is_permanent() => self.say_helo(),
            State::Helo if yes => self.greeted(Offers::default()),
            State::StartTls if yes => {
                self.forget_input();
                self.state = State::Handshake;
            }
            State::StartTls if self.config.tls == Tls::IfOffered => self.sign_in(),
            State::Login(Saying::Nothing) if yes => self.state = State::Ready,
            State::Login(saying) if code / 100 == 3 => self.say_more(*saying),
            State::Login(_) => self.hang_up(outcome),
            State::Banner | State::Ehlo | State::Helo | State::StartTls => self.hang_up(outcome),
            State::Reset if yes => self.say_mail(),
            // It answers what came before: nothing was said yet of the message that waits, which goes over another
            // connection.
            State::Reset => self.hang_up(Outcome::found(Cause::Lost, Stage::Sender)),
            State::Sender => self.sender_replied(outcome),
            State::Recipients => self.recipient_replied(outcome),
            State::Data if code / 100 == 3 => self.state = State::Body(Stuffer::default()),
            State::Data => {
                self.unclean = true;
                self.finish(&outcome);
            }
            State::End => self.finish(&outcome),
            State::Quit => self.state = State::Closed,
            // No reply is read in these.
            State::Ready | State::Handshake | State::Body(_) | State::Closed => {}
        }
    }

    fn greeted(&mut self, offers: Offers) {
        self.offers = offers;
        if self.tls || self.config.tls == Tls::Never {
            self.sign_in();
        } else if offers.starttls {
            self.say("STARTTLS", State::StartTls);
        } else if self.config.tls == Tls::Required {
            self.hang_up(Outcome::found(Cause::NoTls, Stage::Tls));
        } else {
            self.sign_in();
        }
    }

    /// Begins with the message that waits.
    pub(super) fn begin(&mut self) {
        let Some(job) = &mut self.job else { return };
        let (envelope, offers) = (&job.envelope, &self.offers);
        let cannot = if offers.size_limit.is_some_and(|limit| envelope.size > limit) {
            Some(Cause::TooBig)
        } else if envelope.has_8bit && !offers.eight_bit {
            Some(Cause::No8Bit)
        } else if envelope.needs_utf8() && !offers.utf8 {
            Some(Cause::NoUtf8)
        } else if envelope.wishes.require_tls && !(self.tls && offers.require_tls) {
            Some(Cause::NoRequireTls)
        } else {
            None
        };
        if let Some(cause) = cannot {
            return self.finish(&Outcome::found(cause, Stage::Sender));
        }
        job.sift(offers.utf8, offers.limits);
        if !job.has_hope() {
            // All are settled: what is said here is for nobody.
            self.finish(&Outcome::found(Cause::NoUtf8, Stage::Recipient));
        } else if std::mem::take(&mut self.unclean) {
            self.say("RSET", State::Reset);
        } else {
            self.say_mail();
        }
    }

    fn say_mail(&mut self) {
        let Some(job) = &self.job else { return };
        let line = words::mail(&job.envelope, &self.offers);
        self.messages += 1;
        self.say(&line, State::Sender);
        if self.offers.pipelining {
            self.say_recipients();
        }
    }

    fn say_recipients(&mut self) {
        let group = if self.offers.pipelining { GROUP } else { 1 };
        let Some(job) = &mut self.job else { return };
        let out = self.out.more();
        for _ in 0..group {
            let Some(recipient) = job.name_next() else { return };
            out.extend_from_slice(words::rcpt(recipient, &self.offers).as_bytes());
            out.extend_from_slice(b"\r\n");
        }
    }

    fn sender_replied(&mut self, outcome: Outcome) {
        self.state = State::Recipients;
        if !outcome.reply.is_positive() {
            self.unclean = true;
            if let Some(job) = &mut self.job {
                job.refuse_all(&outcome);
            }
        }
        self.go_on_with_recipients(outcome);
    }

    fn recipient_replied(&mut self, outcome: Outcome) {
        let Some(job) = &mut self.job else { return };
        job.answer((!outcome.reply.is_positive()).then(|| outcome.clone()));
        self.go_on_with_recipients(outcome);
    }

    /// After MAIL's reply and each of RCPT's: waits for those that were sent, sends more, or goes on to DATA.
    fn go_on_with_recipients(&mut self, latest: Outcome) {
        let Some(job) = &self.job else { return };
        if !job.is_answered() {
            return;
        }
        if !job.has_hope() {
            // Nobody wants it: no DATA.
            self.unclean = true;
            self.finish(&latest);
        } else if job.has_more() {
            self.say_recipients();
        } else {
            self.say("DATA", State::Data);
        }
    }

    pub(super) fn say_ehlo(&mut self) {
        let line = format!("EHLO {}", self.config.hostname);
        self.say(&line, State::Ehlo);
    }

    fn say_helo(&mut self) {
        let line = format!("HELO {}", self.config.hostname);
        self.say(&line, State::Helo);
    }

    pub(super) fn say_quit(&mut self) {
        self.say("QUIT", State::Quit);
    }

    pub(super) fn say(&mut self, line: &str, state: State) {
        let out = self.out.more();
        out.extend_from_slice(line.as_bytes());
        out.extend_from_slice(b"\r\n");
        self.state = state;
    }
}

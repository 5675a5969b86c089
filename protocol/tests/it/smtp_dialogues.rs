//! The SMTP server by its dialogues. Settings: `submission`, `tls` (STARTTLS is offered), `encrypted` (TLS from the
//! start), `plaintext-login`, `size_limit`, `max_recipients`, `max_errors`. Events: `timeout`, `shutdown`,
//! `overloaded`, `tls` (the handshake succeeded), `disk full` (the spool fails with the next byte).

use crate::script::{Deeds, Party, Script, play_all};
use mail::Domain;
use mail::envelope::{ForwardPath, ReversePath};
use protocol::smtp::server::{Abort, Body, Config, Envelope, Question, Session, Step};
use protocol::smtp::{Enhanced, Reply, replies};
use std::sync::Arc;

#[test]
fn smtp_dialogues() {
    play_all("smtp", 35, |script| Server {
        session: Session::new(Arc::new(config(script)), script.has("encrypted")),
        spool: Vec::new(),
        disk_full: false,
        shutdown_when_asked: false,
    });
}

struct Server {
    session: Session,
    spool: Vec<u8>,
    disk_full: bool,
    shutdown_when_asked: bool,
}

fn config(script: &Script) -> Config {
    let hostname = Domain::parse("mx.otherisp.test").unwrap();
    let base = if script.has("submission") { Config::submission(hostname) } else { Config::mx(hostname) };
    Config {
        tls_available: script.has("tls"),
        require_tls_for_auth: !script.has("plaintext-login"),
        size_limit: script.number("size_limit", 10_000),
        max_recipients: script.number("max_recipients", base.max_recipients),
        max_errors: script.number("max_errors", base.max_errors),
        ..base
    }
}

impl Party for Server {
    fn receive(&mut self, bytes: &[u8]) {
        self.session.receive(bytes);
    }

    fn event(&mut self, what: &str) {
        match what {
            "timeout" => self.session.timeout(),
            "shutdown" => self.session.shutdown(),
            "shutdown at the next question" => self.shutdown_when_asked = true,
            "overloaded" => self.session.overloaded(),
            "tls" => self.session.tls_started(),
            "disk full" => self.disk_full = true,
            _ => panic!("no such event: {what}"),
        }
    }

    fn run(&mut self, deeds: &mut Deeds) {
        loop {
            match self.session.next() {
                Step::NeedInput => return,
                Step::Send(bytes) => deeds.say(bytes),
                Step::Ask(question) => {
                    if std::mem::take(&mut self.shutdown_when_asked) {
                        self.session.shutdown();
                    }
                    let answer = deeds.ask(told(&question, &self.session));
                    self.session.answer(reply(&answer, &question));
                }
                Step::BodyStart => self.spool.clear(),
                Step::Body(_) if self.disk_full => {
                    self.disk_full = false;
                    self.session.refuse_body(replies::STORE_FULL);
                }
                Step::Body(chunk) => self.spool.extend_from_slice(chunk),
                Step::BodyAbort(why) => {
                    self.spool.clear();
                    deeds.does(match why {
                        Abort::BareNewline => "drops the message: bare newline",
                        Abort::TooBig => "drops the message: too big",
                        Abort::Closing => "drops the message: closing",
                    });
                }
                Step::StartTls => return deeds.does_once("starts TLS"),
                Step::Close => return deeds.does_once("closes"),
            }
        }
    }

    fn body(&self) -> Vec<u8> {
        self.spool.clone()
    }
}

/// A question as the script writes it.
fn told(question: &Question, session: &Session) -> String {
    match question {
        Question::Sender { path, size, body } => {
            let size = size.map(|size| format!(" SIZE={size}")).unwrap_or_default();
            let body = if *body == Body::EightBitMime { " 8BITMIME" } else { "" };
            format!("sender {}{size}{body}", reverse(path))
        }
        Question::Recipient(path) => format!("recipient {}", forward(path)),
        Question::Login(login) => format!("login {:?} {} {}", login.mechanism, login.user, login.password.expose()),
        Question::Message(Envelope { sender, recipients, size, .. }) => {
            let recipients: Vec<String> = recipients.iter().map(forward).collect();
            let to = recipients.join(" ");
            format!("message from {} to {to}, {size} octets by {}", reverse(sender), session.with())
        }
    }
}

fn reverse(path: &ReversePath) -> String {
    match path {
        ReversePath::Null => "<>".to_owned(),
        ReversePath::Address(address) => format!("<{address}>"),
    }
}

fn forward(path: &ForwardPath) -> String {
    match path {
        ForwardPath::Postmaster => "<postmaster>".to_owned(),
        ForwardPath::Address(address) => format!("<{address}>"),
    }
}

/// `yes`, or a reply as it is written: `550 5.1.1 No such user`.
fn reply(answer: &str, question: &Question) -> Reply {
    if answer != "yes" {
        let mut words = answer.splitn(3, ' ');
        let code = words.next().unwrap().parse().unwrap();
        let enhanced = Enhanced::parse(words.next().unwrap());
        return Reply::heard(code, enhanced, words.next().unwrap().to_owned());
    }
    match question {
        Question::Sender { .. } => replies::SENDER_OK,
        Question::Recipient(_) => replies::RECIPIENT_OK,
        Question::Login(_) => replies::LOGIN_OK,
        Question::Message(_) => replies::MESSAGE_ACCEPTED,
    }
}

//! The SMTP server by its dialogues, and the LMTP server by its own. Settings: `submission`, `tls` (STARTTLS is
//! offered), `encrypted` (TLS from the start), `plaintext-login`, `scram`, `size_limit`, `max_recipients`,
//! `max_messages`, `max_errors`. Events: `timeout`, `shutdown`, `overloaded`, `tls` (the handshake succeeded), `disk
//! full` (the spool fails with the next byte). Replies to a message in LMTP have ` | ` between them. The password
//! behind `scram` is that of RFC 7677, `pencil`.

use crate::script::{Deeds, Party, Script, play_all};
use base64::Engine as _;
use mail::Domain;
use mail::envelope::{ForwardPath, MessageWishes, ReversePath};
use protocol::sasl::scram::ScramCredentials;
use protocol::smtp::server::{Abort, Body, Config, Envelope, Question, Recipient, Session, Step};
use protocol::smtp::{Enhanced, Reply, replies};
use std::num::NonZeroU32;
use std::sync::Arc;

#[test]
fn smtp_dialogues() {
    play_all("smtp", 60, |script| {
        let hostname = Domain::parse("mx.otherisp.test").unwrap();
        Server::new(script, if script.has("submission") { Config::submission(hostname) } else { Config::mx(hostname) })
    });
}

#[test]
fn lmtp_dialogues() {
    play_all("lmtp", 8, |script| Server::new(script, Config::lmtp(Domain::parse("mx.otherisp.test").unwrap())));
}

struct Server {
    session: Session,
    spool: Vec<u8>,
    disk_full: bool,
    shutdown_when_asked: bool,
}

impl Server {
    fn new(script: &Script, base: Config) -> Server {
        let config = Config {
            tls_available: script.has("tls"),
            require_tls_for_auth: !script.has("plaintext-login"),
            scram: script.has("scram"),
            size_limit: script.number("size_limit", 10_000),
            max_recipients: script.number("max_recipients", base.max_recipients),
            max_messages: script.has("max_messages").then(|| script.number("max_messages", 0)),
            max_errors: script.number("max_errors", base.max_errors),
            ..base
        };
        let session = Session::new(Arc::new(config), script.has("encrypted"));
        Server { session, spool: Vec::new(), disk_full: false, shutdown_when_asked: false }
    }

    fn answer(&mut self, answer: &str, question: &Question) {
        match question {
            Question::Scram { .. } => self.session.answer_scram((answer == "yes").then(kept)),
            Question::Message(_) => {
                let replies: Vec<Reply> = answer.split(" | ").map(|one| reply(one, question)).collect();
                self.session.answer_each(&replies);
            }
            _ => self.session.answer(reply(answer, question)),
        }
    }
}

/// RFC 7677 §3.
pub fn kept() -> (&'static str, ScramCredentials) {
    let salt = base64::engine::general_purpose::STANDARD.decode("W22ZaJ0SNY7soEsUEjb6gQ==").unwrap();
    ("%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0", ScramCredentials::derive("pencil", salt, NonZeroU32::new(4096).unwrap()))
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
                    self.answer(&answer, &question);
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
                        Abort::Reset => "drops the message: reset",
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
        Question::Sender { path, size, body, wishes } => {
            let size = size.map(|size| format!(" SIZE={size}")).unwrap_or_default();
            let body = if *body == Body::EightBitMime { " 8BITMIME" } else { "" };
            format!("sender {}{size}{body}{}", reverse(path), wished(wishes))
        }
        Question::Recipient(path) => format!("recipient {}", forward(path)),
        Question::Login(login) => format!("login {:?} {} {}", login.mechanism, login.user, login.password.expose()),
        Question::Scram { user } => format!("what is kept of {user}"),
        Question::ScramProof { user, right: Some(_) } => format!("{user} has proved it"),
        Question::ScramProof { user, right: None } => format!("{user} has not proved it"),
        Question::Message(Envelope { sender, wishes, recipients, size, .. }) => {
            let recipients: Vec<String> = recipients.iter().map(recipient).collect();
            let to = recipients.join(" ");
            let from = format!("{}{}", reverse(sender), wished(wishes));
            format!("message from {from} to {to}, {size} octets by {}", session.with())
        }
    }
}

fn wished(wishes: &MessageWishes) -> String {
    let mut words = String::new();
    words.extend(wishes.utf8.then_some(" SMTPUTF8"));
    words.extend(wishes.require_tls.then_some(" REQUIRETLS"));
    words.extend(wishes.ret.map(|ret| format!(" RET={ret}")));
    words.extend(wishes.envid.as_ref().map(|envid| format!(" ENVID={envid}")));
    words
}

fn recipient(recipient: &Recipient) -> String {
    let mut words = forward(&recipient.path);
    words.extend(recipient.wishes.notify.map(|notify| format!(" NOTIFY={notify}")));
    words.extend(recipient.wishes.orcpt.as_ref().map(|orcpt| format!(" ORCPT={orcpt}")));
    words
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
        Question::Login(_) | Question::ScramProof { right: Some(_), .. } => replies::LOGIN_OK,
        Question::Scram { .. } | Question::ScramProof { right: None, .. } => replies::LOGIN_REFUSED,
        Question::Message(_) => replies::MESSAGE_ACCEPTED,
    }
}

//! The POP3 server by its dialogues. Settings: `tls` (STLS is offered), `encrypted`, `tls-required`, `scram`, `max_errors`, and
//! the maildrop: `message uidl bytes`, ids from 101. Events: `timeout`, `shutdown`, `overloaded`, `tls`.

use crate::dots::normalised;
use crate::script::{Deeds, Party, Script, play_all, unescape};
use crate::smtp_dialogues::kept;
use protocol::pop3::{Answer, Config, Entry, Question, Refusal, Session, Step};
use std::sync::Arc;

#[test]
fn pop3_dialogues() {
    play_all("pop3", 20, |script| Server {
        session: Session::new(Arc::new(config(script)), script.has("encrypted")),
        messages: messages(script),
    });
}

struct Server {
    session: Session,
    messages: Vec<(String, Vec<u8>)>,
}

fn config(script: &Script) -> Config {
    Config {
        tls_available: script.has("tls"),
        require_tls_for_login: script.has("tls-required"),
        scram: script.has("scram"),
        max_errors: script.number("max_errors", 20),
        ..Config::default()
    }
}

fn messages(script: &Script) -> Vec<(String, Vec<u8>)> {
    let settings = script.settings.iter().filter(|(name, _)| name == "message");
    settings
        .map(|(_, value)| value.split_once(' ').map(|(uidl, text)| (uidl.to_owned(), unescape(text))).unwrap())
        .collect()
}

impl Party for Server {
    fn receive(&mut self, bytes: &[u8]) {
        self.session.receive(bytes);
    }

    fn event(&mut self, what: &str) {
        match what {
            "timeout" => self.session.timeout(),
            "shutdown" => self.session.shutdown(),
            "overloaded" => self.session.overloaded(),
            "tls" => self.session.tls_started(),
            _ => panic!("no such event: {what}"),
        }
    }

    fn run(&mut self, deeds: &mut Deeds) {
        loop {
            match self.session.next() {
                Step::NeedInput => return,
                Step::Send(bytes) => deeds.say(bytes),
                Step::Ask(question) => {
                    let answer = deeds.ask(told(&question));
                    let answer = self.answer(&question, &answer);
                    self.session.answer(answer);
                }
                Step::StartTls => return deeds.does_once("starts TLS"),
                Step::Close => return deeds.does_once("closes"),
            }
        }
    }
}

impl Server {
    fn answer(&self, question: &Question, answer: &str) -> Answer {
        match (question, answer) {
            (Question::Scram { .. }, "yes") => {
                let (nonce, credentials) = kept();
                Answer::Scram(nonce.to_owned(), credentials)
            }
            (Question::ScramProof { right: None, .. }, "yes") => panic!("a wrong proof is not to be accepted"),
            (Question::Login(_) | Question::ScramProof { .. }, "yes") => Answer::Maildrop(
                (101..)
                    .zip(&self.messages)
                    .map(|(id, (uidl, bytes))| Entry { id, size: normalised(bytes).len() as u64, uidl: uidl.clone() })
                    .collect(),
            ),
            (Question::Retrieve { id, .. }, "yes") => {
                Answer::Part { octets: self.messages[*id as usize - 101].1.clone(), last: true }
            }
            (Question::Retrieve { .. } | Question::Part, text) if text.starts_with("part") => part(text, "part", false),
            (Question::Retrieve { .. } | Question::Part, text) if text.starts_with("last") => part(text, "last", true),
            (Question::Quit { .. }, "yes") => Answer::Committed,
            (_, "wrong") => Answer::Refused(Refusal::Credentials),
            (_, "in use") => Answer::Refused(Refusal::InUse),
            (_, "not now") => Answer::Refused(Refusal::NotNow),
            (_, "never") => Answer::Refused(Refusal::Never),
            (_, "unavailable") => Answer::Unavailable,
            (_, "not removed") => Answer::NotRemoved,
            _ => panic!("no such answer: {answer}"),
        }
    }
}

/// `part the octets`, `last the octets`.
fn part(text: &str, word: &str, last: bool) -> Answer {
    Answer::Part { octets: unescape(text[word.len()..].trim_start_matches(' ')), last }
}

/// A question as the script writes it.
fn told(question: &Question) -> String {
    match question {
        Question::Login(login) => format!("login {:?} {} {}", login.mechanism, login.user, login.password.expose()),
        Question::Scram { user } => format!("what is kept of {user}"),
        Question::ScramProof { user, right: Some(_) } => format!("{user} has proved it"),
        Question::ScramProof { user, right: None } => format!("{user} has not proved it"),
        Question::Retrieve { id, whole: true } => format!("retrieve {id}"),
        Question::Retrieve { id, whole: false } => format!("top of {id}"),
        Question::Part => "the next part".to_owned(),
        Question::Quit { deleted } => format!("quit, deleting {deleted:?}"),
    }
}

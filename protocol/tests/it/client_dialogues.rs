//! The SMTP client by its dialogues, seen from our side: `<` is what the remote says. Settings: `deliver`
//! `from to[,to…] size [8bit] [8bit-header] [smtputf8] [requiretls] [ret=…] [envid=…]` (several: one after another),
//! `wish address [notify=…] [orcpt=…]`, `body` text, `no-tls`, `tls-required`, `login name password`,
//! `login-in-the-clear`. Events: `closed`, `timeout`, `tls`, `tls failed`, `unreadable` (the next piece of the body
//! cannot be read).

use crate::script::{Deeds, Party, Script, play_all, unescape};
use mail::envelope::{MessageWishes, Notify, RecipientWishes, Return, ReversePath};
use mail::{Address, Domain};
use protocol::sasl::Password;
use protocol::smtp::client::{Cause, Class, Config, Delivery, Envelope, Login, Recipient, Session, Stage, Step, Tls};
use std::collections::VecDeque;

#[test]
fn client_dialogues() {
    play_all("client", 45, |script| {
        let mut client = Client {
            session: Session::new(config(script), false),
            waiting: envelopes(script),
            recipients: Vec::new(),
            body: script
                .settings
                .iter()
                .find(|(name, _)| name == "body")
                .map(|(_, text)| unescape(text))
                .unwrap_or_default(),
            sent: 0,
            unreadable: script.has("unreadable"),
        };
        client.deliver_or_quit();
        client
    });
}

/// No dialogue can show it: the bytes of the message that did not go out.
#[test]
fn what_a_server_said_before_it_hung_up_in_a_message_counts() {
    for (said, class, cause) in [
        ("552 5.3.4 too big\r\n", Class::Permanent, Cause::Reply),
        ("452 4.3.1 no room\r\n", Class::Temporary, Cause::Reply),
        ("250 2.0.0 before its end\r\n", Class::Temporary, Cause::Lost),
        ("552 5.3.4 half a wo", Class::Temporary, Cause::Lost),
        ("", Class::Temporary, Cause::Lost),
    ] {
        let mut session = Session::new(Config::new(Domain::parse("mx.comentum.test").unwrap()), false);
        let envelope = Envelope {
            sender: ReversePath::Null,
            recipients: vec!["a@otherisp.test".parse().unwrap()],
            size: 3,
            has_8bit: false,
        };
        session.deliver(envelope);
        session.receive(b"220 x\r\n250 x\r\n250 ok\r\n250 ok\r\n354 go\r\n");
        while session.next() != Step::NeedBody {}
        session.body(b"half of it\r\n");
        session.receive(said.as_bytes());
        session.closed();
        let Step::Finished(delivery) = session.next() else { panic!("{said:?}: not settled") };
        let outcome = &delivery.recipients[0];
        assert_eq!((outcome.class, outcome.cause, outcome.stage), (class, cause, Stage::Body), "{said:?}");
        assert_eq!(session.next(), Step::Close, "{said:?}");
    }
}

struct Client {
    session: Session,
    waiting: VecDeque<Envelope>,
    recipients: Vec<Address>,
    body: Vec<u8>,
    sent: usize,
    unreadable: bool,
}

fn config(script: &Script) -> Config {
    let tls = match (script.has("no-tls"), script.has("tls-required")) {
        (true, _) => Tls::Never,
        (_, true) => Tls::Required,
        _ => Tls::IfOffered,
    };
    let login = script.settings.iter().find(|(name, _)| name == "login").map(|(_, value)| {
        let (user, password) = value.split_once(' ').unwrap();
        let password = Password::new(password.to_owned());
        Login { user: user.to_owned(), password, in_the_clear: script.has("login-in-the-clear") }
    });
    Config { tls, login, max_reply: 10_000, ..Config::new(Domain::parse("mx.comentum.test").unwrap()) }
}

fn envelopes(script: &Script) -> VecDeque<Envelope> {
    let deliveries = script.settings.iter().filter(|(name, _)| name == "deliver");
    deliveries
        .map(|(_, value)| {
            let words: Vec<&str> = value.split(' ').collect();
            let has = |word: &str| words[3..].contains(&word);
            let value = |name: &str| words[3..].iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
            Envelope {
                sender: match words[0] {
                    "<>" => ReversePath::Null,
                    address => ReversePath::Address(address.parse().unwrap()),
                },
                recipients: words[1].split(',').map(|to| recipient(script, to)).collect(),
                wishes: MessageWishes {
                    ret: value("ret").map(|ret| Return::parse(ret).unwrap()),
                    envid: value("envid").map(str::to_owned),
                    utf8: has("smtputf8"),
                    require_tls: has("requiretls"),
                },
                size: words[2].parse().unwrap(),
                has_8bit: has("8bit") || has("8bit-header"),
                has_8bit_header: has("8bit-header"),
            }
        })
        .collect()
}

fn recipient(script: &Script, address: &str) -> Recipient {
    let wishes = script.settings.iter().filter(|(name, _)| name == "wish");
    let wish = wishes.filter_map(|(_, value)| value.strip_prefix(address)?.strip_prefix(' ')).next().unwrap_or("");
    let value = |name: &str| wish.split(' ').find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
    let wishes = RecipientWishes {
        notify: value("notify").map(|notify| Notify::parse(notify).unwrap()),
        orcpt: value("orcpt").map(str::to_owned),
    };
    Recipient { address: address.parse().unwrap(), wishes }
}

impl Party for Client {
    fn receive(&mut self, bytes: &[u8]) {
        self.session.receive(bytes);
    }

    fn event(&mut self, what: &str) {
        match what {
            "closed" => self.session.closed(),
            "timeout" => self.session.timeout(),
            "tls" => self.session.tls_started(),
            "tls failed" => self.session.tls_failed(),
            _ => panic!("no such event: {what}"),
        }
    }

    fn run(&mut self, deeds: &mut Deeds) {
        loop {
            match self.session.next() {
                Step::NeedInput => return,
                Step::Send(bytes) => deeds.say(bytes),
                Step::StartTls => return deeds.does_once("starts TLS"),
                Step::NeedBody => self.supply_body(),
                Step::Finished(delivery) => {
                    self.tell(&delivery, deeds);
                    self.deliver_or_quit();
                }
                Step::Idle => panic!("a message waits, or quit was called"),
                Step::Close => return deeds.does_once("closes"),
            }
        }
    }
}

impl Client {
    fn deliver_or_quit(&mut self) {
        match self.waiting.pop_front() {
            Some(envelope) => {
                self.recipients = envelope.recipients.iter().map(|to| to.address.clone()).collect();
                self.sent = 0;
                self.session.deliver(envelope);
            }
            None => self.session.quit(),
        }
    }

    /// In pieces of 5 bytes, so that every CRLF is cut somewhere.
    fn supply_body(&mut self) {
        let rest = &self.body[self.sent..];
        if self.unreadable && self.sent > 0 {
            self.session.abandon();
        } else if rest.is_empty() {
            self.session.end_of_body();
        } else {
            let piece = &rest[..rest.len().min(5)];
            self.sent += piece.len();
            self.session.body(piece);
        }
    }

    fn tell(&self, delivery: &Delivery, deeds: &mut Deeds) {
        assert_eq!(delivery.recipients.len(), self.recipients.len());
        for (to, outcome) in self.recipients.iter().zip(&delivery.recipients) {
            deeds
                .does(format!("<{to}> {:?} {:?} {:?}: {}", outcome.class, outcome.stage, outcome.cause, outcome.reply));
        }
    }
}

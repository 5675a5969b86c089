//! `kill -9` at any moment: what was answered 250 is there, once, and nobody has to repair anything.

use crate::harness::clock::Deadline;
use crate::harness::remote::Taken;
use crate::harness::wire::Wire;
use crate::harness::{BOB, CAROL, House, LISA, Manner, Pop3, Remote, Smtp, letter, rounds, stuffed};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const ROUNDS: usize = 50;
const SENDERS: usize = 6;

/// What the senders know.
#[derive(Default)]
pub struct Book {
    /// Answered 250.
    pub acknowledged: Vec<String>,
    /// The end of data was sent, no answer came.
    pub doubtful: Vec<String>,
}

#[test]
fn fifty_kills_while_six_clients_send_lose_and_double_nothing() {
    let mut house = House::start();
    let book = Arc::new(Mutex::new(Book::default()));
    let over = Arc::new(AtomicBool::new(false));
    let senders: Vec<_> = (0..SENDERS)
        .map(|number| {
            let (book, over, at) = (book.clone(), over.clone(), house.ports.smtp);
            std::thread::spawn(move || keep_sending(number, at, &book, &over))
        })
        .collect();
    let rounds = rounds(ROUNDS);
    for round in 0..rounds {
        // Different moments: while starting, in the first message, in the middle of many.
        std::thread::sleep(Duration::from_millis(20 + (round as u64 * 37) % 180));
        house.kill();
        house.run();
    }
    over.store(true, Ordering::SeqCst);
    for sender in senders {
        sender.join().unwrap();
    }
    // And once more with everything at rest.
    house.kill();
    house.run();

    let book = book.lock().unwrap();
    let mut copies: HashMap<String, usize> = HashMap::new();
    for who in [BOB, CAROL, LISA] {
        for message in house.pop3(who).all() {
            let text = String::from_utf8_lossy(&message).into_owned();
            let subject = text.lines().find_map(|line| line.strip_prefix("Subject: ")).unwrap().to_owned();
            assert!(text.ends_with(&body_of(&subject)), "torn: {subject}");
            *copies.entry(format!("{who} {subject}")).or_default() += 1;
        }
    }
    for subject in &book.acknowledged {
        for who in [BOB, CAROL, LISA] {
            assert_eq!(copies.remove(&format!("{who} {subject}")), Some(1), "acknowledged: {subject} for {who}");
        }
    }
    for subject in &book.doubtful {
        let found: Vec<_> =
            [BOB, CAROL, LISA].iter().filter_map(|who| copies.remove(&format!("{who} {subject}"))).collect();
        // All recipients have it, once, or none.
        assert!(found.is_empty() || found == [1, 1, 1], "in doubt: {subject}: {found:?}");
    }
    assert!(copies.is_empty(), "never sent to the end, and yet there: {copies:?}");
    assert!(book.acknowledged.len() > rounds, "only {} messages were acknowledged", book.acknowledged.len());
    println!("{} acknowledged, {} in doubt", book.acknowledged.len(), book.doubtful.len());
    house.assert_no_spool();
}

pub fn keep_sending(number: usize, at: SocketAddr, book: &Mutex<Book>, over: &AtomicBool) {
    let mut count = 0;
    while !over.load(Ordering::SeqCst) {
        let Some(mut smtp) = open(at) else {
            // Killed, or still starting.
            std::thread::sleep(Duration::from_millis(10));
            continue;
        };
        while !over.load(Ordering::SeqCst) {
            count += 1;
            let subject = format!("letter {number} {count}");
            let message = stuffed(&letter("lisa@far.test", BOB, &subject, &text_of(&subject)));
            let (body, dot) = message.split_at(message.len() - 3);
            let envelope = [
                ("MAIL FROM:<lisa@far.test>", "250"),
                ("RCPT TO:<bob@comentum.test>", "250"),
                ("RCPT TO:<carol@comentum.test>", "250"),
                ("RCPT TO:<lisa@otherisp.test>", "250"),
                ("DATA", "354"),
            ];
            // A kill breaks this in any place: nothing of it counts before the dot.
            let begun = envelope.iter().all(|(line, start)| say(&mut smtp, line, start));
            if !begun || smtp.try_raw(body).is_err() {
                break;
            }
            // From here on nobody can know, until an answer comes.
            drop(smtp.try_raw(dot));
            match smtp.try_reply() {
                Some(reply) if reply.is("250") => book.lock().unwrap().acknowledged.push(subject),
                Some(_) => {}
                None => {
                    book.lock().unwrap().doubtful.push(subject);
                    break;
                }
            }
        }
    }
}

fn open(at: SocketAddr) -> Option<Smtp> {
    let mut smtp = Smtp::over(Wire::try_connect(at).ok()?);
    smtp.try_reply().filter(|banner| banner.is("220"))?;
    say(&mut smtp, "EHLO client.example.test", "250").then_some(smtp)
}

/// Whether the line went out and was answered so.
fn say(smtp: &mut Smtp, line: &str, start: &str) -> bool {
    smtp.try_raw(format!("{line}\r\n").as_bytes()).is_ok() && smtp.try_reply().is_some_and(|reply| reply.is(start))
}

/// Different for each message, and sometimes too large for memory and database.
fn text_of(subject: &str) -> String {
    let sum: usize = subject.bytes().map(usize::from).sum();
    let line = format!("this is {subject}, line by line\r\n");
    let lines = if sum.is_multiple_of(7) { 10_000 } else { sum % 50 };
    line.repeat(lines) + "the end of " + subject
}

pub fn body_of(subject: &str) -> String {
    format!("\r\n\r\n{}\r\n", text_of(subject))
}

#[test]
fn kills_while_relaying_lose_nothing_that_was_accepted() {
    let far = Remote::start(vec![Manner { wait: Duration::from_millis(5), ..Manner::default() }]);
    let port = far.address.port();
    let mut house = House::with(|settings| {
        settings.outbound_port(port).set("retry_schedule", "[\"0\", \"200ms\"]").set("connect_timeout", "\"2s\"")
    });
    let mut sent = 0;
    // The last connection of each run of the server.
    let mut runs = Vec::new();
    for round in 0..10 {
        let mut smtp = house.submission(BOB);
        for _ in 0..3 {
            sent += 1;
            let message = letter(BOB, "friend@far.test", &format!("relay {sent}"), "x");
            assert!(smtp.deliver(BOB, &["friend@far.test"], &message).is("250"));
        }
        std::thread::sleep(Duration::from_millis(round * 13));
        house.kill();
        runs.push(far.connections());
        house.run();
    }
    crate::harness::within(Duration::from_secs(60), "an empty queue", || {
        (!house.cli_ok(&["queue", "list"]).contains("far.test")).then_some(())
    });
    runs.push(far.connections());
    let taken: Vec<Relayed> = far.taken().iter().map(|taken| Relayed::of(taken, &runs)).collect();
    for number in 1..=sent {
        let subject = format!("relay {number}");
        let copies: Vec<&Relayed> = taken.iter().filter(|taken| taken.subject == subject).collect();
        assert!(!copies.is_empty(), "{subject} is lost");
        // A copy too many is one whose 250 was under way when the kill came: the last that its connection brought. So no
        // message comes more than once, and once more for each such kill.
        for (before, after) in copies.iter().zip(&copies[1..]) {
            assert!(before.run < after.run, "{subject} came twice in run {}\n{}", after.run, far.transcript());
            let last = taken.iter().rfind(|taken| taken.connection == before.connection).unwrap();
            assert_eq!(last.subject, subject, "it was settled before the kill\n{}", far.transcript());
        }
    }
    assert_eq!(house.pop3(BOB).stat().0, 0, "no report: all went");
}

/// A message that the remote took, in which run of ours.
struct Relayed {
    subject: String,
    connection: usize,
    run: usize,
}

impl Relayed {
    /// `runs`: the last connection of each run.
    fn of(taken: &Taken, runs: &[usize]) -> Relayed {
        let text = String::from_utf8_lossy(&taken.bytes);
        let subject = text.lines().find_map(|line| line.strip_prefix("Subject: ")).unwrap().to_owned();
        let run = runs.iter().position(|last| taken.connection <= *last).unwrap();
        Relayed { subject, connection: taken.connection, run }
    }
}

#[test]
fn kills_around_dele_and_quit_leave_nothing_undead_and_take_nothing_before_quit() {
    let mut house = House::start();
    let mut kept: Vec<String> = Vec::new();
    for round in 0..24 {
        let mut smtp = house.smtp();
        for number in 0..2 {
            let message = letter("lisa@far.test", BOB, &format!("round {round} {number}"), "x");
            assert!(smtp.deliver("lisa@far.test", &[BOB], &message).is("250"));
        }
        let mut pop3 = house.pop3(BOB);
        let before = uidls(&mut pop3);
        assert!(kept.iter().all(|id| before.contains(id)), "round {round}: something is gone");
        let doomed = before.last().unwrap().clone();
        pop3.ok(&format!("DELE {}", before.len()));
        let told = match round % 3 {
            // Before QUIT.
            0 => None,
            // While it is carried out: nobody can know, unless the answer came.
            1 => {
                pop3.raw(b"QUIT\r\n");
                std::thread::sleep(Duration::from_micros(300 * round));
                Some(false)
            }
            _ => {
                pop3.ok("QUIT");
                Some(true)
            }
        };
        house.kill();
        let told = told.map(|told| told || pop3.line().is_some_and(|line| line.starts_with(b"+OK")));
        house.run();
        let after = uidls(&mut house.pop3(BOB));
        match told {
            None => assert_eq!(after, before, "round {round}: gone without QUIT"),
            Some(true) => assert_eq!(after, before[..before.len() - 1], "round {round}: undead after +OK"),
            Some(false) => assert!(after == before || after == before[..before.len() - 1], "round {round}"),
        }
        kept = after.into_iter().filter(|id| *id != doomed).collect();
    }
}

fn uidls(pop3: &mut Pop3) -> Vec<String> {
    pop3.listing("UIDL").iter().map(|line| line.split_once(' ').unwrap().1.to_owned()).collect()
}

#[test]
fn after_a_kill_it_answers_again_within_two_seconds() {
    let mut house = House::start();
    for round in 0..10 {
        let mut smtp = house.smtp();
        for number in 0..20 {
            let message = letter("lisa@far.test", BOB, &format!("round {round} {number}"), "x");
            assert!(smtp.deliver("lisa@far.test", &[BOB], &message).is("250"));
        }
        house.kill();
        let limit = Deadline::after(Duration::from_secs(2));
        house.run();
        assert!(!limit.passed(), "round {round}");
    }
    assert_eq!(house.pop3(BOB).stat().0, 200);
}

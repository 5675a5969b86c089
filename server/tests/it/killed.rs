//! `kill -9` at any moment: what was answered 250 is there, once, and nobody has to repair anything.

use crate::harness::wire::Wire;
use crate::harness::{BOB, CAROL, House, LISA, Manner, Remote, Smtp, letter, rounds, stuffed};
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
    for round in 0..10 {
        let mut smtp = house.submission(BOB);
        for _ in 0..3 {
            sent += 1;
            let message = letter(BOB, "friend@far.test", &format!("relay {sent}"), "x");
            assert!(smtp.deliver(BOB, &["friend@far.test"], &message).is("250"));
        }
        std::thread::sleep(Duration::from_millis(round * 13));
        house.kill();
        house.run();
    }
    crate::harness::within(Duration::from_secs(60), "an empty queue", || {
        (!house.cli_ok(&["queue", "list"]).contains("far.test")).then_some(())
    });
    let mut copies: HashMap<String, usize> = HashMap::new();
    for taken in far.taken() {
        let text = String::from_utf8_lossy(&taken.bytes).into_owned();
        let subject = text.lines().find_map(|line| line.strip_prefix("Subject: ")).unwrap().to_owned();
        *copies.entry(subject).or_default() += 1;
    }
    for number in 1..=sent {
        let count = copies.get(&format!("relay {number}")).copied().unwrap_or(0);
        assert!(count >= 1, "relay {number} is lost");
    }
    // One message is under way at a time: a kill doubles one at most.
    let surplus = far.taken().len() - sent;
    assert!(surplus <= 10, "{surplus} copies too many after 10 kills: {copies:?}");
    assert_eq!(house.pop3(BOB).stat().0, 0, "no report: all went");
}

//! How long we wait for others (RFC 5321 §4.5.3.2, RFC 1939 §3): for a whole command, for a pause in a message, for all of a
//! session; and that a slow client that goes on is waited for.

use crate::harness::{BOB, House, Smtp, letter, within};
use std::time::Duration;

/// Waits until the server has ended this conversation, at most so long; what it said last.
fn last_word(smtp: &mut Smtp, limit: Duration) -> String {
    let mut last = String::new();
    within(limit, "the end of the session", || {
        match smtp.try_line_within(Duration::from_millis(100)) {
            Some(Some(line)) => last = line,
            Some(None) => return Some(()),
            None => {}
        }
        None
    });
    last
}

#[test]
fn a_client_that_says_nothing_is_told_to_go() {
    let house = House::with(|settings| settings.set("command_timeout", "\"1s\""));
    let mut silent = house.smtp();
    // Bytes that make no command are no sign of life.
    let mut dribbling = house.smtp();
    for _ in 0..8 {
        drop(dribbling.try_raw(b"x"));
        std::thread::sleep(Duration::from_millis(250));
    }
    assert!(last_word(&mut dribbling, Duration::from_secs(5)).starts_with("421 4.4.2"), "{}", dribbling.transcript());
    assert!(last_word(&mut silent, Duration::from_secs(5)).starts_with("421 4.4.2"), "{}", silent.transcript());
}

#[test]
fn a_message_may_come_slowly_and_may_not_stop() {
    let house = House::with(|settings| settings.set("data_timeout", "\"2s\"").set("command_timeout", "\"1s\""));
    let mut slow = house.smtp();
    slow.begin("lisa@far.test", &[BOB]);
    for _ in 0..10 {
        slow.raw(b"X-Slow: yes\r\n");
        std::thread::sleep(Duration::from_millis(500));
    }
    slow.raw(b"\r\nat last\r\n.\r\n");
    assert!(slow.reply().is("250"), "{}", slow.transcript());
    let mut stuck = house.smtp();
    stuck.begin("lisa@far.test", &[BOB]);
    stuck.raw(b"Subject: stuck\r\n");
    assert!(last_word(&mut stuck, Duration::from_secs(10)).starts_with("421 4.4.2"), "{}", stuck.transcript());
    assert_eq!(house.pop3(BOB).stat().0, 1);
    house.assert_no_spool();
}

#[test]
fn who_sends_too_much_slowly_hears_that_it_is_too_much() {
    let house = House::with(|settings| {
        settings.message_size(70_000).set("data_timeout", "\"2s\"").set("command_timeout", "\"1s\"")
    });
    let mut smtp = house.smtp();
    smtp.begin("lisa@far.test", &[BOB]);
    for _ in 0..10 {
        smtp.raw(&[&[b'x'; 20_000][..], b"\r\n"].concat());
        std::thread::sleep(Duration::from_millis(400));
    }
    smtp.raw(b".\r\n");
    assert!(smtp.reply().is("552 5.3.4"), "{}", smtp.transcript());
    assert!(smtp.deliver("lisa@far.test", &[BOB], &letter("lisa@far.test", BOB, "small", "now")).is("250"));
}

#[test]
fn no_session_lasts_for_ever_however_busy_it_is() {
    let house = House::with(|settings| settings.set("session_timeout", "\"3s\""));
    let mut smtp = house.smtp();
    within(Duration::from_secs(10), "the end of a busy session", || {
        if smtp.try_raw(b"NOOP\r\n").is_err() {
            return Some(());
        }
        match smtp.try_reply() {
            Some(reply) if reply.is("250") => None,
            Some(reply) => reply.is("421 4.4.2").then_some(()),
            None => Some(()),
        }
    });
    // POP3 ends without a word, and deletes nothing.
    assert!(house.smtp().deliver("lisa@far.test", &[BOB], &letter("lisa@far.test", BOB, "stays", "x")).is("250"));
    let mut pop3 = house.pop3(BOB);
    pop3.ok("DELE 1");
    within(Duration::from_secs(10), "the end of a busy session", || {
        let said = pop3.try_raw(b"NOOP\r\n").is_ok();
        (!said || pop3.line().is_none()).then_some(())
    });
    assert_eq!(house.pop3(BOB).stat().0, 1);
}

#[test]
fn a_pop3_client_that_says_nothing_loses_its_lock_and_deletes_nothing() {
    let house = House::with(|settings| settings.set("pop3_timeout", "\"1s\""));
    assert!(house.smtp().deliver("lisa@far.test", &[BOB], &letter("lisa@far.test", BOB, "stays", "x")).is("250"));
    let mut pop3 = house.pop3(BOB);
    pop3.ok("DELE 1");
    assert!(pop3.is_closed(), "RFC 1939 §3: without a word");
    assert_eq!(house.pop3(BOB).stat().0, 1);
}

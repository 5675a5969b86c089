//! LMTP: a program of the house hands over mail for mailboxes here, and hears what became of each.

use crate::harness::{BOB, CAROL, House, LISA, Smtp, letter, noise};
use std::net::SocketAddr;
use std::process::Command;

fn house() -> House {
    House::with(|settings| settings.set("lmtp", "\"127.0.0.1:0\""))
}

/// Where it listens: said in the line that says that all is ready.
fn door(house: &House) -> SocketAddr {
    crate::harness::eventually("the LMTP port", || {
        let log = house.log();
        let (_, port) = log.split_once(" lmtp=")?;
        port.split_whitespace().next()?.parse().ok()
    })
}

fn hello(house: &House) -> Smtp {
    let mut lmtp = Smtp::connect(door(house));
    let offers = lmtp.expect("LHLO filter.example.test", "250");
    assert!(offers.offers("PIPELINING") && offers.offers("CHUNKING") && !offers.offers("AUTH"), "{:?}", offers.lines);
    lmtp
}

#[test]
fn each_recipient_has_a_reply_and_the_message_says_that_it_came_by_lmtp() {
    let house = house();
    let mut lmtp = hello(&house);
    // The sender's domain is nobody's business here: whoever hands it over has asked.
    lmtp.expect("MAIL FROM:<lisa@nowhere.test>", "250");
    lmtp.expect(&format!("RCPT TO:<{BOB}>"), "250");
    lmtp.expect("RCPT TO:<nobody@comentum.test>", "550 5.1.1");
    lmtp.expect("RCPT TO:<friend@far.test>", "550 5.7.1");
    lmtp.expect(&format!("RCPT TO:<{CAROL}>"), "250");
    lmtp.expect("DATA", "354");
    let message = letter("lisa@nowhere.test", BOB, "by hand", "text");
    lmtp.raw(&crate::harness::stuffed(&message));
    assert!(lmtp.reply().is("250 2.0.0"));
    assert!(lmtp.reply().is("250 2.0.0"));
    lmtp.quit();
    for who in [BOB, CAROL] {
        let kept = house.pop3(who).retr(1);
        let text = String::from_utf8_lossy(&kept);
        assert!(text.starts_with("Return-Path: <lisa@nowhere.test>\r\n") && text.contains(" with LMTP id "), "{text}");
        assert!(kept.ends_with(&message));
    }
}

#[test]
fn smtp_is_not_spoken_there_nor_lmtp_elsewhere() {
    let house = house();
    let mut lmtp = Smtp::connect(door(&house));
    lmtp.expect("EHLO client.example.test", "500");
    lmtp.expect("HELO client.example.test", "500");
    let mut smtp = Smtp::connect(house.ports.smtp);
    smtp.expect("LHLO client.example.test", "500");
}

#[test]
fn who_is_full_is_told_apart_from_who_is_not() {
    let house = house();
    house.cli_ok(&["account", "quota", BOB, "1MiB"]);
    let mut lmtp = hello(&house);
    let noise = noise(700 * 1024);
    let mut last = Vec::new();
    for number in 1..=3 {
        lmtp.expect("MAIL FROM:<lisa@far.test>", "250");
        let mut taken = Vec::new();
        for who in [CAROL, BOB, LISA] {
            if lmtp.say(&format!("RCPT TO:<{who}>")).is("250") {
                taken.push(who);
            }
        }
        lmtp.expect("DATA", "354");
        lmtp.raw(&crate::harness::stuffed(&letter("lisa@far.test", BOB, &format!("number {number}"), &noise)));
        last = taken.iter().map(|who| (*who, lmtp.reply())).collect();
        let full = taken.len() < 3 || last.iter().any(|(_, reply)| !reply.is("250"));
        for (who, reply) in &last {
            assert!(reply.is(if *who == BOB && full { "452 4.2.2" } else { "250" }), "{who}: {:?}", reply.lines);
        }
        if full {
            break;
        }
    }
    assert!(last.iter().filter(|(who, _)| *who != BOB).count() == 2);
    let count = |who| house.pop3(who).stat().0;
    assert!(count(BOB) < count(CAROL) && count(CAROL) == count(LISA), "{}", lmtp.transcript());
}

#[test]
fn chunks_are_taken_and_a_refused_message_is_refused_to_each() {
    let house = house();
    let mut lmtp = hello(&house);
    lmtp.raw(format!("MAIL FROM:<lisa@far.test>\r\nRCPT TO:<{BOB}>\r\nRCPT TO:<{CAROL}>\r\n").as_bytes());
    lmtp.raw(b"BDAT 16\r\nSubject: one\r\n\r\nBDAT 5 LAST\r\n.\r\na\n");
    let codes: Vec<u16> = (0..6).map(|_| lmtp.reply().code).collect();
    assert_eq!(codes, [250, 250, 250, 250, 550, 550], "{}", lmtp.transcript());
    lmtp.raw(format!("MAIL FROM:<lisa@far.test>\r\nRCPT TO:<{BOB}>\r\nRCPT TO:<{CAROL}>\r\n").as_bytes());
    lmtp.raw(b"BDAT 16\r\nSubject: one\r\n\r\nBDAT 6 LAST\r\n.\r\na\r\n");
    let codes: Vec<u16> = (0..6).map(|_| lmtp.reply().code).collect();
    assert_eq!(codes, [250; 6], "{}", lmtp.transcript());
    assert!(house.pop3(BOB).retr(1).ends_with(b"Subject: one\r\n\r\n.\r\na\r\n"));
    assert_eq!(house.pop3(CAROL).stat().0, 1);
}

#[test]
fn pythons_smtplib_delivers_by_lmtp() {
    let house = house();
    let script = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/python/lmtp.py");
    let Ok(output) = Command::new("python3").arg(script).env("LMTP", door(&house).to_string()).output() else {
        return println!("skipped: python3 is not there");
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(house.pop3(BOB).stat().0, 2);
    assert_eq!(house.pop3(CAROL).stat().0, 1);
}

//! Names in any letters: an account's, a domain's, a sender's, a header's; from the wire into the mailbox and out again.

use crate::harness::{BOB, House, Manner, PASSWORD, Pop3, Remote, Smtp, letter};

const RENEE: &str = "renée@comentum.test";

fn house() -> House {
    let house = House::start();
    let added = house.cli_with(&["account", "add", RENEE, "--password-stdin"], PASSWORD);
    assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    house
}

#[test]
fn a_message_from_and_to_names_in_other_letters_arrives_as_it_was() {
    let house = house();
    let message = "From: Grüße <grüße@far.test>\r\nTo: Renée <renée@comentum.test>\r\nSubject: Żółć 用户\r\n\
                   Date: Mon, 2 Mar 2026 10:00:00 +0000\r\nMessage-ID: <1@far.test>\r\n\r\n¡Hola!\r\n";
    let mut smtp = Smtp::connect(house.ports.smtp);
    assert!(smtp.say("EHLO client.example.test").offers("SMTPUTF8"));
    smtp.expect("MAIL FROM:<grüße@far.test> SMTPUTF8 BODY=8BITMIME", "250");
    // Written in another way, it is the same name.
    smtp.expect("RCPT TO:<RENE\u{301}E@comentum.test>", "250");
    smtp.expect("DATA", "354");
    smtp.raw(format!("{message}.\r\n").as_bytes());
    assert!(smtp.reply().is("250"), "{}", smtp.transcript());
    let mut pop3 = Pop3::sign_in(house.ports.pop3, RENEE, PASSWORD);
    let kept = pop3.retr(1);
    let text = String::from_utf8_lossy(&kept);
    assert!(text.starts_with("Return-Path: <grüße@far.test>\r\n"), "{text}");
    assert!(text.contains(" with UTF8SMTP id ") && text.contains("for <RENE\u{301}E@comentum.test>"), "{text}");
    assert!(kept.ends_with(message.as_bytes()), "{text}");
}

#[test]
fn utf_8_that_was_not_announced_is_refused() {
    let house = house();
    let mut smtp = house.smtp();
    smtp.expect("MAIL FROM:<grüße@far.test>", "553 5.6.7");
    smtp.expect("MAIL FROM:<lisa@far.test>", "250");
    smtp.expect(&format!("RCPT TO:<{RENEE}>"), "553 5.6.7");
    smtp.expect("RSET", "250");
    smtp.expect("MAIL FROM:<lisa@far.test> SMTPUTF8", "250");
    smtp.expect("RCPT TO:<rene\u{202E}e@comentum.test>", "501 5.1.3");
    smtp.expect("RCPT TO:<René@comentum.test>", "550 5.1.1");
    smtp.expect(&format!("RCPT TO:<{RENEE}>"), "250");
}

#[test]
fn a_domain_in_other_letters_is_one_domain_in_both_its_spellings() {
    let house = House::start();
    house.cli_ok(&["domain", "add", "münchen.test"]);
    let added = house.cli_with(&["account", "add", "anna@MÜNCHEN.test", "--password-stdin"], PASSWORD);
    assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    let mut smtp = house.smtp();
    // In A-labels it can be named without SMTPUTF8.
    let address = "anna@xn--mnchen-3ya.test";
    assert!(smtp.deliver("lisa@far.test", &[address], &letter("lisa@far.test", address, "plain", "x")).is("250"));
    smtp.expect("MAIL FROM:<lisa@far.test> SMTPUTF8", "250");
    smtp.expect("RCPT TO:<anna@münchen.test>", "250");
    smtp.expect("DATA", "354");
    smtp.raw(b"Subject: letters\r\n\r\nx\r\n.\r\n");
    assert!(smtp.reply().is("250"));
    for name in ["anna@münchen.test", address] {
        assert_eq!(Pop3::sign_in(house.ports.pop3, name, PASSWORD).stat().0, 2, "{name}");
    }
}

#[test]
fn our_own_people_write_to_names_that_the_other_server_does_not_take_and_hear_why() {
    let remote = Remote::start(vec![Manner::default()]);
    let port = remote.address.port();
    let house = House::with(|settings| settings.outbound_port(port).set("retry_schedule", "[\"0\", \"300ms\"]"));
    let mut smtp = house.submission(BOB);
    smtp.expect(&format!("MAIL FROM:<{BOB}> SMTPUTF8 BODY=8BITMIME"), "250");
    smtp.expect("RCPT TO:<用户@far.test>", "250");
    smtp.expect("RCPT TO:<friend@far.test>", "250");
    smtp.expect("DATA", "354");
    smtp.raw(b"From: <bob@comentum.test>\r\nSubject: two of them\r\n\r\nHello\r\n.\r\n");
    assert!(smtp.reply().is("250"), "{}", smtp.transcript());
    // The one that can be named gets it.
    assert_eq!(remote.wait_for(1)[0].recipients, ["friend@far.test"]);
    let bounce = &house.mail_of(BOB, 1)[0];
    assert!(bounce.contains("5.6.7"), "{bounce}");
    assert!(!remote.transcript().contains("用户"), "{}", remote.transcript());
}

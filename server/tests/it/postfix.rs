//! With Postfix, both ways: it hands us mail, and takes ours.

use crate::harness::postfix::Postfix;
use crate::harness::{BOB, House, Smtp, letter, stuffed};
use std::net::Ipv4Addr;

const FRIEND: &str = "friend@pf.test";

/// A house and a Postfix that know of each other. Postfix is found by the MX of pf.test.
fn neighbours() -> Option<(House, Postfix)> {
    let mut house = House::with(|settings| settings.set("dkim_signing", "true"));
    let made = house.dir.join("certs");
    house.cli_ok(&["tls", "self-signed", "mx.pf.test", "--into", made.to_str().unwrap()]);
    let postfix = Postfix::start(house.ports.smtp, (&made.join("certificate.pem"), &made.join("key.pem")))?;
    let port = postfix.smtp.port();
    house.change_all(|settings| settings.outbound_port(port).set("retry_schedule", "[\"0\", \"300ms\"]"));
    house.dns.mail_at("pf.test", "mx.pf.test", Ipv4Addr::LOCALHOST);
    house.dns.mail_at("far.test", "mx.far.test", Ipv4Addr::LOCALHOST);
    Some((house, postfix))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn postfix_hands_us_mail_under_tls_with_dots_8_bits_and_utf_8_in_the_header() {
    let Some((house, postfix)) = neighbours() else { return };
    let body = "Gr\u{fc}\u{df}e\r\n.\r\n..two\r\n.dot\r\n\r\nlast";
    let message = text(&letter(FRIEND, BOB, "x", body)).replace("Subject: x", "Subject: \u{e9}t\u{e9}");
    let mut smtp = Smtp::hello(postfix.smtp);
    smtp.expect(&format!("MAIL FROM:<{FRIEND}> BODY=8BITMIME SMTPUTF8"), "250");
    smtp.expect(&format!("RCPT TO:<{BOB}>"), "250");
    smtp.expect("DATA", "354");
    smtp.raw(&stuffed(message.as_bytes()));
    assert!(smtp.reply().is("250"));
    let mail = house.mail_of(BOB, 1).remove(0);
    assert!(mail.contains("Subject: \u{e9}t\u{e9}") && mail.contains(body), "{mail}\n{}", postfix.log());
    assert!(mail.contains("with UTF8SMTPS"), "{mail}");
    assert!(postfix.log().contains("TLS connection established"), "{}", postfix.log());
}

#[test]
fn whom_we_do_not_know_postfix_returns_to_the_sender_with_our_words() {
    let Some((house, postfix)) = neighbours() else { return };
    let message = letter(FRIEND, "nobody@comentum.test", "to nobody", "x");
    let mut smtp = Smtp::hello(postfix.smtp);
    assert!(smtp.deliver(FRIEND, &["nobody@comentum.test", BOB], &message).is("250"));
    let returned = postfix.wait_for(1);
    let report = text(&returned[0]);
    assert!(report.contains("550 5.1.1") && report.contains("nobody@comentum.test"), "{report}");
    assert_eq!(house.mail_of(BOB, 1).len(), 1, "the other one got it");
}

#[test]
fn postfix_takes_ours_under_tls_and_whom_it_does_not_know_comes_back() {
    let Some((house, postfix)) = neighbours() else { return };
    let body = "Gr\u{fc}\u{df}e\r\n.\r\n..two\r\nlast";
    let message = letter(BOB, FRIEND, "out", body);
    let mut smtp = house.submission(BOB);
    assert!(smtp.deliver(BOB, &[FRIEND, "nobody@pf.test"], &message).is("250"));
    let taken = text(&postfix.wait_for(1)[0]).replace('\n', "\r\n");
    assert!(taken.contains("\r\n\r\nGr\u{fc}\u{df}e\r\n.\r\n..two\r\nlast"), "{taken}");
    assert!(taken.contains("DKIM-Signature: ") && taken.contains("with ESMTPS"), "{taken}");
    let report = house.mail_of(BOB, 1).remove(0);
    assert!(report.contains("nobody@pf.test") && report.contains("550 5.1.1"), "{report}");
    assert!(!report.contains(&format!("Final-Recipient: rfc822; {FRIEND}")), "{report}");
}

#[test]
fn what_the_sender_wants_to_hear_goes_through_postfix_and_back() {
    let Some((house, postfix)) = neighbours() else { return };
    let mut smtp = house.submission(BOB);
    smtp.expect(&format!("MAIL FROM:<{BOB}> RET=HDRS ENVID=QQ314159"), "250");
    smtp.expect(&format!("RCPT TO:<{FRIEND}> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;{FRIEND}"), "250");
    smtp.expect("DATA", "354");
    smtp.raw(&stuffed(&letter(BOB, FRIEND, "tell me", "x")));
    assert!(smtp.reply().is("250"));
    postfix.wait_for(1);
    // Postfix knows DSN (RFC 3461), so it is Postfix that tells.
    let report = house.mail_of(BOB, 1).remove(0);
    assert!(report.contains("Action: delivered") && report.contains("QQ314159"), "{report}");
    assert!(report.contains("mx.pf.test"), "{report}");
    assert_eq!(house.pop3(BOB).stat().0, 1, "and it tells once");
}

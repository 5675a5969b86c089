//! What senders ask for with MAIL and RCPT: how to be told, and how the message must travel.

use crate::harness::{BOB, CAROL, House, LISA, Smtp, letter};

#[test]
fn a_program_may_ask_how_it_will_hear_and_that_is_kept_with_the_message() {
    let house = House::start();
    let mut smtp = house.submission(BOB);
    smtp.expect(&format!("MAIL FROM:<{BOB}> RET=HDRS ENVID=QQ+2B314"), "250");
    smtp.expect(&format!("RCPT TO:<{CAROL}> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;carol+2Bold@comentum.test"), "250");
    smtp.expect(&format!("RCPT TO:<{LISA}>"), "250");
    smtp.expect("DATA", "354");
    smtp.raw(&crate::harness::stuffed(&letter(BOB, CAROL, "tell me", "x")));
    assert!(smtp.reply().is("250"), "{}", smtp.transcript());
    let log = house.log();
    let line = log.lines().find(|line| line.contains("\"submitted\"")).unwrap_or_else(|| panic!("{log}"));
    for wish in ["RET=HDRS", "ENVID=QQ+314", "<carol@comentum.test> NOTIFY=SUCCESS,DELAY", "ORCPT=rfc822;carol+old@"] {
        assert!(line.contains(wish), "{wish} is not in {line}");
    }
    assert!(!line.contains("<lisa@otherisp.test> NOTIFY"), "{line}");
}

#[test]
fn what_nobody_can_ask_for_is_refused_and_the_rest_goes_on() {
    let house = House::start();
    let mut smtp = house.smtp();
    smtp.expect("MAIL FROM:<lisa@far.test> RET=SOME", "501 5.5.4");
    smtp.expect("MAIL FROM:<lisa@far.test> ENVID=a+0D+0AX-Evil:+20yes", "501 5.5.4");
    smtp.expect("MAIL FROM:<lisa@far.test> BODY=BINARYMIME", "501 5.5.4");
    smtp.expect("MAIL FROM:<lisa@far.test> ENVID=abc", "250");
    smtp.expect(&format!("RCPT TO:<{BOB}> NOTIFY=NEVER,SUCCESS"), "501 5.5.4");
    smtp.expect(&format!("RCPT TO:<{BOB}> NOTIFY=NEVER"), "250");
    smtp.expect("DATA", "354");
    smtp.raw(b"Subject: quiet\r\n\r\nx\r\n.\r\n");
    assert!(smtp.reply().is("250"));
    assert_eq!(house.pop3(BOB).stat().0, 1);
}

#[test]
fn only_under_tls_a_message_can_be_kept_from_going_on_in_the_clear() {
    let house = House::start();
    let mut smtp = Smtp::connect(house.ports.smtp);
    assert!(!smtp.say("EHLO client.example.test").offers("REQUIRETLS"));
    smtp.expect("MAIL FROM:<lisa@far.test> REQUIRETLS", "555 5.5.4");
    let mut smtp = smtp.start_tls();
    assert!(smtp.say("EHLO client.example.test").offers("REQUIRETLS"));
    smtp.expect("MAIL FROM:<lisa@far.test> REQUIRETLS", "250");
    smtp.expect(&format!("RCPT TO:<{BOB}>"), "250");
    smtp.expect("DATA", "354");
    smtp.raw(b"Subject: sealed\r\n\r\nx\r\n.\r\n");
    assert!(smtp.reply().is("250"));
    let kept = house.pop3(BOB).retr(1);
    assert!(String::from_utf8_lossy(&kept).contains(" with ESMTPS id "), "{}", String::from_utf8_lossy(&kept));
}

//! What senders ask for with MAIL and RCPT: how to be told, and how the message must travel.

use crate::harness::dns::Says;
use crate::harness::{BOB, CAROL, House, LISA, Manner, Remote, Smtp, eventually, letter, stuffed};
use std::net::Ipv4Addr;

#[test]
fn a_program_may_ask_how_it_will_hear_and_that_is_kept_with_the_message() {
    let house = House::start();
    let mut smtp = house.submission(BOB);
    smtp.expect(&format!("MAIL FROM:<{BOB}> RET=HDRS ENVID=QQ+2B314"), "250");
    smtp.expect(&format!("RCPT TO:<{CAROL}> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;carol+2Bold@comentum.test"), "250");
    smtp.expect(&format!("RCPT TO:<{LISA}>"), "250");
    smtp.expect("DATA", "354");
    smtp.raw(&stuffed(&letter(BOB, CAROL, "tell me", "x")));
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

/// A stranger at far.test asks to be told; what far.test then has of us.
fn told_of_success(spf: &str) -> Vec<String> {
    let far = Remote::start(vec![Manner::default()]);
    let port = far.address.port();
    let house = House::with(|settings| settings.outbound_port(port).set("spf_fail", "\"junk\""));
    house.dns.set("mx.far.test", &[Says::Address(Ipv4Addr::LOCALHOST)]);
    house.dns.set("far.test", &[Says::Mx(vec![(10, "mx.far.test")]), Says::Txt(spf.to_owned())]);
    let mut smtp = house.smtp();
    smtp.expect("MAIL FROM:<lisa@far.test> RET=HDRS ENVID=QQ314", "250");
    smtp.expect(&format!("RCPT TO:<{BOB}> NOTIFY=SUCCESS ORCPT=rfc822;bob+2Bold@far.test"), "250");
    smtp.expect(&format!("RCPT TO:<{CAROL}>"), "250");
    smtp.expect("DATA", "354");
    smtp.raw(&stuffed(&letter("lisa@far.test", BOB, "tell me", "x")));
    assert!(smtp.reply().is("250"));
    // Whatever is told has been told when the next message is.
    let last = letter(BOB, "lisa@far.test", "last", "x");
    std::thread::sleep(std::time::Duration::from_millis(400));
    assert!(house.submission(BOB).deliver(BOB, &["lisa@far.test"], &last).is("250"));
    eventually("the last message", || far.taken().iter().any(|one| one.bytes.ends_with(&last)).then_some(()));
    let all = far.taken().into_iter().filter(|one| one.recipients == ["lisa@far.test"]);
    let all = all.map(|one| String::from_utf8_lossy(&one.bytes).into_owned());
    all.filter(|text| !text.contains("Subject: last")).collect()
}

#[test]
fn a_stranger_whose_address_is_proved_is_told_that_a_message_arrived() {
    let told = told_of_success("v=spf1 ip4:127.0.0.1 -all");
    assert_eq!(told.len(), 1, "{told:?}");
    for line in ["Action: delivered", "Original-Envelope-Id: QQ314", "Original-Recipient: rfc822; bob+old@far.test"] {
        assert!(told[0].contains(line), "{line} is not in {}", told[0]);
    }
    assert!(!told[0].contains(CAROL), "she was not asked about: {}", told[0]);
}

#[test]
fn an_address_that_may_be_forged_is_told_nothing() {
    assert_eq!(told_of_success("v=spf1 -all"), [""; 0], "SPF fails: it lies in Junk");
    assert_eq!(told_of_success("v=spf1 ?all"), [""; 0], "nobody vouches");
}

//! What a sender hears of a message, and only that: success, delay and failure as it asked (RFC 3461).

use crate::harness::dns::Says;
use crate::harness::{BOB, CAROL, End, House, Manner, Remote, Smtp, eventually, letter, stuffed};
use std::net::Ipv4Addr;

fn house_towards(remote: &Remote) -> House {
    house_with(remote, "\"4h\"", "\"1d\"")
}

fn house_with(remote: &Remote, delay_warning: &str, expiry: &str) -> House {
    let port = remote.address.port();
    let house = House::with(|settings| {
        settings
            .outbound_port(port)
            .set("retry_schedule", "[\"0\", \"300ms\"]")
            .set("delay_warning", delay_warning)
            .set("expiry", expiry)
    });
    house.dns.mail_at("far.test", "mx.far.test", Ipv4Addr::LOCALHOST);
    house
}

/// Hands in a letter with parameters of MAIL and of each RCPT.
fn send(house: &House, mail: &str, rcpts: &[(&str, &str)]) {
    let mut smtp: Smtp = house.submission(BOB);
    smtp.expect(&format!("MAIL FROM:<{BOB}> {mail}"), "250");
    for (to, wishes) in rcpts {
        smtp.expect(&format!("RCPT TO:<{to}> {wishes}"), "250");
    }
    smtp.expect("DATA", "354");
    smtp.raw(&stuffed(&letter(BOB, rcpts[0].0, "wishes", "the body")));
    assert!(smtp.reply().is("250"), "{}", smtp.transcript());
}

fn empty_queue(house: &House) {
    eventually("an empty queue", || house.cli_ok(&["queue", "list"]).contains("is empty").then_some(()));
}

fn no_report(house: &House) {
    std::thread::sleep(std::time::Duration::from_millis(500));
    assert_eq!(house.pop3(BOB).stat().0, 0, "nobody asked");
}

#[test]
fn a_server_that_tells_itself_is_told_the_wishes_and_we_are_silent() {
    let far = Remote::start(vec![Manner { offers: vec!["DSN"], ..Manner::default() }]);
    let house = house_towards(&far);
    let orcpt = "NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;old+2Bname@far.test";
    send(&house, "RET=HDRS ENVID=QQ+2B1", &[("friend@far.test", orcpt)]);
    let taken = &far.wait_for(1)[0];
    assert!(taken.mail.contains(" RET=HDRS ENVID=QQ+2B1"), "{}", taken.mail);
    assert_eq!(taken.rcpts, [format!("RCPT TO:<friend@far.test> {orcpt}")]);
    empty_queue(&house);
    no_report(&house);
}

#[test]
fn success_is_told_by_us_where_the_next_server_does_not() {
    let far = Remote::start(vec![Manner::default()]);
    let house = house_towards(&far);
    send(&house, "ENVID=mark-1", &[("friend@far.test", "NOTIFY=SUCCESS"), ("other@far.test", "")]);
    let report = &house.mail_of(BOB, 1)[0];
    for line in [
        "Subject: Your message was delivered",
        "Original-Envelope-Id: mark-1",
        "Final-Recipient: rfc822; friend@far.test",
        "Action: relayed",
        "Status: 2.0.0",
        "Remote-MTA: dns; mx.far.test",
    ] {
        assert!(report.contains(&format!("\r\n{line}\r\n")), "{line} is missing in\n{report}");
    }
    assert!(report.starts_with("Return-Path: <>\r\n") && !report.contains("other@far.test\r\nAction"), "{report}");
    assert!(!report.contains("the body"));
    empty_queue(&house);
}

#[test]
fn success_in_a_mailbox_here_is_told_at_once() {
    let far = Remote::start(vec![Manner::default()]);
    let house = house_towards(&far);
    send(&house, "", &[(CAROL, "NOTIFY=SUCCESS ORCPT=rfc822;Carol@comentum.test")]);
    let report = &house.mail_of(BOB, 1)[0];
    assert!(report.contains("\r\nAction: delivered\r\n"), "{report}");
    assert!(report.contains("\r\nOriginal-Recipient: rfc822; Carol@comentum.test\r\n"), "{report}");
}

#[test]
fn a_stranger_whom_nobody_vouches_for_is_not_told_of_success() {
    let far = Remote::start(vec![Manner::default()]);
    let house = house_towards(&far);
    let mut smtp = house.smtp();
    smtp.expect("MAIL FROM:<forged@far.test>", "250");
    smtp.expect(&format!("RCPT TO:<{CAROL}> NOTIFY=SUCCESS"), "250");
    smtp.expect("DATA", "354");
    smtp.raw(&stuffed(&letter("forged@far.test", CAROL, "hello", "x")));
    assert!(smtp.reply().is("250"));
    std::thread::sleep(std::time::Duration::from_millis(500));
    assert_eq!(far.connections(), 0, "the owner of a forged address must not get what he never asked for");
}

#[test]
fn a_stranger_whose_domain_is_proved_is_told_of_success_once_for_all() {
    let far = Remote::start(vec![Manner::default()]);
    let house = house_towards(&far);
    house.cli_ok(&["alias", "add", "sales@comentum.test", "friend@elsewhere.test"]);
    house.dns.set("elsewhere.test", &[Says::ServFail]);
    house.dns.set("far.test", &[Says::Mx(vec![(10, "mx.far.test")]), Says::Txt("v=spf1 ip4:127.0.0.0/8 -all".into())]);
    let ask = |from: &str| {
        let mut smtp = house.smtp();
        smtp.expect(&format!("MAIL FROM:<{from}> ENVID=mark-2"), "250");
        for to in [CAROL, "sales@comentum.test"] {
            smtp.expect(&format!("RCPT TO:<{to}> NOTIFY=SUCCESS"), "250");
        }
        smtp.expect(&format!("RCPT TO:<{BOB}> NOTIFY=FAILURE"), "250");
        smtp.expect("DATA", "354");
        smtp.raw(&stuffed(&letter("lisa@far.test", CAROL, "hello", "x")));
        assert!(smtp.reply().is("250"), "{}", smtp.transcript());
    };
    ask("lisa@far.test");
    let taken = far.wait_for(1);
    let report = String::from_utf8_lossy(&taken[0].bytes).into_owned();
    assert!(taken[0].mail.starts_with("MAIL FROM:<>"), "{}", taken[0].mail);
    assert_eq!(taken[0].recipients, ["lisa@far.test"]);
    for line in [
        "Original-Envelope-Id: mark-2",
        "Final-Recipient: rfc822; carol@comentum.test",
        "Action: delivered",
        "Final-Recipient: rfc822; sales@comentum.test",
        "Action: relayed",
    ] {
        assert!(report.contains(&format!("\r\n{line}\r\n")), "{line} is missing in\n{report}");
    }
    assert!(!report.contains("bob@comentum.test"), "{report}");
    ask("");
    std::thread::sleep(std::time::Duration::from_millis(500));
    assert_eq!(far.taken().len(), 1, "the null sender hears nothing: {}", far.transcript());
}

#[test]
fn who_wants_to_hear_nothing_hears_nothing() {
    let manner = Manner { recipients: vec![("gone", "550 5.1.1 no".into())], ..Manner::default() };
    let far = Remote::start(vec![manner]);
    let house = house_towards(&far);
    send(&house, "", &[("gone@far.test", "NOTIFY=NEVER")]);
    send(&house, "", &[("gone2@far.test", "NOTIFY=SUCCESS,DELAY")]);
    eventually("two refusals", || (far.transcript().matches("550 5.1.1 no").count() == 2).then_some(()));
    empty_queue(&house);
    no_report(&house);
}

#[test]
fn one_report_tells_of_all_that_failed_and_of_what_went() {
    let manner = Manner {
        recipients: vec![("gone", "550 5.1.1 no such person".into()), ("full", "552 5.2.2 over quota".into())],
        ..Manner::default()
    };
    let far = Remote::start(vec![manner]);
    let house = house_towards(&far);
    let wishes = "NOTIFY=SUCCESS,FAILURE";
    send(&house, "RET=FULL", &[("friend@far.test", wishes), ("gone@far.test", wishes), ("full@far.test", "")]);
    let mail = house.mail_of(BOB, 1);
    empty_queue(&house);
    assert_eq!(house.pop3(BOB).stat().0, 1, "one, not three");
    let report = &mail[0];
    assert_eq!(report.matches("\r\nAction: failed").count(), 2, "{report}");
    assert_eq!(report.matches("\r\nAction: relayed").count(), 1, "{report}");
    assert!(report.contains("Content-Type: message/rfc822") && report.contains("the body"), "RET=FULL: {report}");
}

#[test]
fn a_sender_is_told_once_that_a_message_is_late() {
    let far = Remote::start(vec![Manner { banner: "421 4.3.2 busy today".into(), ..Manner::default() }]);
    let house = house_with(&far, "\"600ms\"", "\"1d\"");
    send(&house, "ENVID=late-1", &[("friend@far.test", ""), ("silent@far.test", "NOTIFY=FAILURE")]);
    let report = house.mail_of(BOB, 1)[0].clone();
    for line in
        ["Subject: Your message is late, and is still being tried", "Action: delayed", "Original-Envelope-Id: late-1"]
    {
        assert!(report.contains(&format!("\r\n{line}\r\n")), "{line} is missing in\n{report}");
    }
    assert!(report.contains("busy today") && report.contains("Will-Retry-Until:"), "{report}");
    assert!(!report.contains("silent@far.test\r\nAction"), "{report}");
    eventually("more attempts", || (far.connections() > 6).then_some(()));
    assert_eq!(house.pop3(BOB).stat().0, 1, "once");
    far.change(Manner::default());
    far.wait_for(1);
    empty_queue(&house);
    assert_eq!(house.pop3(BOB).stat().0, 1, "and it went after all");
}

#[test]
fn a_connection_that_is_always_lost_after_the_dot_gives_two_copies_and_a_report() {
    let far = Remote::start(vec![Manner { end: End::CutAfterDot, ..Manner::default() }]);
    let house = house_towards(&far);
    send(&house, "", &[("friend@far.test", "")]);
    let report = house.mail_of(BOB, 1)[0].clone();
    assert!(report.contains("it may have arrived"), "{report}");
    empty_queue(&house);
    std::thread::sleep(std::time::Duration::from_millis(700));
    assert_eq!(far.taken().len(), 2, "{}", far.transcript());
}

#[test]
fn garbage_after_the_dot_is_a_doubt_too() {
    let far = Remote::start(vec![Manner { end: End::Reply("what?".into()), ..Manner::default() }]);
    let house = house_towards(&far);
    send(&house, "", &[("friend@far.test", "")]);
    assert!(house.mail_of(BOB, 1)[0].contains("it may have arrived"));
    assert_eq!(far.transcript().matches("what?").count(), 2, "{}", far.transcript());
}

#[test]
fn a_cancelled_message_comes_back_with_the_last_answer() {
    let far = Remote::start(vec![Manner { banner: "421 4.3.2 not today".into(), ..Manner::default() }]);
    let house = house_towards(&far);
    house.dns.set("nobody.test", &[Says::ServFail]);
    send(&house, "", &[("friend@far.test", "")]);
    eventually("an attempt", || house.cli_ok(&["queue", "list"]).contains("not today").then_some(()));
    house.cli_ok(&["queue", "cancel", "all"]);
    assert!(house.mail_of(BOB, 1)[0].contains("not today"));
    empty_queue(&house);
}

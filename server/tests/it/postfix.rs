//! Postfix and we, both ways: by MX, under TLS, with a refusal among several recipients, reports and letters of all kinds.

use crate::harness::dns::Says;
use crate::harness::postfix::{Place, Postfix};
use crate::harness::{BOB, CAROL, House, PASSWORD, Pop3, Smtp, eventually, letter, stuffed};
use std::net::{IpAddr, Ipv4Addr};

const FRIEND: &str = "friend@pf.test";

/// A house and a Postfix that find each other by DNS; none where there is no Postfix.
fn neighbours() -> Option<(House, Postfix)> {
    let place = Place::find()?;
    let port = place.address.port();
    let house = House::with(|settings| settings.outbound_port(port).set("retry_schedule", "[\"0\", \"300ms\"]"));
    let IpAddr::V4(ours) = house.ports.smtp.ip() else { panic!("loopback of IPv4") };
    let theirs: Ipv4Addr = place.ip();
    let spf = Says::Txt("v=spf1 ip4:127.0.0.0/8 -all".into());
    house.dns.set("pf.test", &[Says::Mx(vec![(10, "mx.pf.test")]), spf]);
    house.dns.set("mx.pf.test", &[Says::Address(theirs)]);
    house.dns.mail_at("comentum.test", "mail.comentum.test", ours);
    house.dns.also_at(theirs);
    let to = house.ports.smtp.port();
    Some((house, place.start(to)?))
}

fn empty_queue(house: &House) {
    eventually("an empty queue", || house.cli_ok(&["queue", "list"]).contains("is empty").then_some(()));
}

#[test]
fn postfix_sends_to_us_and_hears_what_became_of_it_where_it_is_installed() {
    let Some((house, postfix)) = neighbours() else { return };
    let added = house.cli_with(&["account", "add", "ren\u{e9}e@comentum.test", "--password-stdin"], PASSWORD);
    assert!(added.status.success());
    let mut smtp = Smtp::hello(postfix.address);
    smtp.expect(&format!("MAIL FROM:<{FRIEND}> SMTPUTF8 BODY=8BITMIME ENVID=mark-7 RET=HDRS"), "250");
    for (to, notify) in [
        (BOB, "SUCCESS,FAILURE"),
        (CAROL, "FAILURE"),
        ("ren\u{e9}e@comentum.test", "FAILURE"),
        ("nobody@comentum.test", "FAILURE"),
    ] {
        smtp.expect(&format!("RCPT TO:<{to}> NOTIFY={notify}"), "250");
    }
    smtp.expect("DATA", "354");
    let message = letter(FRIEND, BOB, "Gr\u{fc}\u{df}e", "Sch\u{f6}ne Gr\u{fc}\u{df}e\r\n.\r\n..\r\nend");
    smtp.raw(&stuffed(&message));
    assert!(smtp.reply().is("250"), "{}", smtp.transcript());
    for mail in [&house.mail_of(BOB, 1)[0], &house.mail_of(CAROL, 1)[0]] {
        assert!(mail.contains("Received: from mx.pf.test") && mail.contains(" with UTF8SMTPS id "), "{mail}");
        assert!(mail.ends_with(&String::from_utf8_lossy(&message).into_owned()), "{mail}");
    }
    let mut pop3 = Pop3::sign_in(house.ports.pop3, "ren\u{e9}e@comentum.test", PASSWORD);
    assert_eq!(pop3.stat().0, 1);
    // One report is Postfix's, about whom we refused; the other is ours, about whom we have.
    let reports = postfix.mail_of("friend", 2);
    let [refused, delivered] = ["Action: failed", "Action: delivered"]
        .map(|action| reports.iter().find(|report| report.contains(action)).unwrap_or_else(|| panic!("{reports:?}")));
    assert!(refused.contains("nobody@comentum.test") && refused.contains("550 5.1.1 No such user here"), "{refused}");
    assert!(!refused.contains("carol@"), "{refused}");
    for line in [
        "Reporting-MTA: dns; mail.comentum.test",
        "Original-Envelope-Id: mark-7",
        "Final-Recipient: rfc822; bob@comentum.test",
    ] {
        assert!(delivered.contains(line), "{line} is missing in\n{delivered}");
    }
    assert!(delivered.contains("Return-Path: <>") && !delivered.contains("carol@"), "{delivered}");
    assert!(postfix.log().contains("TLS connection established to mail.comentum.test"), "STARTTLS");
    empty_queue(&house);
}

#[test]
fn we_send_to_postfix_and_hear_from_it_where_it_is_installed() {
    let Some((house, postfix)) = neighbours() else { return };
    let mut smtp = house.submission(BOB);
    smtp.expect(&format!("MAIL FROM:<{BOB}> BODY=8BITMIME ENVID=mark-8"), "250");
    smtp.expect(&format!("RCPT TO:<{FRIEND}> NOTIFY=SUCCESS,FAILURE"), "250");
    smtp.expect("RCPT TO:<other@pf.test> NOTIFY=FAILURE", "250");
    smtp.expect("RCPT TO:<unknown@pf.test>", "250");
    smtp.expect("RCPT TO:<moved@pf.test>", "250");
    smtp.expect("DATA", "354");
    let message = letter(BOB, FRIEND, "to Postfix", "Sch\u{f6}ne Gr\u{fc}\u{df}e\r\n.\r\n..\r\nend");
    smtp.raw(&stuffed(&message));
    assert!(smtp.reply().is("250"), "{}", smtp.transcript());
    for name in ["friend", "other"] {
        let mail = postfix.mail_of(name, 1).remove(0);
        let text = String::from_utf8_lossy(&message).replace("\r\n", "\n");
        assert!(mail.starts_with(&format!("Return-Path: <{BOB}>\n")) && mail.ends_with(&text), "{mail}");
        assert!(mail.contains("from mail.comentum.test") && mail.contains("using TLSv1.3"), "{mail}");
    }
    // Ours about whom Postfix refused; Postfix's own about whom it has, and about whom it cannot reach.
    let reports = house.mail_of(BOB, 3);
    let find =
        |words: &str| reports.iter().find(|report| report.contains(words)).unwrap_or_else(|| panic!("{reports:?}"));
    let ours = find("Reporting-MTA: dns; mail.comentum.test");
    assert!(ours.contains("Final-Recipient: rfc822; unknown@pf.test") && ours.contains("Status: 5.1.1"), "{ours}");
    assert!(ours.contains("Remote-MTA: dns; mx.pf.test"), "{ours}");
    let theirs = find("Action: delivered");
    assert!(theirs.contains("Reporting-MTA: dns; mx.pf.test") && theirs.contains("mark-8"), "{theirs}");
    let bounced = find("gone@nowhere.test");
    assert!(bounced.starts_with("Return-Path: <>\r\n") && bounced.contains("Action: failed"), "{bounced}");
    let log = house.log();
    assert!(log.lines().any(|line| line.contains("\"relayed\"") && line.contains("TLS")), "{log}");
    empty_queue(&house);
    assert_eq!(postfix.mail_of("other", 1).len(), 1, "once");
}

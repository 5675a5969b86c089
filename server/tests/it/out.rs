//! Mail on its way out: by MX, again and again while there is hope, and back to the sender when there is none.

use crate::harness::dns::Says;
use crate::harness::settings::Settings;
use crate::harness::{BOB, CAROL, End, Handshake, House, Manner, Remote, eventually, letter};
use std::net::Ipv4Addr;
use std::time::Duration;

const HERE: Ipv4Addr = Ipv4Addr::LOCALHOST;

/// A house with quick retries whose mail to others reaches `remote`'s port.
fn house_towards(remote: &Remote) -> House {
    house_with(remote, |settings| settings)
}

fn house_with(remote: &Remote, change: impl FnOnce(Settings) -> Settings) -> House {
    let port = remote.address.port();
    let house = House::with(|settings| {
        change(settings)
            .outbound_port(port)
            .set("retry_schedule", "[\"0\", \"300ms\"]")
            .set("connect_timeout", "\"2s\"")
            .set("reply_timeout", "\"3s\"")
    });
    house.dns.mail_at("far.test", "mx.far.test", HERE);
    house
}

fn send(house: &House, to: &[&str], subject: &str) {
    let reply = house.submission(BOB).deliver(BOB, to, &letter(BOB, to[0], subject, "Yours, Bob"));
    assert!(reply.is("250"), "{:?}", reply.lines);
}

/// The one bounce in Bob's mailbox: a report as RFC 3464 wants it.
fn bounce(house: &House) -> String {
    let mail = house.mail_of(BOB, 1);
    assert_eq!(mail.len(), 1, "one report, not {}", mail.len());
    let text = &mail[0];
    assert!(text.starts_with("Return-Path: <>\r\n"), "{text}");
    assert!(text.contains("multipart/report") && text.contains("report-type=delivery-status"), "{text}");
    assert!(text.contains("Content-Type: message/delivery-status"), "{text}");
    assert!(text.contains("Reporting-MTA: dns;") && text.contains("Action: failed"), "{text}");
    assert!(text.contains("Auto-Submitted: auto-replied") || text.contains("Auto-Submitted: auto-generated"), "{text}");
    text.clone()
}

#[test]
fn the_preferred_mx_is_asked_first_and_the_next_when_it_is_down() {
    let second = Remote::start(vec![Manner::default()]);
    let house = house_towards(&second);
    house.dns.set("far.test", &[Says::Mx(vec![(20, "mx2.far.test"), (10, "mx1.far.test")])]);
    house.dns.set("mx1.far.test", &[Says::Address(Ipv4Addr::new(127, 0, 0, 7))]);
    house.dns.set("mx2.far.test", &[Says::Address(HERE)]);
    let first = Remote::beside(&second, 7, vec![Manner::default()]);
    send(&house, &["friend@far.test"], "by the first");
    first.wait_for(1);
    assert_eq!(second.connections(), 0, "{}", second.transcript());
    // It is up but says 421: the next one.
    first.change(Manner { banner: "421 4.3.2 not now".into(), ..Manner::default() });
    send(&house, &["friend@far.test"], "by the second");
    second.wait_for(1);
    // It is gone.
    drop(first);
    send(&house, &["friend@far.test"], "by the second again");
    second.wait_for(2);
}

#[test]
fn a_domain_without_mx_is_found_by_its_address() {
    let far = Remote::start(vec![Manner::default()]);
    let house = house_towards(&far);
    house.dns.set("plain.test", &[Says::Address(HERE)]);
    send(&house, &["friend@plain.test"], "by A");
    assert_eq!(far.wait_for(1)[0].recipients, ["friend@plain.test"]);
    assert!(house.dns.asked("MX plain.test") > 0);
}

#[test]
fn a_refusal_for_now_is_tried_again_also_after_a_restart_and_kill() {
    let not_now = Manner { recipients: vec![("friend", "451 4.7.1 greylisted".into())], ..Manner::default() };
    let far = Remote::start(vec![not_now.clone()]);
    let mut house = house_towards(&far);
    send(&house, &["friend@far.test", "other@far.test"], "patience");
    // The reply is per recipient: one is taken at once.
    assert_eq!(far.wait_for(1)[0].recipients, ["other@far.test"]);
    eventually("a second attempt", || (far.connections() >= 2).then_some(()));
    assert!(house.cli_ok(&["queue", "list"]).contains("friend@far.test"));
    house.restart();
    let before = far.connections();
    eventually("an attempt after the restart", || (far.connections() > before).then_some(()));
    house.kill();
    far.change(Manner::default());
    house.run();
    let taken = far.wait_for(2);
    assert_eq!(taken[1].recipients, ["friend@far.test"]);
    std::thread::sleep(Duration::from_millis(700));
    assert_eq!(far.taken().len(), 2, "sent once more\n{}", far.transcript());
    assert!(!house.cli_ok(&["queue", "list"]).contains("friend@far.test"));
    assert_eq!(house.pop3(BOB).stat().0, 0, "nothing to report: all was delivered");
}

#[test]
fn a_refusal_for_now_after_the_dot_is_tried_again_and_delivered_once() {
    let manners = vec![
        Manner { end: End::Reply("452 4.3.1 disk full".into()), ..Manner::default() },
        Manner { end: End::CutInside, ..Manner::default() },
        Manner { banner: "421 4.3.2 closing".into(), ..Manner::default() },
        Manner::default(),
    ];
    let far = Remote::start(manners);
    let house = house_towards(&far);
    send(&house, &["friend@far.test"], "once");
    far.wait_for(1);
    std::thread::sleep(Duration::from_millis(700));
    assert_eq!(far.taken().len(), 1, "{}", far.transcript());
    assert_eq!(house.pop3(BOB).stat().0, 0);
}

#[test]
fn a_final_refusal_comes_back_to_the_sender_as_a_report() {
    let manner = Manner {
        recipients: vec![("gone", "550 5.1.1 no such person".into()), ("full", "552 5.2.2 over quota".into())],
        ..Manner::default()
    };
    let far = Remote::start(vec![manner]);
    let house = house_towards(&far);
    send(&house, &["friend@far.test", "gone@far.test", "full@far.test"], "to three");
    assert_eq!(far.wait_for(1)[0].recipients, ["friend@far.test"]);
    let report = bounce(&house);
    assert!(
        report.contains("Final-Recipient: rfc822; gone@far.test") || report.contains("rfc822;gone@far.test"),
        "{report}"
    );
    assert!(
        report.contains("full@far.test") && !report.contains("Final-Recipient: rfc822; friend@far.test"),
        "{report}"
    );
    assert!(report.contains("550 5.1.1 no such person") && report.contains("Status: 5.1.1"), "{report}");
    assert!(report.contains("Subject: to three"), "what was sent is named: {report}");
    assert!(!house.cli_ok(&["queue", "list"]).contains("far.test"));
}

#[test]
fn a_final_refusal_of_the_whole_message_comes_back_too() {
    let far = Remote::start(vec![Manner { end: End::Reply("554 5.7.1 spam".into()), ..Manner::default() }]);
    let house = house_towards(&far);
    send(&house, &["friend@far.test"], "unloved");
    assert!(bounce(&house).contains("554 5.7.1 spam"));
}

#[test]
fn a_report_is_let_into_a_mailbox_that_is_full() {
    let far =
        Remote::start(vec![Manner { recipients: vec![("", "550 5.1.1 no such person".into())], ..Manner::default() }]);
    let house = house_towards(&far);
    assert!(
        house
            .smtp()
            .deliver("lisa@far.test", &[BOB], &letter("lisa@far.test", BOB, "fills it", &"x".repeat(2048)))
            .is("250")
    );
    house.cli_ok(&["account", "quota", BOB, "1KiB"]);
    let mut smtp = house.smtp();
    smtp.expect("MAIL FROM:<lisa@far.test>", "250");
    smtp.expect(&format!("RCPT TO:<{BOB}>"), "452 4.2.2");
    send(&house, &["gone@far.test"], "to nobody");
    let mail = house.mail_of(BOB, 2);
    assert!(mail[1].contains("550 5.1.1 no such person"), "{}", mail[1]);
    assert!(house.cli_ok(&["queue", "list"]).contains("empty"));
}

#[test]
fn a_message_nobody_wrote_is_never_bounced() {
    let far = Remote::start(vec![Manner { recipients: vec![("", "550 5.1.1 no".into())], ..Manner::default() }]);
    let house = house_towards(&far);
    // A receipt: the null sender, from a signed-in program.
    let reply = house.submission(BOB).deliver("", &["friend@far.test"], &letter(BOB, "friend@far.test", "Read", "x"));
    assert!(reply.is("250"), "{:?}", reply.lines);
    eventually("the refusal", || far.transcript().contains("550 5.1.1 no").then_some(()));
    eventually("an empty queue", || (!house.cli_ok(&["queue", "list"]).contains("far.test")).then_some(()));
    std::thread::sleep(Duration::from_millis(500));
    for who in [BOB, CAROL, crate::harness::POSTMASTER] {
        assert_eq!(house.pop3(who).stat().0, 0, "{who}");
    }
}

#[test]
fn domains_that_take_no_mail_or_do_not_exist_come_back_at_once() {
    let far = Remote::start(vec![Manner::default()]);
    let house = house_towards(&far);
    // RFC 7505.
    house.dns.set("never.test", &[Says::Mx(vec![(0, ".")]), Says::Address(HERE)]);
    send(&house, &["friend@never.test"], "null MX");
    let report = bounce(&house);
    assert!(report.contains("friend@never.test") && report.contains("Status: 5."), "{report}");
    send(&house, &["friend@nowhere.test"], "no such domain");
    let mail = house.mail_of(BOB, 2);
    assert!(mail[1].contains("friend@nowhere.test"), "{}", mail[1]);
    house.dns.set("empty.test", &[Says::Nothing]);
    send(&house, &["friend@empty.test"], "neither MX nor address");
    let mail = house.mail_of(BOB, 3);
    assert!(mail[2].contains("friend@empty.test"), "{}", mail[2]);
    assert_eq!(far.connections(), 0);
}

#[test]
fn dns_that_fails_or_is_silent_is_asked_again_later() {
    let far = Remote::start(vec![Manner::default()]);
    let house = house_towards(&far);
    house.dns.set("broken.test", &[Says::ServFail]);
    house.dns.set("silent.test", &[Says::Silence]);
    send(&house, &["friend@broken.test"], "SERVFAIL");
    send(&house, &["friend@silent.test"], "silence");
    // Others are not kept waiting.
    send(&house, &["friend@far.test"], "no trouble");
    far.wait_for(1);
    eventually("two questions", || (house.dns.asked("MX broken.test") >= 2).then_some(()));
    assert_eq!(house.pop3(BOB).stat().0, 0);
    house.dns.mail_at("broken.test", "mx.far.test", HERE);
    house.dns.mail_at("silent.test", "mx.far.test", HERE);
    crate::harness::within(Duration::from_secs(40), "both at last", || (far.taken().len() == 3).then_some(()));
    assert_eq!(house.pop3(BOB).stat().0, 0);
}

#[test]
fn a_connection_cut_after_the_dot_may_double_but_never_lose() {
    let far = Remote::start(vec![Manner { end: End::CutAfterDot, ..Manner::default() }, Manner::default()]);
    let house = house_towards(&far);
    send(&house, &["friend@far.test"], "in doubt");
    eventually("an empty queue", || (!house.cli_ok(&["queue", "list"]).contains("far.test")).then_some(()));
    let taken = far.taken();
    assert!((1..=2).contains(&taken.len()), "{} copies\n{}", taken.len(), far.transcript());
    assert_eq!(house.pop3(BOB).stat().0, 0);
}

#[test]
fn tls_is_used_when_offered_and_its_failure_stops_no_mail() {
    let far = Remote::start(vec![Manner { tls: true, ..Manner::default() }]);
    let house = house_towards(&far);
    send(&house, &["friend@far.test"], "sealed");
    let taken = far.wait_for(1);
    assert!(taken[0].tls, "{}", far.transcript());
    assert!(taken[0].mail.starts_with("MAIL FROM:<bob@comentum.test>"));
    for (number, handshake) in [(2, Handshake::Fails), (3, Handshake::Cut)] {
        far.change(Manner { tls: true, handshake, ..Manner::default() });
        let before = far.connections();
        send(&house, &["friend@far.test"], &format!("open {number}"));
        let taken = far.wait_for(number);
        assert!(!taken[number - 1].tls, "{handshake:?}: {}", far.transcript());
        // The connection whose handshake came to nothing, and the next.
        assert_eq!(taken[number - 1].connection, before + 2, "{handshake:?}: {}", far.transcript());
    }
}

#[test]
fn a_server_that_knows_no_ehlo_is_greeted_with_helo() {
    let far = Remote::start(vec![Manner { ehlo: false, ..Manner::default() }]);
    let house = house_towards(&far);
    send(&house, &["friend@far.test"], "old");
    let taken = far.wait_for(1);
    assert_eq!(taken[0].mail, "MAIL FROM:<bob@comentum.test>", "no extensions after HELO");
}

#[test]
fn several_messages_for_one_provider_share_a_connection() {
    let house = {
        let nobody = Remote::start(vec![Manner { banner: "421 4.3.2 not now".into(), ..Manner::default() }]);
        let house = house_with(&nobody, |settings| settings.set("outbound_connections", 1));
        for number in 0..5 {
            send(&house, &[&format!("friend{number}@far.test")], &format!("number {number}"));
        }
        eventually("attempts", || (nobody.connections() >= 1).then_some(()));
        nobody.change(Manner::default());
        nobody.wait_for(5);
        let connections: std::collections::HashSet<_> = nobody.taken().iter().map(|taken| taken.connection).collect();
        assert!(connections.len() < 5, "five messages over {} connections\n{}", connections.len(), nobody.transcript());
        house
    };
    assert_eq!(house.pop3(BOB).stat().0, 0);
}

#[test]
fn a_tarpit_and_an_endless_reply_do_not_hold_up_other_destinations() {
    let long = format!("220-{}\r\n220 ok", "x".repeat(64 * 1024));
    let never_ends = format!("220-{}\r\n220 ok", "x".repeat(400 * 1024));
    let slow = Remote::start(vec![Manner { wait: Duration::from_secs(2), ..Manner::default() }]);
    let far = Remote::beside(&slow, 8, vec![Manner::default()]);
    let babbler = Remote::beside(&slow, 9, vec![Manner { banner: long, ..Manner::default() }]);
    let endless = Remote::beside(&slow, 10, vec![Manner { banner: never_ends, ..Manner::default() }]);
    let house = house_towards(&slow);
    house.dns.mail_at("slow.test", "mx.slow.test", HERE);
    house.dns.mail_at("babble.test", "mx.babble.test", Ipv4Addr::new(127, 0, 0, 9));
    house.dns.mail_at("far.test", "mx.far.test", Ipv4Addr::new(127, 0, 0, 8));
    for number in 0..10 {
        send(&house, &["friend@slow.test"], &format!("slow {number}"));
    }
    house.dns.mail_at("endless.test", "mx.endless.test", Ipv4Addr::new(127, 0, 0, 10));
    send(&house, &["friend@babble.test"], "babble");
    send(&house, &["friend@endless.test"], "endless");
    send(&house, &["friend@far.test"], "quick");
    far.wait_for(1);
    assert!(slow.taken().is_empty(), "the slow one was waited for");
    // A long reply is borne; one without an end is not, and its message waits.
    babbler.wait_for(1);
    eventually("an attempt at the endless one", || (endless.connections() >= 2).then_some(()));
    assert!(endless.taken().is_empty());
    assert!(house.cli_ok(&["queue", "list"]).contains("friend@endless.test"));
}

#[test]
fn the_operator_names_the_next_hop_of_a_domain() {
    let smarthost = Remote::start(vec![Manner::default()]);
    let hop = format!("{{ \"inside.test\" = \"127.0.0.1:{}\" }}", smarthost.address.port());
    let house = House::with(|settings| settings.set("next_hop", hop));
    send(&house, &["friend@inside.test"], "inside");
    smarthost.wait_for(1);
    assert_eq!(house.dns.asked("MX inside.test"), 0);
}

#[test]
fn what_could_not_be_delivered_in_time_comes_back() {
    let far = Remote::start(vec![Manner { banner: "421 4.3.2 never today".into(), ..Manner::default() }]);
    let port = far.address.port();
    let house = House::with(|settings| {
        settings.outbound_port(port).set("retry_schedule", "[\"0\", \"300ms\"]").set("expiry", "\"1500ms\"")
    });
    send(&house, &["friend@far.test"], "too late");
    let report = bounce(&house);
    assert!(report.contains("421 4.3.2 never today") || report.contains("Status: 4."), "{report}");
    let text = report.replace("\r\n ", " ").replace("=\r\n", "");
    assert!(text.contains("Could not be delivered in time; the last answer was: 421 4.3.2 never today"), "{report}");
    assert!(text.contains("Status: 5.4.7"), "{report}");
    assert!(far.connections() >= 2, "tried more than once before");
}

#[test]
fn a_domain_whose_mx_is_this_server_but_is_not_ours_comes_back_and_does_not_go_round() {
    let mut house = House::start();
    let ours = house.ports.smtp;
    house.change("next_hop", format!("{{ \"loop.test\" = \"{ours}\" }}"));
    send(&house, &["friend@loop.test"], "round");
    assert!(bounce(&house).contains("550 5.7.1"));
    assert!(!house.cli_ok(&["queue", "list"]).contains("loop.test"));
}

#[test]
fn a_domain_whose_best_mx_in_dns_is_this_server_comes_back_without_a_connection() {
    let house = House::start();
    house.dns.mail_at("loop.test", "mail.comentum.test", HERE);
    send(&house, &["friend@loop.test"], "round");
    assert!(bounce(&house).contains("5.4.6"));
}

//! How couriers bear with servers that are slow, rude or half dead, and with a store that cannot write: nothing is
//! doubled that need not be, nothing comes back that nobody refused, and nobody waits for another's dead host.

use crate::harness::dns::Says;
use crate::harness::{BOB, CAROL, End, House, Locker, Manner, Remote, eventually, letter, within};
use std::net::Ipv4Addr;
use std::time::Duration;

const HERE: Ipv4Addr = Ipv4Addr::LOCALHOST;

/// A house with quick retries whose mail to others reaches `remote`'s port.
fn house_towards(remote: &Remote) -> House {
    let port = remote.address.port();
    House::with(|settings| {
        settings
            .outbound_port(port)
            .set("retry_schedule", "[\"0\", \"300ms\"]")
            .set("connect_timeout", "\"2s\"")
            .set("reply_timeout", "\"30s\"")
    })
}

fn send(house: &House, to: &[&str], subject: &str) {
    let reply = house.submission(BOB).deliver(BOB, to, &letter(BOB, to[0], subject, "Yours, Bob"));
    assert!(reply.is("250"), "{:?}", reply.lines);
}

fn queue_is_empty(house: &House) -> Option<()> {
    house.cli_ok(&["queue", "list"]).contains("empty").then_some(())
}

#[test]
fn what_is_said_to_rset_bounces_no_other_message() {
    // Its first two words on each connection: the refusal of a recipient, and then of RSET.
    let rude = Manner {
        recipients: vec![("gone", "550 5.1.1 nobody".into())],
        rset: "554 5.7.0 too many errors".into(),
        ..Manner::default()
    };
    let busy = Manner { banner: "421 4.3.2 not now".into(), ..Manner::default() };
    let far = Remote::start(vec![busy, rude]);
    let house = house_towards(&far);
    send(&house, &["gone@far.test"], "to nobody");
    send(&house, &["friend@far.test"], "to a friend");
    far.wait_for(1);
    let mail = house.mail_of(BOB, 1);
    assert!(mail.len() == 1 && mail[0].contains("gone@far.test"), "{mail:?}");
    assert!(!mail[0].contains("too many errors"), "{}", mail[0]);
    eventually("an empty queue", || queue_is_empty(&house));
    assert_eq!(far.taken()[0].recipients, ["friend@far.test"]);
}

#[test]
fn what_a_remote_took_while_the_database_was_locked_is_not_sent_again() {
    let far = Remote::start(vec![Manner { end: End::Later(Duration::from_secs(2)), ..Manner::default() }]);
    let house = house_towards(&far);
    send(&house, &["friend@far.test"], "once");
    far.wait_for(1);
    // From before its 250 until the writer has long given up waiting.
    let Some(locker) = Locker::lock(&house.dir.join("restante.db")) else {
        println!("skipped: python3 is not there");
        return;
    };
    eventually("the 250 of the remote", || far.transcript().contains("taken, at last").then_some(()));
    std::thread::sleep(Duration::from_secs(8));
    locker.release();
    within(Duration::from_secs(5), "an empty queue", || queue_is_empty(&house));
    assert_eq!(far.taken().len(), 1, "{}", far.transcript());
}

#[test]
fn one_server_that_is_down_keeps_a_message_that_the_other_refuses() {
    let port = Remote::start(vec![Manner::default()]);
    let house = house_towards(&port);
    house.dns.set("far.test", &[Says::Mx(vec![(10, "mx1.far.test"), (20, "mx2.far.test")])]);
    // Nobody listens at the first; the second wants nothing from us.
    house.dns.set("mx1.far.test", &[Says::Address(Ipv4Addr::new(127, 0, 0, 7))]);
    house.dns.set("mx2.far.test", &[Says::Address(Ipv4Addr::new(127, 0, 0, 8))]);
    let second = Remote::beside(&port, 8, vec![Manner { banner: "554 5.7.1 go away".into(), ..Manner::default() }]);
    send(&house, &["friend@far.test"], "waits for the first");
    eventually("two attempts", || (second.connections() >= 2).then_some(()));
    assert!(house.cli_ok(&["queue", "list"]).contains("friend@far.test"));
    assert_eq!(house.pop3(BOB).stat().0, 0, "nothing came back");
    let first = Remote::beside(&port, 7, vec![Manner::default()]);
    // A dead host is left alone for a moment.
    first.wait_for(1);
}

#[test]
fn the_end_of_a_round_does_not_cut_the_wait_for_the_last_reply() {
    // RFC 5321 §4.5.3.2.6: whoever gives up too soon after the dot doubles the message.
    let far = Remote::start(vec![Manner { end: End::Later(Duration::from_secs(10)), ..Manner::default() }]);
    let port = far.address.port();
    let house = House::with(|settings| {
        settings.outbound_port(port).set("retry_schedule", "[\"0\", \"300ms\"]").set("outbound_round", "\"1s\"")
    });
    send(&house, &["friend@far.test"], "slowly");
    within(Duration::from_secs(30), "an empty queue", || queue_is_empty(&house));
    assert_eq!(far.taken().len(), 1, "{}", far.transcript());
}

#[test]
fn mail_whose_time_ran_out_while_we_were_away_is_tried_once_more() {
    let far = Remote::start(vec![Manner { banner: "421 4.3.2 not now".into(), ..Manner::default() }]);
    let port = far.address.port();
    let mut house = House::with(|settings| {
        settings.outbound_port(port).set("retry_schedule", "[\"0\", \"1h\"]").set("expiry", "\"6s\"")
    });
    send(&house, &["friend@far.test"], "patience");
    eventually("a first attempt", || house.cli_ok(&["queue", "list"]).contains("421").then_some(()));
    assert!(house.interrupt().success());
    far.change(Manner::default());
    std::thread::sleep(Duration::from_secs(7));
    house.run();
    far.wait_for(1);
    eventually("an empty queue", || queue_is_empty(&house));
    assert_eq!(house.pop3(BOB).stat().0, 0, "nothing came back");
}

#[test]
fn a_refusal_in_the_middle_of_a_message_comes_back_and_is_not_tried_for_days() {
    let far = Remote::start(vec![Manner { end: End::RefuseInside("552 5.3.4 too big".into()), ..Manner::default() }]);
    let house = house_towards(&far);
    send_text(&house, "friend@far.test", &crate::harness::noise(8 * 1024 * 1024));
    let mail = house.mail_of(BOB, 1);
    assert!(mail[0].contains("552 5.3.4 too big"), "{}", mail[0]);
}

fn send_text(house: &House, to: &str, text: &str) {
    let reply = house.submission(BOB).deliver(BOB, &[to], &letter(BOB, to, "large", text));
    assert!(reply.is("250"), "{:?}", reply.lines);
}

#[test]
fn a_server_that_ends_a_connection_after_some_messages_is_asked_again_at_once() {
    let slow = Manner { wait: Duration::from_millis(400), ..Manner::default() };
    // After Bob's the next sender hears 421.
    let one = Manner { senders: vec![("carol", "421 4.7.0 too many messages".into())], ..Manner::default() };
    let far = Remote::start(vec![slow, one, Manner::default()]);
    let port = far.address.port();
    let house = House::with(|settings| {
        settings.outbound_port(port).set("outbound_connections", 1).set("retry_schedule", "[\"0\", \"1h\"]")
    });
    send(&house, &["friend@far.test"], "keeps the courier busy");
    eventually("a first connection", || (far.connections() == 1).then_some(()));
    // These two wait for each other's company.
    send(&house, &["friend@far.test"], "by Bob");
    let message = letter(CAROL, "friend@far.test", "by Carol", "x");
    assert!(house.submission(CAROL).deliver(CAROL, &["friend@far.test"], &message).is("250"));
    far.wait_for(3);
    let said = far.transcript();
    assert!(said.contains("2 > 421 4.7.0 too many messages") && far.connections() == 3, "{said}");
}

#[test]
fn destinations_that_say_nothing_do_not_keep_fresh_mail_waiting() {
    // Twenty servers that take the connection and never say a word, and four couriers.
    let silent = Remote::start(vec![Manner { wait: Duration::from_secs(120), ..Manner::default() }]);
    let far = Remote::beside(&silent, 8, vec![Manner::default()]);
    let port = silent.address.port();
    let house = House::with(|settings| {
        settings
            .outbound_port(port)
            .set("outbound_destinations", 4)
            .set("retry_schedule", "[\"0\", \"100ms\"]")
            .set("reply_timeout", "\"2s\"")
    });
    house.dns.set("mx.silent.test", &[Says::Address(HERE)]);
    house.dns.mail_at("far.test", "mx.far.test", Ipv4Addr::new(127, 0, 0, 8));
    for number in 0..20 {
        house.dns.set(&format!("silent{number}.test"), &[Says::Mx(vec![(10, "mx.silent.test")])]);
        send(&house, &[&format!("friend@silent{number}.test")], "to nobody");
    }
    within(Duration::from_secs(60), "all of them tried, and due again", || (silent.connections() > 24).then_some(()));
    send(&house, &["friend@far.test"], "fresh");
    within(Duration::from_secs(5), "the fresh one at its server", || (!far.taken().is_empty()).then_some(()));
}

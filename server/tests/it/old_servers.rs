//! Servers that can less than the message needs, or take less than we bring.

use crate::harness::clock::Stopwatch;
use crate::harness::{BOB, House, Manner, Remote, Smtp, letter};
use std::net::Ipv4Addr;
use std::time::Duration;

fn house_towards(remote: &Remote) -> House {
    let port = remote.address.port();
    let house = House::with(|settings| settings.outbound_port(port).set("retry_schedule", "[\"0\", \"300ms\"]"));
    house.dns.mail_at("far.test", "mx.far.test", Ipv4Addr::LOCALHOST);
    house
}

fn send(house: &House, to: &[&str], message: &[u8]) {
    let reply = house.submission(BOB).deliver(BOB, to, message);
    assert!(reply.is("250"), "{:?}", reply.lines);
}

#[test]
fn a_server_of_seven_bits_gets_the_same_words_in_seven_bits_and_signed() {
    let old = Remote::start(vec![Manner { eight_bit: false, ..Manner::default() }]);
    let mut house = house_towards(&old);
    house.change("dkim_signing", "true");
    house.cli_ok(&["domain", "dns", "comentum.test"]);
    send(
        &house,
        &["friend@far.test"],
        &letter(BOB, "friend@far.test", "old", "Sch\u{f6}ne Gr\u{fc}\u{df}e, and so on"),
    );
    let taken = &old.wait_for(1)[0];
    assert!(taken.bytes.is_ascii());
    let text = String::from_utf8_lossy(&taken.bytes).into_owned();
    assert!(text.contains("Content-Transfer-Encoding: quoted-printable\r\n"), "{text}");
    assert!(text.contains("Sch=C3=B6ne Gr=C3=BC=C3=9Fe, and so on\r\n"), "{text}");
    assert_eq!(text.matches("DKIM-Signature:").count(), 2, "{text}");
    assert!(!taken.mail.contains("8BITMIME"));
}

#[test]
fn what_was_signed_as_it_is_comes_back_rather_than_broken() {
    let old = Remote::start(vec![Manner { eight_bit: false, ..Manner::default() }]);
    let house = house_towards(&old);
    let message = "From: bob@comentum.test\r\nTo: friend@far.test\r\nSubject: signed\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/signed; boundary=b; protocol=\"application/pgp-signature\"\r\n\r\n--b\r\n\
        Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGr\u{fc}\u{df}e\r\n--b\r\n\
        Content-Type: application/pgp-signature\r\n\r\nabc\r\n--b--\r\n";
    send(&house, &["friend@far.test"], message.as_bytes());
    let report = &house.mail_of(BOB, 1)[0];
    assert!(report.contains("its sender signed it as it is"), "{report}");
    assert!(old.taken().is_empty());
}

#[test]
fn a_server_that_takes_two_recipients_at_a_time_gets_five_in_three_goes_at_once() {
    for offers in [vec!["LIMITS RCPTMAX=2"], vec![]] {
        let few = Remote::start(vec![Manner { offers: offers.clone(), most: 2, ..Manner::default() }]);
        let house = house_towards(&few);
        let to: Vec<String> = (0..5).map(|number| format!("friend{number}@far.test")).collect();
        let to: Vec<&str> = to.iter().map(String::as_str).collect();
        send(&house, &to, &letter(BOB, to[0], "to five", "x"));
        let taken = few.wait_for(3);
        let mut reached: Vec<_> = taken.iter().flat_map(|taken| taken.recipients.clone()).collect();
        reached.sort();
        assert_eq!(reached, to, "{offers:?}\n{}", few.transcript());
        assert_eq!(few.connections(), 1, "{offers:?}\n{}", few.transcript());
    }
}

#[test]
fn ten_thousand_waiting_for_a_dead_destination_keep_nobody_else_waiting() {
    let far = Remote::start(vec![Manner::default()]);
    let house = house_towards(&far);
    // Nobody listens there.
    house.dns.mail_at("dead.test", "mx.dead.test", Ipv4Addr::new(127, 0, 0, 99));
    let mut smtp = house.submission(BOB);
    // The median of so many letters, from handing in to the other provider.
    let to_the_living = |smtp: &mut Smtp, letters: usize| {
        let mut times: Vec<Duration> = (0..letters)
            .map(|_| {
                let (begun, before) = (Stopwatch::start(), far.taken().len());
                let message = letter(BOB, "friend@far.test", "alive", "x");
                assert!(smtp.deliver(BOB, &["friend@far.test"], &message).is("250"));
                far.wait_for(before + 1);
                begun.reads()
            })
            .collect();
        times.sort();
        times[letters / 2]
    };
    let alone = to_the_living(&mut smtp, 10);
    for batch in 0..100 {
        let to: Vec<String> = (0..100).map(|number| format!("r{batch}x{number}@dead.test")).collect();
        let to: Vec<&str> = to.iter().map(String::as_str).collect();
        assert!(smtp.deliver(BOB, &to, &letter(BOB, to[0], "for the dead", "x")).is("250"));
    }
    let beside_the_dead = to_the_living(&mut smtp, 10);
    assert!(
        beside_the_dead < alone * 5 + Duration::from_secs(1),
        "a letter took {beside_the_dead:?}, and {alone:?} when nothing waited"
    );
    let waiting = house.cli_ok(&["queue", "list"]);
    assert!(waiting.matches("@dead.test").count() >= 10_000 - 1, "all of them wait, and nothing is lost");
    // A destination rests between looks: ten thousand rows do not cost ten thousand of them.
    assert!(house.dns.asked("MX dead.test") < 200, "{}", house.dns.asked("MX dead.test"));
}

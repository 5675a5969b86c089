//! How the program ends: in order at Ctrl-C, and with nothing lost.

use crate::harness::{BOB, House, Smtp, letter};
use std::time::Duration;

#[test]
fn ctrl_c_ends_idle_sessions_with_a_word_and_the_program_with_success() {
    let mut house = House::start();
    let mut smtp = house.smtp();
    let mut pop3 = house.pop3(BOB);
    let status = house.interrupt();
    assert!(status.success(), "{status}\n{}", house.log());
    let farewell = smtp.reply();
    assert!(farewell.is("421 4.3.2"), "{:?}", farewell.lines);
    assert!(smtp.is_closed() && pop3.rest().len() < 200);
}

#[test]
fn a_message_under_way_at_ctrl_c_is_taken_whole_or_not_acknowledged() {
    let mut house = House::start();
    let mut smtp = house.smtp();
    smtp.begin("lisa@far.test", &[BOB]);
    smtp.raw(b"Subject: under way\r\n\r\nfirst half\r\n");
    house.signal("INT");
    std::thread::sleep(Duration::from_millis(100));
    let sent = smtp.try_raw(b"second half\r\n.\r\n").is_ok();
    let acknowledged = sent && smtp.try_reply().is_some_and(|reply| reply.is("250"));
    let status = house.wait_for_end();
    assert!(status.success(), "{status}");
    house.run();
    let mail = house.pop3(BOB).all();
    assert_eq!(mail.len(), usize::from(acknowledged));
    if acknowledged {
        assert!(mail[0].ends_with(b"first half\r\nsecond half\r\n"));
    }
}

#[test]
fn sigterm_ends_it_as_ctrl_c_does_and_no_new_guest_is_let_in() {
    let mut house = House::start();
    assert!(house.smtp().deliver("lisa@far.test", &[BOB], &letter("lisa@far.test", BOB, "before", "x")).is("250"));
    house.signal("TERM");
    let status = house.wait_for_end();
    assert!(status.success(), "{status}");
    assert!(std::net::TcpStream::connect(house.ports.smtp).is_err());
    house.run();
    assert_eq!(house.pop3(BOB).stat().0, 1);
}

#[test]
fn a_second_start_on_the_same_directory_or_ports_says_why_it_cannot() {
    let house = House::start();
    let output = house.cli(&["serve"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(said.trim_end().lines().count(), 1, "{said}");
    assert!(said.contains("data = ") && said.contains("in use") && said.contains("may be"), "{said}");
    // The first one is not disturbed.
    let mut smtp = Smtp::hello(house.ports.smtp);
    assert!(smtp.deliver("lisa@far.test", &[BOB], &letter("lisa@far.test", BOB, "still", "x")).is("250"));
}

//! Trying out names: slowed, then sent away, and nobody else minds.

use crate::harness::clock::Stopwatch;
use crate::harness::{BOB, House, Smtp, letter};
use std::time::Duration;

fn house() -> House {
    House::with(|settings| settings.set("unknown_recipients_burst", 3).set("unknown_recipients_interval", "\"400ms\""))
}

fn ask(smtp: &mut Smtp, name: usize) -> u16 {
    smtp.say(&format!("RCPT TO:<nobody{name}@comentum.test>")).code
}

#[test]
fn after_a_few_wrong_names_each_answer_takes_its_time_and_then_it_is_enough() {
    let house = house();
    let mut smtp = house.smtp();
    smtp.expect("MAIL FROM:<lisa@far.test>", "250");
    let begun = Stopwatch::start();
    for name in 0..3 {
        assert_eq!(ask(&mut smtp, name), 550);
    }
    let at_once = begun.reads();
    let codes: Vec<u16> = (3..20).map_while(|name| Some(ask(&mut smtp, name)).filter(|code| *code == 550)).collect();
    assert_eq!(codes.len(), 5, "{}", smtp.transcript());
    assert!(smtp.is_closed(), "the sixth heard 421: {}", smtp.transcript());
    assert!(smtp.transcript().contains("421 4.7.0"), "{}", smtp.transcript());
    assert!(begun.reads() - at_once > Duration::from_millis(5 * 250), "each was held back");
    // Who knows a name is served at once, from there too.
    assert!(house.smtp().deliver("lisa@far.test", &[BOB], &letter("lisa@far.test", BOB, "hi", "x")).is("250"));
}

#[test]
fn a_list_with_some_old_addresses_is_no_harvester() {
    let house = house();
    let mut smtp = house.smtp();
    for round in 0..6 {
        smtp.expect("MAIL FROM:<lisa@far.test>", "250");
        assert_eq!((ask(&mut smtp, round), ask(&mut smtp, round)), (550, 550));
        smtp.expect(&format!("RCPT TO:<{BOB}>"), "250");
        smtp.expect("DATA", "354");
        smtp.raw(b"Subject: news\r\n\r\nx\r\n.\r\n");
        assert!(smtp.reply().is("250"));
    }
    assert_eq!(house.pop3(BOB).stat().0, 6);
}

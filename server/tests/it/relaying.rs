//! Address tricks that made other servers relay: none of them leads out of this house.

use crate::harness::dns::Says;
use crate::harness::{BOB, CAROL, House, Manner, Remote, letter};
use std::time::Duration;

/// 46 ways to write an address that is meant to end at victim@far.test.
const TRICKS: [&str; 46] = [
    "<victim@far.test>",
    "<\"victim@far.test\">",
    "<\"victim%far.test\">",
    "<victim%far.test>",
    "<victim%far.test@comentum.test>",
    "<victim%far.test@[127.0.0.1]>",
    "<victim%far.test@localhost>",
    "<victim@far.test@comentum.test>",
    "<\"victim@far.test\"@comentum.test>",
    "<\"victim%far.test\"@comentum.test>",
    "<\"victim@far.test\"@[127.0.0.1]>",
    "<far.test!victim>",
    "<far.test!victim@comentum.test>",
    "<far.test!victim@[127.0.0.1]>",
    "<comentum.test!far.test!victim>",
    "<\"far.test!victim\">",
    "<\"far.test!victim\"@comentum.test>",
    "<@comentum.test:victim@far.test>",
    "<@[127.0.0.1]:victim@far.test>",
    "<@localhost:victim@far.test>",
    "<@comentum.test,@otherisp.test:victim@far.test>",
    "<@comentum.test:victim%far.test@comentum.test>",
    "<@far.test:bob@comentum.test@far.test>",
    "<victim@[127.0.0.9]>",
    "<victim@[IPv6:::1]>",
    "<victim@[far.test]>",
    "<victim@127.0.0.9>",
    "<victim@2130706441>",
    "<victim@far.test.>",
    "<victim@FAR.TEST>",
    "<victim@far.test:25>",
    "<victim@far.test%00>",
    "<victim@far.test@>",
    "<@victim@far.test>",
    "<victim@comentum.test.far.test>",
    "<bob@comentum.test@far.test>",
    "<bob@comentum.test%far.test>",
    "<bob@comentum.test,victim@far.test>",
    "<bob@comentum.test victim@far.test>",
    "<bob@comentum.test;victim@far.test>",
    "<bob@comentum.test><victim@far.test>",
    "<bob@comentum.test\\@far.test>",
    "victim@far.test",
    "bob@comentum.test <victim@far.test>",
    "<smtp:victim@far.test>",
    "<postmaster@far.test>",
];

#[test]
fn none_of_forty_six_address_tricks_relays_whoever_the_sender_is() {
    let house = House::start();
    let far = Remote::start(vec![Manner::default()]);
    house.dns.mail_at("far.test", "mx.far.test", "127.0.0.1".parse().unwrap());
    house.dns.set("comentum.test.far.test", &[Says::Mx(vec![(10, "mx.far.test")])]);
    for sender in ["", "lisa@far.test", "bob@comentum.test", "postmaster@comentum.test"] {
        // A session bears only so many wrong commands: a new one for every few tricks.
        for tricks in TRICKS.chunks(5) {
            let mut smtp = house.smtp();
            smtp.expect(&format!("MAIL FROM:<{sender}>"), "250");
            for trick in tricks {
                let reply = smtp.say(&format!("RCPT TO:{trick}"));
                assert!(reply.code >= 500, "RCPT TO:{trick} from <{sender}> got {:?}", reply.lines);
            }
            smtp.expect("DATA", "5");
        }
    }
    assert_eq!(house.pop3(BOB).stat().0, 0);
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(far.connections(), 0, "{}", far.transcript());
}

/// Ways to make a return address, an alias or a detail lead to victim@far.test.
const MORE_TRICKS: [&str; 12] = [
    "<SRS0=AAAAAA=AA=far.test=victim@comentum.test>",
    "<SRS0+AAAAAA=AA=far.test=victim@comentum.test>",
    "<SRS0=far.test=victim@comentum.test>",
    "<SRS1=AAAAAA=far.test==BBBB=AA=far.test=victim@comentum.test>",
    "<SRS1=AAAAAA=far.test=victim@comentum.test>",
    "<SRSK=victim@comentum.test>",
    "<srs0=aaaaaa=aa=far.test=victim@otherisp.test>",
    "<\"SRS0=AAAAAA=AA=far.test=victim\"@comentum.test>",
    "<\"@comentum.test:victim@far.test\"@comentum.test>",
    "<victim+far.test@comentum.test>",
    "<victim=far.test@comentum.test>",
    "<prvs=0000000000=victim@comentum.test>",
];

#[test]
fn with_a_catch_all_and_aliases_every_trick_ends_here_or_is_refused() {
    let house = House::with(|settings| settings.set("unknown_recipients_burst", 1000));
    let far = Remote::start(vec![Manner::default()]);
    house.dns.mail_at("far.test", "mx.far.test", "127.0.0.1".parse().unwrap());
    house.cli_ok(&["domain", "catch-all", "comentum.test", CAROL]);
    house.cli_ok(&["alias", "add", "sales@comentum.test", BOB]);
    let mut taken = 0;
    for trick in TRICKS.iter().chain(&MORE_TRICKS) {
        let mut smtp = house.smtp();
        smtp.expect("MAIL FROM:<lisa@far.test>", "250");
        let reply = smtp.say(&format!("RCPT TO:{trick}"));
        if reply.code >= 500 {
            continue;
        }
        // Then it is a local part of ours, however odd, and the catch-all's.
        assert!(reply.is("250") && trick.ends_with("@comentum.test>"), "RCPT TO:{trick} got {:?}", reply.lines);
        smtp.expect("DATA", "354");
        smtp.raw(&crate::harness::stuffed(&letter("lisa@far.test", CAROL, &format!("trick {taken}"), "x")));
        assert!(smtp.reply().is("250"), "{}", smtp.transcript());
        taken += 1;
    }
    assert!(taken > 0, "some are addresses like any other");
    assert_eq!(house.mail_of(CAROL, taken).len(), taken);
    assert!(house.cli_ok(&["queue", "list"]).contains("empty"));
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(far.connections(), 0, "{}", far.transcript());
}

//! Address tricks that made other servers relay: none of them leads out of this house.

use crate::harness::dns::Says;
use crate::harness::{BOB, House, Manner, Remote};
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

//! Mail from strangers, port 25: how much is borne, and what is said when it is too much.

use crate::harness::{BOB, Browser, CAROL, House, LISA, PASSWORD, POSTMASTER, letter};

#[test]
fn too_big_is_said_at_mail_and_while_receiving_and_the_session_goes_on() {
    let house = House::with(|settings| settings.message_size(100_000));
    let mut smtp = crate::harness::Smtp::connect(house.ports.smtp);
    let offers = smtp.say("EHLO client.example.test");
    assert!(offers.lines.iter().any(|line| line.contains("SIZE 100000")), "{:?}", offers.lines);
    smtp.expect("MAIL FROM:<lisa@far.test> SIZE=100001", "552 5.3.4");
    smtp.expect("MAIL FROM:<lisa@far.test> SIZE=99999", "250");
    smtp.expect("RCPT TO:<bob@comentum.test>", "250");
    smtp.expect("DATA", "354");
    // It said less than it sends.
    let line = [b'a'; 998];
    for _ in 0..300 {
        smtp.raw(&[&line[..], b"\r\n"].concat());
    }
    smtp.raw(b".\r\n");
    assert!(smtp.reply().is("552 5.3.4"), "{}", smtp.transcript());
    assert!(smtp.deliver("lisa@far.test", &[BOB], &letter("lisa@far.test", BOB, "small", "now")).is("250"));
    assert_eq!(house.pop3(BOB).stat().0, 1);
    house.assert_no_spool();
}

#[test]
fn a_message_that_went_through_a_hundred_servers_goes_round_in_a_loop() {
    let house = House::start();
    let hop = "Received: from a.test by b.test; Mon, 2 Mar 2026 10:00:00 +0000\r\n";
    let message = |hops: usize| [hop.repeat(hops).as_bytes(), &letter("lisa@far.test", BOB, "hops", "round")].concat();
    let mut smtp = house.smtp();
    assert!(smtp.deliver("lisa@far.test", &[BOB], &message(40)).is("250"));
    let refused = smtp.deliver("lisa@far.test", &[BOB], &message(100));
    assert!(refused.is("554 5.4.6"), "{:?}", refused.lines);
    assert_eq!(house.pop3(BOB).stat().0, 1);
}

#[test]
fn a_hundred_recipients_are_taken_and_a_flood_of_them_gets_452() {
    let house = House::start();
    let mut smtp = house.smtp();
    smtp.expect("MAIL FROM:<lisa@far.test>", "250");
    // RFC 5321 §4.5.3.1.8: at least 100.
    for _ in 0..100 {
        smtp.expect("RCPT TO:<bob@comentum.test>", "250");
    }
    let refused = (0..10_000).map(|_| smtp.say("RCPT TO:<carol@comentum.test>")).find(|reply| !reply.is("250"));
    assert!(refused.expect("an end of recipients").is("452 4.5.3"), "{}", smtp.transcript());
    smtp.expect("DATA", "354");
    smtp.raw(b"Subject: many\r\n\r\nx\r\n.\r\n");
    assert!(smtp.reply().is("250"));
    assert_eq!(house.pop3(BOB).stat().0, 1);
}

#[test]
fn a_client_that_hangs_up_in_the_middle_leaves_nothing() {
    let house = House::start();
    for part in ["", "Subject: half\r\n", "Subject: half\r\n\r\nnot the whole of it\r\n", "Subject: half\r\n\r\nx\r\n."]
    {
        let mut smtp = house.smtp();
        smtp.begin("lisa@far.test", &[BOB]);
        smtp.raw(part.as_bytes());
        drop(smtp);
    }
    let mut smtp = house.smtp();
    assert!(smtp.deliver("lisa@far.test", &[BOB], &letter("lisa@far.test", BOB, "whole", "yes")).is("250"));
    let mail = house.pop3(BOB).all();
    assert_eq!(mail.len(), 1);
    crate::harness::eventually("an empty spool", || house.spooled().is_empty().then_some(()));
}

#[test]
fn a_suspended_account_still_gets_mail_and_a_suspended_domain_for_now_does_not() {
    let house = House::start();
    house.cli_ok(&["account", "suspend", CAROL]);
    let mut smtp = house.smtp();
    assert!(smtp.deliver("lisa@far.test", &[CAROL], &letter("lisa@far.test", CAROL, "meanwhile", "x")).is("250"));
    house.cli_ok(&["account", "resume", CAROL]);
    assert_eq!(house.pop3(CAROL).stat().0, 1);
    house.cli_ok(&["domain", "suspend", "comentum.test"]);
    smtp.expect("MAIL FROM:<lisa@far.test>", "250");
    smtp.expect(&format!("RCPT TO:<{CAROL}>"), "450");
    house.cli_ok(&["domain", "resume", "comentum.test"]);
    smtp.expect(&format!("RCPT TO:<{CAROL}>"), "250");
}

#[test]
fn a_full_mailbox_says_so_for_now() {
    let house = House::start();
    house.cli_ok(&["account", "quota", BOB, "1MiB"]);
    let mut smtp = house.smtp();
    let noise = crate::harness::noise(700 * 1024);
    assert!(smtp.deliver("lisa@far.test", &[BOB], &letter("lisa@far.test", BOB, "first", &noise)).is("250"));
    // Over by at most one message; then there is no more room, for now.
    let mut last = None;
    for _ in 0..3 {
        smtp.expect("MAIL FROM:<lisa@far.test>", "250");
        let reply = smtp.say(&format!("RCPT TO:<{BOB}>"));
        if reply.is("452") {
            last = Some(reply);
            break;
        }
        smtp.expect("DATA", "354");
        smtp.raw(&crate::harness::stuffed(&letter("lisa@far.test", BOB, "more", &noise)));
        let reply = smtp.reply();
        if reply.is("452") {
            last = Some(reply);
            break;
        }
    }
    assert!(last.expect("a full mailbox").is("452 4.2.2"), "{}", smtp.transcript());
    assert!(house.pop3(BOB).stat().0 <= 2);
}

#[test]
fn a_slow_and_a_silent_client_do_not_stop_the_others() {
    let house = House::start();
    let mut silent = Vec::new();
    for _ in 0..20 {
        let mut smtp = house.smtp();
        smtp.begin("lisa@far.test", &[BOB]);
        smtp.raw(b"Subject: slow\r\n");
        silent.push(smtp);
    }
    for number in 0..20 {
        let message = letter("lisa@far.test", BOB, &format!("quick {number}"), "x");
        assert!(house.smtp().deliver("lisa@far.test", &[BOB], &message).is("250"));
    }
    for mut smtp in silent {
        smtp.raw(b"\r\nat last\r\n.\r\n");
        assert!(smtp.reply().is("250"));
    }
    assert_eq!(house.pop3(BOB).stat().0, 40);
}

#[test]
fn too_many_nonsense_words_end_the_session() {
    let house = House::start();
    let mut smtp = house.smtp();
    let mut closed = false;
    for _ in 0..200 {
        if smtp.try_raw(b"NONSENSE\r\n").is_err() {
            closed = true;
            break;
        }
        match smtp.try_reply() {
            Some(reply) if reply.code == 421 => closed = true,
            Some(reply) => assert_eq!(reply.code, 500, "{}", smtp.transcript()),
            None => closed = true,
        }
        if closed {
            break;
        }
    }
    assert!(closed, "200 wrong commands were borne");
    assert!(smtp.is_closed());
    // Others are not meant.
    house.smtp().quit();
}

#[test]
fn twenty_deliveries_at_once_fill_a_mailbox_over_its_quota_by_one_message_at_most() {
    let house = House::start();
    house.cli_ok(&["account", "quota", BOB, "500KiB"]);
    let text = crate::harness::noise(100 * 1024);
    let at = house.ports.smtp;
    let taken: usize = std::thread::scope(|scope| {
        let senders: Vec<_> = (0..20)
            .map(|number| {
                let message = letter("lisa@far.test", BOB, &format!("race {number}"), &text);
                scope.spawn(move || {
                    let mut smtp = crate::harness::Smtp::hello(at);
                    smtp.expect("MAIL FROM:<lisa@far.test>", "250");
                    let mut reply = smtp.say(&format!("RCPT TO:<{BOB}>"));
                    if reply.is("250") {
                        smtp.expect("DATA", "354");
                        smtp.raw(&crate::harness::stuffed(&message));
                        reply = smtp.reply();
                    }
                    assert!(reply.is("250") || reply.is("452 4.2.2"), "{:?}", reply.lines);
                    usize::from(reply.is("250"))
                })
            })
            .collect();
        senders.into_iter().map(|sender| sender.join().unwrap()).sum()
    });
    // Of 103 KiB each: four do not fill it, the fifth is over it.
    assert_eq!(taken, 5);
    let (count, octets) = house.pop3(BOB).stat();
    assert_eq!(count, taken);
    assert!(octets < 500 * 1024 + 110 * 1024, "{octets}");
}

#[test]
fn what_is_larger_than_a_domain_takes_is_refused_for_its_recipients_before_it_comes() {
    let house = House::start();
    let mut admin = Browser::new(house.ports.http);
    admin.sign_in(POSTMASTER, PASSWORD);
    let id = house.cli_ok(&["domain", "list"]);
    assert!(id.contains("otherisp.test"), "{id}");
    let form = [("id", "2"), ("name", "otherisp.test"), ("message_size_mib", "1")];
    admin.post("/api/v1/admin/domain-limits", &form);
    let mut smtp = house.smtp();
    smtp.expect("MAIL FROM:<lisa@far.test> SIZE=1048577", "250");
    smtp.expect(&format!("RCPT TO:<{LISA}>"), "552 5.3.4");
    smtp.expect(&format!("RCPT TO:<{BOB}>"), "250");
    smtp.expect("RSET", "250");
    smtp.expect("MAIL FROM:<lisa@far.test> SIZE=1048576", "250");
    smtp.expect(&format!("RCPT TO:<{LISA}>"), "250");
    smtp.expect("RSET", "250");
    // Who declares nothing hears it at the end.
    let large = crate::harness::noise(1100 * 1024);
    let reply = smtp.deliver("lisa@far.test", &[LISA], &letter("lisa@far.test", LISA, "large", &large));
    assert!(reply.is("552 5.3.4"), "{:?}", reply.lines);
    let mut ours = house.submission(BOB);
    ours.expect(&format!("MAIL FROM:<{BOB}> SIZE=1048577"), "250");
    ours.expect(&format!("RCPT TO:<{LISA}>"), "552 5.3.4");
}

#[test]
fn what_the_session_refuses_by_itself_is_in_the_trace_too_and_a_flood_of_it_is_bounded() {
    let house = House::with(|settings| settings.message_size(100_000).set("max_errors", 1_000));
    let mut smtp = house.smtp();
    smtp.expect("MAIL FROM:<lisa@far.test> SIZE=100001", "552 5.3.4");
    smtp.expect("MAIL FROM:<anna@far.test> BODY=WHATEVER", "501 5.5.4");
    smtp.expect("MAIL FROM:<lisa@far.test>", "250");
    smtp.expect("RCPT TO:<no address>", "501 5.1.3");
    smtp.expect(&format!("RCPT TO:<{BOB}>"), "250");
    smtp.expect("DATA", "354");
    smtp.raw(b"Subject: smuggled\r\n\r\nx\n.\r\ny\r\n.\r\n");
    assert!(smtp.reply().is("550 5.6.11"), "{}", smtp.transcript());
    let traced = |words: &[&str], wanted: &str| {
        crate::harness::eventually("a refusal in the trace", || {
            let said = house.cli_ok(&[&["trace"], words].concat());
            said.contains(wanted).then_some(said)
        })
    };
    traced(&["--sender", "lisa@far.test"], "552 5.3.4");
    traced(&["--sender", "anna@far.test"], "501 5.5.4");
    traced(&["--recipient", "no address"], "501 5.1.3");
    traced(&["--recipient", BOB], "550 5.6.11");
    let mut smtp = house.smtp();
    for number in 0..100 {
        smtp.expect(&format!("MAIL FROM:<flood {number}>"), "501");
    }
    traced(&["--sender", "flood 0"], "501");
    let said = house.cli_ok(&["trace", "--sender", "flood"]);
    assert_eq!(said.matches("501 5").count(), 20, "{said}");
}

//! Mail from strangers, port 25: what is taken, what is refused and with which words, and what the mailbox then holds.

use crate::harness::{BOB, CAROL, House, LISA, POSTMASTER, letter};

#[test]
fn a_message_for_bob_is_in_his_mailbox_with_a_trace_of_where_it_came_from() {
    let house = House::start();
    let message = letter("lisa@far.test", BOB, "Trade show", "See you on Monday.");
    let mut smtp = house.smtp();
    let reply = smtp.deliver("lisa@far.test", &[BOB], &message);
    assert!(reply.is("250 2."), "{:?}", reply.lines);
    smtp.quit();

    let mut pop3 = house.pop3(BOB);
    assert_eq!(pop3.stat().0, 1);
    let kept = pop3.retr(1);
    let text = String::from_utf8(kept.clone()).unwrap();
    // RFC 5321 §4.4: Return-Path first, then our Received, then the message as it came.
    assert!(text.starts_with("Return-Path: <lisa@far.test>\r\nReceived: from client.example.test"), "{text}");
    let trace = &text[..text.len() - message.len()];
    assert!(trace.contains("by ") && trace.contains("with ESMTP") && trace.contains("[127.0.0.1]"), "{trace}");
    assert!(trace.contains(&format!("for <{BOB}>")), "{trace}");
    assert!(kept.ends_with(&message), "the bytes after the trace are not those that were sent:\n{text}");
}

#[test]
fn a_name_that_is_not_here_is_refused_at_rcpt() {
    let house = House::start();
    let mut smtp = house.smtp();
    smtp.expect("MAIL FROM:<lisa@far.test>", "250 2.1.0");
    smtp.expect("RCPT TO:<nobody@comentum.test>", "550 5.1.1");
    smtp.expect("DATA", "5");
    smtp.expect("RCPT TO:<Bob@Comentum.TEST>", "250 2.1.5");
    smtp.expect("DATA", "354");
}

#[test]
fn strangers_may_not_send_to_other_providers() {
    let house = House::start();
    let mut smtp = house.smtp();
    smtp.expect("MAIL FROM:<bob@comentum.test>", "2");
    smtp.expect("RCPT TO:<friend@far.test>", "550 5.7.1");
    smtp.expect("RSET", "250");
    smtp.expect("MAIL FROM:<>", "250");
    smtp.expect("RCPT TO:<friend@far.test>", "550 5.7.1");
}

#[test]
fn the_senders_domain_must_be_able_to_exist() {
    let house = House::start();
    let mut smtp = house.smtp();
    // Nothing answers for this domain: no mail could ever go back there.
    smtp.expect("MAIL FROM:<lisa@nowhere.test>", "550 5.1.8");
    // The DNS is broken for now: so is our answer.
    house.dns.set("broken.test", &[crate::harness::dns::Says::ServFail]);
    smtp.expect("MAIL FROM:<lisa@broken.test>", "451");
    for wrong in ["lisa@", "@far.test", "lisa@@far.test", "lisa@far..test", "li sa@far.test", "lisa@-far.test"] {
        smtp.expect(&format!("MAIL FROM:<{wrong}>"), "5");
    }
    // Ours exists, but nobody has this name: whoever gets such mail could never answer it.
    smtp.expect("MAIL FROM:<ceo@comentum.test>", "550 5.1.0");
    smtp.expect("MAIL FROM:lisa@far.test>", "501");
    smtp.expect("MAIL FROM:<lisa@far.test>", "250");
}

#[test]
fn wrong_words_and_wrong_order_get_their_code_and_the_session_goes_on() {
    let house = House::start();
    let mut smtp = crate::harness::Smtp::connect(house.ports.smtp);
    smtp.expect("MAIL FROM:<lisa@far.test>", "503");
    smtp.expect("EHLO", "501");
    smtp.expect("EHLO client.example.test", "250");
    smtp.expect("RCPT TO:<bob@comentum.test>", "503");
    smtp.expect("DATA", "503");
    smtp.expect("BREW coffee", "500");
    smtp.expect("MAIL FROM:<lisa@far.test> COLOUR=blue", "555");
    smtp.expect("MAIL FROM:<lisa@far.test> SIZE=many", "501");
    smtp.expect("VRFY bob", "252");
    smtp.expect("NOOP", "250");
    smtp.expect("mail from:<lisa@far.test>", "250");
    smtp.expect("MAIL FROM:<lisa@far.test>", "503");
    smtp.expect("rcpt to:<bob@comentum.test>", "250");
    smtp.expect("RSET", "250");
    smtp.expect("DATA", "503");
    assert!(smtp.deliver("lisa@far.test", &[BOB], &letter("lisa@far.test", BOB, "after all", "ok")).is("250"));
    smtp.quit();
}

#[test]
fn ehlo_names_what_is_offered_and_nothing_more() {
    let house = House::start();
    let mut smtp = crate::harness::Smtp::connect(house.ports.smtp);
    let offers = smtp.say("EHLO client.example.test");
    for keyword in
        ["SIZE", "8BITMIME", "PIPELINING", "ENHANCEDSTATUSCODES", "SMTPUTF8", "CHUNKING", "DSN", "LIMITS", "STARTTLS"]
    {
        assert!(offers.offers(keyword), "{keyword} is missing: {:?}", offers.lines);
    }
    for keyword in ["AUTH", "REQUIRETLS", "BINARYMIME"] {
        assert!(!offers.offers(keyword), "{keyword} is not for strangers in the clear: {:?}", offers.lines);
    }
    smtp.expect("HELO client.example.test", "250");
}

#[test]
fn several_recipients_share_one_copy_on_disk() {
    let house = House::start();
    // 2 MB that zstd cannot shrink: far above what stays inside the database.
    let noise = crate::harness::noise(2 * 1024 * 1024);
    let message = letter("lisa@far.test", BOB, "one for three", &noise);
    let before = house.disk();
    let mut smtp = house.smtp();
    assert!(smtp.deliver("lisa@far.test", &[BOB, CAROL, LISA], &message).is("250"));
    for who in [BOB, CAROL, LISA] {
        let mut pop3 = house.pop3(who);
        assert_eq!(pop3.stat().0, 1, "{who}");
        assert!(pop3.retr(1).ends_with(&message), "{who}");
    }
    let grown = house.disk() - before;
    assert!(grown < 2 * message.len() as u64, "three recipients took {grown} bytes for a message of {}", message.len());
}

#[test]
fn the_same_recipient_named_twice_gets_one_copy() {
    let house = House::start();
    let mut smtp = house.smtp();
    let message = letter("lisa@far.test", BOB, "twice", "named");
    assert!(smtp.deliver("lisa@far.test", &[BOB, "BOB@comentum.test", BOB], &message).is("250"));
    assert_eq!(house.pop3(BOB).stat().0, 1);
}

#[test]
fn the_postmaster_can_always_be_reached() {
    let house = House::start();
    let mut smtp = house.smtp();
    smtp.expect("MAIL FROM:<>", "250");
    smtp.expect("RCPT TO:<postmaster>", "250");
    smtp.expect("RCPT TO:<Postmaster@otherisp.test>", "250");
    smtp.expect("RCPT TO:<POSTMASTER@comentum.test>", "250");
    smtp.expect("DATA", "354");
    smtp.raw(b"Subject: Help\r\n\r\nYour server is on fire.\r\n.\r\n");
    assert!(smtp.reply().is("250"));
    let mail = house.pop3(POSTMASTER).all();
    assert_eq!(mail.len(), 1);
    assert!(String::from_utf8_lossy(&mail[0]).contains("on fire"));
}

#[test]
fn the_postmaster_is_reached_when_the_admin_is_away_full_or_the_domain_switched_off() {
    let house = House::start();
    let admin = crate::harness::noise(4 * 1024);
    assert!(
        house.smtp().deliver("lisa@far.test", &[POSTMASTER], &letter("lisa@far.test", BOB, "fills", &admin)).is("250")
    );
    house.cli_ok(&["account", "quota", POSTMASTER, "1KiB"]);
    house.cli_ok(&["domain", "suspend", "otherisp.test"]);
    let mut taken = 1;
    let write = |taken: &mut usize| {
        for to in [
            "postmaster@comentum.test",
            "postmaster@otherisp.test",
            // The host that is named in banner and bounces, and is no domain of ours.
            "Postmaster@mail.comentum.test",
            "MAILER-DAEMON@mail.comentum.test",
        ] {
            let said = house.smtp().deliver("", &[to], &letter("lisa@far.test", to, "help", "x"));
            assert!(said.is("250"), "{to}: {:?}", said.lines);
            *taken += 1;
        }
        let mut smtp = house.smtp();
        smtp.expect("MAIL FROM:<>", "250");
        smtp.expect("RCPT TO:<postmaster>", "250");
    };
    write(&mut taken);
    house.cli_ok(&["account", "suspend", POSTMASTER]);
    write(&mut taken);
    house.cli_ok(&["account", "resume", POSTMASTER]);
    assert_eq!(house.pop3(POSTMASTER).stat().0, taken);
    let mut smtp = house.smtp();
    smtp.expect("MAIL FROM:<>", "250");
    smtp.expect("RCPT TO:<somebody@mail.comentum.test>", "550 5.7.1");
}

#[test]
fn a_bounce_of_others_with_the_null_sender_comes_in() {
    let house = House::start();
    let mut smtp = house.smtp();
    assert!(smtp.deliver("", &[BOB], &letter("mailer-daemon@far.test", BOB, "Undelivered", "Sorry.")).is("250"));
    let mail = house.pop3(BOB).retr(1);
    assert!(mail.starts_with(b"Return-Path: <>\r\n"), "{}", String::from_utf8_lossy(&mail));
}

#[test]
fn dots_at_the_beginning_of_lines_come_out_as_they_went_in() {
    let house = House::start();
    let text = ".one\r\n..two\r\n...\r\nx.\r\n.\r\n..\r\nend";
    let message = letter("lisa@far.test", BOB, "dots", text);
    assert!(house.smtp().deliver("lisa@far.test", &[BOB], &message).is("250"));
    let kept = house.pop3(BOB).retr(1);
    assert!(kept.ends_with(&message), "{}", String::from_utf8_lossy(&kept));
}

#[test]
fn a_pipelined_conversation_is_answered_in_order() {
    let house = House::start();
    let mut smtp = house.smtp();
    smtp.raw(b"MAIL FROM:<lisa@far.test>\r\nRCPT TO:<nobody@comentum.test>\r\nRCPT TO:<bob@comentum.test>\r\nDATA\r\n");
    let codes: Vec<u16> = (0..4).map(|_| smtp.reply().code).collect();
    assert_eq!(codes, [250, 550, 250, 354]);
    smtp.raw(b"Subject: pipe\r\n\r\nline\r\n.\r\nNOOP\r\nQUIT\r\n");
    let codes: Vec<u16> = (0..3).map(|_| smtp.reply().code).collect();
    assert_eq!(codes, [250, 250, 221]);
    assert!(smtp.is_closed());
}

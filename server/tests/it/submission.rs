//! Mail from our own people's programs, port 587.

use crate::harness::{BOB, CAROL, House, LISA, Manner, PASSWORD, Remote, Smtp, letter};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A house whose mail to far.test reaches `remote`.
fn house_towards(remote: &Remote) -> House {
    let port = remote.address.port();
    let house = House::with(|settings| settings.outbound_port(port));
    house.dns.mail_at("far.test", "mx.far.test", "127.0.0.1".parse().unwrap());
    house
}

#[test]
fn nobody_sends_without_signing_in() {
    let house = House::start();
    let mut smtp = Smtp::connect(house.ports.submission);
    let offers = smtp.say("EHLO [127.0.0.1]");
    assert!(offers.lines.iter().any(|line| line.contains("AUTH") && line.contains("PLAIN") && line.contains("LOGIN")));
    smtp.expect("MAIL FROM:<bob@comentum.test>", "530 5.7.0");
    assert!(smtp.auth(BOB, "wrong").is("535 5.7.8"));
    assert!(smtp.auth("nobody@comentum.test", PASSWORD).is("535 5.7.8"));
    smtp.expect("MAIL FROM:<bob@comentum.test>", "530 5.7.0");
    assert!(smtp.auth(BOB, PASSWORD).is("235"));
    smtp.expect("MAIL FROM:<bob@comentum.test>", "250");
}

#[test]
fn both_mechanisms_sign_in_and_can_be_cancelled() {
    let house = House::start();
    let mut smtp = Smtp::hello(house.ports.submission);
    smtp.expect("AUTH PLAIN", "334");
    smtp.expect("*", "501");
    smtp.expect("AUTH PLAIN !!!", "501");
    smtp.expect("AUTH CRAM-MD5", "504");
    smtp.expect("AUTH LOGIN", "334 VXNlcm5hbWU6");
    smtp.expect(&STANDARD.encode(BOB), "334 UGFzc3dvcmQ6");
    smtp.expect(&STANDARD.encode(PASSWORD), "235 2.7.0");
    smtp.expect("AUTH LOGIN", "503");
    let mut smtp = Smtp::hello(house.ports.submission);
    smtp.expect("AUTH PLAIN", "334");
    smtp.expect(&STANDARD.encode(format!("\0{BOB}\0{PASSWORD}")), "235");
}

#[test]
fn passwords_do_not_travel_in_clear_unless_the_operator_says_so() {
    let house = House::with(|settings| settings.set("allow_plaintext_auth", "false"));
    let mut smtp = Smtp::connect(house.ports.submission);
    let offers = smtp.say("EHLO client.example.test");
    assert!(!offers.offers("AUTH") && offers.offers("STARTTLS"), "{:?}", offers.lines);
    assert!(smtp.auth(BOB, PASSWORD).is("538"), "{}", smtp.transcript());
    let mut smtp = smtp.start_tls();
    assert!(smtp.auth(BOB, PASSWORD).is("235"));
    let message = letter(BOB, CAROL, "under TLS", "x");
    assert!(smtp.deliver(BOB, &[CAROL], &message).is("250"));

    let mut pop3 = crate::harness::Pop3::connect(house.ports.pop3);
    let capabilities = pop3.listing("CAPA");
    assert!(capabilities.contains(&"STLS".to_owned()), "{capabilities:?}");
    assert!(!capabilities.contains(&"USER".to_owned()), "{capabilities:?}");
    pop3.err(&format!("USER {CAROL}"));
}

#[test]
fn an_account_sends_as_itself_only() {
    let house = House::start();
    let mut smtp = house.submission(BOB);
    smtp.expect("MAIL FROM:<carol@comentum.test>", "553 5.7.1");
    smtp.expect("MAIL FROM:<lisa@far.test>", "553 5.7.1");
    smtp.expect("MAIL FROM:<Bob@COMENTUM.test>", "250");
    smtp.expect("RSET", "250");
}

#[test]
fn a_letter_says_from_whom_it_is_and_never_in_a_neighbours_name() {
    let house = House::start();
    let mut taken = 0;
    for (envelope, header, reply) in [
        (BOB, "From: bob@comentum.test", "250"),
        (BOB, "From: Bob <BOB@comentum.test>", "250"),
        // A list or an employer elsewhere: theirs to judge, by SPF and DKIM.
        (BOB, "From: bob@far.test", "250"),
        (BOB, "Subject: without From", "250"),
        ("", "From: bob@comentum.test", "250"),
        (BOB, "From: carol@comentum.test", "553 5.7.1"),
        (BOB, "From: lisa@otherisp.test", "553 5.7.1"),
        (BOB, "From: nobody@comentum.test", "553 5.7.1"),
        (BOB, "From: bob@comentum.test, carol@comentum.test", "553 5.7.1"),
        (BOB, "From: bob@comentum.test\r\nFrom: carol@comentum.test", "553 5.7.1"),
        (BOB, "From: bob@comentum.test\r\nSender: carol@comentum.test", "553 5.7.1"),
        (BOB, "From: Carol of the bank", "553 5.7.1"),
        (BOB, "From: <carol@comentum.test", "553 5.7.1"),
        ("", "From: bob@far.test", "553 5.7.1"),
        ("", "Subject: without From", "553 5.7.1"),
    ] {
        let message = format!("{header}\r\nTo: lisa@otherisp.test\r\n\r\npay Bob\r\n");
        let said = house.submission(BOB).deliver(envelope, &[LISA], message.as_bytes());
        assert!(said.is(reply), "<{envelope}> {header:?}: {:?}", said.lines);
        taken += usize::from(said.is("250"));
    }
    assert_eq!(house.pop3(LISA).stat().0, taken);
}

#[test]
fn one_message_goes_to_a_neighbour_at_once_and_to_another_provider_by_its_mx() {
    let far = Remote::start(vec![Manner::default()]);
    let house = house_towards(&far);
    let mut smtp = house.submission(BOB);
    let message =
        b"From: Bob <bob@comentum.test>\r\nTo: lisa@otherisp.test, friend@far.test\r\nBcc: carol@comentum.test,\r\n \
                    secret@far.test\r\nSubject: Fair\r\n\r\n.Both of you\r\n";
    let reply = smtp.deliver(BOB, &[LISA, CAROL, "friend@far.test", "secret@far.test"], message);
    assert!(reply.is("250"), "{:?}", reply.lines);
    // Local: there when 250 is said.
    for who in [LISA, CAROL] {
        let mail = house.pop3(who).all();
        assert_eq!(mail.len(), 1, "{who}");
        let text = String::from_utf8_lossy(&mail[0]).into_owned();
        assert!(!text.to_ascii_lowercase().contains("bcc") && !text.contains("secret"), "{text}");
        assert!(text.contains("\r\nMessage-ID: <") && text.contains("\r\nDate: "), "{text}");
        assert!(text.contains("with ESMTPA") && text.starts_with("Return-Path: <bob@comentum.test>"), "{text}");
        assert!(text.ends_with("\r\n\r\n.Both of you\r\n"), "{text}");
    }
    let taken = far.wait_for(1);
    let mut recipients: Vec<_> = taken.iter().flat_map(|taken| taken.recipients.clone()).collect();
    recipients.sort();
    assert_eq!(recipients, ["friend@far.test", "secret@far.test"], "{}", far.transcript());
    assert!(taken[0].mail.starts_with("MAIL FROM:<bob@comentum.test>"), "{}", taken[0].mail);
    let text = String::from_utf8_lossy(&taken[0].bytes).into_owned();
    assert!(!text.contains("secret") && text.contains("\r\nMessage-ID: <"), "{text}");
    assert!(!text.starts_with("Return-Path"), "Return-Path is added at the last server only: {text}");
    assert!(text.ends_with("\r\n\r\n.Both of you\r\n"), "{text}");
}

#[test]
fn date_and_message_id_that_are_there_stay_as_they_are() {
    let house = House::start();
    let message = letter(BOB, CAROL, "complete", "x");
    assert!(house.submission(BOB).deliver(BOB, &[CAROL], &message).is("250"));
    let mail = house.pop3(CAROL).retr(1);
    assert!(mail.ends_with(&message), "{}", String::from_utf8_lossy(&mail));
}

#[test]
fn a_neighbour_that_is_not_there_is_refused_at_rcpt() {
    let house = House::start();
    let mut smtp = house.submission(BOB);
    smtp.expect("MAIL FROM:<bob@comentum.test>", "250");
    smtp.expect("RCPT TO:<nobody@otherisp.test>", "550 5.1.1");
}

#[test]
fn a_suspended_account_cannot_sign_in() {
    let house = House::start();
    house.cli_ok(&["account", "suspend", BOB]);
    let mut smtp = Smtp::hello(house.ports.submission);
    assert!(smtp.auth(BOB, PASSWORD).is("535 5.7.8"));
    let mut pop3 = crate::harness::Pop3::connect(house.ports.pop3);
    pop3.ok(&format!("USER {BOB}"));
    pop3.err(&format!("PASS {PASSWORD}"));
    house.cli_ok(&["account", "resume", BOB]);
    assert!(Smtp::hello(house.ports.submission).auth(BOB, PASSWORD).is("235"));
}

#[test]
fn guessing_is_slowed_down_and_the_owner_gets_in_from_elsewhere() {
    let house = House::with(|settings| settings.set("sign_in_burst", 6).set("sign_in_interval", "\"30s\""));
    let mut refused = 0;
    for session in 0..3 {
        let mut smtp = Smtp::hello(house.ports.submission);
        for guess in 0..3 {
            // Different ones: a program that repeats one stale password is no guesser.
            let reply = smtp.auth(BOB, &format!("guess {session} {guess}"));
            assert!(reply.code == 535 || reply.code == 454 || reply.code == 421, "{:?}", reply.lines);
            refused += usize::from(reply.code != 535);
            if reply.code == 421 {
                break;
            }
        }
    }
    assert!(refused > 0, "nine wrong passwords in a row were all looked at");
}

#[test]
fn where_a_sender_sits_is_told_to_nobody_unless_the_operator_wants_it() {
    let mut house = House::start();
    let sent = |house: &House, subject: &str| {
        let mut smtp = Smtp::connect(house.ports.submission);
        smtp.expect("EHLO bobs-laptop.home.test", "250");
        assert!(smtp.auth(BOB, PASSWORD).is("235"));
        assert!(smtp.deliver(BOB, &[CAROL], &letter(BOB, CAROL, subject, "x")).is("250"));
        let mut pop3 = house.pop3(CAROL);
        let count = pop3.stat().0;
        let mail = String::from_utf8(pop3.retr(count)).unwrap();
        pop3.quit();
        mail
    };
    let mail = sent(&house, "hidden");
    assert!(mail.contains("Received: by mail.comentum.test with ESMTPA"), "{mail}");
    assert!(!mail.contains("bobs-laptop") && !mail.contains("127."), "{mail}");
    house.change("reveal_client", true);
    let mail = sent(&house, "shown");
    assert!(mail.contains("bobs-laptop.home.test") && mail.contains("127."), "{mail}");
}

#[test]
fn who_sends_as_somebody_else_hears_as_whom_to_send() {
    let house = House::start();
    let refused = house.submission(BOB).say("MAIL FROM:<carol@comentum.test>");
    assert!(refused.is("553 5.7.1") && refused.lines[0].contains("bob@comentum.test"), "{:?}", refused.lines);
}

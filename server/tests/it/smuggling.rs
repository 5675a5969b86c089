//! Tricks with the end of data: whatever stands for `CRLF . CRLF` elsewhere, here it is text or a reason to refuse.

use crate::harness::{BOB, House, PASSWORD, letter};

/// What other servers have taken for the end of a message (24 kinds).
const ENDS: [(&str, &[u8]); 24] = [
    ("LF . LF", b"\n.\n"),
    ("LF . CRLF", b"\n.\r\n"),
    ("CR . CR", b"\r.\r"),
    ("CR . CRLF", b"\r.\r\n"),
    ("CR . LF", b"\r.\n"),
    ("LF . CR", b"\n.\r"),
    ("CRLF . CR", b"\r\n.\r"),
    ("CRLF . LF", b"\r\n.\n"),
    ("CRLF . CR CRLF", b"\r\n.\r\r\n"),
    ("CR CRLF . CRLF", b"\r\r\n.\r\n"),
    ("CRLF . SUB CRLF", b"\r\n.\x1a\r\n"),
    ("CR CRLF . CR CRLF", b"\r\r\n.\r\r\n"),
    ("LF LF . LF LF", b"\n\n.\n\n"),
    ("CR CR . CR CR", b"\r\r.\r\r"),
    ("LF CR . LF CR", b"\n\r.\n\r"),
    ("CRLF NUL . CRLF", b"\r\n\0.\r\n"),
    ("CRLF . NUL CRLF", b"\r\n.\0\r\n"),
    ("CR NUL LF . CR NUL LF", b"\r\0\n.\r\0\n"),
    ("CRLF . space CRLF", b"\r\n. \r\n"),
    ("CRLF space . CRLF", b"\r\n .\r\n"),
    ("NEL . NEL", b"\xc2\x85.\xc2\x85"),
    ("line separator . line separator", b"\xe2\x80\xa8.\xe2\x80\xa8"),
    ("VT . VT", b"\x0b.\x0b"),
    ("CRLF .. CRLF", b"\r\n..\r\n"),
];

/// How the bytes reach the server.
#[derive(Clone, Copy, Debug)]
enum Way {
    Whole,
    /// Cut in the middle of the trick, as packets may be.
    Split,
    /// Byte by byte.
    Drops,
}

#[test]
fn twenty_four_false_ends_of_data_smuggle_nothing_in() {
    let house = House::start();
    let mut taken = 0;
    for (name, end) in ENDS {
        for way in [Way::Whole, Way::Split, Way::Drops] {
            let mut smtp = house.smtp();
            smtp.begin("lisa@far.test", &[BOB]);
            smtp.raw(b"From: <lisa@far.test>\r\nSubject: outer\r\n\r\nbefore");
            let inner = b"MAIL FROM:<ceo@comentum.test>\r\nRCPT TO:<bob@comentum.test>\r\nDATA\r\n\
                          Subject: SMUGGLED\r\n\r\npay at once\r\n.\r\n";
            match way {
                Way::Whole => smtp.raw(&[end, inner].concat()),
                Way::Split => {
                    smtp.raw(&end[..end.len() / 2]);
                    std::thread::sleep(std::time::Duration::from_millis(5));
                    smtp.raw(&[&end[end.len() / 2..], inner].concat());
                }
                Way::Drops => {
                    end.iter().for_each(|byte| smtp.raw(&[*byte]));
                    smtp.raw(inner);
                }
            }
            let reply = smtp.reply();
            let bare = has_bare_newline(end);
            if bare {
                assert!(reply.is("550 5.6.11"), "{name} {way:?}: {:?}", reply.lines);
                // Nothing behind it is obeyed: the server goes.
                assert!(smtp.reply().is("421 4.7.0"), "{name} {way:?}: {}", smtp.transcript());
                assert!(smtp.try_reply().is_none(), "{name} {way:?}: {}", smtp.transcript());
            } else {
                assert!(reply.is("250"), "{name} {way:?}: {:?}", reply.lines);
                taken += 1;
                // One message, one reply: what comes next is the answer to NOOP, from a server at rest.
                smtp.expect("NOOP", "250 2.0.0 Ok");
                smtp.expect("DATA", "503");
                smtp.quit();
            }
        }
    }
    let mail = house.pop3(BOB).all();
    assert_eq!(mail.len(), taken);
    for message in mail {
        let text = String::from_utf8_lossy(&message).into_owned();
        let subject = text.lines().find(|line| line.starts_with("Subject:"));
        assert_eq!(subject, Some("Subject: outer"), "smuggled in:\n{text}");
    }
}

/// A CR or LF that is not half of a CRLF.
fn has_bare_newline(bytes: &[u8]) -> bool {
    bytes.iter().enumerate().any(|(at, byte)| match byte {
        b'\r' => bytes.get(at + 1) != Some(&b'\n'),
        b'\n' => at == 0 || bytes[at - 1] != b'\r',
        _ => false,
    })
}

#[test]
fn commands_may_end_in_crlf_only() {
    let house = House::start();
    let mut smtp = house.smtp();
    // A bare LF ends a line that is refused, so that people at a plain socket get an answer; it is never carried out.
    smtp.raw(b"MAIL FROM:<ceo@comentum.test>\n");
    assert!(smtp.reply().is("500"), "{}", smtp.transcript());
    smtp.raw(b"NOOP\rMAIL FROM:<ceo@comentum.test>\r\n");
    assert!(smtp.reply().is("500"), "{}", smtp.transcript());
    smtp.expect("RCPT TO:<bob@comentum.test>", "503");
    assert!(smtp.deliver("lisa@far.test", &[BOB], &letter("lisa@far.test", BOB, "fine", "x")).is("250"));
}

#[test]
fn what_was_said_in_clear_before_tls_is_forgotten() {
    let house = House::start();
    let mut smtp = house.smtp();
    // RFC 3207 §4.2: both the state and the bytes behind STARTTLS are thrown away.
    smtp.expect("MAIL FROM:<lisa@far.test>", "250");
    smtp.expect("RSET", "250");
    smtp.raw(b"STARTTLS\r\nMAIL FROM:<ceo@comentum.test>\r\n");
    assert!(smtp.reply().is("220"), "{}", smtp.transcript());
    let heard = smtp.hears_within(std::time::Duration::from_millis(300));
    assert!(!heard, "an injected command was answered before TLS\n{}", smtp.transcript());
    let mut smtp = smtp.secured();
    // Neither the injected sender nor the greeting is known in the encrypted session.
    smtp.expect("RCPT TO:<bob@comentum.test>", "503");
    smtp.expect("MAIL FROM:<lisa@far.test>", "503");
    smtp.expect("EHLO client.example.test", "250");
    smtp.expect("RCPT TO:<bob@comentum.test>", "503");
    assert!(smtp.deliver("lisa@far.test", &[BOB], &letter("lisa@far.test", BOB, "sealed", "x")).is("250"));
    let mail = house.pop3(BOB).retr(1);
    assert!(String::from_utf8_lossy(&mail).contains("with ESMTPS"), "{}", String::from_utf8_lossy(&mail));
}

#[test]
fn what_was_said_in_clear_before_stls_is_forgotten_and_signing_in_works_under_it() {
    let house = House::with(|settings| settings.set("allow_plaintext_auth", "false"));
    let mut pop3 = crate::harness::Pop3::connect(house.ports.pop3);
    // RFC 2595 §4.
    pop3.raw(format!("STLS\r\nUSER {BOB}\r\n").as_bytes());
    assert!(pop3.text().starts_with("+OK"));
    assert!(!pop3.hears_within(std::time::Duration::from_millis(300)), "{}", pop3.transcript());
    let mut pop3 = pop3.secured();
    pop3.err(&format!("PASS {PASSWORD}"));
    let capabilities = pop3.listing("CAPA");
    assert!(
        capabilities.contains(&"USER".to_owned()) && !capabilities.contains(&"STLS".to_owned()),
        "{capabilities:?}"
    );
    pop3.ok(&format!("USER {BOB}"));
    pop3.ok(&format!("PASS {PASSWORD}"));
    assert_eq!(pop3.stat().0, 0);
}

#[test]
fn tls_before_1_2_is_refused_at_every_port() {
    let house = House::start();
    let mut smtp = house.smtp();
    smtp.expect("STARTTLS", "220");
    smtp.raw(&hello_of_tls_1_1());
    assert_ne!(smtp.rest().first(), Some(&HANDSHAKE), "SMTP answered TLS 1.1");
    let mut pop3 = crate::harness::Pop3::connect(house.ports.pop3);
    pop3.ok("STLS");
    pop3.raw(&hello_of_tls_1_1());
    assert_ne!(pop3.rest().first(), Some(&HANDSHAKE), "POP3 answered TLS 1.1");
}

/// The first byte of a record that goes on with the handshake; an alert has another (RFC 5246 §6.2.1).
const HANDSHAKE: u8 = 0x16;

/// A ClientHello that knows nothing newer (RFC 4346 §7.4.1.2).
fn hello_of_tls_1_1() -> Vec<u8> {
    let mut body = vec![3, 2];
    body.extend_from_slice(&[7; 32]);
    // No session; ECDHE and RSA with AES; no compression.
    body.extend_from_slice(&[0, 0, 8, 0xc0, 0x13, 0xc0, 0x14, 0, 0x2f, 0, 0x35, 1, 0]);
    let mut hello = vec![HANDSHAKE, 3, 1, 0, body.len() as u8 + 4, 1, 0, 0, body.len() as u8];
    hello.extend_from_slice(&body);
    hello
}

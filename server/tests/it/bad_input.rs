//! Mail that no program should write: every byte of it is kept, nothing is slowed down for the others.

use crate::harness::clock::Deadline;
use crate::harness::{BOB, House, letter};
use std::time::Duration;

/// However strange a message is, it is answered by then.
const LONGEST: Duration = Duration::from_secs(10);

/// The message goes in and comes out of the mailbox with the same bytes.
fn goes_through(house: &House, name: &str, message: &[u8]) {
    let mut smtp = house.smtp();
    let limit = Deadline::after(LONGEST);
    let reply = smtp.deliver("lisa@far.test", &[BOB], message);
    assert!(!limit.passed(), "{name}: not answered within {LONGEST:?}");
    assert!(reply.is("250"), "{name}: {:?}", reply.lines);
    let mut pop3 = house.pop3(BOB);
    let (count, octets) = pop3.stat();
    assert_eq!(count, 1, "{name}");
    let kept = pop3.retr(1);
    assert_eq!(kept.len(), octets, "{name}: STAT does not say how many octets come");
    assert!(kept.ends_with(message), "{name}: {} octets came out, not those that went in", kept.len());
    // The head of it can be looked at without the rest.
    let top = pop3.listing("TOP 1 0");
    assert!(top[0].starts_with("Return-Path:"), "{name}: {top:?}");
    pop3.ok("DELE 1");
    pop3.quit();
}

#[test]
fn eight_bit_text_in_any_encoding_comes_out_as_it_went_in() {
    let house = House::start();
    let every_byte: Vec<u8> = (1..=255).filter(|byte| !b"\r\n.".contains(byte)).collect();
    let mut message = letter("lisa@far.test", BOB, "bytes", "");
    message.extend_from_slice(&every_byte);
    message.extend_from_slice(b"\r\nGr\xfc\xdfe aus M\xfcnchen, \xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e\r\n");
    goes_through(&house, "eight bit", &message);
    let header = b"Subject: Gr\xfc\xdfe\r\nFrom: \xff\xfe <lisa@far.test>\r\n\r\nx\r\n";
    goes_through(&house, "eight bit in the header", header);
}

#[test]
fn nul_and_control_characters_crash_nothing() {
    let house = House::start();
    goes_through(&house, "NUL", b"Subject: n\0ul\r\n\r\na\0b\0\0c\r\n\0\r\n\x01\x02\x1b[31m\x7f\r\n");
    goes_through(&house, "only NULs", &[&[0; 5000][..], b"\r\n"].concat());
}

#[test]
fn messages_without_header_body_or_anything_are_kept() {
    let house = House::start();
    goes_through(&house, "no header", b"\r\njust text\r\n");
    goes_through(&house, "no body", b"Subject: only this\r\n");
    goes_through(&house, "no colon anywhere", b"this is not\r\na header at all\r\n");
    goes_through(&house, "nothing", b"");
    goes_through(&house, "empty lines", b"\r\n\r\n\r\n\r\n");
    goes_through(&house, "folded first line", b" folded\r\n\tand again\r\n\r\nx\r\n");
}

#[test]
fn giant_lines_are_kept() {
    let house = House::start();
    let line = vec![b'x'; 3 * 1024 * 1024];
    goes_through(&house, "a line of 3 MB", &[b"Subject: long\r\n\r\n", &line[..], b"\r\n"].concat());
    goes_through(&house, "a header of 3 MB", &[b"Subject: ", &line[..], b"\r\n\r\nx\r\n"].concat());
}

#[test]
fn a_hundred_thousand_headers_are_kept() {
    let house = House::start();
    let header: String = (0..100_000).map(|number| format!("X-Number-{number}: {number}\r\n")).collect();
    goes_through(&house, "100,000 headers", format!("{header}\r\nbody\r\n").as_bytes());
    let received = "Subject: many\r\n".to_owned() + &"To: bob@comentum.test,\r\n bob@comentum.test\r\n".repeat(20_000);
    goes_through(&house, "20,000 To", format!("{received}\r\nbody\r\n").as_bytes());
}

#[test]
fn mime_bombs_are_kept_and_the_next_message_is_answered() {
    let house = House::start();
    let nested: String = (0..10_000)
        .map(|level| format!("Content-Type: multipart/mixed; boundary=\"b{level}\"\r\n\r\n--b{level}\r\n"))
        .collect();
    goes_through(&house, "depth 10,000", format!("Subject: deep\r\n{nested}\r\nbottom\r\n").as_bytes());
    let letters: String = (0..10_000).map(|_| "Content-Type: message/rfc822\r\n\r\n").collect();
    goes_through(&house, "10,000 messages in one another", format!("Subject: dolls\r\n{letters}x\r\n").as_bytes());
    let parts = "--b\r\nContent-Type: text/plain\r\n\r\nx\r\n".repeat(100_000);
    let wide = format!("Subject: wide\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n{parts}--b--\r\n");
    goes_through(&house, "100,000 parts", wide.as_bytes());
    let comments = format!("From: lisa{}{}@far.test\r\n\r\nx\r\n", "(".repeat(50_000), ")".repeat(50_000));
    goes_through(&house, "50,000 comments", comments.as_bytes());
    let words = format!("Subject: {}\r\n\r\nx\r\n", "=?utf-8?q?a?= ".repeat(100_000));
    goes_through(&house, "100,000 encoded words", words.as_bytes());
    let people = format!("To: {}bob@comentum.test\r\n\r\nx\r\n", "a:b@c,;".repeat(100_000));
    goes_through(&house, "100,000 groups", people.as_bytes());
    let parameters = format!("Content-Type: text/plain{}\r\n\r\nx\r\n", "; a*0*=x".repeat(50_000));
    goes_through(&house, "50,000 parameters", parameters.as_bytes());
    let html = format!("Content-Type: text/html\r\n\r\n{}x\r\n", "<div><table><tr><td>".repeat(20_000));
    goes_through(&house, "80,000 open tags", html.as_bytes());
    let lies = b"Subject: lies\r\nContent-Type: multipart/mixed; boundary=\r\nContent-Transfer-Encoding: base64\r\n\r\n====\r\n";
    goes_through(&house, "an empty boundary", lies);
}

#[test]
fn long_and_strange_command_lines_get_500_and_the_session_goes_on() {
    let house = House::start();
    let mut smtp = house.smtp();
    smtp.raw(&[&vec![b'A'; 2_000_000][..], b"\r\n"].concat());
    assert!(smtp.reply().is("500"), "{}", smtp.transcript());
    smtp.raw(b"MAIL FROM:<lisa\0@far.test>\r\n");
    assert!(smtp.reply().code >= 500);
    smtp.raw(b"\xff\xfe\r\n");
    assert!(smtp.reply().is("500"));
    smtp.raw(b"\r\n");
    assert!(smtp.reply().is("500"));
    let local = "x".repeat(65);
    let reply = smtp.say(&format!("MAIL FROM:<{local}@far.test>"));
    assert!(reply.code == 501 || reply.is("250"), "{:?}", reply.lines);
    smtp.expect("RSET", "250");
    assert!(smtp.deliver("lisa@far.test", &[BOB], &letter("lisa@far.test", BOB, "still", "here")).is("250"));

    let mut pop3 = house.pop3(BOB);
    pop3.raw(&[&vec![b'A'; 2_000_000][..], b"\r\n"].concat());
    assert!(pop3.text().starts_with("-ERR"));
    for wrong in
        ["", "RETR", "RETR 0", "RETR 2", "RETR -1", "RETR 99999999999999999999", "RETR one", "TOP 1", "DELE 1 1"]
    {
        pop3.err(wrong);
    }
    assert_eq!(pop3.stat().0, 1);
}

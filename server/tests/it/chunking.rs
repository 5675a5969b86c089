//! BDAT on the real program: what is counted arrives as it was, and nothing can hide behind a count.

use crate::harness::{BOB, CAROL, House, Smtp, letter, noise};

/// A message in chunks of `size`, all sent at once; answers the codes of the chunks' replies.
fn send(smtp: &mut Smtp, message: &[u8], size: usize) -> Vec<u16> {
    let chunks: Vec<&[u8]> = message.chunks(size).collect();
    let mut sent = Vec::new();
    for (at, chunk) in chunks.iter().enumerate() {
        let last = if at + 1 == chunks.len() { " LAST" } else { "" };
        sent.extend_from_slice(format!("BDAT {}{last}\r\n", chunk.len()).as_bytes());
        sent.extend_from_slice(chunk);
    }
    smtp.raw(&sent);
    chunks.iter().map(|_| smtp.reply().code).collect()
}

#[test]
fn a_message_in_chunks_of_any_size_arrives_byte_for_byte() {
    let house = House::start();
    let text = ".\r\n..\r\nMAIL FROM:<forged@far.test>\r\n\r\n.\r\nQUIT\r\nGr\u{fc}\u{df}e";
    let message = letter("lisa@far.test", BOB, "in pieces", text);
    let mut smtp = house.smtp();
    for (number, size) in [(1, 1), (2, 7), (3, 100), (4, 10_000)] {
        smtp.expect("MAIL FROM:<lisa@far.test> BODY=8BITMIME", "250");
        smtp.expect(&format!("RCPT TO:<{BOB}>"), "250");
        let codes = send(&mut smtp, &message, size);
        assert!(codes.iter().all(|code| *code == 250), "{codes:?}\n{}", smtp.transcript());
        let kept = house.pop3(BOB).retr(number);
        assert!(kept.ends_with(&message), "{}", String::from_utf8_lossy(&kept));
    }
    smtp.quit();
}

#[test]
fn a_large_message_goes_through_the_spool() {
    let house = House::start();
    let message = letter("lisa@far.test", BOB, "large", &noise(3 * 1024 * 1024));
    let mut smtp = house.smtp();
    smtp.expect("MAIL FROM:<lisa@far.test>", "250");
    smtp.expect(&format!("RCPT TO:<{BOB}>"), "250");
    let codes = send(&mut smtp, &message, 100_000);
    assert!(codes.iter().all(|code| *code == 250), "{codes:?}");
    assert!(house.pop3(BOB).retr(1).ends_with(&message));
    house.assert_no_spool();
}

#[test]
fn chunks_for_nobody_are_read_and_not_obeyed() {
    let house = House::start();
    let mut smtp = house.smtp();
    let commands = format!("RSET\r\nMAIL FROM:<forged@far.test>\r\nRCPT TO:<{BOB}>\r\nDATA\r\nx\r\n.\r\n");
    smtp.raw(b"MAIL FROM:<lisa@far.test>\r\nRCPT TO:<nobody@comentum.test>\r\n");
    smtp.raw(
        format!("BDAT {}\r\n{commands}BDAT {} LAST\r\n{commands}NOOP\r\n", commands.len(), commands.len()).as_bytes(),
    );
    let codes: Vec<u16> = (0..5).map(|_| smtp.reply().code).collect();
    assert_eq!(codes, [250, 550, 554, 554, 250], "{}", smtp.transcript());
    smtp.quit();
    assert_eq!(house.pop3(BOB).stat().0, 0);
}

#[test]
fn too_much_and_bare_line_ends_are_refused_and_the_next_message_is_not() {
    let house = House::with(|settings| settings.message_size(100_000));
    let mut smtp = house.smtp();
    let begin = |smtp: &mut Smtp| {
        smtp.expect("MAIL FROM:<lisa@far.test>", "250");
        smtp.expect(&format!("RCPT TO:<{BOB}>"), "250");
    };
    begin(&mut smtp);
    assert_eq!(send(&mut smtp, &[b'a'; 200_000], 80_000), [250, 552, 552], "{}", smtp.transcript());
    for bare in ["a\n.\r\n", "a\r.\r\n", "a\r\n\r"] {
        begin(&mut smtp);
        let codes = send(&mut smtp, format!("Subject: x\r\n\r\n{bare}").as_bytes(), 1);
        assert_eq!(codes.last(), Some(&550), "{bare:?}: {codes:?}");
        house.assert_no_spool();
    }
    begin(&mut smtp);
    smtp.expect("DATA", "354");
    smtp.raw(b"Subject: by dots\r\n\r\nx\r\n.\r\n");
    assert!(smtp.reply().is("250"));
    begin(&mut smtp);
    smtp.raw(b"BDAT 15\r\nSubject: half\r\n");
    assert!(smtp.reply().is("250"));
    smtp.expect("DATA", "503");
    smtp.expect("RSET", "250");
    house.assert_no_spool();
    assert_eq!(house.pop3(BOB).stat().0, 1);
}

#[test]
fn who_hangs_up_between_chunks_leaves_nothing() {
    let house = House::start();
    for cut in ["", "BDAT 10\r\n12345"] {
        let mut smtp = house.smtp();
        smtp.expect("MAIL FROM:<lisa@far.test>", "250");
        smtp.expect(&format!("RCPT TO:<{CAROL}>"), "250");
        smtp.raw(b"BDAT 300000\r\n");
        smtp.raw(&[b'a'; 300_000]);
        assert!(smtp.reply().is("250"));
        smtp.raw(cut.as_bytes());
    }
    house.assert_no_spool();
    assert_eq!(house.pop3(CAROL).stat().0, 0);
}

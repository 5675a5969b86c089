//! Messages made to hurt: each is answered, within its limits. How soon is measured elsewhere; here it must end.

use mail::message::parse::summarize;
use mail::message::reply::{Answer, start};
use mail::message::show::{attachment, frame, show};
use mail::message::trace;
use proptest::prelude::*;

fn read(raw: &[u8]) {
    let summary = summarize(raw);
    assert!(summary.text.len() <= 256 * 1024 && summary.to.chars().count() <= 200 && summary.references.len() <= 30);
    assert!(summary.preview.chars().count() <= 140 && !summary.preview.contains('\n'));
    let shown = show(raw);
    assert!(shown.attachments.len() <= 1_000);
    for file in shown.attachments.iter().take(5) {
        let download = attachment(raw, file.part).expect("what is listed can be fetched");
        assert_eq!((&download.name, &download.media_type), (&file.name, &file.media_type));
        assert!(!file.name.is_empty() && !file.name.contains(['/', '\\', '\r', '\n', '\0']));
    }
    let _ = frame(raw);
    let _ = start(raw, Answer::ReplyAll, &[], "today");
    let _ = start(raw, Answer::Forward, &[], "today");
    let _ = (trace::hops(raw), trace::missing_fields(raw));
}

#[test]
fn bombs_end() {
    let deep: String =
        (0..3_000).map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n")).collect();
    let same_deep = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n".repeat(1_000);
    let part = "--b\r\nContent-Type: multipart/mixed; boundary=none\r\n\r\nx\r\n";
    let rfc822 = "Content-Type: message/rfc822\r\n\r\n".repeat(4_000);
    for raw in [
        deep,
        same_deep,
        rfc822,
        format!("Content-Type: multipart/mixed; boundary=b\r\n\r\n{}", part.repeat(4_000)),
        format!("Content-Type: multipart/mixed; boundary=b\r\n\r\n{}", "--b\r\n".repeat(20_000)),
        format!("Content-Type: multipart/mixed; boundary=b\r\n\r\n{}", "--b--\r\n".repeat(20_000)),
        format!("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n{}", "--\n".repeat(60_000)),
        "X-Field: x\r\n".repeat(20_000),
        "To: Bob <b@x.test>\r\n".repeat(4_000),
        format!("To: {}\r\n\r\n", "Bob <b@x.test>,\r\n ".repeat(10_000)),
        format!("Subject: {}\r\n\r\n", "x".repeat(400_000)),
        format!("Subject: {}\r\nTo: {0}\r\n\r\n", "=?aa?Q?x".repeat(10_000)),
        format!("Subject: {}\r\nFrom: {0}\r\n\r\n", "=?utf-8?B?".repeat(10_000)),
        format!("From: {}\r\n\r\n", "(".repeat(200_000)),
        format!("From: {}\r\n\r\n", "\"".repeat(200_000)),
        format!("From: {}\r\n\r\n", "<a:;,".repeat(20_000)),
        format!("References: {}\r\n\r\n", "<a@b> ".repeat(20_000)),
        format!("Content-Type: text/plain; {}\r\n\r\n", "a*1*=x'y'z; ".repeat(10_000)),
        format!("Content-Type: {}\r\n\r\n", "(".repeat(100_000)),
        format!("Date: {}\r\n\r\n", "(".repeat(100_000)),
        format!("\r\n{}", "> ".repeat(100_000)),
        format!("\r\n{}", "\r\n".repeat(200_000)),
        format!("\r\n{}", "http://".repeat(10_000)),
        format!("\r\n{}", "a@".repeat(20_000)),
        format!("Content-Transfer-Encoding: quoted-printable\r\n\r\n{}", "=".repeat(100_000)),
        format!("Content-Transfer-Encoding: base64\r\n\r\n{}", "*=".repeat(60_000)),
    ] {
        read(raw.as_bytes());
    }
}

#[test]
fn depth_and_number_of_parts_have_limits_and_the_reader_is_told() {
    let parts = "--b\r\nContent-Disposition: attachment\r\n\r\nx\r\n".repeat(5_000);
    let shown = show(format!("Content-Type: multipart/mixed; boundary=b\r\n\r\n{parts}--b--\r\n").as_bytes());
    assert_eq!(shown.attachments.len(), 999, "the message itself is the thousandth part");
    assert!(shown.malformed);
    let deep: String =
        (0..150).map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n")).collect();
    let shown = show(format!("{deep}\r\ninnermost").as_bytes());
    assert!(shown.malformed && shown.attachments.is_empty());
}

proptest! {
    #[test]
    fn any_bytes_are_read(raw in proptest::collection::vec(any::<u8>(), 0..400)) {
        read(&raw);
    }

    #[test]
    fn anything_that_looks_like_a_message_is_read(
        lines in proptest::collection::vec(
            prop_oneof![
                Just("Content-Type: multipart/mixed; boundary=b".to_owned()),
                Just("Content-Type: multipart/alternative; boundary=\"c\"".to_owned()),
                Just("Content-Type: text/html; charset=utf-16".to_owned()),
                Just("Content-Type: message/rfc822".to_owned()),
                Just("Content-Transfer-Encoding: base64".to_owned()),
                Just("Content-ID: <x>".to_owned()),
                Just("--b".to_owned()), Just("--c".to_owned()), Just("--b--".to_owned()), Just("--c--".to_owned()),
                Just(String::new()), Just(" folded".to_owned()), Just("> quoted ".to_owned()),
                "\\PC{0,30}", "(Subject|From|To|Date|References): \\PC{0,40}",
            ], 0..25)
    ) {
        read(lines.join("\r\n").as_bytes());
        read(lines.join("\n").as_bytes());
    }

    #[test]
    fn any_html_is_read(html in "(<[a-z/!-]{1,6}( [a-z]{1,6}=['\"]?[a-z:()]{0,9}['\"]?)?>|[a-z&;#<>]{0,9}| ){0,30}") {
        read(format!("Content-Type: text/html\r\n\r\n{html}").as_bytes());
    }
}

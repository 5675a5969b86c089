//! Delivery reports, read back and held against RFC 3464.

use mail::dsn::{Action, Report, Reported};
use mail::envelope::Return;
use mail::message::parse::summarize;
use mail::message::show::{Body, show};
use mail::{Address, Domain};
use std::time::{Duration, UNIX_EPOCH};

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn failed() -> Reported {
    Reported {
        recipient: address("nobody@otherisp.test"),
        original: None,
        action: Action::Failed,
        status: "5.1.1".to_owned(),
        diagnostic: "550 5.1.1 No such user".to_owned(),
        remote: Some("mx.otherisp.test".to_owned()),
        last_attempt: UNIX_EPOCH + Duration::from_secs(60),
    }
}

fn write(recipients: &[Reported], original: &[u8], change: impl FnOnce(&mut Report<'_>)) -> String {
    write_to(&address("bob@comentum.test"), recipients, original, change)
}

fn write_to(to: &Address, recipients: &[Reported], original: &[u8], change: impl FnOnce(&mut Report<'_>)) -> String {
    let reporting = Domain::parse("mx.comentum.test").unwrap();
    let mut report = Report {
        reporting: &reporting,
        to,
        arrived: UNIX_EPOCH,
        now: UNIX_EPOCH + Duration::from_secs(61),
        message_id: "bounce@mx.comentum.test".to_owned(),
        boundary: "b0undary".to_owned(),
        envelope: None,
        ret: None,
        recipients,
        original,
    };
    change(&mut report);
    let raw = String::from_utf8(report.write()).unwrap();
    assert!((raw.is_ascii() || !report.to.to_string().is_ascii()) && !raw.contains('\0'), "ASCII only");
    assert_eq!(raw.matches('\n').count(), raw.matches("\r\n").count(), "no bare LF");
    assert_eq!(raw.matches('\r').count(), raw.matches("\r\n").count(), "no bare CR");
    assert!(raw.split("\r\n").all(|line| line.len() <= 998), "no long line");
    raw
}

fn has(raw: &str, line: &str) {
    assert!(raw.split("\r\n").any(|found| found == line), "{line} is missing in\n{raw}");
}

#[test]
fn a_bounce_tells_people_and_machines() {
    let one = Reported { diagnostic: "550-5.1.1 No such user\r\n550 5.1.1 here".to_owned(), ..failed() };
    let raw = write(&[one], b"From: bob@comentum.test\r\nSubject: Hello\r\n\r\nsecret body\r\n", |_| {});
    for line in [
        "To: bob@comentum.test",
        "Subject: Your message could not be delivered",
        "Auto-Submitted: auto-replied",
        "Content-Type: multipart/report; report-type=delivery-status;",
        "Content-Type: message/delivery-status",
        "Reporting-MTA: dns; mx.comentum.test",
        "Arrival-Date: Thu, 1 Jan 1970 00:00:00 +0000",
        "Final-Recipient: rfc822; nobody@otherisp.test",
        "Action: failed",
        "Status: 5.1.1",
        "Remote-MTA: dns; mx.otherisp.test",
        "Diagnostic-Code: smtp; 550-5.1.1 No such user 550 5.1.1 here",
        "Content-Type: text/rfc822-headers",
        "Subject: Hello",
    ] {
        has(&raw, line);
    }
    assert!(!raw.contains("secret body"));
    let shown = show(raw.as_bytes());
    let kinds: Vec<_> = shown.attachments.iter().map(|file| &*file.media_type).collect();
    assert_eq!(kinds, ["message/delivery-status", "text/rfc822-headers"]);
    assert!(matches!(shown.body, Body::Text(_)));
    assert!(summarize(raw.as_bytes()).text.contains("nobody@otherisp.test"), "a person reads it first");
}

#[test]
fn who_is_reached_by_smtputf8_alone_is_told_in_utf_8() {
    let anna = address("gr\u{fc}\u{df}e@comentum.test");
    let original = "From: gr\u{fc}\u{df}e@comentum.test\r\nSubject: \u{17b}\u{f3}\u{142}\u{107}\r\n\r\n\u{a1}Hola!\r\n";
    let one = Reported { recipient: address("ren\u{e9}e@otherisp.test"), ..failed() };
    let raw = write_to(&anna, std::slice::from_ref(&one), original.as_bytes(), |_| {});
    for line in [
        "Content-Type: multipart/report; report-type=delivery-status;",
        "Content-Type: message/global-delivery-status",
        "Content-Transfer-Encoding: 8bit",
        "Final-Recipient: utf-8; ren\u{e9}e@otherisp.test",
        "Content-Type: message/global-headers",
        "Subject: \u{17b}\u{f3}\u{142}\u{107}",
    ] {
        has(&raw, line);
    }
    assert!(!raw.contains("Hola"));
    let whole =
        write_to(&anna, std::slice::from_ref(&one), original.as_bytes(), |report| report.ret = Some(Return::Full));
    has(&whole, "Content-Type: message/global");
    has(&whole, "\u{a1}Hola!");
    // Everybody else is told in ASCII, whoever it is about.
    let ascii = write(std::slice::from_ref(&one), original.as_bytes(), |_| {});
    has(&ascii, r"Final-Recipient: utf-8; ren\x{E9}e@otherisp.test");
    // What is no UTF-8 goes encoded.
    let raw = write_to(&anna, &[one], b"Subject: gr\xfc\r\n\r\n", |_| {});
    has(&raw, "Content-Type: text/rfc822-headers");
}

#[test]
fn our_own_findings_name_no_remote() {
    let ours = |remote: Option<&str>| Reported {
        diagnostic: "The domain does not exist".to_owned(),
        remote: remote.map(str::to_owned),
        ..failed()
    };
    let raw = write(&[ours(None)], b"", |_| {});
    assert!(raw.contains("Diagnostic-Code: x-local; The domain does not exist") && !raw.contains("Remote-MTA"));
    assert!(!write(&[ours(Some("smtp"))], b"", |_| {}).contains("Remote-MTA"));
}

#[test]
fn a_delay_says_that_nothing_is_to_be_done_and_until_when_it_is_tried() {
    let until = UNIX_EPOCH + Duration::from_secs(5 * 86_400);
    let late = Reported { action: Action::Delayed { until }, status: "4.4.1".to_owned(), ..failed() };
    let raw = write(&[late], b"Subject: x\r\n\r\nbody\r\n", |report| report.ret = Some(Return::Full));
    has(&raw, "Subject: Your message is late, and is still being tried");
    has(&raw, "Action: delayed");
    has(&raw, "Status: 4.4.1");
    has(&raw, "Will-Retry-Until: Tue, 6 Jan 1970 00:00:00 +0000");
    assert!(raw.contains("You need do nothing") && !raw.contains("will not be tried again"));
    assert!(!raw.contains("\r\nbody"), "RET=FULL is for failures (RFC 3461 §4.3)");
}

#[test]
fn a_success_says_how_far_it_is_known() {
    let relayed = Reported { action: Action::Relayed, status: "2.1.5".to_owned(), ..failed() };
    let here = Reported { action: Action::Delivered, status: "2.1.5".to_owned(), remote: None, ..failed() };
    let raw = write(&[relayed, here], b"Subject: x\r\n\r\nbody\r\n", |_| {});
    has(&raw, "Subject: Your message was delivered");
    has(&raw, "Action: relayed");
    has(&raw, "Action: delivered");
    assert!(raw.contains("does not tell whether it reaches the mailbox"));
}

#[test]
fn one_report_tells_of_all_and_its_subject_is_the_worst() {
    let other = Reported {
        recipient: address("lisa@otherisp.test"),
        action: Action::Relayed,
        status: "2.0.0".to_owned(),
        ..failed()
    };
    let raw = write(&[other, failed()], b"", |_| {});
    assert_eq!(raw.matches("Final-Recipient:").count(), 2);
    has(&raw, "Subject: Your message could not be delivered");
}

#[test]
fn what_the_sender_marked_comes_back_with_it() {
    let marked = Reported { original: Some("rfc822;Old.Name@otherisp.test".to_owned()), ..failed() };
    let raw = write(&[marked], b"", |report| report.envelope = Some("QQ314159\r\nX-Evil: 1"));
    has(&raw, "Original-Envelope-Id: QQ314159 X-Evil: 1");
    has(&raw, "Original-Recipient: rfc822; Old.Name@otherisp.test");
    assert!(raw.contains("You wrote to: Old.Name@otherisp.test"));
}

#[test]
fn ret_decides_how_much_comes_back() {
    let original = b"Subject: Hello\r\n\r\nthe body\r\n";
    let whole = |ret| write(&[failed()], original, |report| report.ret = ret);
    assert!(!whole(None).contains("the body") && !whole(Some(Return::Headers)).contains("the body"));
    let full = whole(Some(Return::Full));
    assert!(full.contains("Content-Type: message/rfc822\r\n\r\nSubject: Hello\r\n\r\nthe body\r\n"), "{full}");
    // What may not travel as it is, or is large, comes as its header.
    for body in ["gr\u{fc}n\r\n".to_owned(), "x".repeat(5_000), "\r\n--b0undary--\r\n".into(), "x\r\n".repeat(400_000)]
    {
        let raw = write(&[failed()], format!("Subject: Hello\r\n\r\n{body}").as_bytes(), |report| {
            report.ret = Some(Return::Full);
        });
        assert!(raw.contains("text/rfc822-headers") && raw.contains("Subject: Hello"));
    }
}

#[test]
fn nothing_a_remote_or_the_original_says_breaks_the_report() {
    let original = format!("Subject: gr\u{fc}n\nX: {}\n\nbody\r\n\r\n", "y".repeat(5_000));
    let huge = [b'x'; 200_000];
    for original in [original.as_bytes(), b"--b0undary--\r\nX: y\r\n\r\n", b"\xff\0\r\r\n", &huge] {
        for diagnostic in ["550 \u{fc}\u{202e}\0\r\n\r\n--b0undary--\r\n", &"x".repeat(100_000), &"a b ".repeat(5_000)]
        {
            let evil = Reported {
                diagnostic: diagnostic.to_owned(),
                remote: Some("evil\r\nX-Evil: 1".to_owned()),
                original: Some(format!("rfc822;{diagnostic}")),
                ..failed()
            };
            let raw = write(&[evil], original, |report| report.ret = Some(Return::Full));
            assert_eq!(raw.matches("\r\n--b0undary--\r\n").count(), 1);
            assert_eq!(raw.matches("\r\n--b0undary\r\n").count(), 3);
            assert!(!raw.contains("\r\nX-Evil"));
        }
    }
}

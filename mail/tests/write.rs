//! Messages we write: letters, answers and bounces, read back and held against the rules.

use mail::dsn::{Bounce, FailedRecipient};
use mail::message::compose::{Outgoing, OutgoingAttachment, parse_recipients};
use mail::message::parse::summarize;
use mail::message::reply::{Answer, Started, start};
use mail::message::show::{Body, attachment, show};
use mail::{Address, Domain};
use proptest::prelude::*;
use std::time::{Duration, UNIX_EPOCH};

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn letter() -> Outgoing {
    Outgoing {
        from_name: "Bob Berg".to_owned(),
        from: address("bob@comentum.test"),
        to: vec![(String::new(), address("lisa@otherisp.test"))],
        cc: Vec::new(),
        subject: "Hello".to_owned(),
        text: "Dear Lisa,\n\nyes.\n".to_owned(),
        attachments: Vec::new(),
        in_reply_to: None,
        references: Vec::new(),
        date: UNIX_EPOCH + Duration::from_secs(86_400),
        message_id: "two@comentum.test".to_owned(),
        boundary: "b0undary".to_owned(),
    }
}

/// RFC 5322 §2.1 and RFC 5321 §4.1.1.4: what any server may be given. Returns the names of the header's fields.
fn well_formed(raw: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(raw).unwrap();
    assert!(text.is_ascii() && !text.contains('\0'), "ASCII only");
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "no bare LF");
    assert_eq!(text.matches('\r').count(), text.matches("\r\n").count(), "no bare CR");
    assert!(text.ends_with("\r\n"));
    assert!(text.split("\r\n").all(|line| line.len() <= 998), "no long line");
    let header = text.split("\r\n\r\n").next().unwrap();
    let fields = header.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
    fields.map(|line| line.split_once(':').expect("a field has a colon").0.to_owned()).collect()
}

fn body(raw: &[u8]) -> String {
    summarize(raw).text
}

#[test]
fn a_plain_letter_is_plain() {
    let raw = letter().write();
    assert_eq!(
        String::from_utf8(raw).unwrap(),
        "Date: Fri, 02 Jan 1970 00:00:00 +0000\r\n\
         From: \"Bob Berg\" <bob@comentum.test>\r\n\
         To: lisa@otherisp.test\r\n\
         Subject: Hello\r\n\
         Message-ID: <two@comentum.test>\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: 7bit\r\n\r\n\
         Dear Lisa,\r\n\r\nyes.\r\n"
    );
}

#[test]
fn the_same_letter_gives_the_same_bytes() {
    let mut letter = letter();
    letter.attachments = vec![OutgoingAttachment {
        name: "a.txt".to_owned(),
        media_type: "text/plain".to_owned(),
        bytes: b"x".to_vec(),
    }];
    assert_eq!(letter.write(), letter.write());
}

#[test]
fn a_letter_in_many_tongues_comes_back_as_it_was() {
    let mut letter = letter();
    letter.from_name = "Bob \"B\" Größe, Dr.".to_owned();
    letter.to =
        vec![("李娜".to_owned(), address("li@x.test")), ("O'Neil (x)".to_owned(), address("\"odd one\"@y.test"))];
    letter.cc = (0..60).map(|n| (format!("Person {n}"), address(&format!("person{n}@z.test")))).collect();
    letter.subject = "Grüße 👋 ".repeat(12).trim().to_owned();
    letter.text = format!("{}\n.\n..\nFrom me\n> quoted\n{}\n", "ü".repeat(3_000), "x".repeat(5_000));
    letter.in_reply_to = Some("one@x.test".to_owned());
    letter.references = (0..20).map(|n| format!("{}{n}@x.test", "r".repeat(90))).collect();
    let raw = letter.write();
    let fields = well_formed(&raw);
    assert_eq!(
        fields,
        [
            "Date",
            "From",
            "To",
            "Cc",
            "Subject",
            "Message-ID",
            "In-Reply-To",
            "References",
            "MIME-Version",
            "Content-Type",
            "Content-Transfer-Encoding"
        ]
    );
    let shown = show(&raw);
    assert_eq!(shown.subject, letter.subject);
    assert_eq!(shown.from.unwrap().name, letter.from_name);
    assert_eq!(shown.to[0].name, "李娜");
    assert_eq!((&*shown.to[1].name, &*shown.to[1].address), ("O'Neil (x)", "\"odd one\"@y.test"));
    assert_eq!(shown.cc.len(), 60);
    assert_eq!(body(&raw).trim_end(), letter.text.trim_end());
    let mut references = letter.references.clone();
    references.push("one@x.test".to_owned());
    assert_eq!(summarize(&raw).references, references);
}

#[test]
fn attachments_come_back_byte_for_byte() {
    let eml = b"From: x@y.test\r\nSubject: inner\r\n\r\nbody\r\n".to_vec();
    let files = [
        ("notes.txt", "text/plain", b"bare\nlf and \xff\0".to_vec()),
        ("Prüfung – 2029.pdf", "application/pdf", (0..=255).cycle().take(10_000).collect()),
        ("../../evil\r\nX-Evil: 1.exe", "application/x-evil\r\nX-Evil: 2", b"MZ".to_vec()),
        ("", "nonsense", Vec::new()),
        ("inner.eml", "message/rfc822", eml.clone()),
        ("eight.eml", "message/rfc822", b"Subject: gr\xfcn\n\nx".to_vec()),
        ("parts", "multipart/mixed; boundary=b0undary", b"--b0undary--".to_vec()),
    ];
    let mut letter = letter();
    letter.attachments = files
        .iter()
        .map(|(name, kind, bytes)| OutgoingAttachment {
            name: (*name).to_owned(),
            media_type: (*kind).to_owned(),
            bytes: bytes.clone(),
        })
        .collect();
    let raw = letter.write();
    assert!(!well_formed(&raw).iter().any(|name| name.contains("Evil")));
    let shown = show(&raw);
    let names: Vec<_> = shown.attachments.iter().map(|file| &*file.name).collect();
    assert_eq!(
        names,
        ["notes.txt", "Prüfung – 2029.pdf", "evil X-Evil_ 1.exe", "attachment", "inner.eml", "eight.eml", "parts"]
    );
    let kinds: Vec<_> = shown.attachments.iter().map(|file| &*file.media_type).collect();
    let octets = "application/octet-stream";
    assert_eq!(kinds, ["text/plain", "application/pdf", octets, octets, "message/rfc822", octets, octets]);
    for (file, (name, _, bytes)) in shown.attachments.iter().zip(&files) {
        let back = attachment(&raw, file.part).unwrap().bytes;
        // A message part ends with its own line end.
        assert!(back == *bytes || back.strip_suffix(b"\r\n") == Some(bytes), "{name}");
    }
}

#[test]
fn nothing_typed_becomes_a_field_of_its_own() {
    let mut letter = letter();
    letter.subject = "Hi\r\nBcc: victim@x.test\r\n\r\nbody".to_owned();
    letter.from_name = "Bob\r\nX-Evil: 1".to_owned();
    letter.to = vec![("Lisa\r\n\r\nX-Evil: 2".to_owned(), address("lisa@otherisp.test"))];
    letter.in_reply_to = Some("a>\r\nX-Evil: 3\r\n<b".to_owned());
    letter.references = vec!["c\r\n\r\nX-Evil: 4".to_owned()];
    letter.message_id = "d\r\nX-Evil: 5".to_owned();
    letter.boundary = "e\"\r\nX-Evil: 6".to_owned();
    letter.attachments =
        vec![OutgoingAttachment { name: "x".to_owned(), media_type: String::new(), bytes: Vec::new() }];
    let fields = well_formed(&letter.write());
    assert!(!fields.iter().any(|name| name == "Bcc" || name.contains("Evil")), "{fields:?}");
}

#[test]
fn a_letter_to_nobody_named_says_so() {
    let mut letter = letter();
    letter.to.clear();
    let text = String::from_utf8(letter.write()).unwrap();
    assert!(text.contains("\r\nTo: undisclosed-recipients:;\r\n"));
    assert!(summarize(text.as_bytes()).to.is_empty());
}

proptest! {
    #[test]
    fn whatever_is_typed_the_message_is_well_formed(
        subject in "\\PC{0,200}", name in "[\\PC\r\n]{0,80}", text in "[\\PC\r\n\t]{0,300}", id in "\\PC{0,50}",
    ) {
        let mut letter = letter();
        letter.subject = subject;
        letter.from_name.clone_from(&name);
        letter.to = vec![(name, address("lisa@otherisp.test"))];
        letter.text = text;
        letter.in_reply_to = Some(id.clone());
        letter.references = vec![id.clone(), id];
        let raw = letter.write();
        let fields = well_formed(&raw);
        prop_assert_eq!(fields.iter().filter(|name| *name == "Subject").count(), 1);
        let shown = show(&raw);
        prop_assert_eq!(shown.to[0].address.as_str(), "lisa@otherisp.test");
    }
}

fn answered(head: &str, answer: Answer) -> Started {
    let raw = format!("{head}\r\n\r\nFirst line\r\n> older\r\n\r\n-- \r\nLisa\r\n")
        .replace("\r\n", "\n")
        .replace('\n', "\r\n");
    start(raw.as_bytes(), answer, &[address("bob@comentum.test"), address("robert@comentum.test")], "Monday, 1 January")
}

const FROM_LISA: &str = "From: Lisa <lisa@otherisp.test>\nTo: Bob@Comentum.test, \"Berg, Anna\" <anna@x.test>\nCc: robert@comentum.test, carl@y.test\nSubject: Hello\nMessage-ID: <one@otherisp.test>\nReferences: <root@x.test>";

#[test]
fn a_reply_goes_to_its_author_and_quotes_her() {
    let reply = answered(FROM_LISA, Answer::Reply);
    assert_eq!(reply.to, "Lisa <lisa@otherisp.test>");
    assert_eq!(reply.cc, "");
    assert_eq!(reply.subject, "Re: Hello");
    assert_eq!(reply.in_reply_to.as_deref(), Some("one@otherisp.test"));
    assert_eq!(reply.references, ["root@x.test", "one@otherisp.test"]);
    assert_eq!(reply.text, "\n\nOn Monday, 1 January, Lisa <lisa@otherisp.test> wrote:\n> First line\n>> older\n");
    assert!(reply.attachments.is_empty());
}

#[test]
fn a_reply_to_all_leaves_me_out() {
    let reply = answered(FROM_LISA, Answer::ReplyAll);
    assert_eq!(reply.to, "Lisa <lisa@otherisp.test>");
    assert_eq!(reply.cc, "\"Berg, Anna\" <anna@x.test>, carl@y.test");
    assert_eq!(parse_recipients(&reply.cc).unwrap().len(), 2, "the form can read it");
}

#[test]
fn reply_to_is_honoured_and_my_own_mail_is_answered_to_whom_it_went() {
    let head = format!("{FROM_LISA}\nReply-To: list@z.test");
    assert_eq!(answered(&head, Answer::Reply).to, "list@z.test");
    let mine = "From: bob@comentum.test\nTo: lisa@otherisp.test, bob@comentum.test\nCc: carl@y.test\nMessage-ID: <m@x>";
    assert_eq!(answered(mine, Answer::Reply).to, "lisa@otherisp.test, bob@comentum.test");
    let all = answered(mine, Answer::ReplyAll);
    assert_eq!((&*all.to, &*all.cc), ("lisa@otherisp.test", "carl@y.test"));
    let to_myself = "From: bob@comentum.test\nTo: bob@comentum.test";
    assert_eq!(answered(to_myself, Answer::ReplyAll).to, "bob@comentum.test");
    assert_eq!(answered("Subject: from nobody", Answer::Reply).to, "");
}

#[test]
fn marks_of_answers_do_not_pile_up() {
    for (subject, answer, prefixed) in [
        ("Hello", Answer::Reply, "Re: Hello"),
        ("Re: Hello", Answer::Reply, "Re: Hello"),
        ("RE: AW: Re[2]: re : SV:Hello", Answer::ReplyAll, "Re: Hello"),
        ("Fwd: Hello", Answer::Reply, "Re: Fwd: Hello"),
        ("Hello", Answer::Forward, "Fwd: Hello"),
        ("WG: FW: TR: Hello", Answer::Forward, "Fwd: Hello"),
        ("Re: Hello", Answer::Forward, "Fwd: Re: Hello"),
        ("Regarding: Hello", Answer::Reply, "Re: Regarding: Hello"),
        ("", Answer::Reply, "Re:"),
    ] {
        let head = format!("From: lisa@otherisp.test\nSubject: {subject}");
        assert_eq!(answered(&head, answer).subject, prefixed, "{subject}");
    }
}

#[test]
fn a_forward_takes_everything_along() {
    let raw = "From: Lisa <lisa@otherisp.test>\r\nTo: bob@comentum.test\r\nSubject: Plans\r\nMessage-ID: <one@x>\r\n\
        Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>Hi</p><p>Bob</p>\r\n\
        --b\r\nContent-Type: application/pdf; name=plan.pdf\r\n\r\nx\r\n--b--\r\n";
    let forward = start(raw.as_bytes(), Answer::Forward, &[], "Monday");
    assert_eq!((&*forward.to, &*forward.cc), ("", ""));
    assert_eq!(
        forward.text,
        "\n\n---------- Forwarded message ----------\nFrom: Lisa <lisa@otherisp.test>\nDate: Monday\nSubject: Plans\n\
         To: bob@comentum.test\n\nHi\n\nBob\n"
    );
    assert_eq!(forward.attachments, [2]);
    assert_eq!(attachment(raw.as_bytes(), 2).unwrap().name, "plan.pdf");
    assert_eq!(forward.in_reply_to, None);
    assert_eq!(forward.references, ["one@x"]);
}

#[test]
fn long_threads_keep_their_root() {
    let references: String = (0..50).map(|n| format!("<{n}@x> ")).collect();
    let head = format!("From: lisa@otherisp.test\nMessage-ID: <50@x>\nReferences: {references}");
    let kept = answered(&head, Answer::Reply).references;
    assert_eq!((kept.len(), &*kept[0], &*kept[1], &*kept[19]), (20, "0@x", "32@x", "50@x"));
    let only_parent = answered("From: lisa@otherisp.test\nMessage-ID: <b@x>\nIn-Reply-To: <a@x>", Answer::Reply);
    assert_eq!(only_parent.references, ["a@x", "b@x"]);
}

fn bounce(original: &[u8], diagnostic: &str, remote: Option<&str>) -> String {
    let failed = [FailedRecipient {
        recipient: address("nobody@otherisp.test"),
        status: "5.1.1".to_owned(),
        diagnostic: diagnostic.to_owned(),
        remote: remote.map(str::to_owned),
        last_attempt: UNIX_EPOCH + Duration::from_secs(60),
    }];
    let bounce = Bounce {
        reporting: &Domain::parse("mx.comentum.test").unwrap(),
        to: &address("bob@comentum.test"),
        arrived: UNIX_EPOCH,
        now: UNIX_EPOCH + Duration::from_secs(61),
        message_id: "bounce@mx.comentum.test".to_owned(),
        boundary: "b0undary".to_owned(),
        failed: &failed,
        original,
    };
    let raw = bounce.write();
    well_formed(&raw);
    String::from_utf8(raw).unwrap()
}

#[test]
fn a_bounce_tells_people_and_machines() {
    let raw = bounce(
        b"From: bob@comentum.test\r\nSubject: Hello\r\n\r\nsecret body\r\n",
        "550-5.1.1 No such user\r\n550 5.1.1 here",
        Some("mx.otherisp.test"),
    );
    for line in [
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
        assert!(raw.split("\r\n").any(|found| found == line), "{line} is missing in\n{raw}");
    }
    assert!(!raw.contains("secret body"));
    let shown = show(raw.as_bytes());
    let kinds: Vec<_> = shown.attachments.iter().map(|file| &*file.media_type).collect();
    assert_eq!(kinds, ["message/delivery-status", "text/rfc822-headers"]);
    assert!(matches!(shown.body, Body::Text(_)));
    assert!(summarize(raw.as_bytes()).text.contains("nobody@otherisp.test"), "a person reads it first");
}

#[test]
fn our_own_findings_name_no_remote() {
    let raw = bounce(b"", "The domain does not exist", None);
    assert!(raw.contains("Diagnostic-Code: x-local; The domain does not exist") && !raw.contains("Remote-MTA"));
    assert!(!bounce(b"", "550 no", Some("smtp")).contains("Remote-MTA"));
}

#[test]
fn nothing_a_remote_or_the_original_says_breaks_the_bounce() {
    let original = format!("Subject: gr\u{fc}n\nX: {}\n\nbody\r\n\r\n", "y".repeat(5_000));
    let huge = [b'x'; 200_000];
    for original in [original.as_bytes(), b"--b0undary--\r\nX: y\r\n\r\n", b"\xff\0\r\r\n", &huge] {
        for diagnostic in ["550 \u{fc}\u{202e}\0\r\n\r\n--b0undary--\r\n", &"x".repeat(100_000), &"a b ".repeat(5_000)]
        {
            let raw = bounce(original, diagnostic, Some("evil\r\nX-Evil: 1"));
            assert_eq!(raw.matches("\r\n--b0undary--\r\n").count(), 1);
            assert_eq!(raw.matches("\r\n--b0undary\r\n").count(), 3);
            assert!(!raw.contains("\r\nX-Evil"));
        }
    }
}

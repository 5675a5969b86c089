//! Messages we write: letters, answers and bounces, read back and held against the rules.

use mail::Address;
use mail::message::compose::{Outgoing, OutgoingAttachment, parse_recipients};
use mail::message::parse::summarize;
use mail::message::reply::{Answer, Started, start};
use mail::message::show::{attachment, show};
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

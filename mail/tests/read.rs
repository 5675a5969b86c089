//! Messages as they come: what lists, pages and downloads say of them.

use mail::message::parse::summarize;
use mail::message::show::{Body, Piece, Shown, attachment, show};

fn crlf(text: &str) -> Vec<u8> {
    text.replace('\n', "\r\n").into_bytes()
}

fn text(shown: &Shown) -> String {
    let Body::Text(blocks) = &shown.body else { panic!("{:?}", shown.body) };
    let piece = |piece: &Piece| match piece {
        Piece::Text(text) | Piece::Link { text, .. } => text.clone(),
    };
    let block = |depth: u8, text: String| format!("{}{text}", ">".repeat(depth.into()));
    let blocks = blocks.iter().map(|one| block(one.depth, one.pieces.iter().map(piece).collect()));
    blocks.collect::<Vec<_>>().join("|")
}

fn files(shown: &Shown) -> Vec<String> {
    shown.attachments.iter().map(|file| format!("{} {} {}", file.part, file.name, file.media_type)).collect()
}

const LETTER: &str = "Received: from out.otherisp.test ([192.0.2.1])
\tby mx.comentum.test with ESMTP id 1; Mon, 1 Jan 2029 00:00:00 +0000
From: =?utf-8?q?Lisa_M=C3=BCller?= <Lisa@otherisp.test>
To: Bob <bob@comentum.test>, \"Berg, Anna\" <anna@x.test>
Cc: carl@y.test
Reply-To: lists@otherisp.test
Subject: =?utf-8?B?R3LDvMOfZQ==?= from
 Graz
Date: Thu, 1 Jan 1970 01:00:01 +0100
Message-ID: <one@otherisp.test>
In-Reply-To: <zero@comentum.test>
References: <root@comentum.test> <zero@comentum.test>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=\"outer\"

This is a preamble.
--outer
Content-Type: multipart/alternative; boundary=\"inner\"

--inner
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Sch=F6ne Gr=FC=
=DFe!

On Monday, Bob wrote:
> How are you?
--inner
Content-Type: text/html; charset=utf-8

<p>Sch\u{f6}ne Gr\u{fc}\u{df}e!</p>
--inner--
--outer
Content-Type: application/pdf; name*=utf-8''Pr%C3%BCfung.pdf
Content-Disposition: attachment
Content-Transfer-Encoding: base64

aGFsbG8=
--outer
Content-Type: message/rfc822

From: x@y.test
Subject: An older / letter

older body
--outer--
An epilogue.
";

#[test]
fn a_letter_is_summed_up() {
    let summary = summarize(&crlf(LETTER));
    assert_eq!(summary.from_name, "Lisa Müller");
    assert_eq!(summary.from_address, "Lisa@otherisp.test");
    assert_eq!(summary.to, "Bob, Berg, Anna, carl@y.test");
    assert_eq!(summary.subject, "Grüße from Graz");
    assert_eq!(summary.preview, "Schöne Grüße!");
    assert_eq!(summary.sent_at, Some(1_000));
    assert_eq!(summary.message_id.as_deref(), Some("one@otherisp.test"));
    assert_eq!(summary.references, ["root@comentum.test", "zero@comentum.test"]);
    assert!(summary.has_attachment);
    assert!(summary.people.contains("lists@otherisp.test") && summary.people.contains("Berg, Anna anna@x.test"));
    assert!(summary.text.contains("How are you?") && summary.text.contains("Prüfung.pdf"));
    assert!(!summary.text.contains("preamble") && !summary.text.contains("older body"));
}

#[test]
fn a_letter_is_shown_and_its_parts_keep_their_numbers() {
    let raw = crlf(LETTER);
    let shown = show(&raw);
    assert!(matches!(shown.body, Body::Html { remote_blocked: 0, height } if height >= 96));
    assert_eq!(files(&shown), ["4 Prüfung.pdf application/pdf", "5 An older _ letter.eml message/rfc822"]);
    assert_eq!(shown.attachments[0].size, 5);
    assert_eq!(shown.from.as_ref().map(|from| &*from.name), Some("Lisa Müller"));
    assert_eq!(shown.to[1].name, "Berg, Anna");
    assert!(!shown.malformed);
    let pdf = attachment(&raw, 4).unwrap();
    assert_eq!((&*pdf.name, &*pdf.media_type, &*pdf.bytes), ("Prüfung.pdf", "application/pdf", &b"hallo"[..]));
    let eml = attachment(&raw, 5).unwrap();
    assert_eq!(eml.bytes, b"From: x@y.test\r\nSubject: An older / letter\r\n\r\nolder body");
    assert_eq!(attachment(&raw, 0), None, "the whole is no part of itself");
    assert_eq!(attachment(&raw, 99), None);
    assert_eq!(attachment(&raw, u32::MAX), None);
}

#[test]
fn names_of_files_are_read_in_every_spelling_and_never_lead_elsewhere() {
    for (given, name) in [
        ("filename=report.pdf", "report.pdf"),
        ("filename=\"two words.pdf\"", "two words.pdf"),
        ("filename=\"=?utf-8?B?UHLDvGZ1bmcucGRm?=\"", "Prüfung.pdf"),
        ("filename==?iso-8859-1?Q?Pr=FCfung.pdf?=", "Prüfung.pdf"),
        ("filename*=utf-8'de'Pr%C3%BCfung.pdf", "Prüfung.pdf"),
        ("filename*0=\"long \"; filename*1=\"name\"; filename*2=\".pdf\"", "long name.pdf"),
        ("filename*0*=utf-8''Pr%C3%BC; filename*1=fung.pdf", "Prüfung.pdf"),
        ("filename=\"../../etc/passwd\"", "passwd"),
        ("filename=\"C:\\\\x\\\\evil.exe\"", "evil.exe"),
        ("filename*=utf-8''gpj%E2%80%AEexe.txt", "gpjexe.txt"),
        ("filename*=utf-8''a%0D%0AX-Evil:%20b.txt", "a X-Evil_ b.txt"),
        ("filename=\"\"", "attachment-1.bin"),
        ("filename=\"...\"", "attachment-1.bin"),
    ] {
        let raw = format!(
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: application/x-thing\r\n\
             Content-Disposition: attachment; {given}\r\n\r\nx\r\n--b--\r\n"
        );
        assert_eq!(show(raw.as_bytes()).attachments[0].name, name, "{given}");
        assert_eq!(attachment(raw.as_bytes(), 1).unwrap().name, name, "{given}");
    }
}

#[test]
fn the_media_type_of_a_download_is_a_media_type() {
    for (given, kind) in [
        ("image/PNG", "image/png"),
        ("text/html\u{b};x", "application/octet-stream"),
        ("nonsense", "application/octet-stream"),
        ("a b/c d", "application/octet-stream"),
        ("application/vnd.ms-excel; x=y", "application/vnd.ms-excel"),
    ] {
        let raw = format!(
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: {given}\r\nContent-Disposition: attachment\r\n\r\nx\r\n--b--\r\n"
        );
        assert_eq!(attachment(raw.as_bytes(), 1).unwrap().media_type, kind, "{given}");
    }
}

#[test]
fn plain_text_is_told_apart_from_quotes() {
    let shown = show(b"Subject: x\r\n\r\nYes.\r\n> Is it?\r\n>> Was it?\r\nhttps://x.test\r\n");
    assert_eq!(text(&shown), "Yes.|>Is it?|>>Was it?|https://x.test");
    assert!(shown.attachments.is_empty());
    let flowed = b"Content-Type: text/plain; format=flowed\r\n\r\nlong \r\nline\r\n";
    assert_eq!(text(&show(flowed)), "long line");
}

#[test]
fn charsets_missing_or_wrong_are_seen_through() {
    for (head, body, meant) in [
        ("", &b"gr\xfcn \x80"[..], "grün €"),
        ("", "grün".as_bytes(), "grün"),
        ("Content-Type: text/plain; charset=us-ascii\r\n", b"gr\xfcn", "grün"),
        ("Content-Type: text/plain; charset=\"utf-8\"\r\n", b"gr\xfcn", "grün"),
        ("Content-Type: text/plain; charset=koi8-r\r\n", b"\xf0\xd2\xc9\xd7\xc5\xd4", "Привет"),
        ("Content-Type: text/plain; charset=nonsense\r\n", b"gr\xfcn", "grün"),
        ("Content-Type: text/plain; charset=iso-2022-jp\r\n", b"\x1b$B%O%m!<\x1b(B", "ハロー"),
    ] {
        let mut raw = format!("Subject: x\r\n{head}\r\n").into_bytes();
        raw.extend_from_slice(body);
        assert_eq!(text(&show(&raw)), meant, "{head:?}");
    }
    let eight_bit = b"Subject: gr\xfcn\r\nFrom: J\xf6rg <j@x.test>\r\n\r\nx";
    let summary = summarize(eight_bit);
    assert_eq!((&*summary.subject, &*summary.from_name), ("grün", "Jörg"));
}

#[test]
fn broken_messages_are_shown_as_well_as_can_be() {
    for (raw, shown_text) in [
        ("no header at all\r\nsecond line\r\n", "no header at all\nsecond line"),
        ("Subject: x\r\nno colon here\r\n\r\nrest\r\n", "no colon here\n\nrest"),
        ("From me Mon Jan 1\r\nSubject: x\r\n\r\nbody", "body"),
        ("\r\nbody", "body"),
        ("Subject: x\n\nbare line ends\n", "bare line ends"),
        ("Content-Type: text/plain; charset=utf-8; charset=koi8-r\r\nContent-Type: text/html\r\n\r\nbody", "body"),
        ("Content-Type: multipart/mixed\r\n\r\nno boundary", "no boundary"),
        ("Content-Type: multipart/mixed; boundary=b\r\n\r\nnever begins", "never begins"),
        ("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nnever ends", "never ends"),
        ("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nX: y\r\n--b\r\n\r\nsecond\r\n--b--", "second"),
        (
            "Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nin\r\n--a\r\n\r\nout\r\n--a--",
            "in|out",
        ),
        ("Content-Transfer-Encoding: base64\r\n\r\naGFs*bG8", "hallo"),
        ("Content-Transfer-Encoding: quoted-printable\r\n\r\na=3Db=zz", "a=b=zz"),
        ("Content-Type: ;;;=\r\n\r\nbody", "body"),
        ("Content-Type: text/plain\0\r\n\r\nbo\0dy", "body"),
    ] {
        assert_eq!(text(&show(raw.as_bytes())), shown_text, "{raw:?}");
    }
    let empty = show(b"");
    assert_eq!((empty.body, empty.from, empty.subject), (Body::Empty, None, String::new()));
    assert!(show(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx").malformed);
}

#[test]
fn boundaries_that_begin_alike_are_told_apart() {
    let raw = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: multipart/alternative; boundary=b-1\r\n\r\n\
        --b-1\r\n\r\none --b\r\n--bx\r\n--b-1--\r\n--b  \r\n\r\ntwo\r\n--b--\r\n";
    assert_eq!(text(&show(raw.as_bytes())), "one --b\n--bx|two");
}

#[test]
fn an_empty_text_form_gives_way_to_html() {
    let raw = "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\n \r\n--b\r\nContent-Type: text/html\r\n\r\n\
        <style>p{}</style><p>Hello <b>Bob</b></p>\r\n--b--\r\n";
    let summary = summarize(raw.as_bytes());
    assert_eq!((&*summary.preview, summary.has_attachment), ("Hello Bob", false));
}

#[test]
fn texts_that_were_attached_are_attachments() {
    let raw = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhi\r\n--b\r\nContent-Type: text/plain; name=notes.txt\r\n\
        Content-Disposition: inline\r\n\r\nnotes\r\n--b\r\nContent-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\n--b\r\n\
        Content-Type: multipart/digest; boundary=d\r\n\r\n--d\r\n\r\nSubject: one\r\n\r\nx\r\n--d--\r\n--b--\r\n";
    let shown = show(raw.as_bytes());
    assert_eq!(text(&shown), "hi");
    assert_eq!(
        files(&shown),
        ["2 notes.txt text/plain", "3 attachment-3.ics text/calendar", "5 one.eml message/rfc822"]
    );
}

#[test]
fn previews_say_what_the_author_wrote() {
    for (body, preview) in [
        ("Hello\r\n\r\n  Bob,\tyou\r\n", "Hello Bob, you"),
        ("> quoted\r\nanswer\r\n", "answer"),
        ("answer\r\n\r\nOn Monday, Bob wrote:\r\n> quoted\r\n", "answer"),
        ("answer\r\n-- \r\nLisa, CEO\r\n", "answer"),
        ("a\u{200b}\u{200c}\u{feff}b\u{202e}c", "abc"),
        ("", ""),
    ] {
        assert_eq!(summarize(format!("Subject: x\r\n\r\n{body}").as_bytes()).preview, preview, "{body:?}");
    }
    let long = summarize(format!("Subject: x\r\n\r\n{}", "ä".repeat(5_000)).as_bytes());
    assert_eq!(long.preview.chars().count(), 140);
}

#[test]
fn people_and_subjects_are_one_line_and_go_one_way() {
    let raw = "From: \"Anna\u{202e}tset.x@knab\" <a@x.test>\r\nSubject: a\tb\u{7}\r\n \u{202e}c =?utf-8?q?d=0D=0AX-Evil:_e?=\r\nTo: Team: a@x.test, b@x.test;, undisclosed-recipients:;\r\n\r\n";
    let summary = summarize(raw.as_bytes());
    assert_eq!(summary.from_name, "Annatset.x@knab");
    assert_eq!(summary.subject, "a b c d X-Evil: e");
    assert_eq!(summary.to, "a@x.test, b@x.test");
}

#[test]
fn of_long_threads_the_root_and_the_latest_are_kept() {
    let all: String = (0..100).map(|n| format!("<{n}@x>\r\n ")).collect();
    let summary = summarize(format!("References: {all}\r\nIn-Reply-To: <99@x>\r\n\r\n").as_bytes());
    assert_eq!(summary.references.len(), 30);
    assert_eq!((&*summary.references[0], &*summary.references[1], &*summary.references[29]), ("0@x", "71@x", "99@x"));
}

#[test]
fn dates_that_name_no_day_are_none() {
    let sent = |date: &str| summarize(format!("Date: {date}\r\n\r\n").as_bytes()).sent_at;
    assert_eq!(sent("Thu, 01 Jan 1970 00:00:00 GMT (comment)"), Some(0));
    assert_eq!(sent("1 Jan 70 00:00:00 EST"), Some(5 * 3_600_000));
    for date in ["", "soon", "32 Foo 2020 99:99:99 +0000", "Thu, 99 Jan 2020 00:00:00 +0000"] {
        assert_eq!(sent(date), None, "{date}");
    }
}

//! A message for a server that takes 7 bits only (RFC 6152 §3): parts with 8-bit octets are encoded again, all others
//! stay as they are. What was signed as it stands is not touched, since the signature would break.

use crate::message::header;
use crate::message::mime::{self, Part};
use crate::message::transfer::{to_base64, to_quoted_printable};
use std::ops::Range;

/// Messages inside messages.
const DEPTH_MAX: usize = 10;

/// Why a message cannot be made 7-bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rigid {
    #[error("its sender signed it as it is")]
    Signed,
    #[error("its header has 8-bit characters")]
    Header,
    #[error("it has too many parts, or parts too deep")]
    TooDeep,
}

/// The same message in ASCII.
///
/// # Errors
/// Why that cannot be. Then nothing but the message as it is will do.
pub fn to_seven_bit(raw: &[u8]) -> Result<Vec<u8>, Rigid> {
    within(raw, 0)
}

fn within(raw: &[u8], depth: usize) -> Result<Vec<u8>, Rigid> {
    let parts = mime::parts(raw);
    if parts.cut || depth > DEPTH_MAX {
        return Err(Rigid::TooDeep);
    }
    let mut out = Vec::with_capacity(raw.len() + raw.len() / 8);
    let mut at = 0;
    for (index, part) in parts.all.iter().enumerate() {
        if !part.header.is_ascii() {
            return Err(Rigid::Header);
        }
        if part.is("multipart", "signed") && !part.body_in(raw).is_ascii() {
            return Err(Rigid::Signed);
        }
        let header = place(raw, part.header);
        copy_outside(&raw[at..header.start], &mut out);
        at = header.end;
        if part.is_multipart() {
            out.extend_from_slice(&multipart_header(part));
            continue;
        }
        let body = place(raw, part.body);
        if part.body.is_ascii() {
            out.extend_from_slice(part.header);
        } else {
            leaf(part, index == 0, depth, &mut out)?;
            at = body.end;
        }
    }
    copy_outside(&raw[at..], &mut out);
    Ok(out)
}

/// What is no part of anything (RFC 2046 §5.1.1: preamble and epilogue) is read by nobody.
fn copy_outside(bytes: &[u8], out: &mut Vec<u8>) {
    out.extend(bytes.iter().map(|byte| if byte.is_ascii() { *byte } else { b'?' }));
}

/// RFC 2045 §6.4: a multipart is 7bit once all its parts are.
fn multipart_header(part: &Part<'_>) -> Vec<u8> {
    match encoding_field(part.header) {
        Some(field) => replaced(part.header, field, "7bit"),
        None => part.header.to_vec(),
    }
}

fn leaf(part: &Part<'_>, top: bool, depth: usize, out: &mut Vec<u8>) -> Result<(), Rigid> {
    let (body, name) = if part.is("message", "rfc822") {
        // RFC 2046 §5.2.1: a message inside is not encoded; its parts are.
        (within(part.body, depth + 1)?, "7bit")
    } else {
        // Where it is encoded already and yet has such octets, it is mended.
        let meant = part.encoding.decode(part.body);
        let beyond = meant.iter().filter(|byte| !byte.is_ascii()).count();
        if part.media_type().0 == "text" && has_lines(&meant) && beyond * 3 <= meant.len() {
            (to_quoted_printable(&meant), "quoted-printable")
        } else {
            (to_base64(&meant), "base64")
        }
    };
    let header = match encoding_field(part.header) {
        Some(field) => replaced(part.header, field, name),
        None => added(part, top, name),
    };
    out.extend_from_slice(&header);
    out.extend_from_slice(&body);
    if top && depth == 0 && !out.ends_with(b"\r\n") {
        out.extend_from_slice(b"\r\n");
    }
    Ok(())
}

/// Quoted-printable keeps lines; a CR or LF alone is none.
fn has_lines(body: &[u8]) -> bool {
    let count = |wanted: u8| body.iter().filter(|byte| **byte == wanted).count();
    let lines = body.windows(2).filter(|pair| *pair == b"\r\n").count();
    count(b'\r') == lines && count(b'\n') == lines
}

/// Where Content-Transfer-Encoding stands in the header.
fn encoding_field(raw: &[u8]) -> Option<Range<usize>> {
    let mut field = header::fields(raw).filter(|field| field.is("Content-Transfer-Encoding"));
    let value = place(raw, field.next()?.value);
    // From its name on: the line break before it, or the start.
    let name = raw[..value.start].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    Some(name..value.end)
}

fn replaced(raw: &[u8], field: Range<usize>, name: &str) -> Vec<u8> {
    [&raw[..field.start], line(name).as_bytes(), &raw[field.end..]].concat()
}

fn added(part: &Part<'_>, top: bool, name: &str) -> Vec<u8> {
    let raw = part.header;
    let blank = match raw {
        b"\n" | b"\r\n" => 0,
        [.., b'\n', b'\n'] => raw.len() - 1,
        [.., b'\n', b'\r', b'\n'] => raw.len() - 2,
        _ => raw.len(),
    };
    let mut lines = String::new();
    let known = |name: &str| header::fields(raw).any(|field| field.is(name));
    if top && !known("MIME-Version") {
        lines.push_str("MIME-Version: 1.0\r\n");
    }
    if top && !known("Content-Type") {
        // RFC 1428 §3: for who does not know.
        let charset = if std::str::from_utf8(part.body).is_ok() { "utf-8" } else { "unknown-8bit" };
        lines.push_str(&format!("Content-Type: text/plain; charset={charset}\r\n"));
    }
    lines.push_str(&line(name));
    let end = if blank == raw.len() && !raw.is_empty() && !raw.ends_with(b"\n") { "\r\n" } else { "" };
    [&raw[..blank], end.as_bytes(), lines.as_bytes(), b"\r\n"].concat()
}

fn line(name: &str) -> String {
    format!("Content-Transfer-Encoding: {name}\r\n")
}

/// Where a slice of `raw` stands in it.
fn place(raw: &[u8], slice: &[u8]) -> Range<usize> {
    let start = (slice.as_ptr() as usize).saturating_sub(raw.as_ptr() as usize).min(raw.len());
    start..(start + slice.len()).min(raw.len())
}

impl Part<'_> {
    /// All that stands below a multipart's header: more than its own children, never less.
    fn body_in<'r>(&self, raw: &'r [u8]) -> &'r [u8] {
        &raw[place(raw, self.header).end..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::show::{Body, show};

    fn seven(raw: &str) -> String {
        let out = to_seven_bit(raw.as_bytes()).unwrap();
        assert!(out.is_ascii());
        String::from_utf8(out).unwrap()
    }

    fn text(raw: &str) -> String {
        match show(raw.as_bytes()).body {
            Body::Text(text) => format!("{text:?}"),
            _ => String::new(),
        }
    }

    const LETTER: &str = "Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
        Content-Transfer-Encoding: 8bit\r\nX: y\r\n\r\nSch\u{f6}ne Gr\u{fc}\u{df}e \r\n=\r\n.\r\n";

    #[test]
    fn a_text_becomes_quoted_printable_and_says_the_same() {
        let out = seven(LETTER);
        assert_eq!(
            out,
            "Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
             Content-Transfer-Encoding: quoted-printable\r\nX: y\r\n\r\nSch=C3=B6ne Gr=C3=BC=C3=9Fe=20\r\n=3D\r\n.\r\n"
        );
        assert_eq!(text(&out), text(LETTER));
    }

    #[test]
    fn a_message_that_says_nothing_of_itself_says_it_now() {
        let out = seven("Subject: x\r\n\r\nGr\u{fc}n\r\n");
        assert!(out.starts_with(
            "Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
             Content-Transfer-Encoding: quoted-printable\r\n\r\nGr=C3=BCn\r\n"
        ));
        let latin = to_seven_bit(b"Subject: x\r\n\r\ngr\xfcn\r\n").unwrap();
        assert!(String::from_utf8(latin).unwrap().contains("charset=unknown-8bit"));
    }

    #[test]
    fn only_the_parts_that_need_it_change() {
        let raw = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\
            Content-Transfer-Encoding: 8bit\r\n\r\npr\u{e4}\r\n--b\r\nContent-Type: text/plain\r\n\r\nplain  \r\n\
            --b\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n\r\n\u{fc}\u{fc}\u{fc}\r\n\
            --b\r\nContent-Type: message/rfc822\r\n\r\nSubject: in\r\n\r\nthe inner \u{e4}\r\n--b--\r\n\u{e9}pilogue";
        let out = seven(raw);
        assert!(out.contains("boundary=b\r\nContent-Transfer-Encoding: 7bit\r\n\r\npr??\r\n--b"), "{out}");
        assert!(out.contains("--b\r\nContent-Type: text/plain\r\n\r\nplain  \r\n--b\r\n"), "{out}");
        assert!(out.contains("Content-Transfer-Encoding: base64\r\n\r\nw7zDvMO8\r\n--b\r\n"), "{out}");
        assert!(out.contains("message/rfc822\r\nContent-Transfer-Encoding: 7bit\r\n\r\nSubject: in\r\n"), "{out}");
        assert!(out.contains("the inner =C3=A4") && out.ends_with("--b--\r\n??pilogue"), "{out}");
    }

    #[test]
    fn what_was_signed_or_cannot_be_written_is_left_alone() {
        let signed = "Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\ngr\u{fc}n\r\n--b--\r\n";
        assert_eq!(to_seven_bit(signed.as_bytes()), Err(Rigid::Signed));
        assert_eq!(to_seven_bit("Subject: gr\u{fc}n\r\n\r\nx".as_bytes()), Err(Rigid::Header));
        let deep: String =
            (0..200).map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n")).collect();
        assert_eq!(to_seven_bit(format!("{deep}\r\n\u{fc}").as_bytes()), Err(Rigid::TooDeep));
    }

    #[test]
    fn ascii_stays_as_it_is_and_lines_stay_short() {
        let plain = "Subject: x\r\nContent-Type: text/plain\r\n\r\nbody\r\n";
        assert_eq!(seven(plain), plain);
        let long = seven(&format!("Subject: x\r\n\r\n{}\r\n", "\u{fc}ber und aus ".repeat(500)));
        assert!(long.lines().all(|line| line.len() <= 76), "{long}");
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_become_ascii_or_are_left(raw in proptest::collection::vec(proptest::num::u8::ANY, 0..400)) {
            if let Ok(out) = to_seven_bit(&raw) {
                proptest::prop_assert!(out.is_ascii());
            }
        }
    }
}

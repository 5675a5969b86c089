//! What comes back of the message (RFC 3461 §4.3): its header, or all of it where that was asked for and it failed.

use super::Report;
use crate::envelope::Return;
use lettre::message::header::{ContentTransferEncoding, ContentType};
use lettre::message::{Body, SinglePart};

/// Of the original's header. Bytes.
const HEADER_MAX: usize = 64 * 1024;
/// A larger message comes back as its header alone, whatever was asked (RFC 3461 §4.3 lets us). Bytes.
const WHOLE_MAX: usize = 1024 * 1024;

pub(super) fn part(report: &Report<'_>, boundary: &str) -> Vec<u8> {
    let original = report.original;
    let asked = report.ret == Some(Return::Full) && report.has_failed();
    let whole = asked && original.len() <= WHOLE_MAX;
    if whole && may_go_whole(original, boundary) {
        return as_it_is("message/rfc822", original);
    }
    let global = report.is_global();
    // RFC 6532 §3.7.
    if whole && global && may_go_global(original, boundary) {
        return as_it_is("message/global\r\nContent-Transfer-Encoding: 8bit", original);
    }
    let header = header(original);
    match global && !header.is_ascii() && may_go_global(header, boundary) {
        // RFC 6533 §5.
        true => as_it_is("message/global-headers\r\nContent-Transfer-Encoding: 8bit", header),
        false => encoded(header),
    }
}

fn as_it_is(kind: &str, bytes: &[u8]) -> Vec<u8> {
    [format!("Content-Type: {kind}\r\n\r\n").as_bytes(), bytes].concat()
}

/// UTF-8 in lines, for a path that takes it.
fn may_go_global(bytes: &[u8], boundary: &str) -> bool {
    std::str::from_utf8(bytes).is_ok()
        && has_tame_lines(bytes)
        && memchr::memmem::find(bytes, format!("--{boundary}").as_bytes()).is_none()
}

/// RFC 2046 §5.2.1: an attached message is not encoded, so it must be fit to travel as it is.
fn may_go_whole(original: &[u8], boundary: &str) -> bool {
    is_tame(original) && memchr::memmem::find(original, format!("--{boundary}").as_bytes()).is_none()
}

fn is_tame(bytes: &[u8]) -> bool {
    bytes.is_ascii() && has_tame_lines(bytes)
}

fn has_tame_lines(bytes: &[u8]) -> bool {
    let mut lines = bytes.split(|byte| *byte == b'\n').rev();
    let last = lines.next().unwrap_or_default();
    !bytes.contains(&0)
        && last.len() < 998
        && !last.contains(&b'\r')
        && lines.all(|line| line.len() < 998 && line.strip_suffix(b"\r").is_some_and(|line| !line.contains(&b'\r')))
}

/// RFC 3462 §2: the header alone, so that a bounce of spam is not spam.
fn header(original: &[u8]) -> &[u8] {
    let original = &original[..original.len().min(HEADER_MAX)];
    let end = memchr::memmem::find(original, b"\r\n\r\n").map_or(original.len(), |at| at + 2);
    &original[..end]
}

fn encoded(header: &[u8]) -> Vec<u8> {
    let header = header.to_vec();
    let dashes = header.windows(2).any(|two| two == b"--");
    let encoding = match is_tame(&header) && !header.split(|byte| *byte == b'\n').any(|line| line.starts_with(b"--")) {
        true => ContentTransferEncoding::SevenBit,
        // Quoted-printable leaves a line of dashes as it is.
        false if dashes => ContentTransferEncoding::Base64,
        false => ContentTransferEncoding::QuotedPrintable,
    };
    let body = Body::new_with_encoding(header, encoding)
        .unwrap_or_else(|bytes| Body::dangerous_pre_encoded(bytes, ContentTransferEncoding::Binary));
    let mut part = SinglePart::builder();
    if let Ok(kind) = ContentType::parse("text/rfc822-headers") {
        part = part.header(kind);
    }
    part.body(body).formatted()
}

//! Makes a message that was handed in complete: what RFC 5322 demands is added, and Bcc is taken out.

use super::{Origin, Submission};
use crate::house::House;
use mail::envelope::ReversePath;
use mail::message::trace::{self, Received};
use std::time::SystemTime;

/// The message as it goes on, or none when it can go as it is. It begins with Return-Path, which `outbound` takes off
/// again (RFC 5321 §4.4): so all copies are the same bytes, and are kept once.
pub fn complete(house: &House, submission: &Submission<'_>, id: &str, raw: &[u8]) -> Option<Vec<u8>> {
    let now = house.clock.now();
    let by = &house.config.hostname;
    let (ours, theirs) = split(submission, raw);
    let mut added = String::new();
    if ours.is_empty() {
        added.push_str(&trace::return_path(&submission.reverse_path));
    }
    // A bounce has not come from anywhere. No peer for the webmail: where a traveller sits is nobody's business.
    if submission.origin == Origin::Webmail {
        let received = Received { greeting: None, peer: None, by, with: "HTTP", id, recipient: None, at: now };
        added.push_str(&received.write());
    }
    // RFC 6409 §8: what a program left out, the submission server adds.
    let missing = trace::missing_fields(theirs);
    if missing.from
        && let ReversePath::Address(address) = &submission.reverse_path
    {
        added.push_str(&format!("From: {address}\r\n"));
    }
    if missing.date {
        added.push_str(&format!("Date: {}\r\n", date(now)));
    }
    if missing.message_id {
        added.push_str(&format!("Message-ID: <{}>\r\n", house.clock.message_id(by)));
    }
    if added.is_empty() && !header_lines(theirs).any(is_taken_out) {
        return None;
    }
    let mut whole = Vec::with_capacity(raw.len() + added.len());
    whole.extend_from_slice(ours);
    whole.extend_from_slice(added.as_bytes());
    clean(theirs, &mut whole);
    Some(whole)
}

/// What was handed in, without the fields that our own desk has put before it.
pub fn as_handed_in<'m>(submission: &Submission<'_>, raw: &'m [u8]) -> &'m [u8] {
    split(submission, raw).1
}

/// Our fields, and theirs with the rest.
fn split<'m>(submission: &Submission<'_>, raw: &'m [u8]) -> (&'m [u8], &'m [u8]) {
    match submission.origin {
        Origin::Program { head, .. } => raw.split_at(head.min(raw.len())),
        Origin::Webmail | Origin::Bounce | Origin::Notice => (&[][..], raw),
    }
}

/// RFC 5322 §3.3, in UTC.
fn date(time: SystemTime) -> String {
    let stamp = jiff::Timestamp::try_from(time).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    jiff::fmt::rfc2822::to_string(&stamp.to_zoned(jiff::tz::TimeZone::UTC)).unwrap_or_default()
}

/// Copies without the fields that are not to be passed on, and their folded lines.
fn clean(raw: &[u8], out: &mut Vec<u8>) {
    let mut header = 0;
    let mut skipping = false;
    for line in header_lines(raw) {
        header += line.len();
        let folded = line.starts_with(b" ") || line.starts_with(b"\t");
        skipping = if folded { skipping } else { is_taken_out(line) };
        if !skipping {
            out.extend_from_slice(line);
        }
    }
    out.extend_from_slice(&raw[header..]);
}

/// RFC 5322 §3.6.3: who was written to in secret stays secret, from the others and from each other. RFC 5321 §4.4:
/// nobody writes Return-Path but the last server.
fn is_taken_out(line: &[u8]) -> bool {
    let Some(colon) = line.iter().position(|byte| *byte == b':') else { return false };
    let name = line[..colon].trim_ascii_end();
    [&b"bcc"[..], b"resent-bcc", b"return-path"].iter().any(|field| name.eq_ignore_ascii_case(field))
}

/// The lines of the header with their ends, without the empty line after them.
fn header_lines(raw: &[u8]) -> impl Iterator<Item = &[u8]> {
    raw.split_inclusive(|byte| *byte == b'\n').take_while(|line| !matches!(*line, b"\r\n" | b"\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stripped(raw: &str) -> String {
        let mut out = Vec::new();
        clean(raw.as_bytes(), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn bcc_and_return_path_go_with_their_folded_lines_and_nothing_else_does() {
        let raw = "From: lisa@otherisp.test\r\nBCC : a@x.test,\r\n b@x.test\r\nTo: bob@comentum.test,\r\n c@x.test\r\n\
                   Resent-Bcc: d@x.test\r\nreturn-path: <d@x.test>\r\nSubject: Bcc: kept\r\n\r\nBcc: in the body\r\n";
        assert_eq!(
            stripped(raw),
            "From: lisa@otherisp.test\r\nTo: bob@comentum.test,\r\n c@x.test\r\nSubject: Bcc: kept\r\n\r\n\
             Bcc: in the body\r\n"
        );
    }

    #[test]
    fn a_message_without_them_stays_as_it_is() {
        for raw in ["Subject: x\r\n\r\nbody\r\n", "", "\r\n", "no header at all", "bcc\r\n\r\n", "Subject: x\r\n"] {
            assert_eq!(stripped(raw), raw);
        }
    }

    #[test]
    fn a_date_is_written_as_rfc_5322_has_it() {
        let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000);
        assert_eq!(date(time), "Tue, 14 Nov 2023 22:13:20 +0000");
    }
}

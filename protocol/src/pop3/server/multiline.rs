//! Replies of many lines, made piece by piece: a list of a million messages or a message of 50 MB is never doubled
//! in memory.

use super::maildrop::Maildrop;
use crate::dot::Stuffer;
use memchr::memchr;
use std::io::Write as _;

/// Stuffed at a time.
const CHUNK: usize = 32 << 10;

#[derive(Debug)]
pub(super) enum Multiline {
    /// From this number on.
    Sizes(usize),
    Uidls(usize),
    Message(Message),
}

/// A message on its way out.
#[derive(Debug)]
pub(super) struct Message {
    bytes: Vec<u8>,
    sent: usize,
    stuffer: Stuffer,
}

impl Multiline {
    /// Appends the next piece; true when that was the end.
    pub(super) fn write_more(&mut self, maildrop: &Maildrop, out: &mut Vec<u8>) -> bool {
        let (number, uidls) = match self {
            Multiline::Message(message) => return message.write_more(out),
            Multiline::Sizes(number) => (number, false),
            Multiline::Uidls(number) => (number, true),
        };
        let full = out.len() + CHUNK;
        while let Some((at, entry)) = maildrop.entry_from(*number) {
            if out.len() >= full {
                return false;
            }
            // Writing to memory cannot fail.
            let _ = if uidls { write!(out, "{at} {}\r\n", entry.uidl) } else { write!(out, "{at} {}\r\n", entry.size) };
            *number = at + 1;
        }
        out.extend_from_slice(b".\r\n");
        true
    }
}

impl Message {
    /// `lines`: of the body, after the whole header (TOP); none: all of it.
    pub(super) fn new(mut bytes: Vec<u8>, lines: Option<usize>) -> Message {
        if let Some(lines) = lines {
            bytes.truncate(top(&bytes, lines));
        }
        Message { bytes, sent: 0, stuffer: Stuffer::default() }
    }

    fn write_more(&mut self, out: &mut Vec<u8>) -> bool {
        let rest = &self.bytes[self.sent..];
        let chunk = &rest[..rest.len().min(CHUNK)];
        self.stuffer.stuff(chunk, out);
        self.sent += chunk.len();
        let done = self.sent == self.bytes.len();
        if done {
            self.stuffer.finish(out);
        }
        done
    }
}

/// Octets of the header, the empty line after it, and so many lines of the body (RFC 1939 §7 TOP).
fn top(bytes: &[u8], lines: usize) -> usize {
    let mut at = 0;
    let mut left = None;
    while left != Some(0) {
        let Some(end) = memchr(b'\n', &bytes[at..]) else { return bytes.len() };
        let line = &bytes[at..at + end];
        at += end + 1;
        left = match left {
            Some(lines) => Some(lines - 1),
            None if line.is_empty() || line == b"\r" => Some(lines),
            None => None,
        };
    }
    at
}

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

/// A message on its way out, in the parts that the driver hands over.
#[derive(Debug)]
pub(super) struct Message {
    part: Vec<u8>,
    sent: usize,
    /// The driver has no more of it.
    last: bool,
    top: Option<Top>,
    stuffer: Stuffer,
}

/// Where the end of TOP is (RFC 1939 §7): after the header, the empty line, and so many lines of the body.
#[derive(Debug)]
struct Top {
    lines: usize,
    in_body: bool,
    line: SoFar,
}

/// What a line that has not ended yet holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SoFar {
    Nothing,
    Cr,
    Text,
}

/// What is to be done for the rest of a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    Write,
    /// Ask for the next part.
    Fetch,
    Nothing,
}

impl Multiline {
    /// Appends the next piece.
    pub(super) fn write_more(&mut self, maildrop: &Maildrop, out: &mut Vec<u8>) -> Rest {
        let (number, uidls) = match self {
            Multiline::Message(message) => return message.write_more(out),
            Multiline::Sizes(number) => (number, false),
            Multiline::Uidls(number) => (number, true),
        };
        let full = out.len() + CHUNK;
        while let Some((at, entry)) = maildrop.entry_from(*number) {
            if out.len() >= full {
                return Rest::Write;
            }
            // Writing to memory cannot fail.
            let _ = if uidls { write!(out, "{at} {}\r\n", entry.uidl) } else { write!(out, "{at} {}\r\n", entry.size) };
            *number = at + 1;
        }
        out.extend_from_slice(b".\r\n");
        Rest::Nothing
    }
}

impl Message {
    /// `lines`: of the body, after the whole header (TOP); none: all of it.
    pub(super) fn new(lines: Option<usize>) -> Message {
        let top = lines.map(|lines| Top { lines, in_body: false, line: SoFar::Nothing });
        Message { part: Vec::new(), sent: 0, last: false, top, stuffer: Stuffer::default() }
    }

    /// The next part. The one before it has been written.
    pub(super) fn go_on(&mut self, mut part: Vec<u8>, last: bool) {
        let (octets, ended) = self.top.as_mut().map_or((part.len(), false), |top| top.cut(&part));
        part.truncate(octets);
        (self.part, self.sent, self.last) = (part, 0, last || ended);
    }

    fn write_more(&mut self, out: &mut Vec<u8>) -> Rest {
        let rest = &self.part[self.sent..];
        let chunk = &rest[..rest.len().min(CHUNK)];
        self.stuffer.stuff(chunk, out);
        self.sent += chunk.len();
        if self.sent < self.part.len() {
            return Rest::Write;
        }
        self.part = Vec::new();
        self.sent = 0;
        if !self.last {
            return Rest::Fetch;
        }
        self.stuffer.finish(out);
        Rest::Nothing
    }
}

impl Top {
    /// Octets of this part that belong to it, and whether it ends there.
    fn cut(&mut self, part: &[u8]) -> (usize, bool) {
        let mut at = 0;
        loop {
            if self.in_body && self.lines == 0 {
                return (at, true);
            }
            let Some(end) = memchr(b'\n', &part[at..]) else {
                self.line = self.line.and(&part[at..]);
                return (part.len(), false);
            };
            let line = self.line.and(&part[at..at + end]);
            at += end + 1;
            self.line = SoFar::Nothing;
            if self.in_body {
                self.lines -= 1;
            } else {
                self.in_body = line != SoFar::Text;
            }
        }
    }
}

impl SoFar {
    fn and(self, more: &[u8]) -> SoFar {
        match (self, more) {
            (so_far, b"") => so_far,
            (SoFar::Nothing, b"\r") => SoFar::Cr,
            _ => SoFar::Text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(message: &[u8], lines: Option<usize>, cuts: &[usize]) -> Vec<u8> {
        let mut sending = Multiline::Message(Message::new(lines));
        let maildrop = Maildrop::new(Vec::new());
        let mut parts = Vec::new();
        let mut from = 0;
        for cut in cuts.iter().chain([&message.len()]) {
            parts.push(message[from..*cut].to_vec());
            from = *cut;
        }
        let (mut parts, mut out) = (parts.into_iter(), Vec::new());
        for _ in 0..100 {
            match sending.write_more(&maildrop, &mut out) {
                Rest::Write => {}
                Rest::Nothing => return out,
                Rest::Fetch => {
                    let Multiline::Message(message) = &mut sending else { unreachable!() };
                    let part = parts.next().unwrap();
                    message.go_on(part, parts.len() == 0);
                }
            }
        }
        panic!("it does not end");
    }

    #[test]
    fn a_message_reads_the_same_wherever_it_is_cut() {
        let message = b"a: b\r\n\r\r\nc: d\r\n\r\n.one\r\n\r\nthree\r\n.";
        for lines in [None, Some(0), Some(1), Some(2), Some(3), Some(9)] {
            let whole = sent(message, lines, &[]);
            for first in 0..=message.len() {
                for second in first..=message.len() {
                    assert_eq!(sent(message, lines, &[first, second]), whole, "{lines:?} cut at {first} and {second}");
                }
            }
        }
        // A CR alone leaves as a line's end (RFC 5321 §2.3.8).
        assert_eq!(sent(message, Some(1), &[]), b"a: b\r\n\r\n\r\nc: d\r\n\r\n..one\r\n.\r\n");
        assert_eq!(sent(message, None, &[]), b"a: b\r\n\r\n\r\nc: d\r\n\r\n..one\r\n\r\nthree\r\n..\r\n.\r\n");
    }

    #[test]
    fn the_end_of_top_needs_no_more_parts() {
        let mut message = Message::new(Some(0));
        message.go_on(b"a: b\r\n\r\nbody".to_vec(), false);
        let mut out = Vec::new();
        assert_eq!((message.write_more(&mut out), out), (Rest::Nothing, b"a: b\r\n\r\n.\r\n".to_vec()));
    }
}

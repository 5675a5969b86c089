//! The parts of a message (RFC 2046): found in one pass, decoded only when asked for.
//!
//! The pass is ours and not mail-parser's, since a hostile message may have 100,000 parts or multiparts 10,000 deep:
//! here every byte is looked at a fixed number of times, and parts and depth have limits. Attached messages
//! (message/rfc822) are not opened.

use crate::message::charset;
use crate::message::header::{self, Line, line_end};
use crate::message::transfer::Encoding;
use mail_parser::ContentType;
use memchr::memmem;
use std::borrow::Cow;

/// Multiparts inside each other. A deeper one is one part, as source.
pub(crate) const DEPTH_MAX: usize = 100;
/// What comes after so many parts is in the source only.
pub(crate) const PARTS_MAX: usize = 1_000;
/// RFC 2046 §5.1.1 says 70; some writers say more.
const BOUNDARY_MAX: usize = 256;

#[derive(Debug, Default)]
pub(crate) struct Part<'a> {
    content_type: Option<ContentType<'a>>,
    disposition: Option<ContentType<'a>>,
    pub encoding: Encoding,
    /// Without the angle brackets.
    pub content_id: Option<String>,
    /// As it came, with the empty line that ends it.
    pub header: &'a [u8],
    /// As it came, still encoded.
    pub body: &'a [u8],
    /// Of a multipart; indexes into [`Parts::all`].
    pub children: Vec<usize>,
    /// Child of multipart/digest without a type of its own (RFC 2046 §5.1.5).
    digest: bool,
    /// A multipart whose parts could not be found, or too deep.
    flat: bool,
}

impl<'a> Part<'a> {
    /// `text/plain` when the header says nothing (RFC 2045 §5.2). Lower case.
    pub fn media_type(&self) -> (&str, &str) {
        match &self.content_type {
            _ if self.flat => ("text", "plain"),
            Some(kind) => (kind.ctype(), kind.subtype().unwrap_or_default()),
            None if self.digest => ("message", "rfc822"),
            None => ("text", "plain"),
        }
    }

    pub fn is(&self, kind: &str, sub: &str) -> bool {
        self.media_type() == (kind, sub)
    }

    pub fn is_multipart(&self) -> bool {
        !self.children.is_empty()
    }

    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.content_type.as_ref().and_then(|kind| kind.attribute(name))
    }

    pub fn is_attachment(&self) -> bool {
        self.disposition.as_ref().is_some_and(|disposition| disposition.ctype() == "attachment")
    }

    /// As its sender named it: not yet fit to be shown or saved under.
    pub fn file_name(&self) -> Option<&str> {
        let name = self.disposition.as_ref().and_then(|disposition| disposition.attribute("filename"));
        name.or_else(|| self.parameter("name")).filter(|name| !name.is_empty())
    }

    /// The body as text with `\n` line ends, at most `limit` bytes of it. True: there was more.
    pub fn text(&self, limit: usize) -> (Cow<'a, str>, bool) {
        let (bytes, more) = self.encoding.decode_some(self.body, limit);
        let named = self.parameter("charset").map(str::to_owned);
        let named = named.or_else(|| self.is("text", "html").then(|| charset::of_html(&bytes)).flatten());
        let text = charset::decode(bytes, named.as_deref());
        (without_carriage_returns(text), more)
    }

    pub fn bytes(&self) -> Cow<'a, [u8]> {
        self.encoding.decode(self.body)
    }

    pub fn size(&self) -> usize {
        self.encoding.decoded_len(self.body)
    }
}

fn without_carriage_returns(text: Cow<'_, str>) -> Cow<'_, str> {
    if !text.contains(['\r', '\0']) {
        return text;
    }
    Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', ""))
}

#[derive(Debug)]
pub(crate) struct Parts<'a> {
    /// In the order they came; the first is the message. An index is the part's number, for ever.
    pub all: Vec<Part<'a>>,
    /// There is more than was taken apart.
    pub cut: bool,
    /// Delimiters were missing.
    pub malformed: bool,
}

struct Open<'a> {
    part: usize,
    boundary: Cow<'a, [u8]>,
}

/// A delimiter line (RFC 2046 §5.1.1).
struct Delimiter {
    /// Index in the stack of open multiparts.
    level: usize,
    close: bool,
    start: usize,
    end: usize,
}

/// Takes a message apart.
pub(crate) fn parts(raw: &[u8]) -> Parts<'_> {
    let dashes = memmem::Finder::new(b"\n--");
    let mut parts = Parts { all: Vec::new(), cut: false, malformed: false };
    let mut open: Vec<Open<'_>> = Vec::new();
    let mut at = 0;
    loop {
        let body_at = header_end(raw, at, &open);
        let parent = open.last().map(|open| open.part);
        let index = parts.begin(&raw[at..body_at], parent);
        let boundary = parts.all[index].boundary();
        if let Some(boundary) = boundary {
            if open.len() < DEPTH_MAX {
                open.push(Open { part: index, boundary });
            } else {
                parts.all[index].flat = true;
                parts.cut = true;
            }
        }
        let mut next = next_delimiter(raw, body_at, &open, &dashes);
        parts.all[index].body = body(raw, body_at, next.as_ref());
        // Close what ends here, and pass over the epilogues, until another part begins.
        loop {
            let Some(found) = next else {
                parts.malformed |= !open.is_empty();
                return parts.finish();
            };
            at = found.end;
            parts.malformed |= found.level + 1 < open.len();
            open.truncate(if found.close { found.level } else { found.level + 1 });
            if !found.close {
                break;
            }
            if open.is_empty() {
                return parts.finish();
            }
            next = next_delimiter(raw, at, &open, &dashes);
        }
        if parts.all.len() == PARTS_MAX {
            parts.cut = true;
            return parts.finish();
        }
    }
}

impl<'a> Parts<'a> {
    fn begin(&mut self, header: &'a [u8], parent: Option<usize>) -> usize {
        let index = self.all.len();
        let mut part = Part { header, ..Part::default() };
        for field in header::fields(header) {
            if field.is("Content-Type") && part.content_type.is_none() {
                part.content_type = header::content_type(field.value);
            } else if field.is("Content-Disposition") && part.disposition.is_none() {
                part.disposition = header::content_type(field.value);
            } else if field.is("Content-Transfer-Encoding") {
                part.encoding = Encoding::named(&header::token(field.value));
            } else if field.is("Content-ID") {
                part.content_id = header::ids(field.value).into_iter().next();
            }
        }
        if let Some(parent) = parent {
            part.digest = self.all[parent].is("multipart", "digest");
            self.all[parent].children.push(index);
        }
        self.all.push(part);
        index
    }

    /// A multipart without parts is shown as the text it is.
    fn finish(mut self) -> Parts<'a> {
        for part in &mut self.all {
            if part.media_type().0 == "multipart" && part.children.is_empty() {
                part.flat = true;
                self.malformed = true;
            }
        }
        self
    }
}

impl<'a> Part<'a> {
    fn boundary(&self) -> Option<Cow<'a, [u8]>> {
        let kind = self.content_type.as_ref().filter(|kind| kind.ctype() == "multipart")?;
        let boundary = kind.attribute("boundary")?.trim_end();
        (1..=BOUNDARY_MAX).contains(&boundary.len()).then(|| Cow::Owned(boundary.as_bytes().to_vec()))
    }
}

/// Where the body begins: after the first empty line, at a line that is no field, or at a delimiter.
fn header_end(raw: &[u8], at: usize, open: &[Open<'_>]) -> usize {
    let mut at = at;
    while at < raw.len() {
        let rest = &raw[at..];
        if !open.is_empty() && rest.starts_with(b"--") && delimiter(rest, open).is_some() {
            return at;
        }
        if let Line::Body(skipped) = header::line(rest) {
            return at + skipped;
        }
        at += line_end(rest);
        while matches!(raw.get(at), Some(b' ' | b'\t')) {
            at += line_end(&raw[at..]);
        }
    }
    raw.len()
}

fn next_delimiter(raw: &[u8], at: usize, open: &[Open<'_>], dashes: &memmem::Finder<'_>) -> Option<Delimiter> {
    if open.is_empty() {
        return None;
    }
    let mut at = at;
    let mut start = if raw[at..].starts_with(b"--") { Some(at) } else { None };
    loop {
        let line = match start.take() {
            Some(line) => line,
            None => at + dashes.find(&raw[at..])? + 1,
        };
        let rest = &raw[line..];
        let end = line + line_end(rest);
        if let Some((level, close)) = delimiter(rest, open) {
            return Some(Delimiter { level, close, start: line, end });
        }
        // The line end may itself begin the next candidate.
        at = end.saturating_sub(1).max(line + 1);
        if end == raw.len() {
            return None;
        }
    }
}

/// Which open multipart the line at the start of `rest` (after its `--`) delimits, the innermost first.
fn delimiter(rest: &[u8], open: &[Open<'_>]) -> Option<(usize, bool)> {
    let line = rest[2..line_end(rest)].trim_ascii_end();
    if line.is_empty() || line.len() > BOUNDARY_MAX + 2 {
        return None;
    }
    let of = |text: &[u8]| open.iter().rposition(|open| *open.boundary == *text);
    of(line).map(|level| (level, false)).or_else(|| Some((of(line.strip_suffix(b"--")?)?, true)))
}

/// The line end before a delimiter belongs to it (RFC 2046 §5.1.1).
fn body<'a>(raw: &'a [u8], from: usize, next: Option<&Delimiter>) -> &'a [u8] {
    let Some(next) = next else { return &raw[from..] };
    let body = &raw[from..next.start.max(from)];
    let body = body.strip_suffix(b"\n").unwrap_or(body);
    body.strip_suffix(b"\r").unwrap_or(body)
}

//! Header fields: found by one pass over the bytes, understood only when asked for.
//!
//! A header may have 100,000 fields or one of 20 MB, so nothing here looks at a field it was not asked for, and what
//! is looked at has a limit.

use crate::message::charset;
use crate::message::clean;
use crate::message::show::Person;
use mail_parser::parsers::MessageStream;
use mail_parser::{Address, ContentType, HeaderValue};
use memchr::{memchr, memmem};
use std::borrow::Cow;

/// More of an address or reference list than this is not read.
const LIST_MAX: usize = 256 * 1024;
/// More of any other field than this is not read.
const FIELD_MAX: usize = 16 * 1024;
/// Encoded words left open make a reader start again and again: their number times the length may not exceed this.
const OPEN_WORDS_WORK: usize = 64 * 1024 * 1024;
const PEOPLE_MAX: usize = 2_000;

/// One field, still folded. The value keeps its line end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field<'a> {
    name: &'a [u8],
    pub value: &'a [u8],
}

impl Field<'_> {
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name.as_bytes())
    }

    /// Where in memory the field begins, to find its place in the message.
    pub fn begins_at(&self) -> usize {
        self.name.as_ptr().addr()
    }
}

/// The fields of the header that `raw` begins with, to the first empty line or the first line that is no field.
pub(crate) fn fields(raw: &[u8]) -> Fields<'_> {
    Fields { rest: raw }
}

pub(crate) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Fields<'a> {
    type Item = Field<'a>;

    fn next(&mut self) -> Option<Field<'a>> {
        loop {
            let colon = match line(self.rest) {
                Line::Field(colon) => Some(colon),
                Line::Envelope => None,
                Line::Body(_) => return None,
            };
            let mut end = line_end(self.rest);
            // RFC 5322 §2.2.3: lines that begin with white space belong to the line before.
            while matches!(self.rest.get(end), Some(b' ' | b'\t')) {
                end += line_end(&self.rest[end..]);
            }
            let (field, rest) = self.rest.split_at(end);
            self.rest = rest;
            if let Some(colon) = colon {
                return Some(Field { name: field[..colon].trim_ascii_end(), value: &field[colon + 1..] });
            }
        }
    }
}

/// What a line that begins no continuation is.
pub(crate) enum Line {
    /// With the place of its colon.
    Field(usize),
    /// `From …` or `>From …`, left by a mailbox file.
    Envelope,
    /// The body begins after so many bytes: an empty line, or none where the line is text already. A message whose
    /// header breaks off into text is read as Postfix reads it: from there on it is text.
    Body(usize),
}

pub(crate) fn line(rest: &[u8]) -> Line {
    if is_blank(rest) {
        return Line::Body(line_end(rest));
    }
    let line = &rest[..line_end(rest)];
    let colon = memchr(b':', line).unwrap_or_default();
    let name = line[..colon].trim_ascii_end();
    // RFC 5322 §2.2, and white space before the colon as in §4.5.
    if !name.is_empty() && name.iter().all(u8::is_ascii_graphic) {
        return Line::Field(colon);
    }
    if line.starts_with(b"From ") || line.starts_with(b">From ") { Line::Envelope } else { Line::Body(0) }
}

/// True when an empty line stands at the start of `rest`.
fn is_blank(rest: &[u8]) -> bool {
    rest.starts_with(b"\r\n") || rest.starts_with(b"\n")
}

/// Length of the first line with its line end.
pub(crate) fn line_end(rest: &[u8]) -> usize {
    memchr(b'\n', rest).map_or(rest.len(), |at| at + 1)
}

/// Runs one of mail-parser's field parsers over a value, bounded, in UTF-8 and with the line end it stops at.
fn parse<'a>(
    value: &'a [u8],
    limit: usize,
    parser: for<'x> fn(&mut MessageStream<'x>) -> HeaderValue<'x>,
) -> HeaderValue<'a> {
    let words = memmem::find_iter(&value[..value.len().min(limit)], b"=?").count();
    let limit = if words.saturating_mul(value.len().min(limit)) > OPEN_WORDS_WORK { FIELD_MAX } else { limit };
    if value.len() <= limit && value.ends_with(b"\n") && std::str::from_utf8(value).is_ok() {
        return parser(&mut MessageStream::new(value));
    }
    let mut text = charset::guess(&value[..value.len().min(limit)]).into_owned();
    text.push('\n');
    parser(&mut MessageStream::new(text.as_bytes())).into_owned()
}

/// Unstructured text, encoded words decoded (RFC 2047), on one line.
pub(crate) fn text(value: &[u8]) -> String {
    match parse(value, FIELD_MAX, |stream| stream.parse_unstructured()) {
        HeaderValue::Text(text) => clean::line(&text),
        _ => String::new(),
    }
}

/// The first word in lower case: a transfer encoding, a token.
pub(crate) fn token(value: &[u8]) -> String {
    let value = &value[..value.len().min(FIELD_MAX)];
    let text = String::from_utf8_lossy(value.trim_ascii());
    let end = text.find(|char: char| char.is_ascii_whitespace() || matches!(char, ';' | '('));
    text[..end.unwrap_or(text.len())].to_ascii_lowercase()
}

/// People of an address list; groups are opened. One without an address keeps its name.
pub(crate) fn people(value: &[u8]) -> Vec<Person> {
    let HeaderValue::Address(list) = parse(value, LIST_MAX, |stream| stream.parse_address()) else {
        return Vec::new();
    };
    let person = |addr: &mail_parser::Addr<'_>| Person {
        name: addr.name().map(clean::line).unwrap_or_default(),
        address: addr.address().map(clean::line).unwrap_or_default(),
    };
    let known = |person: &Person| !person.name.is_empty() || !person.address.is_empty();
    match &list {
        Address::List(list) => list.iter().map(person).filter(known).take(PEOPLE_MAX).collect(),
        Address::Group(groups) => {
            groups.iter().flat_map(|group| &group.addresses).map(person).filter(known).take(PEOPLE_MAX).collect()
        }
    }
}

/// Message ids without their brackets (RFC 5322 §3.6.4).
pub(crate) fn ids(value: &[u8]) -> Vec<String> {
    let ids = match parse(value, LIST_MAX, |stream| stream.parse_id()) {
        HeaderValue::Text(id) => vec![id],
        HeaderValue::TextList(ids) => ids,
        _ => Vec::new(),
    };
    let bare = |id: Cow<'_, str>| id.chars().filter(|char| char.is_ascii_graphic() && !"<>".contains(*char)).collect();
    ids.into_iter().map(bare).filter(|id: &String| !id.is_empty() && id.len() <= 900).collect()
}

/// Unix milliseconds.
pub(crate) fn date(value: &[u8]) -> Option<i64> {
    let date = parse(value, 1_024, |stream| stream.parse_date()).into_datetime()?;
    // A date that names no day (32 February) would sort anywhere.
    date.is_valid().then(|| date.to_timestamp() * 1_000)
}

/// Content-Type and Content-Disposition, parameters decoded (RFC 2231, and RFC 2047 where people use it).
pub(crate) fn content_type(value: &[u8]) -> Option<ContentType<'_>> {
    parse(value, FIELD_MAX, |stream| stream.parse_content_type()).into_content_type()
}

/// What is shown and answered: the fields about the message itself.
#[derive(Debug, Default)]
pub(crate) struct Top {
    pub subject: String,
    pub from: Vec<Person>,
    pub to: Vec<Person>,
    pub cc: Vec<Person>,
    pub bcc: Vec<Person>,
    pub reply_to: Vec<Person>,
    /// Unix milliseconds.
    pub sent_at: Option<i64>,
    pub message_id: Option<String>,
    pub in_reply_to: Vec<String>,
    pub references: Vec<String>,
}

/// Reads the header once. Of a field that may stand once, the first counts.
pub(crate) fn top(raw: &[u8]) -> Top {
    let mut top = Top::default();
    let mut seen_subject = false;
    for field in fields(raw) {
        match field.name.len() {
            2 if field.is("To") && top.to.len() < PEOPLE_MAX => top.to.extend(people(field.value)),
            2 if field.is("Cc") && top.cc.len() < PEOPLE_MAX => top.cc.extend(people(field.value)),
            3 if field.is("Bcc") && top.bcc.len() < PEOPLE_MAX => top.bcc.extend(people(field.value)),
            4 if field.is("From") && top.from.is_empty() => top.from = people(field.value),
            4 if field.is("Date") && top.sent_at.is_none() => top.sent_at = date(field.value),
            7 if field.is("Subject") && !seen_subject => {
                top.subject = text(field.value);
                seen_subject = true;
            }
            8 if field.is("Reply-To") && top.reply_to.is_empty() => top.reply_to = people(field.value),
            10 if field.is("Message-ID") && top.message_id.is_none() => {
                top.message_id = ids(field.value).into_iter().next();
            }
            10 if field.is("References") && top.references.is_empty() => top.references = ids(field.value),
            11 if field.is("In-Reply-To") && top.in_reply_to.is_empty() => top.in_reply_to = ids(field.value),
            _ => {}
        }
    }
    top
}

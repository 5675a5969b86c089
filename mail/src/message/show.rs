//! What of a message is safe to show, and how.

use crate::message::header;
use crate::message::layout::Layout;
use crate::message::mime::{self, Parts};
use crate::message::quote::{self, Flow};
use crate::message::{html, name, page};

/// Text beyond this is in the source only. Bytes.
const TEXT_MAX: usize = 512 * 1024;

/// Somebody in From, To, Cc or Reply-To. Either may be empty, not both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub name: String,
    /// As it stands in the header; not checked.
    pub address: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    Text(String),
    /// `href`: http, https or mailto.
    Link {
        text: String,
        href: String,
    },
}

/// Lines of one quote depth, 0 being what the author wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextBlock {
    pub depth: u8,
    pub pieces: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    Text(Vec<TextBlock>),
    /// `height`: an estimate in CSS px for a column of 72 characters.
    Html {
        height: u32,
        remote_blocked: u32,
    },
    Empty,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttachmentInfo {
    /// Stable number of the part in this message, for `attachment()`.
    pub part: u32,
    /// Cleaned, never empty.
    pub name: String,
    /// `type/subtype`, lower case.
    pub media_type: String,
    /// Bytes, decoded.
    pub size: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    pub subject: String,
    pub from: Option<Person>,
    pub to: Vec<Person>,
    pub cc: Vec<Person>,
    pub reply_to: Vec<Person>,
    /// Date header, Unix milliseconds.
    pub sent_at: Option<i64>,
    pub body: Body,
    pub attachments: Vec<AttachmentInfo>,
    /// Its parts were broken or too many: not all of it is shown, the source has it.
    pub malformed: bool,
}

/// A part to download.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Cleaned: no path, no control characters, never empty.
    pub name: String,
    pub media_type: String,
    pub bytes: Vec<u8>,
}

/// A message for the reader's page. Never fails; what cannot be understood is left out.
pub fn show(raw: &[u8]) -> Shown {
    let top = header::top(raw);
    let parts = mime::parts(raw);
    let layout = Layout::of(&parts);
    let (body, cut) = if layout.has_html(&parts) {
        let page = page::of(&parts, &layout);
        (Body::Html { height: page.height, remote_blocked: page.blocked }, page.cut)
    } else {
        text_body(&parts, &layout)
    };
    let attachments = layout.attachments(&parts).into_iter().map(|index| {
        let part = &parts.all[index];
        AttachmentInfo {
            part: u32::try_from(index).unwrap_or(u32::MAX),
            name: name::of(part, index),
            media_type: name::media_type(part),
            size: part.size() as u64,
        }
    });
    Shown {
        subject: top.subject,
        from: top.from.into_iter().next(),
        to: top.to,
        cc: top.cc,
        reply_to: top.reply_to,
        sent_at: top.sent_at,
        body,
        attachments: attachments.collect(),
        malformed: parts.malformed || parts.cut || cut,
    }
}

fn text_body(parts: &Parts<'_>, layout: &Layout) -> (Body, bool) {
    let mut blocks = Vec::new();
    let mut cut = false;
    let mut room = TEXT_MAX;
    for index in &layout.plain {
        let part = &parts.all[*index];
        let (text, more) = part.text(room);
        cut |= more;
        room = room.saturating_sub(text.len());
        let is = |name: &str, value: &str| part.parameter(name).is_some_and(|given| given.eq_ignore_ascii_case(value));
        let flow = Flow { flowed: is("format", "flowed"), delete_space: is("delsp", "yes") };
        blocks.append(&mut quote::blocks(&text, flow));
    }
    (if blocks.is_empty() { Body::Empty } else { Body::Text(blocks) }, cut)
}

/// The part of that number (see [`AttachmentInfo`]), decoded. None: there is no such part, or it is made of parts.
pub fn attachment(raw: &[u8], part: u32) -> Option<Attachment> {
    attachment_of(&mime::parts(raw), part)
}

/// Several of them, read in one go. A number that names none is left out.
pub fn attachments(raw: &[u8], wanted: &[u32]) -> Vec<Attachment> {
    let parts = mime::parts(raw);
    let one = |number: &u32| attachment_of(&parts, *number);
    wanted.iter().filter_map(one).collect()
}

fn attachment_of(parts: &Parts<'_>, number: u32) -> Option<Attachment> {
    let index = usize::try_from(number).ok()?;
    let part = parts.all.get(index).filter(|part| !part.is_multipart())?;
    Some(Attachment {
        name: name::of(part, index),
        media_type: name::media_type(part),
        bytes: part.bytes().into_owned(),
    })
}

/// A whole HTML document with the cleaned body: no script, no remote content, `cid:` images as `data:`.
/// None when the message has no HTML.
pub fn frame(raw: &[u8]) -> Option<String> {
    let parts = mime::parts(raw);
    let layout = Layout::of(&parts);
    layout.has_html(&parts).then(|| page::of(&parts, &layout).document())
}

/// The body as text, whatever it came as, at most `limit` bytes: for lists, search and quoting.
pub(crate) fn readable(parts: &Parts<'_>, layout: &Layout, limit: usize) -> String {
    let mut readable = String::new();
    for index in &layout.plain {
        let part = &parts.all[*index];
        let room = limit.saturating_sub(readable.len());
        if room == 0 {
            break;
        }
        if !readable.is_empty() {
            readable.push_str("\n\n");
        }
        if part.is("text", "html") {
            readable.push_str(&html::to_text(&part.text(html::INPUT_MAX).0, room));
        } else {
            readable.push_str(&part.text(room).0);
        }
    }
    readable.truncate(readable.floor_char_boundary(limit));
    readable
}

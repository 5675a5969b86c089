//! What a list, a thread and a search need of a message, read once at delivery.

use crate::message::header::{self, Top};
use crate::message::layout::Layout;
use crate::message::mime;
use crate::message::show::{Person, readable};
use crate::message::{clean, name};
use std::fmt::Write;

/// Bytes of text to index.
const TEXT_MAX: usize = 256 * 1024;
const TO_MAX: usize = 200;
const PREVIEW_MAX: usize = 140;
const REFERENCES_MAX: usize = 30;
/// Bytes; the rest of a list of thousands is not searched.
const PEOPLE_MAX: usize = 64 * 1024;

/// Never fails: a malformed message gives what can be read of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub from_name: String,
    pub from_address: String,
    /// To and Cc as shown in Sent: names where given, else addresses, joined by ", ". At most 200 characters.
    pub to: String,
    pub subject: String,
    /// First ~140 characters of the body as text, white space folded, quoted lines left out.
    pub preview: String,
    /// Date header, Unix milliseconds.
    pub sent_at: Option<i64>,
    /// Without the angle brackets.
    pub message_id: Option<String>,
    /// In-Reply-To and References, oldest first, at most 30.
    pub references: Vec<String>,
    pub has_attachment: bool,
    /// Every name and address in From, To, Cc, Bcc, Reply-To, for the search index.
    pub people: String,
    /// The text to index: body, attachment names. At most 256 KiB.
    pub text: String,
}

/// Reads what the lists show and the search finds.
pub fn summarize(raw: &[u8]) -> Summary {
    let top = header::top(raw);
    let parts = mime::parts(raw);
    let layout = Layout::of(&parts);
    let mut text = readable(&parts, &layout, TEXT_MAX);
    let preview = preview(&text);
    let attachments = layout.attachments(&parts);
    for index in &attachments {
        let name = name::of(&parts.all[*index], *index);
        if text.len() + name.len() >= TEXT_MAX {
            break;
        }
        text.push('\n');
        text.push_str(&name);
    }
    let people = people(&top);
    let to = clean::cut(&joined(&top), TO_MAX).to_owned();
    let references = references(&top);
    let from = top.from.into_iter().next();
    let (from_name, from_address) = from.map(|from| (from.name, from.address)).unwrap_or_default();
    Summary {
        from_name,
        from_address,
        to,
        subject: top.subject,
        preview,
        sent_at: top.sent_at,
        message_id: top.message_id,
        references,
        has_attachment: !attachments.is_empty(),
        people,
        text,
    }
}

fn joined(top: &Top) -> String {
    let mut joined = String::new();
    for person in top.to.iter().chain(&top.cc) {
        // Four bytes a character: enough for the cut, however long the list.
        if joined.len() > TO_MAX * 4 {
            break;
        }
        if !joined.is_empty() {
            joined.push_str(", ");
        }
        joined.push_str(if person.name.is_empty() { &person.address } else { &person.name });
    }
    joined
}

fn people(top: &Top) -> String {
    let mut people = String::new();
    let all = [&top.from, &top.to, &top.cc, &top.bcc, &top.reply_to];
    for Person { name, address } in all.into_iter().flatten() {
        if people.len() + name.len() + address.len() + 2 > PEOPLE_MAX {
            break;
        }
        let gap = if people.is_empty() { "" } else { " " };
        let between = if name.is_empty() || address.is_empty() { "" } else { " " };
        let _ = write!(people, "{gap}{name}{between}{address}");
    }
    people
}

/// RFC 5322 §3.6.4: References runs from the first message to the parent; In-Reply-To names the parent.
fn references(top: &Top) -> Vec<String> {
    let mut all: Vec<String> = Vec::with_capacity(top.references.len() + top.in_reply_to.len());
    for id in top.references.iter().chain(&top.in_reply_to) {
        if all.len() < 4 * REFERENCES_MAX && !all.contains(id) {
            all.push(id.clone());
        }
    }
    // Of a long thread its root and its latest messages.
    if all.len() > REFERENCES_MAX {
        all.drain(1..all.len() - REFERENCES_MAX + 1);
    }
    all
}

/// What the author wrote, on one line: no quotes, no line that introduces one, no invisible filling.
fn preview(text: &str) -> String {
    let mut preview = String::with_capacity(PREVIEW_MAX * 2);
    let mut length = 0;
    let mut gap = false;
    // Characters in all that are looked at: a body may begin with a megabyte of white space.
    let head = clean::cut_bytes(text, 32 * 1024);
    let mut lines = head.lines().filter(|line| !line.trim().is_empty()).peekable();
    while let Some(line) = lines.next() {
        let quoted_next = lines.peek().is_some_and(|next| next.trim_start().starts_with('>'));
        if line.trim_start().starts_with('>') || quoted_next && line.trim_end().ends_with(':') {
            continue;
        }
        if line.trim_end() == "--" {
            break;
        }
        for char in line.chars() {
            if char.is_whitespace() || char.is_control() {
                gap = length > 0;
            } else if !clean::is_invisible(char) && !clean::is_bidi_control(char) {
                length += if gap { 2 } else { 1 };
                if length > PREVIEW_MAX {
                    return preview;
                }
                if gap {
                    preview.push(' ');
                    gap = false;
                }
                preview.push(char);
            }
        }
        gap = length > 0;
    }
    preview
}

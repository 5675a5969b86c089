//! Answering and passing on.

use crate::Address;
use crate::message::header::{self, Top};
use crate::message::layout::Layout;
use crate::message::mime;
use crate::message::recipients::written;
use crate::message::show::{Person, readable};
use std::collections::HashSet;

/// Of a long thread its root and this many less one of its latest messages (RFC 5322 §3.6.4 sets no limit).
const REFERENCES_MAX: usize = 20;
/// Bytes of the original that are quoted.
const QUOTED_MAX: usize = 128 * 1024;

const REPLY_MARKS: [&str; 9] = ["re", "aw", "sv", "antw", "vs", "odp", "rif", "ref", "r"];
const FORWARD_MARKS: [&str; 7] = ["fwd", "fw", "wg", "tr", "vb", "doorst", "i"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Reply,
    ReplyAll,
    Forward,
}

/// The draft an answer begins with. Fields as they stand in the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Started {
    pub to: String,
    pub cc: String,
    pub subject: String,
    pub text: String,
    /// Without the angle brackets.
    pub in_reply_to: Option<String>,
    pub references: Vec<String>,
    /// Of the own addresses the one that the original was sent to, if it names one.
    pub from: Option<String>,
    /// Forward takes the attachments along (part numbers of `show::attachment`).
    pub attachments: Vec<u32>,
}

/// `own`: the account's addresses, left out of reply-all. `written`: when the original was sent, as the reader sees it.
pub fn start(original: &[u8], answer: Answer, own: &[Address], written: &str) -> Started {
    let top = header::top(original);
    let parts = mime::parts(original);
    let layout = Layout::of(&parts);
    let body = readable(&parts, &layout, QUOTED_MAX);
    let from = written_to(&top, own);
    let mut started = Started { references: references(&top), from, ..Started::default() };
    if answer == Answer::Forward {
        started.subject = prefixed("Fwd: ", &FORWARD_MARKS, &top.subject);
        started.text = forwarded(&top, &body, written);
        let attachments = layout.attachments(&parts).into_iter();
        started.attachments = attachments.filter_map(|index| u32::try_from(index).ok()).collect();
        return started;
    }
    let (to, cc) = recipients(&top, answer, own);
    started.to = joined(&to);
    started.cc = joined(&cc);
    started.subject = prefixed("Re: ", &REPLY_MARKS, &top.subject);
    started.text = quoted(&top, &body, written);
    started.in_reply_to = top.message_id;
    started
}

/// Who was written to at one address answers from there.
fn written_to(top: &Top, own: &[Address]) -> Option<String> {
    let own: HashSet<String> = own.iter().map(Address::key).collect();
    let mut people = top.to.iter().chain(&top.cc).map(|person| person.address.to_ascii_lowercase());
    people.find(|address| own.contains(address))
}

/// RFC 5322 §3.6.3, with one exception everybody expects: an answer to what I wrote goes to whom I wrote it.
fn recipients(top: &Top, answer: Answer, own: &[Address]) -> (Vec<Person>, Vec<Person>) {
    let own: HashSet<String> = own.iter().map(Address::key).collect();
    let is_own = |person: &Person| own.contains(&person.address.to_ascii_lowercase());
    let mine = top.from.first().is_some_and(is_own);
    let mut seen = HashSet::new();
    let mut new = |person: &&Person| !person.address.is_empty() && seen.insert(person.address.to_ascii_lowercase());
    let author = if top.reply_to.is_empty() { &top.from } else { &top.reply_to };
    let to: Vec<Person> =
        if mine && !top.to.is_empty() { &top.to } else { author }.iter().filter(&mut new).cloned().collect();
    if answer == Answer::Reply {
        return (to, Vec::new());
    }
    let others = |person: &&Person| !is_own(person);
    let cc = if mine { Vec::new() } else { top.to.clone() };
    let cc = cc.iter().chain(&top.cc).filter(others).filter(&mut new).cloned().collect();
    // Myself among those I wrote to needs no copy, unless nobody else is left.
    let without_me: Vec<Person> = to.iter().filter(others).cloned().collect();
    (if without_me.is_empty() { to } else { without_me }, cc)
}

fn joined(people: &[Person]) -> String {
    people.iter().map(written).collect::<Vec<_>>().join(", ")
}

/// The subject with one mark, whoever's mark it had: `AW: Re[2]: x` becomes `Re: x`.
fn prefixed(prefix: &str, marks: &[&str], subject: &str) -> String {
    let mut bare = subject.trim();
    while let Some(rest) = without_mark(bare, marks) {
        bare = rest;
    }
    format!("{prefix}{bare}").trim_end().to_owned()
}

fn without_mark<'a>(subject: &'a str, marks: &[&str]) -> Option<&'a str> {
    let (mark, rest) = subject.split_once([':', '：'])?;
    let mark = mark.trim_end();
    // `Re[2]` and `Re(2)` count what `Re: Re:` would.
    let mark = mark.split(['[', '(']).next().unwrap_or_default();
    marks.iter().any(|known| mark.eq_ignore_ascii_case(known)).then(|| rest.trim_start())
}

/// RFC 5322 §3.6.4: the parent's References and its own id; where it has none, its In-Reply-To if that is one id.
fn references(top: &Top) -> Vec<String> {
    let mut all = top.references.clone();
    if all.is_empty() && top.in_reply_to.len() == 1 {
        all.clone_from(&top.in_reply_to);
    }
    if let Some(parent) = &top.message_id {
        all.retain(|id| id != parent);
        all.push(parent.clone());
    }
    if all.len() > REFERENCES_MAX {
        all.drain(1..all.len() - REFERENCES_MAX + 1);
    }
    all
}

fn quoted(top: &Top, body: &str, when: &str) -> String {
    let author = top.from.first().map(plainly).unwrap_or_default();
    let mut text = match (when.is_empty(), author.is_empty()) {
        (_, true) => String::from("\n\n"),
        (true, false) => format!("\n\n{author} wrote:\n"),
        (false, false) => format!("\n\nOn {when}, {author} wrote:\n"),
    };
    for line in without_signature(body).trim_end().lines() {
        // RFC 3676 §4.5: quoting a quote adds a mark, not a space.
        let gap = if line.starts_with('>') || line.is_empty() { "" } else { " " };
        text.push('>');
        text.push_str(gap);
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// RFC 3676 §4.3: what stands below `-- ` is the author's card, not what is answered.
fn without_signature(body: &str) -> &str {
    body.find("\n-- \n").map_or(body, |at| &body[..at])
}

fn forwarded(top: &Top, body: &str, when: &str) -> String {
    let mut text = String::from("\n\n---------- Forwarded message ----------\n");
    let people = |all: &[Person]| all.iter().map(plainly).collect::<Vec<_>>().join(", ");
    let lines = [
        ("From", people(&top.from)),
        ("Date", when.to_owned()),
        ("Subject", top.subject.clone()),
        ("To", people(&top.to)),
        ("Cc", people(&top.cc)),
    ];
    for (name, value) in lines.iter().filter(|(_, value)| !value.is_empty()) {
        text.push_str(name);
        text.push_str(": ");
        text.push_str(value);
        text.push('\n');
    }
    text.push('\n');
    text.push_str(body.trim_end());
    text.push('\n');
    text
}

fn plainly(person: &Person) -> String {
    match (person.name.is_empty(), person.address.is_empty()) {
        (true, _) => person.address.clone(),
        (false, true) => person.name.clone(),
        (false, false) => format!("{} <{}>", person.name, person.address),
    }
}

//! What a session refuses by itself, for those who are asked later why a message did not come. Not every unknown word:
//! what concerns a sender, a recipient or a message, and a session that is ended for its faults.

use super::Session;
use crate::smtp::{Reply, replies};
use mail::envelope::{ForwardPath, ReversePath};

/// In one session; more of them say nothing new.
const MOST: u32 = 20;
/// Of a line that could not be read. Characters.
const LONGEST: usize = 200;

/// One refusal that no desk was asked about.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// `sender`, `recipient`, `message` or `session`.
    pub what: &'static str,
    /// As far as it is known; what stood there, where it could not be read.
    pub sender: String,
    pub recipient: String,
    pub reply: Reply,
}

#[derive(Debug, Default)]
pub(super) struct Refusals {
    waiting: Vec<Refusal>,
    noted: u32,
}

impl Refusals {
    fn note(&mut self, refusal: Refusal) {
        if refusal.reply.is_permanent() || refusal.what == "session" {
            self.noted += 1;
            if self.noted <= MOST {
                self.waiting.push(refusal);
            }
        }
    }
}

impl Session {
    /// What was refused since this was asked before. Bounded, however much is.
    pub fn refusals(&mut self) -> Vec<Refusal> {
        std::mem::take(&mut self.refusals.waiting)
    }

    /// A command that could not be read: MAIL and RCPT are worth a note.
    pub(super) fn note_line(&mut self, line: &[u8], reply: &Reply) {
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        let said = || {
            let text = String::from_utf8_lossy(&line[..line.len().min(4 * LONGEST)]).into_owned();
            let (_, argument) = text.split_once(':').unwrap_or((&text, &text));
            argument.trim().chars().map(|char| if char.is_control() { '?' } else { char }).take(LONGEST).collect()
        };
        match verb.as_slice() {
            b"MAIL" => self.note_refusal("sender", said(), String::new(), reply),
            b"RCPT" => self.note_refusal("recipient", self.sender_text(), said(), reply),
            _ => {}
        }
    }

    pub(super) fn note_sender(&mut self, path: &ReversePath, reply: &Reply) {
        self.note_refusal("sender", path_text(path), String::new(), reply);
    }

    pub(super) fn note_recipient(&mut self, path: &ForwardPath, reply: &Reply) {
        let recipient = match path {
            ForwardPath::Address(address) => address.to_string(),
            ForwardPath::Postmaster => "postmaster".to_owned(),
        };
        self.note_refusal("recipient", self.sender_text(), recipient, reply);
    }

    pub(super) fn note_message(&mut self, envelope: &super::Envelope, reply: &Reply) {
        let recipients = envelope.paths().filter_map(|path| match path {
            ForwardPath::Address(address) => Some(address.to_string()),
            ForwardPath::Postmaster => None,
        });
        // A few say enough.
        let recipients: Vec<String> = recipients.take(10).collect();
        self.note_refusal("message", path_text(&envelope.sender), recipients.join(","), reply);
    }

    pub(super) fn note_end(&mut self) {
        self.note_refusal("session", self.sender_text(), String::new(), &replies::TOO_MANY_ERRORS);
    }

    fn note_refusal(&mut self, what: &'static str, sender: String, recipient: String, reply: &Reply) {
        self.refusals.note(Refusal { what, sender, recipient, reply: reply.clone() });
    }

    fn sender_text(&self) -> String {
        self.envelope().map(|envelope| path_text(&envelope.sender)).unwrap_or_default()
    }
}

fn path_text(path: &ReversePath) -> String {
    match path {
        ReversePath::Null => String::new(),
        ReversePath::Address(address) => address.to_string(),
    }
}

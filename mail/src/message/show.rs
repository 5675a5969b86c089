//! What of a message is safe to show, and how.

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub name: String,
    pub address: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    Text(String),
    Link { text: String, href: String },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextBlock {
    pub depth: u8,
    pub pieces: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    Text(Vec<TextBlock>),
    /// `height`: an estimate in CSS px for a column of 72 characters.
    Html { height: u32, remote_blocked: u32 },
    Empty,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttachmentInfo {
    /// Stable number of the part in this message, for `attachment()`.
    pub part: u32,
    pub name: String,
    pub media_type: String,
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

pub fn show(_raw: &[u8]) -> Shown {
    todo!()
}

pub fn attachment(_raw: &[u8], _part: u32) -> Option<Attachment> {
    todo!()
}

/// A whole HTML document with the cleaned body: no script, no remote content, `cid:` images as `data:`.
/// None when the message has no HTML.
pub fn frame(_raw: &[u8]) -> Option<String> {
    todo!()
}

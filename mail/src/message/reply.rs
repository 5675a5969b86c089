//! Answering and passing on.

use crate::Address;

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
    pub in_reply_to: Option<String>,
    pub references: Vec<String>,
    /// Forward takes the attachments along (part numbers of `show::attachment`).
    pub attachments: Vec<u32>,
}

/// `own`: the account's addresses, left out of reply-all. `written`: when the original was sent, as the reader sees it.
pub fn start(_original: &[u8], _answer: Answer, _own: &[Address], _written: &str) -> Started {
    todo!()
}

//! Drafts: what is being written, kept on the server.

mod attachment;
mod change;
mod look;
mod room;
mod sweep;

pub(crate) use change::discard;

use crate::{Flags, Millis};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DraftFields {
    /// One of the account's addresses; empty: the one it is named by.
    pub from: String,
    pub to: String,
    pub cc: String,
    pub bcc: String,
    pub subject: String,
    pub text: String,
}

#[derive(Clone, Debug)]
pub struct Draft {
    pub id: i64,
    pub revision: i64,
    pub fields: DraftFields,
    pub in_reply_to: Option<String>,
    pub references: Vec<String>,
    /// The placement this answers, and how it will be flagged when sent.
    pub answers: Option<(i64, Flags)>,
    pub attachments: Vec<DraftAttachment>,
    pub saved_at: Millis,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct DraftAttachment {
    pub id: i64,
    pub name: String,
    pub media_type: String,
    pub size: i64,
}

#[derive(Clone, Debug, Default)]
pub struct NewDraft {
    pub fields: DraftFields,
    pub in_reply_to: Option<String>,
    pub references: Vec<String>,
    pub answers: Option<(i64, Flags)>,
}

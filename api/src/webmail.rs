//! What a signed-in person may ask of their own mail.
//!
//! An `Arc<dyn Webmail>` is already bound to one account: no method names another's.

use crate::{Refusal, When};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// What a mailbox is for (RFC 6154, RFC 8621 §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailboxRole {
    Inbox,
    Drafts,
    Sent,
    Archive,
    Junk,
    Trash,
    /// A mailbox the owner made.
    None,
}

/// One line of the rail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailboxLine {
    pub id: i64,
    pub role: MailboxRole,
    /// The owner's name for it; for a role, the English one.
    pub name: String,
    /// What stands in the URL: `inbox`, `sent`, … or the id: `/mail/{slug}`.
    pub slug: String,
    pub total: i64,
    pub unread: i64,
}

/// Which page of which mailbox, or of what was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListAsk {
    /// A mailbox's slug. Empty: every mailbox (search only).
    pub mailbox: String,
    /// The search words, or empty.
    pub query: String,
    /// Page, from 1.
    pub page: u32,
    /// Where the page begins (`ListPage::next`) or ends (`ListPage::newer`), so that page 20,000 costs what page 1
    /// costs and mail that comes meanwhile moves nothing. Empty: count from the top.
    pub cursor: String,
}

/// One row of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// A message's id; in Drafts, the draft's id.
    pub id: i64,
    /// Whom to show: the sender, or in Sent and Drafts the recipients.
    pub who: String,
    pub subject: String,
    pub preview: String,
    pub when: When,
    pub unread: bool,
    pub starred: bool,
    pub answered: bool,
    pub attachment: bool,
    /// Opens in the composer, not in the reader.
    pub draft: bool,
    /// The slug of the mailbox it is in (search shows it).
    pub mailbox: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListPage {
    /// The mailbox asked for; for a search in all mailboxes, none.
    pub mailbox: Option<MailboxLine>,
    pub rows: Vec<Row>,
    /// How many there are in all. None when counting would cost (search).
    pub total: Option<i64>,
    pub page: u32,
    /// Number of the first row of this page, from 1 (0 when empty).
    pub first: i64,
    /// Cursor of the next page; none on the last.
    pub next: Option<String>,
    /// Cursor of the page before; none on the first.
    pub newer: Option<String>,
    /// A search that cannot find everything yet: the index is being made.
    pub incomplete: bool,
}

/// A person in a header.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub name: String,
    pub address: String,
}

/// A piece of a text body, in order. Text keeps its line breaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Piece {
    Text(String),
    /// http, https or mailto only.
    Link {
        text: String,
        href: String,
    },
}

/// A run of lines at one depth of quotation (`>`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextBlock {
    pub depth: u8,
    pub pieces: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Body {
    Text(Vec<TextBlock>),
    /// Shown in a sandboxed frame from `/mail/m/{id}/html`; `height` in CSS px is the server's estimate.
    Html {
        height: u32,
        remote_blocked: u32,
    },
    /// Neither text nor HTML: attachments alone.
    Empty,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// `/mail/m/{message}/part/{part}` (a message), `/compose/{draft}/part/{part}` (a draft).
    pub part: i64,
    pub name: String,
    pub media_type: String,
    /// `34 KB`, written by the server.
    pub size: String,
}

/// How the sender's name stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stand {
    /// The domain in From vouches for the message.
    Passed,
    /// Nobody says that it is wrong, and nobody vouches.
    Unverified,
    /// The domain says that such a message is not its own.
    Failed,
}

/// Who vouches for a message from outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vouching {
    pub stand: Stand,
    /// What was found, in sentences, the weightiest first.
    pub says: Vec<String>,
    /// Why it was put into Junk when it came; none: it was not.
    pub junk: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageView {
    pub id: i64,
    pub mailbox: MailboxLine,
    pub subject: String,
    pub from: Option<Person>,
    pub to: Vec<Person>,
    pub cc: Vec<Person>,
    pub reply_to: Vec<Person>,
    pub when: When,
    pub size: String,
    pub starred: bool,
    pub unread: bool,
    pub body: Body,
    pub attachments: Vec<Attachment>,
    /// The message could not be understood whole and is shown as well as can be.
    pub malformed: bool,
    /// None: it is of our own people, or nothing was checked when it came.
    pub vouching: Option<Vouching>,
    /// Neighbours in the same mailbox, for next and previous.
    pub newer: Option<i64>,
    pub older: Option<i64>,
}

/// What to do with messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    Read,
    Unread,
    Star,
    Unstar,
    Archive,
    Junk,
    /// Back to the inbox.
    Inbox,
    /// To Trash.
    Delete,
    /// For ever: only from Trash and Junk.
    Destroy,
}

/// How a draft begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Beginning {
    /// Blank, perhaps to somebody (`mailto:`).
    Blank {
        to: String,
    },
    Reply {
        message: i64,
    },
    ReplyAll {
        message: i64,
    },
    Forward {
        message: i64,
    },
}

/// What a person types.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftText {
    /// One of the account's addresses; empty: the one it is named by.
    pub from: String,
    pub to: String,
    pub cc: String,
    pub bcc: String,
    pub subject: String,
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftView {
    pub id: i64,
    /// Goes up with every save. A save that names an older one is refused (`EditedElsewhere`).
    pub revision: i64,
    pub from: Person,
    /// The addresses it can be sent as, where there is more than one.
    pub identities: Vec<String>,
    pub text: DraftText,
    pub attachments: Vec<Attachment>,
    /// When it was last saved.
    pub saved: When,
    /// `25 MB`: the most a message may weigh.
    pub limit: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    pub revision: i64,
    pub when: When,
}

/// How full the account is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    pub used: String,
    /// None: no quota.
    pub quota: Option<String>,
    pub percent: Option<u8>,
}

/// One person's mail. Sending and uploading are plain forms to the server (`POST /compose/{draft}`), not here.
#[async_trait]
pub trait Webmail: Send + Sync {
    async fn mailboxes(&self) -> Result<Vec<MailboxLine>, Refusal>;
    async fn usage(&self) -> Result<Usage, Refusal>;
    async fn list(&self, ask: ListAsk) -> Result<ListPage, Refusal>;
    /// Shows a message and marks it read.
    async fn open(&self, message: i64) -> Result<MessageView, Refusal>;
    /// Answers how many were changed.
    async fn act(&self, messages: Vec<i64>, act: Act) -> Result<i64, Refusal>;
    async fn move_to(&self, messages: Vec<i64>, mailbox: i64) -> Result<i64, Refusal>;
    /// Empties Trash or Junk.
    async fn empty(&self, role: MailboxRole) -> Result<i64, Refusal>;
    async fn begin_draft(&self, beginning: Beginning) -> Result<i64, Refusal>;
    async fn draft(&self, draft: i64) -> Result<DraftView, Refusal>;
    async fn save_draft(&self, draft: i64, revision: i64, text: DraftText) -> Result<Saved, Refusal>;
    async fn detach(&self, draft: i64, part: i64) -> Result<(), Refusal>;
    async fn discard_draft(&self, draft: i64) -> Result<(), Refusal>;
}

//! What a session tells its driver to do, and what it asks.

use crate::sasl::Credentials;
use mail::envelope::{ForwardPath, MessageWishes, RecipientWishes, ReversePath};

/// What the driver does next. Do it wholly, then ask for the next step.
#[derive(Debug, PartialEq)]
pub enum Step<'s> {
    /// Read, and hand the bytes to `receive`. Nothing is waiting to be sent.
    NeedInput,
    /// Write all of it. The replies to a pipelined batch come as one.
    Send(&'s [u8]),
    /// Decide, and hand the reply to `answer`.
    Ask(Question),
    /// DATA or the first BDAT was accepted: open a spool. Body chunks follow, then `Question::Message` or `BodyAbort`.
    BodyStart,
    /// The next bytes of the message, dots unstuffed, lines ending in CRLF.
    Body(&'s [u8]),
    /// Drop the spool: this message will not be.
    BodyAbort(Abort),
    /// Do the TLS handshake, then call `tls_started`; if it fails, drop the connection.
    StartTls,
    /// Close the connection. Nothing is waiting to be sent.
    Close,
}

/// Why a message under way is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Abort {
    /// A CR or LF stands alone in it.
    BareNewline,
    /// More than the size limit.
    TooBig,
    /// The client gave it up between two BDATs.
    Reset,
    /// `timeout` or `shutdown` was called.
    Closing,
}

/// What the session cannot know. Each but `Scram` is answered with a [`Reply`](crate::smtp::Reply): 2xx is yes, anything
/// else is no and is what the client hears; 421 also closes the session.
#[derive(Clone, Debug, PartialEq)]
pub enum Question {
    /// MAIL: may this sender send? The greeting and the login are in the session.
    Sender {
        path: ReversePath,
        /// Octets, as declared (RFC 1870); within the size limit.
        size: Option<u64>,
        body: Body,
        wishes: MessageWishes,
    },
    /// RCPT: does it exist here, or may the client relay to it?
    Recipient(ForwardPath),
    /// AUTH: are name and password right?
    Login(Credentials),
    /// AUTH SCRAM-SHA-256: what is kept of this user's password, and a nonce? Answered with `answer_scram`.
    Scram { user: String },
    /// The user's proof was judged; `right` is the password that it proves, 0 being the first. Yes signs in; a wrong one is
    /// asked for as well, so that guesses are counted, and yes to it counts as no.
    ScramProof { user: String, right: Option<usize> },
    /// The end of DATA, or of BDAT LAST: 250 promises that the message is committed and on disk. In LMTP it may be
    /// answered for each recipient, with `answer_each`.
    Message(Envelope),
}

/// BODY= of MAIL (RFC 6152 §2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Body {
    #[default]
    SevenBit,
    EightBitMime,
}

/// The transaction: who it is from, to whom it goes, how much it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Envelope {
    pub sender: ReversePath,
    pub body: Body,
    pub wishes: MessageWishes,
    /// The accepted ones, in order, as the client gave them (one given twice is twice in it).
    pub recipients: Vec<Recipient>,
    /// Octets that MAIL declared (RFC 1870).
    pub declared: Option<u64>,
    /// Octets of the message received so far: at `Question::Message`, all of them.
    pub size: u64,
}

/// One accepted recipient.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipient {
    pub path: ForwardPath,
    pub wishes: RecipientWishes,
}

impl Envelope {
    /// Where it goes, without wishes.
    pub fn paths(&self) -> impl Iterator<Item = &ForwardPath> {
        self.recipients.iter().map(|recipient| &recipient.path)
    }
}

//! Where a session stands. What a phase does not hold cannot be used in it: there is no envelope without a sender.

use super::{Abort, Envelope};
use crate::dot::Unstuffer;
use crate::smtp::Reply;
use mail::envelope::{ForwardPath, Greeting};

#[derive(Debug)]
pub(super) enum Phase {
    /// The banner is not said yet.
    Opening,
    /// Commands, outside of a transaction.
    Commands,
    /// MAIL was accepted.
    Transaction(Envelope),
    /// DATA was accepted.
    Receiving(Box<Receiving>),
    /// AUTH waits for the client's next line.
    Exchange(Exchange),
    /// The desk has a question.
    Asked(Asked),
    /// STARTTLS was accepted; the driver does the handshake.
    Handshake,
    /// A message under way is given up; then this is said and the session ends.
    Abandoning(Reply),
    Closing,
}

/// What was asked, with all that is needed to go on.
#[derive(Debug)]
pub(super) enum Asked {
    Sender(Envelope),
    Recipient(Envelope, ForwardPath),
    Login(String),
    Message,
}

/// What the next line of AUTH is.
#[derive(Debug)]
pub(super) enum Exchange {
    Plain,
    LoginName,
    LoginPassword { user: String },
}

#[derive(Debug)]
pub(super) struct Receiving {
    pub envelope: Envelope,
    pub unstuffer: Unstuffer,
    /// The driver was told to open a spool.
    pub opened: bool,
    /// The driver is to be told to drop it.
    pub abort: Option<Abort>,
    /// The message is refused already; this is said at its end.
    pub refusal: Option<Reply>,
    /// A CR or LF stood alone in it: client and server may not agree on where it ends.
    pub bare_newline: bool,
}

/// The client's introduction.
#[derive(Debug)]
pub(super) struct Hello {
    pub extended: bool,
    pub greeting: Greeting,
}

impl Receiving {
    pub(super) fn new(envelope: Envelope) -> Receiving {
        Receiving {
            envelope,
            unstuffer: Unstuffer::default(),
            opened: false,
            abort: None,
            refusal: None,
            bare_newline: false,
        }
    }

    /// Refuses the message, unless it is already; the first reason counts.
    pub(super) fn refuse(&mut self, reply: Reply, why: Abort) {
        if self.refusal.is_none() {
            self.refusal = Some(reply);
            self.abort = Some(why);
        }
    }
}

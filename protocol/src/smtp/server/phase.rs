//! Where a session stands. What a phase does not hold cannot be used in it: there is no envelope without a sender.

use super::{Abort, Envelope, Recipient};
use crate::dot::Unstuffer;
use crate::sasl::scram::{Challenge, ClientFirst};
use crate::smtp::Reply;
use crate::smtp::command::Command;
use mail::envelope::Greeting;

#[derive(Debug)]
pub(super) enum Phase {
    /// The banner is not said yet.
    Opening,
    /// Commands, outside of a transaction.
    Commands,
    /// MAIL was accepted.
    Transaction(Envelope),
    /// DATA or BDAT was accepted.
    Receiving(Box<Receiving>),
    /// Between two BDATs of a message.
    Chunking(Box<Receiving>),
    /// The client gives up a message between two BDATs by this command, which raises no question.
    Dropping(Command),
    /// A BDAT that cannot be used: its octets are read to their end.
    Skipping(Box<Skipping>),
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
    Recipient(Envelope, Recipient),
    Login(String),
    Scram(ClientFirst),
    /// The proof was judged; with it, if it was right, the server's own.
    ScramProof(String, Option<String>),
    Message(Whole),
}

/// What is still to be known of a message when the desk has it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Whole {
    pub recipients: usize,
    pub utf8: bool,
}

/// What the next line of AUTH is.
#[derive(Debug)]
pub(super) enum Exchange {
    Plain,
    LoginName,
    LoginPassword {
        user: String,
    },
    ScramFirst,
    ScramFinal(Box<Challenge>),
    /// The client has our proof and has only to say so; then the reply is said.
    ScramEnd {
        user: String,
        reply: Reply,
    },
}

#[derive(Debug)]
pub(super) struct Receiving {
    pub envelope: Envelope,
    pub framing: Framing,
    /// The driver was told to open a spool.
    pub opened: bool,
    /// The driver is to be told to drop it.
    pub abort: Option<Abort>,
    /// The message is refused already; this is said at its end.
    pub refusal: Option<Reply>,
    /// A CR or LF stood alone in it: client and server may not agree on where it ends.
    pub bare_newline: bool,
}

/// How the end of a message is known.
#[derive(Debug)]
pub(super) enum Framing {
    /// DATA: a dot on a line of its own.
    Dots(Unstuffer),
    /// BDAT: octets are counted.
    Chunk(Counted),
}

/// A chunk under way.
#[derive(Debug)]
pub(super) struct Counted {
    pub left: u64,
    pub last: bool,
    /// The octet before was a CR.
    pub after_cr: bool,
}

/// Octets that are read and forgotten.
#[derive(Debug)]
pub(super) struct Skipping {
    pub left: u64,
    pub reply: Reply,
    /// It counts as an error.
    pub wrong: bool,
    pub then: Phase,
}

/// The client's introduction.
#[derive(Debug)]
pub(super) struct Hello {
    /// EHLO or LHLO rather than HELO.
    pub extended: bool,
    pub greeting: Greeting,
}

impl Receiving {
    pub(super) fn new(envelope: Envelope, framing: Framing) -> Receiving {
        Receiving { envelope, framing, opened: false, abort: None, refusal: None, bare_newline: false }
    }

    /// Refuses the message, unless it is already; the first reason counts.
    pub(super) fn refuse(&mut self, reply: Reply, why: Abort) {
        if self.refusal.is_none() {
            self.refusal = Some(reply);
            // What was never opened need not be dropped.
            self.abort = self.opened.then_some(why);
        }
    }
}

//! What a client session tells its driver to do, and what it needs to know.

use super::Delivery;
use crate::sasl::Password;
use mail::envelope::{MessageWishes, RecipientWishes, ReversePath};
use mail::{Address, Domain};

/// How to go about one server.
#[derive(Clone, Debug)]
pub struct Config {
    /// Our name in EHLO.
    pub hostname: Domain,
    pub tls: Tls,
    /// For a smarthost: sign in before anything is sent.
    pub login: Option<Login>,
    /// Longest reply in octets, all lines together; a longer one is garbage. What is kept of it is 4 KiB.
    pub max_reply: usize,
}

/// When to encrypt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    Never,
    /// Opportunistic (RFC 7435): encrypt when the remote offers it.
    IfOffered,
    /// Do not deliver without.
    Required,
}

/// Who we are to a smarthost.
#[derive(Clone, Debug)]
pub struct Login {
    /// Neither may hold a NUL.
    pub user: String,
    pub password: Password,
    /// Send the password without TLS, too. For a smarthost in the same house at most.
    pub in_the_clear: bool,
}

/// One message to deliver.
#[derive(Clone, Debug)]
pub struct Envelope {
    pub sender: ReversePath,
    /// At least one.
    pub recipients: Vec<Recipient>,
    /// What the sender asked for. `utf8` counts where there is UTF-8 to take care of.
    pub wishes: MessageWishes,
    /// Octets of the message.
    pub size: u64,
    /// Whether the message holds bytes above 127, and whether its header does (RFC 6532).
    pub has_8bit: bool,
    pub has_8bit_header: bool,
}

/// One recipient, and what the sender wants to hear of it.
#[derive(Clone, Debug)]
pub struct Recipient {
    pub address: Address,
    pub wishes: RecipientWishes,
}

impl From<Address> for Recipient {
    fn from(address: Address) -> Recipient {
        Recipient { address, wishes: RecipientWishes::default() }
    }
}

impl Envelope {
    /// Whether it can go to a server with SMTPUTF8 only, whoever of its recipients it is for.
    pub fn needs_utf8(&self) -> bool {
        let sender = matches!(&self.sender, ReversePath::Address(address) if address.needs_utf8());
        sender || (self.wishes.utf8 && self.has_8bit_header)
    }
}

/// What the driver does next. Do it wholly, then ask for the next step.
#[derive(Debug, PartialEq)]
pub enum Step<'s> {
    /// Read, and hand the bytes to `receive`; at the end of the stream call `closed`.
    NeedInput,
    /// Write all of it; when that fails call `closed`.
    Send(&'s [u8]),
    /// Do the TLS handshake, then `tls_started` or `tls_failed`.
    StartTls,
    /// Hand over the next chunk of the message with `body`, or call `end_of_body`.
    NeedBody,
    /// This message is settled. Then call `deliver` with the next, or `quit`.
    Finished(Delivery),
    /// Nothing to do: call `deliver` or `quit`.
    Idle,
    /// Close the connection. Nothing is waiting to be sent.
    Close,
}

impl Config {
    /// Opportunistic TLS, replies up to 256 KiB.
    pub fn new(hostname: Domain) -> Config {
        Config { hostname, tls: Tls::IfOffered, login: None, max_reply: 256 << 10 }
    }
}

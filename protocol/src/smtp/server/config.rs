//! What a listener offers and how much it bears.

use mail::Domain;

/// Who a listener is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Other mail servers (port 25): AUTH is not offered.
    Mx,
    /// Our own people (RFC 6409, ports 587 and 465): AUTH is offered.
    Submission,
    /// Servers and programs of this house that hand over mail for local mailboxes (RFC 2033): LHLO instead of EHLO, and
    /// after the message a reply for each recipient.
    Lmtp,
}

/// A listener's rules, shared by all its sessions.
#[derive(Clone, Debug)]
pub struct Config {
    pub kind: Kind,
    /// Our name in the banner and in EHLO's reply.
    pub hostname: Domain,
    /// What the banner says after our name, `ESMTP Restante`; printable ASCII.
    pub banner: String,
    /// Largest message in octets (RFC 1870).
    pub size_limit: u64,
    /// Recipients of one message (RFC 5321 §4.5.3.1.8: at least 100); also the refused ones a session may have.
    pub max_recipients: usize,
    /// Transactions of one session, told to the client (RFC 9422); none: as many as it likes.
    pub max_messages: Option<u32>,
    /// Longest command line with its CRLF (RFC 5321 §4.5.3.1.4: 512). MAIL and RCPT may be longer by their parameters,
    /// AUTH may have 12,288 octets (RFC 4954 §4).
    pub max_line: usize,
    /// Offer STARTTLS, until TLS is on.
    pub tls_available: bool,
    /// Offer AUTH only when TLS is on.
    pub require_tls_for_auth: bool,
    /// Offer SCRAM-SHA-256 beside PLAIN and LOGIN: the desk knows what is kept of passwords for it.
    pub scram: bool,
    /// MAIL only after AUTH.
    pub require_auth: bool,
    /// After this many wrong commands or failed logins the session is closed with 421. A delivered message forgives.
    pub max_errors: u32,
}

impl Config {
    /// For mail from other servers: 50 MiB, no TLS, no AUTH.
    pub fn mx(hostname: Domain) -> Config {
        Config {
            kind: Kind::Mx,
            hostname,
            banner: "ESMTP Restante".to_owned(),
            size_limit: 50 << 20,
            max_recipients: 1000,
            max_messages: None,
            max_line: 512,
            tls_available: false,
            require_tls_for_auth: true,
            scram: false,
            require_auth: false,
            max_errors: 20,
        }
    }

    /// For our own people: as `mx`, with AUTH required before MAIL and TLS before AUTH.
    pub fn submission(hostname: Domain) -> Config {
        Config { kind: Kind::Submission, require_auth: true, ..Config::mx(hostname) }
    }

    /// For local delivery: as `mx`, in LMTP.
    pub fn lmtp(hostname: Domain) -> Config {
        Config { kind: Kind::Lmtp, banner: "LMTP Restante".to_owned(), ..Config::mx(hostname) }
    }
}

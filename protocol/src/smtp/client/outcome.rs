//! What became of a delivery, for each recipient.

use crate::smtp::Reply;

/// How one delivery ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// In the order of the envelope's recipients, one for each.
    pub recipients: Vec<Outcome>,
}

/// How it ended for one recipient.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub class: Class,
    /// What the remote said, or our own words when `cause` is not `Reply`.
    pub reply: Reply,
    pub cause: Cause,
    pub stage: Stage,
}

/// What follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// The remote took responsibility (2xx after the dot).
    Accepted,
    /// Try again later.
    Temporary,
    /// Bounce.
    Permanent,
}

/// Who found it, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The remote's reply. All others are our own findings.
    Reply,
    /// What the remote said is not SMTP, or too long, or out of order.
    Garbage,
    /// The connection ended. After the dot (`Stage::End`) the message may have arrived: it will perhaps be doubled.
    Lost,
    /// The remote was silent for too long. After the dot as with `Lost`.
    Timeout,
    /// TLS is required and the remote does not offer it.
    NoTls,
    /// The TLS handshake failed.
    TlsFailed,
    /// The message has 8-bit bytes and the remote does not take them (RFC 6152 §3).
    No8Bit,
    /// Larger than the remote's SIZE (RFC 1870 §6.1).
    TooBig,
    /// The message, or this recipient's name, has UTF-8 and the remote does not take it (RFC 6531 §3.2).
    NoUtf8,
    /// The message must not go on without TLS (RFC 8689), and the connection has none or the remote does not promise it.
    NoRequireTls,
    /// The remote takes only so many recipients at once (RFC 9422): this one was not named. Send to it at once, in
    /// another transaction.
    AnotherTransaction,
    /// We are to sign in, and the remote offers no way to.
    NoAuth,
    /// The driver could not supply the body.
    Abandoned,
}

/// How far the session was. Before `Sender`, another host of the same domain may do better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    Banner,
    Hello,
    Tls,
    /// AUTH, at a smarthost.
    Login,
    Sender,
    Recipient,
    Data,
    Body,
    /// The dot is sent, the last reply not yet there.
    End,
}

impl Outcome {
    /// What the remote said, and what follows from it.
    pub(super) fn heard(reply: Reply, stage: Stage) -> Outcome {
        let class = if reply.is_positive() {
            Class::Accepted
        } else if stage == Stage::Login {
            // A wrong password is the operator's to mend: no mail is returned for it.
            Class::Temporary
        } else if reply.is_permanent() && !means_too_many_recipients(&reply, stage) {
            Class::Permanent
        } else {
            Class::Temporary
        };
        Outcome { class, reply, cause: Cause::Reply, stage }
    }

    /// What we found ourselves, in our own words.
    pub(super) fn found(cause: Cause, stage: Stage) -> Outcome {
        let reply = match cause {
            Cause::Garbage | Cause::Reply => Reply::new(451, (5, 0), "The remote server's answer made no sense"),
            Cause::Lost => Reply::new(451, (4, 2), "The connection was lost"),
            Cause::Timeout => Reply::new(451, (4, 2), "The remote server was silent for too long"),
            Cause::NoTls => Reply::new(451, (7, 4), "The remote server does not offer the encryption that is required"),
            Cause::TlsFailed => Reply::new(451, (7, 5), "The encrypted connection could not be made"),
            Cause::No8Bit => Reply::new(554, (6, 3), "The remote server does not take 8-bit messages"),
            Cause::TooBig => Reply::new(552, (3, 4), "Larger than the remote server takes"),
            Cause::NoUtf8 => Reply::new(553, (6, 7), "The remote server does not take addresses or headers in UTF-8"),
            Cause::NoRequireTls => {
                Reply::new(550, (7, 30), "The remote server does not promise to go on with TLS only")
            }
            Cause::AnotherTransaction => {
                Reply::new(452, (5, 3), "The remote server takes fewer recipients at a time; this one is next")
            }
            Cause::NoAuth => Reply::new(451, (7, 4), "The remote server offers no way to sign in that we know"),
            Cause::Abandoned => Reply::new(451, (3, 0), "The message could not be read"),
        };
        let class = if reply.is_permanent() { Class::Permanent } else { Class::Temporary };
        Outcome { class, reply, cause, stage }
    }
}

/// RFC 5321 §4.5.3.1.10: 552 to RCPT used to mean 452, and is taken as that unless it says what else it means.
fn means_too_many_recipients(reply: &Reply, stage: Stage) -> bool {
    reply.code() == 552
        && stage == Stage::Recipient
        && reply.enhanced().is_none_or(|enhanced| (enhanced.subject, enhanced.detail) == (5, 3))
}

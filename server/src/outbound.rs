//! Mail going out: the queue's rows, grouped by destination, carried to the servers that DNS names.

mod courier;
mod dead;
mod drive;
mod judge;
mod keys;
mod late;
mod leave;
mod local;
mod report;
mod roster;
mod route;
mod schedule;
pub mod seal;
mod seats;
mod settle;
mod sign;
mod smarthost;
mod talk;
mod tls;
mod undertaker;
mod worker;

pub use keys::keep as keep_keys;
pub use report::delivered_here;
pub use seats::SeatsOut;
pub use sign::Signers;
pub use smarthost::Logins;
pub use tls::{StsMemory, Tlsa, Trust};
pub use worker::run;

use protocol::smtp::Reply;
use protocol::smtp::client::Class;
use store::Due;

/// What an attempt found for one recipient.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub class: Class,
    /// The remote's reply, or our own words in the same shape.
    pub reply: Reply,
    /// The remote's host name, when the reply is its own.
    pub said_by: Option<String>,
    /// Host and address tried; empty when none was.
    pub peer: String,
    /// How it was encrypted; empty when it was not.
    pub tls: String,
    /// It may have arrived: the answer to the end of the message was lost.
    pub in_doubt: bool,
    /// The remote does DSN, and tells the sender itself what becomes of it.
    pub tells: bool,
}

impl Finding {
    /// Our own finding, before any remote was asked.
    pub fn ours(reply: Reply) -> Finding {
        let class = if reply.is_permanent() { Class::Permanent } else { Class::Temporary };
        Finding { class, reply, said_by: None, peer: String::new(), tls: String::new(), in_doubt: false, tells: false }
    }

    /// The same, about a host that was tried.
    pub fn about(reply: Reply, peer: impl Into<String>) -> Finding {
        Finding { peer: peer.into(), ..Finding::ours(reply) }
    }
}

/// One message on its way to one destination.
pub struct Errand {
    pub queue: i64,
    /// Rows of the same message, at least one.
    pub rows: Vec<Due>,
}

impl Errand {
    /// Rows of one destination by message, in the order they came.
    pub fn group(rows: Vec<Due>) -> Vec<Errand> {
        let mut errands: Vec<Errand> = Vec::new();
        for row in rows {
            match errands.iter_mut().find(|errand| errand.queue == row.queue) {
                Some(errand) => errand.rows.push(row),
                None => errands.push(Errand { queue: row.queue, rows: vec![row] }),
            }
        }
        errands
    }

    /// The same finding for each recipient.
    pub fn all(self, finding: &Finding) -> Vec<(Due, Finding)> {
        self.rows.into_iter().map(|row| (row, finding.clone())).collect()
    }

    /// RFC 8689: rather not at all than in the clear.
    pub fn requires_tls(&self) -> bool {
        self.rows.first().is_some_and(|row| row.message_wishes.require_tls)
    }
}

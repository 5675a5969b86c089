//! Mail going out: the queue's rows, grouped by destination, carried to the servers that DNS names.

mod attempt;
mod bounce;
mod dead;
mod judge;
mod local;
mod roster;
mod route;
mod schedule;
mod settle;
mod worker;

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
    /// Host and address tried, with TLS version; empty when none was.
    pub peer: String,
}

impl Finding {
    /// Our own finding, before any remote was asked.
    pub fn ours(reply: Reply) -> Finding {
        let class = if reply.is_permanent() { Class::Permanent } else { Class::Temporary };
        Finding { class, reply, said_by: None, peer: String::new() }
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
}

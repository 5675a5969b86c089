//! The mail log: one line for each thing that happens to mail, readable alone, with fields to search by. It names
//! who, to whom and what the other end said; never what is in a message, and never a password.

use crate::config::{Config, LogFormat};
use crate::destination::Spread;
use crate::sign_in::{SignInRefused, Via};
use crate::submission::{Origin, Submission, sender_text};
use mail::Address;
use std::net::IpAddr;
use store::{Accepted, Due, Settled};
use tracing::{info, warn};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Starts logging to standard error. Standard output is for what a person or a script waits for.
pub fn start(config: &Config) {
    let filter: Targets = config.log.parse().unwrap_or_else(|_| Targets::new().with_default(tracing::Level::INFO));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let registry = tracing_subscriber::registry().with(filter);
    // A second start within one process (tests) keeps the first.
    let _ = match config.log_format {
        LogFormat::Text => registry.with(lines.with_ansi(false)).try_init(),
        LogFormat::Json => registry.with(lines.json().flatten_event(true)).try_init(),
    };
}

/// Who is at the other end, and how a message came from there.
pub struct Line<'a> {
    pub id: &'a str,
    pub from: &'a str,
    pub to: &'a [String],
    pub peer: &'a str,
    /// `ESMTPS` and so on (RFC 3848).
    pub with: &'a str,
    pub size: u64,
    /// What was decided, why, and what was found.
    pub verdict: &'a str,
}

/// A message from another server was accepted and is on disk.
pub fn arrived(line: &Line<'_>, accepted: &Accepted) {
    info!(
        target: "mail", event = "arrived", id = line.id, from = line.from, to = line.to.join(","), peer = line.peer,
        with = line.with, size = line.size, verdict = line.verdict, placements = ?accepted.placements,
    );
}

/// A message is sent on to other providers, for addresses here.
pub fn forwarded(id: &str, spread: &Spread) {
    if spread.forwards.is_empty() {
        return;
    }
    let written = |addresses: &[Address]| addresses.iter().map(Address::to_string).collect::<Vec<_>>().join(",");
    info!(target: "mail", event = "forwarded", id, by = written(&spread.by), to = written(&spread.forwards));
}

/// A sender, a recipient or a message was refused.
pub fn refused(what: &str, from: &str, to: &str, peer: &str, reply: &str) {
    info!(target: "mail", event = "refused", what, from, to, peer, reply);
}

/// A message was handed in by one of ours, or by the queue.
pub fn submitted(id: &str, submission: &Submission<'_>, size: u64, held: bool, accepted: &Accepted) {
    let (event, peer, with) = match &submission.origin {
        Origin::Program { peer, with, .. } => ("submitted", peer.as_str(), *with),
        Origin::Webmail => ("submitted", "webmail", "HTTP"),
        Origin::Bounce => ("bounced", "queue", ""),
        Origin::Notice => ("told", "queue", ""),
    };
    let to: Vec<String> = submission.recipients.iter().map(Address::to_string).collect();
    let by = submission.account.map_or("", |account| account.address.as_str());
    info!(
        target: "mail", event, id, by, from = sender_text(&submission.reverse_path), to = to.join(","), peer, with, size,
        wishes = %submission.wishes, held, queue = accepted.queue, placements = ?accepted.placements,
    );
}

/// An attempt to deliver a recipient ended.
pub fn attempted(event: &str, due: &Due, settled: &Settled) {
    info!(
        target: "mail", event, queue = due.queue, row = due.id, from = due.sender, to = due.recipient,
        attempt = due.attempts + 1, peer = settled.peer, tls = settled.tls, reply = settled.reply,
    );
}

/// Somebody signed in, or tried to. `program`: whose own password it was, if it was not the account's.
pub fn signed_in(address: &str, peer: IpAddr, via: Via, program: Option<&str>, result: Result<(), SignInRefused>) {
    // What strangers type is cut: a log line is no place to write a novel.
    let account: String = address.chars().take(254).collect();
    match result {
        Ok(()) => info!(target: "mail", event = "sign-in", account, %peer, %via, program),
        Err(refused) => warn!(target: "mail", event = "sign-in-refused", account, %peer, %via, why = ?refused),
    }
}

/// A mailbox was collected by POP3.
pub fn collected(account: &str, peer: &str, retrieved: usize, deleted: i64) {
    info!(target: "mail", event = "collected", account, peer, retrieved, deleted);
}

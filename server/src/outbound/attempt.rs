//! One attempt: connects to the servers of a destination in their order, and hands over what is for it, several
//! messages over one connection.

use super::dead::Dead;
use super::judge::{Judged, judge, kinder};
use super::route::Target;
use super::settle::settle;
use super::{Errand, Finding};
use crate::house::House;
use crate::lifecycle::Shutdown;
use crate::wire::Wire;
use bytes::Bytes;
use mail::Address;
use mail::envelope::{MessageWishes, ReversePath};
use protocol::smtp::Reply;
use protocol::smtp::client::{Config, Delivery, Envelope, Recipient, Session, Stage, Step, Tls};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use store::{Due, StoreError};
use tokio::net::TcpStream;
use tokio::time::Instant;

/// Handed to the machine at once.
const CHUNK: usize = 64 * 1024;
const NOBODY: Reply = Reply::new(451, (4, 1), "No mail server of the recipient's domain answers");
const OURSELVES: Reply = Reply::new(451, (4, 6), "The way to the recipient's domain leads back here");
const NO_TIME: Reply = Reply::new(451, (4, 2), "The remote server was too slow for all that waits for it");

/// Carries mail to one destination.
pub struct Courier<'a> {
    pub house: &'a Arc<House>,
    pub dead: &'a Dead,
    pub shutdown: &'a Shutdown,
    /// When the rest is left for another time.
    pub ends_at: Instant,
}

/// How talking to one server ended, with errands perhaps left.
enum Talk {
    /// The connection ended in order, or with the last message settled: the same server may be asked again.
    Ended { settled: usize },
    /// This server does not do: another one may.
    Elsewhere(Finding),
    /// The handshake failed: in the clear it may work (RFC 7435: some protection, else none).
    InTheClear,
    /// We are closing.
    Closing,
    /// Other large messages on their way out took all the memory there is for them.
    NoRoom,
}

impl Courier<'_> {
    /// Tries the targets in their order. Everything that was settled is written down; what comes back was not touched.
    pub async fn carry(&self, targets: &[Target], mut errands: VecDeque<Errand>) -> VecDeque<Errand> {
        let mut found: Option<Finding> = None;
        'targets: for target in targets {
            let now = self.house.clock.instant();
            if let Some(why) = self.dead.recall(target.address, now) {
                let reply = NOBODY.with_text(format!("{} (a moment ago): {why}", NOBODY.text()));
                found = Some(kinder(found, Finding::about(reply, peer(target, None))));
                continue;
            }
            let mut tls = if self.house.config.outbound_tls { Tls::IfOffered } else { Tls::Never };
            loop {
                if errands.is_empty() {
                    return errands;
                }
                if self.house.clock.instant() >= self.ends_at {
                    found = Some(kinder(found, Finding::about(NO_TIME, peer(target, None))));
                    break 'targets;
                }
                let wire = match self.connect(target).await {
                    Ok(wire) => wire,
                    Err(finding) => {
                        found = Some(kinder(found, finding));
                        continue 'targets;
                    }
                };
                match self.talk(target, wire, tls, &mut errands).await {
                    Talk::Ended { settled: 0 } => {
                        found = Some(kinder(found, Finding::about(NOBODY, peer(target, None))));
                        continue 'targets;
                    }
                    Talk::Ended { .. } => {}
                    Talk::InTheClear => tls = Tls::Never,
                    Talk::Elsewhere(finding) => {
                        found = Some(kinder(found, finding));
                        continue 'targets;
                    }
                    Talk::Closing | Talk::NoRoom => return errands,
                }
            }
        }
        let found = found.unwrap_or_else(|| Finding::ours(NOBODY));
        for errand in errands.drain(..) {
            settle(self.house, errand.all(&found)).await;
        }
        errands
    }

    async fn connect(&self, target: &Target) -> Result<Wire, Finding> {
        let config = &self.house.config;
        let connecting = tokio::time::timeout(config.connect_timeout, TcpStream::connect(target.address));
        let why = match connecting.await {
            Ok(Ok(stream)) if self.is_ourselves(&stream) => {
                return Err(Finding::about(OURSELVES, peer(target, None)));
            }
            Ok(Ok(stream)) => return Ok(Wire::new(stream)),
            Ok(Err(error)) => error.kind().to_string(),
            Err(_) => "timed out".to_owned(),
        };
        self.dead.remember(target.address, why.clone(), self.house.clock.instant());
        let reply = NOBODY.with_text(format!("{}: {} {why}", NOBODY.text(), target.host));
        Err(Finding::about(reply, peer(target, None)))
    }

    /// A connection whose two ends have one address, to the port where we listen, is to ourselves.
    fn is_ourselves(&self, stream: &TcpStream) -> bool {
        let (Ok(here), Ok(there)) = (stream.local_addr(), stream.peer_addr()) else { return false };
        here.ip() == there.ip() && self.house.config.smtp.is_some_and(|smtp| smtp.port() == there.port())
    }

    /// One connection: hands over errands from the front until there are none, or it ends.
    async fn talk(&self, target: &Target, mut wire: Wire, tls: Tls, errands: &mut VecDeque<Errand>) -> Talk {
        let house = self.house;
        let patience = house.config.reply_timeout;
        let mut session = Session::new(Config { tls, ..Config::new(house.config.hostname.clone()) }, false);
        let mut settled = 0;
        while let Some(errand) = errands.pop_front() {
            if self.shutdown.has_begun() || house.clock.instant() >= self.ends_at {
                errands.push_front(errand);
                break;
            }
            let size = errand.rows.first().map_or(0, |row| row.size);
            let Some(_weight) = house.carry_to_servers.take(size, patience).await else {
                // Our own memory is the reason, and no attempt was made: the rows are given back.
                errands.push_front(errand);
                return Talk::NoRoom;
            };
            let bytes = match house.store.queued_bytes(errand.queue).await {
                Ok(bytes) => as_it_leaves(bytes),
                // Cancelled since it was claimed.
                Err(StoreError::NotFound) => continue,
                Err(error) => {
                    tracing::error!(%error, queue = errand.queue, "a message in the queue could not be read");
                    settle(house, errand.all(&Finding::ours(UNREADABLE))).await;
                    continue;
                }
            };
            let Some(envelope) = envelope(&errand, &bytes) else {
                tracing::error!(queue = errand.queue, "an address in the queue is not one");
                settle(house, errand.all(&Finding::ours(NO_ADDRESS))).await;
                continue;
            };
            session.deliver(envelope);
            let Some(delivery) = self.drive(target, &mut wire, &mut session, bytes).await else {
                errands.push_front(errand);
                return Talk::Closing;
            };
            let peer = peer(target, wire.tls_version());
            match judge(&delivery, &target.host, &peer, settled) {
                Judged::InTheClear => {
                    errands.push_front(errand);
                    return Talk::InTheClear;
                }
                Judged::Again => {
                    errands.push_front(errand);
                    return Talk::Ended { settled };
                }
                Judged::Elsewhere(finding) => {
                    errands.push_front(errand);
                    return Talk::Elsewhere(finding);
                }
                Judged::Settled(findings) => {
                    settle(house, errand.rows.into_iter().zip(findings).collect()).await;
                    settled += 1;
                }
            }
            if !session.is_open() {
                break;
            }
        }
        session.quit();
        self.drive(target, &mut wire, &mut session, Bytes::new()).await;
        wire.close().await;
        if self.shutdown.has_begun() { Talk::Closing } else { Talk::Ended { settled } }
    }

    /// Works until the message under way is settled, or the connection is closed. None: we are closing, and nothing
    /// of the message has been sent yet.
    async fn drive(&self, target: &Target, wire: &mut Wire, session: &mut Session, bytes: Bytes) -> Option<Delivery> {
        let clock = self.house.clock;
        let patience = self.house.config.reply_timeout;
        let mut body = bytes.chunks(CHUNK);
        let mut buffer = vec![0; 8 * 1024];
        // For a whole reply, not for each of its bytes.
        let mut silent_since = clock.instant();
        // A piece has its own patience; a message of hundreds of pieces has a round, or a tarpit would hold us for days.
        let body_ends = silent_since + self.house.config.outbound_round;
        loop {
            match session.next() {
                Step::NeedInput => {
                    let patience = if session.is_open() { patience_at(session.stage(), patience) } else { GOODBYE };
                    let leaving = session.is_open() && session.stage() < Stage::Data;
                    let until = match silent_since + patience {
                        // The end of the round cuts no message short: after the dot that would double it.
                        until if leaving => until.min(self.ends_at.max(silent_since + GOODBYE)),
                        until => until,
                    };
                    tokio::select! {
                        biased;
                        () = self.shutdown.begun(), if leaving => return None,
                        read = wire.read(&mut buffer) => match read {
                            Ok(0) | Err(_) => session.closed(),
                            Ok(count) => session.receive(&buffer[..count]),
                        },
                        () = tokio::time::sleep_until(until) => session.timeout(),
                    }
                    continue;
                }
                Step::Send(bytes) => {
                    let written = tokio::time::timeout_at(body_ends, wire.write(bytes, patience)).await;
                    if !matches!(written, Ok(Ok(()))) {
                        // It takes no more of the message: perhaps it has said why.
                        hear_out(wire, session, &mut buffer).await;
                        session.closed();
                    }
                }
                Step::StartTls => {
                    let connector = &self.house.tls.opportunistic;
                    match wire.connect_tls(connector, &target.host, patience.min(HANDSHAKE)).await {
                        Ok(()) => session.tls_started(),
                        Err(error) => {
                            tracing::info!(target: "mail", event = "tls-failed", peer = %peer(target, None), %error);
                            session.tls_failed();
                        }
                    }
                }
                Step::NeedBody => match body.next() {
                    Some(chunk) => session.body(chunk),
                    None => session.end_of_body(),
                },
                Step::Finished(delivery) => return Some(delivery),
                Step::Idle | Step::Close => return Some(Delivery { recipients: Vec::new() }),
            }
            silent_since = clock.instant();
        }
    }
}

/// After QUIT nothing depends on the answer.
const GOODBYE: Duration = Duration::from_secs(5);
const HANDSHAKE: Duration = Duration::from_secs(60);
const UNREADABLE: Reply = Reply::new(451, (3, 0), "The message cannot be read from our disk; our operator was told");
const NO_ADDRESS: Reply = Reply::new(550, (1, 3), "The address cannot be written in SMTP");

/// Hands over what the remote has said before its connection broke.
async fn hear_out(wire: &mut Wire, session: &mut Session, buffer: &mut [u8]) {
    let hearing = async {
        while let Ok(count @ 1..) = wire.read(buffer).await {
            session.receive(&buffer[..count]);
        }
    };
    let _ = tokio::time::timeout(GOODBYE, hearing).await;
}

/// RFC 5321 §4.5.3.2.6: after the dot, wait longest: giving up too soon doubles the message.
fn patience_at(stage: Stage, patience: Duration) -> Duration {
    if stage == Stage::End { patience * 2 } else { patience }
}

/// RFC 5321 §4.4: Return-Path is for those whose mailbox is here, and does not leave the house. It is the first field,
/// on one line, of all that `submission` lets through.
fn as_it_leaves(bytes: Bytes) -> Bytes {
    if !bytes.starts_with(b"Return-Path: ") {
        return bytes;
    }
    let line = bytes.iter().position(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    bytes.slice(line..)
}

fn envelope(errand: &Errand, bytes: &[u8]) -> Option<Envelope> {
    let first = errand.rows.first()?;
    let sender = match first.sender.as_str() {
        "" => ReversePath::Null,
        address => ReversePath::Address(Address::parse(address).ok()?),
    };
    let recipient = |row: &Due| Address::parse(&row.recipient).ok().map(Recipient::from);
    let header = memchr::memmem::find(bytes, b"\r\n\r\n").map_or(bytes, |end| &bytes[..end]);
    Some(Envelope {
        sender,
        recipients: errand.rows.iter().map(recipient).collect::<Option<Vec<Recipient>>>()?,
        wishes: MessageWishes::default(),
        size: bytes.len() as u64,
        has_8bit: !bytes.is_ascii(),
        has_8bit_header: !header.is_ascii(),
    })
}

fn peer(target: &Target, tls: Option<&str>) -> String {
    match tls {
        Some(version) => format!("{} [{}] {version}", target.host, target.address),
        None => format!("{} [{}]", target.host, target.address),
    }
}

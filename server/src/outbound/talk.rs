//! One connection: greets, encrypts, and hands over errands from the front until there are none, or it ends.

use super::courier::{Courier, peer};
use super::drive::{Driven, drive};
use super::judge::{Judged, judge};
use super::leave::leave;
use super::route::Target;
use super::settle::settle;
use super::tls::{Sealed, Terms};
use super::{Errand, Finding};
use crate::wire::Wire;
use bytes::Bytes;
use mail::Address;
use mail::envelope::ReversePath;
use mail::message::downgrade::Rigid;
use protocol::smtp::Reply;
use protocol::smtp::client::{Cause, Config, Envelope, Offers, Recipient, Session, Tls};
use std::collections::VecDeque;
use store::StoreError;

pub struct Talk<'a> {
    courier: &'a Courier<'a>,
    target: &'a Target,
    terms: &'a Terms,
    in_the_clear: bool,
    /// How it is encrypted, once it is.
    pub sealed: Option<Sealed>,
    /// Why the handshake failed, if it did.
    pub handshake: Option<String>,
    /// STARTTLS was wanted and not offered.
    pub not_offered: bool,
    /// Messages that were settled over it.
    pub settled: usize,
}

/// How it ended, with errands perhaps left.
pub enum Ended {
    /// In order, or with the last message settled: the same server may be asked again.
    Here,
    /// This server does not do: another one may.
    Elsewhere(Finding),
    /// The handshake failed: in the clear it may work (RFC 7435: some protection, else none).
    InTheClear(Finding),
    /// We are closing, or have no room for a large message: what is left was not tried.
    Closing,
}

/// What is to be done with an errand before it goes over the wire.
enum Ready {
    Go(Envelope, Bytes),
    /// Cancelled since it was claimed.
    Gone,
    /// The same for all its recipients.
    Not(Reply),
}

const UNREADABLE: Reply = Reply::new(451, (3, 0), "The message cannot be read from our disk; our operator was told");
const UNSIGNED: Reply = Reply::new(451, (3, 0), "The message could not be signed; our operator was told");
const NO_ADDRESS: Reply = Reply::new(550, (1, 3), "The address cannot be written in SMTP");
const NOT_VERIFIED: Reply =
    Reply::new(550, (7, 10), "The sender wants encryption to a server that proves who it is, and this one does not");
const RIGID: Reply =
    Reply::new(554, (6, 1), "The remote server does not take 8-bit messages, and this one cannot be rewritten");

impl<'a> Talk<'a> {
    pub fn new(courier: &'a Courier<'a>, target: &'a Target, terms: &'a Terms, in_the_clear: bool) -> Self {
        Talk { courier, target, terms, in_the_clear, sealed: None, handshake: None, not_offered: false, settled: 0 }
    }

    pub async fn run(&mut self, mut wire: Wire, errands: &mut VecDeque<Errand>) -> Ended {
        let house = self.courier.house;
        let config = Config {
            tls: if self.in_the_clear { Tls::Never } else { self.terms.tls },
            login: self.courier.route.login.clone(),
            ..Config::new(house.config.hostname.clone())
        };
        let mut session = Session::new(config, false);
        // First the greetings: what is offered decides how a message leaves.
        if matches!(self.drive(&mut wire, &mut session, &Bytes::new()).await, Driven::Leaving) {
            return Ended::Closing;
        }
        self.not_offered = session.is_open() && !session.is_tls() && !self.in_the_clear;
        while let Some(errand) = errands.pop_front() {
            if self.courier.shutdown.has_begun() || house.clock.instant() >= self.courier.ends_at {
                errands.push_front(errand);
                break;
            }
            let size = errand.rows.first().map_or(0, |row| row.size);
            let Some(_weight) = house.carry_to_servers.take(size, house.config.reply_timeout).await else {
                // Our own memory is the reason, and no attempt was made: the rows are given back.
                errands.push_front(errand);
                return Ended::Closing;
            };
            let (envelope, bytes) = match self.prepare(&errand, session.offers(), session.is_open()).await {
                Ready::Go(envelope, bytes) => (envelope, bytes),
                Ready::Gone => continue,
                Ready::Not(reply) => {
                    let finding = Finding { tls: self.tls(), ..Finding::about(reply, peer(self.target)) };
                    settle(house, errand.all(&finding)).await;
                    continue;
                }
            };
            session.deliver(envelope);
            let Driven::Finished(delivery) = self.drive(&mut wire, &mut session, &bytes).await else {
                errands.push_front(errand);
                return Ended::Closing;
            };
            drop(bytes);
            self.not_offered |= delivery.recipients.first().is_some_and(|first| first.cause == Cause::NoTls);
            let about = Finding { tls: self.tls(), tells: session.offers().dsn, ..self.blank() };
            match judge(&delivery, &self.target.host, &about, self.settled) {
                Judged::Again => {
                    errands.push_front(errand);
                    return Ended::Here;
                }
                Judged::NoTls(finding) if self.terms.fallback && !self.in_the_clear => {
                    errands.push_front(errand);
                    return Ended::InTheClear(finding);
                }
                Judged::NoTls(finding) | Judged::Elsewhere(finding) => {
                    errands.push_front(errand);
                    return Ended::Elsewhere(finding);
                }
                Judged::Settled(findings) => {
                    let (now, later): (Vec<_>, Vec<_>) =
                        errand.rows.into_iter().zip(findings).partition(|(_, finding)| finding.is_some());
                    let now = now.into_iter().filter_map(|(row, finding)| Some((row, finding?))).collect();
                    settle(house, now).await;
                    self.settled += 1;
                    // RFC 9422, RFC 5321 §4.5.3.1.10: those for whom there was no place go next.
                    if !later.is_empty() {
                        let rows = later.into_iter().map(|(row, _)| row).collect();
                        errands.push_front(Errand { queue: errand.queue, rows });
                    }
                }
            }
            if !session.is_open() {
                break;
            }
        }
        session.quit();
        self.drive(&mut wire, &mut session, &Bytes::new()).await;
        wire.close().await;
        if self.courier.shutdown.has_begun() { Ended::Closing } else { Ended::Here }
    }

    async fn drive(&mut self, wire: &mut Wire, session: &mut Session, bytes: &Bytes) -> Driven {
        let driven = drive(self.courier, self.target, self.terms, wire, session, bytes).await;
        if let Some(result) = driven.1 {
            match result {
                Ok(sealed) => self.sealed = Some(sealed),
                Err(why) => self.handshake = Some(why),
            }
        }
        driven.0
    }

    /// What the remote can take of it. `open`: it will be sent; else only how the connection ended is told.
    async fn prepare(&self, errand: &Errand, offers: &Offers, open: bool) -> Ready {
        let house = self.courier.house;
        if open && errand.requires_tls() && !self.sealed.as_ref().is_some_and(Sealed::is_verified) {
            return Ready::Not(NOT_VERIFIED);
        }
        let mut bytes = Bytes::new();
        if open {
            let stored = match house.store.queued_bytes(errand.queue).await {
                Ok(stored) => stored,
                Err(StoreError::NotFound) => return Ready::Gone,
                Err(error) => {
                    tracing::error!(%error, queue = errand.queue, "a message in the queue could not be read");
                    return Ready::Not(UNREADABLE);
                }
            };
            let seven_bit = !offers.eight_bit && !stored.is_ascii();
            bytes = match leave(house, &stored, seven_bit).await {
                Ok(Ok(bytes)) => bytes,
                Ok(Err(rigid)) => return Ready::Not(rigid_reply(rigid)),
                Err(error) => {
                    tracing::error!(error, queue = errand.queue, "a message that leaves could not be signed");
                    return Ready::Not(UNSIGNED);
                }
            };
        }
        match envelope(errand, &bytes) {
            Some(envelope) => Ready::Go(envelope, bytes),
            None => {
                tracing::error!(queue = errand.queue, "an address in the queue is not one");
                Ready::Not(NO_ADDRESS)
            }
        }
    }

    fn blank(&self) -> Finding {
        Finding::about(UNREADABLE, peer(self.target))
    }

    fn tls(&self) -> String {
        self.sealed.as_ref().map(Sealed::to_string).unwrap_or_default()
    }
}

fn rigid_reply(rigid: Rigid) -> Reply {
    RIGID.with_text(format!("{}: {rigid}", RIGID.text()))
}

fn envelope(errand: &Errand, bytes: &[u8]) -> Option<Envelope> {
    let first = errand.rows.first()?;
    let sender = match first.sender.as_str() {
        "" => ReversePath::Null,
        address => ReversePath::Address(Address::parse(address).ok()?),
    };
    let recipients: Option<Vec<Recipient>> = errand
        .rows
        .iter()
        .map(|row| Some(Recipient { address: Address::parse(&row.recipient).ok()?, wishes: row.wishes.clone() }))
        .collect();
    let header = memchr::memmem::find(bytes, b"\r\n\r\n").unwrap_or(bytes.len());
    Some(Envelope {
        sender,
        recipients: recipients?,
        wishes: first.message_wishes.clone(),
        size: bytes.len() as u64,
        has_8bit: !bytes.is_ascii(),
        has_8bit_header: !bytes[..header].is_ascii(),
    })
}

//! A courier: goes to the servers of one route in their order, over as many connections as it takes, until all that it
//! carries is settled.

use super::dead::Dead;
use super::judge::kinder;
use super::route::{Route, Target};
use super::settle::settle;
use super::talk::{Ended, Talk};
use super::tls::{Demand, Terms, tally};
use super::{Errand, Finding};
use crate::house::House;
use crate::lifecycle::Shutdown;
use crate::wire::Wire;
use protocol::smtp::Reply;
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio::time::Instant;

const NOBODY: Reply = Reply::new(451, (4, 1), "No mail server of the recipient's domain answers");
const OURSELVES: Reply = Reply::new(451, (4, 6), "The way to the recipient's domain leads back here");
const NO_TIME: Reply = Reply::new(451, (4, 2), "The remote server was too slow for all that waits for it");

pub struct Courier<'a> {
    pub house: &'a Arc<House>,
    pub dead: &'a Dead,
    pub shutdown: &'a Shutdown,
    /// The domain, or the smarthost's name.
    pub destination: &'a str,
    pub route: &'a Route,
    pub demand: &'a Demand,
    /// When the rest is left for another time.
    pub ends_at: Instant,
}

/// How it came home.
pub struct Home {
    /// Not touched: to be given back.
    pub left: VecDeque<Errand>,
    /// No server could be spoken to.
    pub nobody: bool,
}

impl Courier<'_> {
    /// Tries the targets in their order. Everything that was settled is written down.
    pub async fn carry(&self, mut errands: VecDeque<Errand>) -> Home {
        let mut found: Option<Finding> = None;
        let mut spoken = false;
        'targets: for target in &self.route.targets {
            let terms = match self.look_at(target).await {
                Ok(terms) => terms,
                Err(finding) => {
                    found = Some(kinder(found, finding));
                    continue;
                }
            };
            let mut in_the_clear = false;
            while !errands.is_empty() {
                if self.house.clock.instant() >= self.ends_at {
                    found = Some(kinder(found, Finding::about(NO_TIME, peer(target))));
                    break 'targets;
                }
                let _seat = self.house.seats_out.take(target.address).await;
                let wire = match self.connect(target).await {
                    Ok(wire) => wire,
                    Err(finding) => {
                        found = Some(kinder(found, finding));
                        continue 'targets;
                    }
                };
                let mut talk = Talk::new(self, target, &terms, in_the_clear);
                let ended = talk.run(wire, &mut errands).await;
                spoken |= talk.settled > 0;
                tally(self.house, self.destination, target, &terms, &talk).await;
                match ended {
                    Ended::Here if talk.settled == 0 => {
                        found = Some(kinder(found, Finding::about(NOBODY, peer(target))));
                        continue 'targets;
                    }
                    Ended::Here => {}
                    Ended::InTheClear(finding) => {
                        in_the_clear = true;
                        self.keep_sealed(&mut errands, &finding).await;
                    }
                    Ended::Elsewhere(finding) => {
                        found = Some(kinder(found, finding));
                        continue 'targets;
                    }
                    Ended::Closing => return Home { left: errands, nobody: false },
                }
            }
            return Home { left: errands, nobody: false };
        }
        let nobody = !spoken && !errands.is_empty();
        let found = found.unwrap_or_else(|| Finding::ours(NOBODY));
        for errand in errands.drain(..) {
            settle(self.house, errand.all(&found)).await;
        }
        Home { left: errands, nobody }
    }

    /// What was found out a moment ago, and what its TLS must be like.
    async fn look_at(&self, target: &Target) -> Result<Terms, Finding> {
        if let Some(why) = self.dead.recall(target.address, self.house.clock.instant()) {
            let reply = NOBODY.with_text(format!("{} (a moment ago): {why}", NOBODY.text()));
            return Err(Finding::about(reply, peer(target)));
        }
        Terms::find(self.house, self.demand, target).await.map_err(|reply| Finding::about(reply, peer(target)))
    }

    async fn connect(&self, target: &Target) -> Result<Wire, Finding> {
        let config = &self.house.config;
        let connecting = tokio::time::timeout(config.connect_timeout, TcpStream::connect(target.address));
        let why = match connecting.await {
            Ok(Ok(stream)) if self.is_ourselves(&stream) => {
                return Err(Finding::about(OURSELVES, peer(target)));
            }
            Ok(Ok(stream)) => return Ok(Wire::new(stream)),
            Ok(Err(error)) => error.kind().to_string(),
            Err(_) => "timed out".to_owned(),
        };
        self.dead.remember(target.address, why.clone(), self.house.clock.instant());
        let reply = NOBODY.with_text(format!("{}: {} {why}", NOBODY.text(), target.host));
        Err(Finding::about(reply, peer(target)))
    }

    /// A connection whose two ends have one address, to the port where we listen, is to ourselves.
    fn is_ourselves(&self, stream: &TcpStream) -> bool {
        let (Ok(here), Ok(there)) = (stream.local_addr(), stream.peer_addr()) else { return false };
        here.ip() == there.ip() && self.house.config.smtp.is_some_and(|smtp| smtp.port() == there.port())
    }

    /// RFC 8689 §4.2.1: what must be encrypted waits for a better day when the others go on without.
    async fn keep_sealed(&self, errands: &mut VecDeque<Errand>, finding: &Finding) {
        for _ in 0..errands.len() {
            let Some(errand) = errands.pop_front() else { return };
            if errand.requires_tls() {
                settle(self.house, errand.all(finding)).await;
            } else {
                errands.push_back(errand);
            }
        }
    }
}

/// Host and address, as the log and the ledger name them.
pub fn peer(target: &Target) -> String {
    format!("{} [{}]", target.host, target.address)
}

//! Whose turn it is to try a password. Guessing is slowed by who guesses and at whom, together.
//!
//! An owner who is signed in at an address is never shut out there by what others do behind it: when all turns are used
//! up they get one in the slow lane, a few a second for all such owners.

use super::{SignInRefused, Who};
use crate::clock::Clock;
use crate::peer::{Peer, Regulars};
use crate::throttle::Throttle;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::Account;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// How long a throttled attempt waits for its turn before it is refused.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long an owner waits in the slow lane.
const OWNERS_PATIENCE: Duration = Duration::from_secs(30);
/// Two at once, for a second each.
const LANES: usize = 2;
const SLOWLY: Duration = Duration::from_secs(1);

/// How fast wrong guesses may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GuessLimit {
    /// Wrong guesses at once from one peer, over all accounts. A third of these at one account.
    pub burst: u32,
    /// After that, one in this time; at one account, one in four times this.
    pub interval: Duration,
}

#[derive(Clone)]
pub struct Turns {
    clock: Clock,
    regulars: Regulars,
    meters: Arc<Mutex<Meters>>,
    slow_lane: Arc<Semaphore>,
}

struct Meters {
    by_peer: Throttle<Peer>,
    by_account_and_peer: Throttle<(Who, Peer)>,
}

/// A turn that was taken. It counts as a wrong guess until it is given back.
pub struct Turn {
    who: Who,
    peer: Peer,
    /// In the slow lane nothing is counted: being there is slow enough.
    lane: Option<OwnedSemaphorePermit>,
}

impl Turns {
    pub fn new(limit: GuessLimit, clock: Clock, regulars: Regulars) -> Turns {
        let meters = Meters {
            by_peer: Throttle::new(limit.burst, limit.interval),
            by_account_and_peer: Throttle::new((limit.burst / 3).max(1), limit.interval * 4),
        };
        let (meters, slow_lane) = (Arc::new(Mutex::new(meters)), Arc::new(Semaphore::new(LANES)));
        Turns { clock, regulars, meters, slow_lane }
    }

    /// Counts the attempt as a wrong guess until it proves right. Waits a little when too many came before it.
    pub async fn wait(&self, who: Who, peer: Peer, account: Option<&Account>) -> Result<Turn, SignInRefused> {
        let deadline = self.clock.instant() + PATIENCE;
        loop {
            let now = self.clock.instant();
            let Err(wait) = self.meters().take(who, peer, now) else { return Ok(Turn { who, peer, lane: None }) };
            if now + wait > deadline {
                break;
            }
            tokio::time::sleep(wait).await;
        }
        let now = self.clock.instant();
        if !account.is_some_and(|account| self.regulars.knows_owner(peer, account.id, now)) {
            return Err(SignInRefused::Throttled);
        }
        let lane = tokio::time::timeout(OWNERS_PATIENCE, Arc::clone(&self.slow_lane).acquire_owned()).await;
        let Ok(Ok(lane)) = lane else { return Err(SignInRefused::Throttled) };
        tokio::time::sleep(SLOWLY).await;
        Ok(Turn { who, peer, lane: Some(lane) })
    }

    /// It was no guess.
    pub fn give_back(&self, turn: Turn) {
        if turn.lane.is_none() {
            let mut meters = self.meters();
            meters.by_peer.give_back(&turn.peer);
            meters.by_account_and_peer.give_back(&(turn.who, turn.peer));
        }
    }

    fn meters(&self) -> MutexGuard<'_, Meters> {
        self.meters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Meters {
    fn take(&mut self, who: Who, peer: Peer, now: Instant) -> Result<(), Duration> {
        self.by_peer.take(&peer, now)?;
        self.by_account_and_peer.take(&(who, peer), now).inspect_err(|_| self.by_peer.give_back(&peer))
    }
}

//! Whose turn it is to try a password. Guessing is slowed by who guesses and at whom, together; by whose account is
//! guessed at alone only very late, and never for those who come from where its owner has been (`docs/decisions/0007`).

use super::friends::Friends;
use super::{SignInRefused, Who};
use crate::clock::Clock;
use crate::peer::Peer;
use crate::throttle::Throttle;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// How long a throttled attempt waits for its turn before it is refused.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long somebody waits in the line. Long enough for all the connections that one neighbour may fill it with.
const LONGEST_LINE: Duration = Duration::from_secs(60);

/// How fast wrong guesses may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GuessLimit {
    /// Wrong guesses at once from one peer, over all accounts. A third of these at one account.
    pub burst: u32,
    /// After that, one in this time; at one account, one in four times this.
    pub interval: Duration,
    /// Wrong guesses at once at one account, from wherever they come.
    pub account_burst: u32,
    /// After that, one in this time.
    pub account_interval: Duration,
}

/// The meters. Clones share them.
#[derive(Clone)]
pub struct Turns {
    clock: Clock,
    meters: Arc<Mutex<Meters>>,
}

struct Meters {
    by_peer: Throttle<Peer>,
    by_account_and_peer: Throttle<(Who, Peer)>,
    by_account: Throttle<Who>,
    /// The line of those who come from where the owner has been, while somebody there guesses too fast.
    line: Throttle<(Who, Peer)>,
    friends: Friends,
}

/// Somebody's turn. One that was counted stays a wrong guess until it is given back.
#[derive(Clone, Copy, Debug)]
pub struct Turn {
    who: Who,
    peer: Peer,
    /// False in the line: being there is slow enough.
    counted: bool,
}

impl Turn {
    /// Whether it was had by standing in line, behind somebody who guesses.
    pub fn is_in_line(self) -> bool {
        !self.counted
    }
}

impl Turns {
    pub fn new(limit: GuessLimit, clock: Clock) -> Turns {
        let meters = Meters {
            by_peer: Throttle::new(limit.burst, limit.interval),
            by_account_and_peer: Throttle::new((limit.burst / 3).max(1), limit.interval * 4),
            by_account: Throttle::new(limit.account_burst, limit.account_interval),
            line: Throttle::new(1, limit.interval),
            friends: Friends::default(),
        };
        Turns { clock, meters: Arc::new(Mutex::new(meters)) }
    }

    /// Counts the attempt as a wrong guess until it proves right. Waits a little when too many came before it. Where all
    /// turns are used up, who comes from where the owner has been stands in line.
    pub async fn wait(&self, who: Who, peer: Peer) -> Result<Turn, SignInRefused> {
        let deadline = self.clock.instant() + PATIENCE;
        loop {
            let now = self.clock.instant();
            let Err(wait) = self.meters().take(who, peer, now) else { return Ok(Turn { who, peer, counted: true }) };
            if now + wait > deadline {
                return self.stand_in_line(who, peer).await;
            }
            tokio::time::sleep(wait).await;
        }
    }

    /// Only where the account's owner has signed in from. One after the other, so that this too is too slow to guess.
    async fn stand_in_line(&self, who: Who, peer: Peer) -> Result<Turn, SignInRefused> {
        let wait = {
            let (mut meters, now) = (self.meters(), self.clock.instant());
            let known = meters.friends.knows(&(who, peer), now);
            known.then(|| meters.line.reserve(&(who, peer), now, LONGEST_LINE)).flatten()
        };
        tokio::time::sleep(wait.ok_or(SignInRefused::Throttled)?).await;
        Ok(Turn { who, peer, counted: false })
    }

    /// It was no guess.
    pub fn give_back(&self, turn: Turn) {
        let Turn { who, peer, counted: true } = turn else { return };
        let (mut meters, now) = (self.meters(), self.clock.instant());
        meters.by_peer.give_back(&peer);
        meters.by_account_and_peer.give_back(&(who, peer));
        if !meters.friends.knows(&(who, peer), now) {
            meters.by_account.give_back(&who);
        }
    }

    /// The owner was there: what others do elsewhere, or behind the same address, does not keep them out.
    pub fn befriend(&self, turn: Turn) {
        let now = self.clock.instant();
        self.meters().friends.remember((turn.who, turn.peer), now);
    }

    fn meters(&self) -> MutexGuard<'_, Meters> {
        self.meters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Meters {
    fn take(&mut self, who: Who, peer: Peer, now: Instant) -> Result<(), Duration> {
        self.by_peer.take(&peer, now)?;
        self.by_account_and_peer.take(&(who, peer), now).inspect_err(|_| self.by_peer.give_back(&peer))?;
        if self.friends.knows(&(who, peer), now) {
            return Ok(());
        }
        self.by_account.take(&who, now).inspect_err(|_| {
            self.by_peer.give_back(&peer);
            self.by_account_and_peer.give_back(&(who, peer));
        })
    }
}

//! Signing in, the same for every door: submission, POP3, webmail.
//!
//! An unknown account, a suspended one and a wrong password take the same time and get the same word. Guessing is
//! slowed by who guesses; by whose account is guessed at only very late, and never for those who come from where its
//! owner has been before, so that nobody can lock an owner out (`docs/decisions/0007`).

mod friends;
mod memory;

use crate::clock::Clock;
use crate::maillog;
use crate::passwords::{NoTurn, Passwords};
use crate::peer::Peer;
use crate::throttle::Throttle;
use friends::Friends;
use mail::Address;
use memory::{Memory, Remembered};
use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::{Account, Store};

/// How long a throttled attempt waits for its turn before it is refused.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long somebody waits in the line. Long enough for all the connections that one neighbour may fill it with.
const LONGEST_LINE: Duration = Duration::from_secs(60);

/// Which door somebody stands at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    Submission,
    Pop3,
    Webmail,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInRefused {
    /// Wrong address or password, or the account is switched off: never said which.
    Wrong,
    /// Too many wrong guesses from there.
    Throttled,
    /// The store or the desk is busy: the same attempt may succeed later.
    Unavailable,
}

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

/// The doorkeeper. Clones share one memory.
#[derive(Clone)]
pub struct SignIn {
    store: Store,
    passwords: Passwords,
    clock: Clock,
    guard: Arc<Mutex<Guard>>,
}

struct Guard {
    by_peer: Throttle<Peer>,
    by_account_and_peer: Throttle<(Who, Peer)>,
    by_account: Throttle<Who>,
    /// The line of those who come from where the owner has been, while somebody there guesses too fast.
    line: Throttle<(Who, Peer)>,
    friends: Friends,
    memory: Memory,
}

/// An address that was typed, hashed: what strangers type takes no more memory than this.
type Who = [u8; 32];

impl SignIn {
    pub fn new(store: Store, passwords: Passwords, clock: Clock, limit: GuessLimit) -> Self {
        let guard = Guard {
            by_peer: Throttle::new(limit.burst, limit.interval),
            by_account_and_peer: Throttle::new((limit.burst / 3).max(1), limit.interval * 4),
            by_account: Throttle::new(limit.account_burst, limit.account_interval),
            line: Throttle::new(1, limit.interval),
            friends: Friends::default(),
            memory: Memory::new(clock.random()),
        };
        SignIn { store, passwords, clock, guard: Arc::new(Mutex::new(guard)) }
    }

    /// The account that `address` and `password` open. `peer` is who asks, as far as we know it.
    pub async fn attempt(
        &self,
        address: &str,
        password: &str,
        peer: IpAddr,
        via: Via,
    ) -> Result<Account, SignInRefused> {
        let result = self.weigh(address, password, peer.into()).await;
        maillog::signed_in(address, peer, via, result.as_ref().map(|_| ()).map_err(|refused| *refused));
        result
    }

    async fn weigh(&self, address: &str, password: &str, peer: Peer) -> Result<Account, SignInRefused> {
        let address = Address::parse(address.trim()).ok();
        let typed = address.as_ref().map(Address::key).unwrap_or_default();
        let who: Who = blake3::hash(typed.as_bytes()).into();
        let account = match &address {
            Some(address) => self.store.account_by_address(address).await,
            None => Ok(None),
        };
        let account = account.map_err(|error| {
            tracing::error!(%error, "sign-in could not ask the store");
            SignInRefused::Unavailable
        })?;
        let dummy = self.passwords.dummy();
        let kept = account.as_ref().map_or(&*dummy, |account| &account.password_hash);

        if let Err(throttled) = self.wait_for_turn(who, peer).await {
            // Somebody guesses from the owner's own network. The owner is not locked out by that: a password that was
            // verified a moment ago is still right, after its turn in the line.
            self.stand_in_line(who, peer).await?;
            let right = self.recall(&typed, password, kept) == Some(Remembered::Right);
            return account.filter(|account| right && account.active).ok_or(throttled);
        }
        let (right, fresh) = match self.recall(&typed, password, kept) {
            // A program that polls with a good password, or with a stale one, costs nothing and counts once.
            Some(remembered) => {
                self.give_back(who, peer);
                (remembered == Remembered::Right, false)
            }
            None => {
                let verified = self.passwords.verify(password, kept).await;
                let right = verified.map_err(|NoTurn| {
                    self.give_back(who, peer);
                    SignInRefused::Unavailable
                })?;
                self.remember(&typed, password, kept, right);
                if right {
                    self.give_back(who, peer);
                    self.guard().friends.remember((who, peer), self.clock.instant());
                }
                (right, true)
            }
        };
        let mut account = account.filter(|account| right && account.active).ok_or(SignInRefused::Wrong)?;
        if fresh {
            self.renew(&mut account, &typed, password).await;
            self.write_down(account.id);
        }
        Ok(account)
    }

    /// The password is here only now: a hash of another cost is made anew, so that all accounts come to cost the same.
    /// Whatever goes wrong, the old one is still right.
    async fn renew(&self, account: &mut Account, typed: &str, password: &str) {
        if !self.passwords.is_outdated(&account.password_hash) {
            return;
        }
        let Ok(hash) = self.passwords.hash(password).await else { return };
        match self.store.renew_password(account.id, account.password_hash.clone(), hash.clone()).await {
            Ok(()) => {
                self.remember(typed, password, &hash, true);
                account.password_hash = hash;
            }
            Err(error) => tracing::warn!(%error, account = account.id, "a password was not hashed anew"),
        }
    }

    /// Nobody waits for this: who may read must be able to sign in, even while nothing can be written.
    fn write_down(&self, account: i64) {
        let (store, now) = (self.store.clone(), self.clock.now_ms());
        tokio::spawn(async move {
            if let Err(error) = store.signed_in(account, now).await {
                tracing::warn!(%error, account, "the last sign-in was not written down");
            }
        });
    }

    /// Counts the attempt as a wrong guess until it proves right. Waits a little when too many came before it.
    async fn wait_for_turn(&self, who: Who, peer: Peer) -> Result<(), SignInRefused> {
        let deadline = self.clock.instant() + PATIENCE;
        loop {
            let now = self.clock.instant();
            let Err(wait) = self.guard().take(who, peer, now) else { return Ok(()) };
            if now + wait > deadline {
                return Err(SignInRefused::Throttled);
            }
            tokio::time::sleep(wait).await;
        }
    }

    /// Only where the account's owner has signed in from. One after the other, so that this too is too slow to guess.
    async fn stand_in_line(&self, who: Who, peer: Peer) -> Result<(), SignInRefused> {
        let wait = {
            let (mut guard, now) = (self.guard(), self.clock.instant());
            let known = guard.friends.knows(&(who, peer), now);
            known.then(|| guard.line.reserve(&(who, peer), now, LONGEST_LINE)).flatten()
        };
        tokio::time::sleep(wait.ok_or(SignInRefused::Throttled)?).await;
        Ok(())
    }

    fn give_back(&self, who: Who, peer: Peer) {
        let (mut guard, now) = (self.guard(), self.clock.instant());
        guard.by_peer.give_back(&peer);
        guard.by_account_and_peer.give_back(&(who, peer));
        if !guard.friends.knows(&(who, peer), now) {
            guard.by_account.give_back(&who);
        }
    }

    fn recall(&self, typed: &str, password: &str, kept: &str) -> Option<Remembered> {
        self.guard().memory.recall(typed, password, kept, self.clock.instant())
    }

    fn remember(&self, typed: &str, password: &str, kept: &str, right: bool) {
        let remembered = if right { Remembered::Right } else { Remembered::Wrong };
        self.guard().memory.remember(typed, password, kept, remembered, self.clock.instant());
    }

    fn guard(&self) -> std::sync::MutexGuard<'_, Guard> {
        self.guard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Guard {
    fn take(&mut self, who: Who, peer: Peer, now: tokio::time::Instant) -> Result<(), Duration> {
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

impl fmt::Display for Via {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Via::Submission => "submission",
            Via::Pop3 => "pop3",
            Via::Webmail => "webmail",
        })
    }
}

#[cfg(test)]
mod tests;

//! Signing in, the same for every door: submission, POP3, webmail.
//!
//! An unknown account, a suspended one and a wrong password take the same time and get the same word. Guessing is slowed
//! (`turn`), and never so that somebody locks an owner out.

mod devices;
mod friends;
mod memory;
mod networks;
pub mod scram;
mod turn;

pub use devices::{Devices, Limits};
pub use networks::Networks;
pub use turn::GuessLimit;

use crate::clock::Clock;
use crate::maillog;
use crate::passwords::{NoTurn, Passwords};
use crate::peer::Regulars;
use mail::Address;
use memory::{Memory, Remembered};
use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use store::{Account, Credential, Scopes, Store, StoreError};
use turn::{Turn, Turns};

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

/// Somebody who is in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub account: Account,
    /// The program whose own password it was; none: the account's password.
    pub program: Option<i64>,
}

/// The doorkeeper. Clones share one memory.
#[derive(Clone)]
pub struct SignIn {
    store: Store,
    passwords: Passwords,
    clock: Clock,
    turns: Turns,
    regulars: Regulars,
    memory: Arc<Mutex<Memory>>,
    devices: Arc<Devices>,
}

/// An address that was typed, hashed: what strangers type takes no more memory than this.
type Who = [u8; 32];

/// Somebody whose proof is awaited (SCRAM). The attempt counts as a wrong guess until the proof is right.
pub struct Awaited {
    pub asked: scram::Asked,
    typed: String,
    turn: Turn,
}

impl SignIn {
    pub fn new(store: Store, passwords: Passwords, clock: Clock, limit: GuessLimit) -> Self {
        SignIn {
            turns: Turns::new(limit, clock),
            regulars: Regulars::default(),
            memory: Arc::new(Mutex::new(Memory::new(clock.random()))),
            devices: Arc::new(Devices::new(store.clone(), clock)),
            store,
            passwords,
            clock,
        }
    }

    /// The addresses at which somebody is signed in.
    pub fn regulars(&self) -> &Regulars {
        &self.regulars
    }

    /// The passwords of programs.
    pub fn devices(&self) -> &Devices {
        &self.devices
    }

    /// The account that `address` and `password` open. `peer` is who asks, as far as we know it.
    pub async fn attempt(
        &self,
        address: &str,
        password: &str,
        peer: IpAddr,
        via: Via,
    ) -> Result<SignedIn, SignInRefused> {
        let result = self.weigh(address, password, peer, via).await;
        self.noted(address, peer, via, result)
    }

    /// SCRAM's first half: what a proof of `address` will be judged by.
    pub async fn scram(&self, address: &str, peer: IpAddr, via: Via) -> Result<Awaited, SignInRefused> {
        let (typed, account) = self.look_up(address).await?;
        let turn = self.turns.wait(who(&typed), peer.into()).await.inspect_err(|refused| {
            maillog::signed_in(address, peer, via, None, Err(*refused));
        })?;
        let asked = scram::ask(&self.store, self.clock, &typed, account, scope(via).unwrap_or(Scopes::BOTH)).await;
        let asked = asked.map_err(|error| self.troubled(&error))?;
        Ok(Awaited { asked, typed: address.to_owned(), turn })
    }

    /// SCRAM's second half: which of the candidates the proof fitted, if any.
    pub fn scram_proven(
        &self,
        awaited: Awaited,
        proven: Option<usize>,
        peer: IpAddr,
        via: Via,
    ) -> Result<SignedIn, SignInRefused> {
        let Awaited { asked, typed, turn } = awaited;
        let candidate = proven.and_then(|which| asked.candidates.into_iter().nth(which));
        let now = self.clock.now_ms();
        let right = match (candidate, asked.account) {
            (Some(candidate), Some(account)) if account.active => match candidate.credential {
                None => Some((account, None)),
                Some(one) if devices::may(&one, scope(via).unwrap_or(Scopes::BOTH), peer, now) => {
                    Some((account, Some(one)))
                }
                Some(_) => None,
            },
            _ => None,
        };
        if let Some((_, program)) = &right {
            self.turns.give_back(turn);
            // An owner with their own password; a program's is never slowed, and needs no friends.
            if program.is_none() {
                self.turns.befriend(turn);
            }
        }
        self.noted(&typed, peer, via, right.ok_or(SignInRefused::Wrong))
    }

    /// Writes down what came of it, in the log and beside the credential.
    fn noted(
        &self,
        address: &str,
        peer: IpAddr,
        via: Via,
        result: Result<(Account, Option<Credential>), SignInRefused>,
    ) -> Result<SignedIn, SignInRefused> {
        let program = result.as_ref().ok().and_then(|(_, credential)| credential.as_ref());
        let word = result.as_ref().map(|_| ()).map_err(|refused| *refused);
        maillog::signed_in(address, peer, via, program.map(|one| one.name.as_str()), word);
        if let Some(credential) = program {
            self.devices.used(credential, peer);
        }
        let (account, program) = result?;
        self.regulars.seen(peer.into(), self.clock.instant());
        Ok(SignedIn { account, program: program.map(|one| one.id) })
    }

    async fn weigh(
        &self,
        address: &str,
        password: &str,
        peer: IpAddr,
        via: Via,
    ) -> Result<(Account, Option<Credential>), SignInRefused> {
        let (typed, account) = self.look_up(address).await?;
        // First, and never slowed: nobody guesses eighty bits, and looking costs less than slowing down.
        if let (Some(scope), Some(account)) = (scope(via), &account) {
            let found = self.devices.find(account.id, password, scope, peer).await;
            if let Some(credential) = found.map_err(|error| self.troubled(&error))? {
                let account = account.active.then(|| account.clone()).ok_or(SignInRefused::Wrong)?;
                return Ok((account, Some(credential)));
            }
        }
        let turn = self.turns.wait(who(&typed), peer.into()).await?;
        let dummy = self.passwords.dummy();
        let kept = account.as_ref().map_or(&*dummy, |account| &account.password_hash);

        let (right, fresh) = match self.recall(&typed, password, kept) {
            // A program that polls with a good password, or with a stale one, costs nothing and counts once.
            Some(remembered) => {
                self.turns.give_back(turn);
                (remembered == Remembered::Right, false)
            }
            // Somebody guesses from the owner's own network. The owner is not locked out by that: a password that was
            // verified a moment ago is still right. Another one is not looked at.
            None if turn.is_in_line() => return Err(SignInRefused::Throttled),
            None => {
                let right = self.passwords.verify(password, kept).await.map_err(|NoTurn| {
                    self.turns.give_back(turn);
                    SignInRefused::Unavailable
                })?;
                self.remember(&typed, password, kept, right);
                if right {
                    self.turns.give_back(turn);
                }
                (right, true)
            }
        };
        let mut account = account.filter(|account| right && account.active).ok_or(SignInRefused::Wrong)?;
        if fresh {
            self.turns.befriend(turn);
            self.renew(&mut account, &typed, password).await;
            self.write_down(&account, password);
        }
        Ok((account, None))
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

    /// The address as it is compared, and who has it.
    async fn look_up(&self, address: &str) -> Result<(String, Option<Account>), SignInRefused> {
        let Ok(address) = Address::parse(address.trim()) else { return Ok((String::new(), None)) };
        let account = self.store.account_by_address(&address).await.map_err(|error| self.troubled(&error))?;
        Ok((address.key(), account))
    }

    fn troubled(&self, error: &StoreError) -> SignInRefused {
        tracing::error!(%error, "sign-in could not ask the store");
        SignInRefused::Unavailable
    }

    /// Nobody waits for this: who may read must be able to sign in, even while nothing can be written.
    fn write_down(&self, account: &Account, password: &str) {
        let (store, clock, password) = (self.store.clone(), self.clock, password.to_owned());
        let (id, hash) = (account.id, account.password_hash.clone());
        tokio::spawn(async move {
            if let Err(error) = store.signed_in(id, clock.now_ms()).await {
                tracing::warn!(%error, account = id, "the last sign-in was not written down");
            }
            scram::learn(&store, clock, id, &hash, &password).await;
        });
    }

    fn recall(&self, typed: &str, password: &str, kept: &str) -> Option<Remembered> {
        self.memory().recall(typed, password, kept, self.clock.instant())
    }

    fn remember(&self, typed: &str, password: &str, kept: &str, right: bool) {
        let remembered = if right { Remembered::Right } else { Remembered::Wrong };
        self.memory().remember(typed, password, kept, remembered, self.clock.instant());
    }

    fn memory(&self) -> std::sync::MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn who(typed: &str) -> Who {
    blake3::hash(typed.as_bytes()).into()
}

/// What a program's password must open at this door. None: people sign in here with their own.
fn scope(via: Via) -> Option<Scopes> {
    match via {
        Via::Submission => Some(Scopes::SMTP),
        Via::Pop3 => Some(Scopes::POP3),
        Via::Webmail => None,
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

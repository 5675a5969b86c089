//! Passwords of programs: random and long, so checking one costs a keyed hash and nothing is ever guessed.

use super::networks::Networks;
use super::scram;
use crate::clock::Clock;
use std::net::IpAddr;
use std::sync::OnceLock;
use store::{Credential, Millis, NewCredential, Scopes, Store, StoreError};

/// What hashes are keyed with; its bytes lie in the store.
const KEY: &str = "credentials";
/// Being used from the same place is written down this often at most, or every look into the mailbox would cost a write.
const USED_EVERY: Millis = 10 * 60_000;

pub struct Devices {
    store: Store,
    clock: Clock,
    key: OnceLock<[u8; 32]>,
}

impl Devices {
    pub fn new(store: Store, clock: Clock) -> Devices {
        Devices { store, clock, key: OnceLock::new() }
    }

    /// Makes a password for the program `name`. This is the only time that anybody sees it.
    pub async fn make(
        &self,
        account: i64,
        name: String,
        scopes: Scopes,
        limits: Limits,
    ) -> Result<(i64, String), StoreError> {
        let password = self.clock.password();
        let salt = scram::salt(&self.store, self.clock, account).await?;
        let new = NewCredential {
            account,
            name,
            hash: self.hash(&password).await?.into(),
            scopes,
            networks: limits.networks.to_string(),
            keys: scram::keys(&password, &salt.salt, salt.iterations),
            expires_at: limits.expires_at,
        };
        let id = self.store.add_credential(new, self.clock.now_ms()).await?;
        Ok((id, password))
    }

    /// The program whose password this is, if it may be used so, there and now.
    pub async fn find(
        &self,
        account: i64,
        password: &str,
        scope: Scopes,
        peer: IpAddr,
    ) -> Result<Option<Credential>, StoreError> {
        let kept = self.store.credentials(account).await?;
        if kept.is_empty() {
            return Ok(None);
        }
        let hash = self.hash(password).await?;
        // All of them are compared, and each in constant time (`blake3::Hash`).
        let found = kept.into_iter().fold(None, |found, one| if hash == one.hash { Some(one) } else { found });
        let now = self.clock.now_ms();
        Ok(found.filter(|one| may(one, scope, peer, now)))
    }

    /// Notes the use, when it is worth a write. Nobody waits for it.
    pub fn used(&self, credential: &Credential, peer: IpAddr) {
        let (now, peer) = (self.clock.now_ms(), peer.to_string());
        let lately = credential.last_used_at.is_some_and(|at| now < at + USED_EVERY);
        if lately && credential.last_peer == peer {
            return;
        }
        let (store, id) = (self.store.clone(), credential.id);
        tokio::spawn(async move {
            if let Err(error) = store.credential_used(id, peer, now).await {
                tracing::warn!(%error, credential = id, "the use of a program's password was not written down");
            }
        });
    }

    async fn hash(&self, password: &str) -> Result<blake3::Hash, StoreError> {
        let key = match self.key.get() {
            Some(key) => *key,
            None => {
                let kept = self.store.secret(KEY, self.clock.random()).await?;
                *self.key.get_or_init(|| kept)
            }
        };
        Ok(blake3::keyed_hash(&key, password.as_bytes()))
    }
}

/// Until when and from where a password may be used.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    pub networks: Networks,
    pub expires_at: Option<Millis>,
}

/// Whether it may be used for this, from there, now.
pub fn may(one: &Credential, scope: Scopes, peer: IpAddr, now: Millis) -> bool {
    let expired = one.expires_at.is_some_and(|at| at <= now);
    // What cannot be read any more lets nobody in.
    let from_there = Networks::parse(&one.networks).is_some_and(|networks| networks.has(peer));
    one.scopes.has(scope) && !expired && from_there
}

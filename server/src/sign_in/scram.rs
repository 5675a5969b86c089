//! SCRAM-SHA-256 (RFC 5802, RFC 7677), this house's side: what proofs are judged by.
//!
//! An account has one salt for all its passwords, its own and those of its programs: the salt is asked for before it is
//! known which password will be proven. For a name that nobody has, the salt is made of the name, and is always the same.

use crate::clock::Clock;
use protocol::sasl::scram::ScramCredentials;
use std::num::NonZeroU32;
use store::{Account, Credential, Scopes, Scram, ScramKeys, Store, StoreError};

/// RFC 7677 §4: at least 4096. Passwords of programs need none of them; people's are also kept as argon2, and whoever
/// steals the database attacks this.
const ITERATIONS: NonZeroU32 = NonZeroU32::new(10_000).unwrap();
/// What salts of nobody are made with; its bytes lie in the store.
const KEY: &str = "scram-nobody";

/// Whom a proof may show, and by what it is judged.
#[derive(Debug)]
pub struct Asked {
    pub salt: Vec<u8>,
    pub iterations: u32,
    /// Each password of the account; made up when there is none.
    pub candidates: Vec<Candidate>,
    pub(super) account: Option<Account>,
}

#[derive(Debug)]
pub struct Candidate {
    pub keys: ScramKeys,
    /// None: the account's own password.
    pub(super) credential: Option<Credential>,
}

impl Asked {
    /// As the sessions of the protocols judge by it.
    pub fn kept(&self) -> ScramCredentials {
        let mut all = self.candidates.iter().map(|candidate| (candidate.keys.stored, candidate.keys.server));
        let (stored_key, server_key) = all.next().unwrap_or_default();
        let (salt, iterations) = (self.salt.clone(), self.iterations);
        ScramCredentials { salt, iterations, stored_key, server_key, others: all.collect() }
    }
}

/// What is kept of a password.
pub fn keys(password: &str, salt: &[u8], iterations: u32) -> ScramKeys {
    let iterations = NonZeroU32::new(iterations).unwrap_or(ITERATIONS);
    let made = ScramCredentials::derive(password, salt.to_vec(), iterations);
    ScramKeys { stored: made.stored_key, server: made.server_key }
}

/// The account's salt, made when it has none.
pub async fn salt(store: &Store, clock: Clock, account: i64) -> Result<Scram, StoreError> {
    store.scram_salt(account, clock.random(), ITERATIONS.get()).await
}

/// Keeps what SCRAM needs of an account's own password, while it is known in clear: when it is set, and when it is used
/// for the first time since. Should it fail, SCRAM waits for the next time.
pub async fn learn(store: &Store, clock: Clock, account: i64, hash: &str, password: &str) {
    let learned = async {
        let kept = salt(store, clock, account).await?;
        if kept.keys.is_some() {
            return Ok(());
        }
        let password = password.to_owned();
        let made = tokio::task::spawn_blocking(move || keys(&password, &kept.salt, kept.iterations)).await;
        let made = made.map_err(|error| StoreError::Broken(error.to_string()))?;
        store.set_scram_keys(account, hash.to_owned(), made).await
    };
    if let Err(error) = learned.await {
        tracing::warn!(%error, account, "what SCRAM needs of a password was not kept");
    }
}

/// What `account`'s proofs are judged by; for nobody, and for who has no password that SCRAM knows, what no proof fits.
pub(super) async fn ask(
    store: &Store,
    clock: Clock,
    typed: &str,
    account: Option<Account>,
    scope: Scopes,
) -> Result<Asked, StoreError> {
    let key = store.secret(KEY, clock.random()).await?;
    let made_up = |what: &str| *blake3::keyed_hash(&key, format!("{what} {typed}").as_bytes()).as_bytes();
    let mut asked = Asked {
        salt: made_up("salt")[..16].to_vec(),
        iterations: ITERATIONS.get(),
        candidates: Vec::new(),
        account: None,
    };
    if let Some(account) = account {
        if let Some(kept) = store.scram(account.id).await? {
            asked.salt = kept.salt;
            asked.iterations = kept.iterations;
            asked.candidates.extend(kept.keys.map(|keys| Candidate { keys, credential: None }));
            let programs = store.credentials(account.id).await?.into_iter().filter(|one| one.scopes.has(scope));
            let candidate = |one: Credential| Candidate { keys: one.keys.clone(), credential: Some(one) };
            asked.candidates.extend(programs.map(candidate));
        }
        asked.account = Some(account);
    }
    if asked.candidates.is_empty() {
        let keys = ScramKeys { stored: made_up("stored"), server: made_up("server") };
        asked.candidates.push(Candidate { keys, credential: None });
        asked.account = None;
    }
    Ok(asked)
}

//! Passwords: argon2id, off the async threads, a few at a time.

use crate::clock::Clock;
use argon2::password_hash::SaltString;
use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

/// What one verification costs whoever guesses, and us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB.
    pub memory: u32,
    pub iterations: u32,
}

/// The desk where passwords are hashed and compared.
#[derive(Clone)]
pub struct Passwords {
    argon: Argon2<'static>,
    clock: Clock,
    /// One a core: more at once only makes each slower, and takes memory.
    turns: Arc<Semaphore>,
    room: Arc<Semaphore>,
    /// Verified when there is no such account, so that the answer takes as long: at the cost that most accounts have.
    dummy: Arc<Mutex<Arc<str>>>,
}

/// Too many wait already, or the hash could not be made. Try again later.
#[derive(Debug, thiserror::Error)]
#[error("no turn to check a password")]
pub struct NoTurn;

impl Passwords {
    /// None when the cost is outside what argon2 allows.
    pub fn new(cost: Cost, clock: Clock) -> Option<Passwords> {
        let params = Params::new(cost.memory, cost.iterations, Params::DEFAULT_P_COST, None).ok()?;
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let dummy: Arc<str> = hash(&argon, &clock.password(), &clock.random())?.into();
        Some(Passwords {
            argon,
            clock,
            turns: Arc::new(Semaphore::new(cores)),
            room: Arc::new(Semaphore::new(Semaphore::MAX_PERMITS)),
            dummy: Arc::new(Mutex::new(dummy)),
        })
    }

    /// More callers than `places` are turned away at once: each would wait for seconds.
    pub fn with_room_for(mut self, places: u32) -> Passwords {
        self.room = Arc::new(Semaphore::new(places as usize));
        self
    }

    /// A PHC string to keep (argon2id).
    pub async fn hash(&self, password: &str) -> Result<String, NoTurn> {
        let (argon, salt, password) = (self.argon.clone(), self.clock.random(), password.to_owned());
        self.at_the_desk(move || hash(&argon, &password, &salt)).await?.ok_or(NoTurn)
    }

    /// Whether `password` is the one that `kept` (a PHC string) was made from. A broken `kept` matches nothing.
    pub async fn verify(&self, password: &str, kept: &str) -> Result<bool, NoTurn> {
        let (argon, password, kept) = (self.argon.clone(), password.to_owned(), kept.to_owned());
        self.at_the_desk(move || {
            PasswordHash::new(&kept).is_ok_and(|kept| argon.verify_password(password.as_bytes(), &kept).is_ok())
        })
        .await
    }

    /// A hash that no password matches.
    pub fn dummy(&self) -> Arc<str> {
        Arc::clone(&self.dummy.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// From now on the dummy costs what verifying `common` does. A broken one changes nothing.
    pub fn imitate(&self, common: &str) {
        let Some((costs, _)) = costs(common) else { return };
        let random = |count: usize| {
            let bytes: [u8; 32] = self.clock.random();
            SaltString::encode_b64(&bytes[..count]).map(|text| text.to_string())
        };
        if let (Ok(salt), Ok(hash)) = (random(16), random(32)) {
            let dummy = format!("{costs}${salt}${hash}");
            *self.dummy.lock().unwrap_or_else(PoisonError::into_inner) = dummy.into();
        }
    }

    /// Whether `kept` was made at another cost than today's.
    pub fn is_outdated(&self, kept: &str) -> bool {
        let cost = |params: &Params| (params.m_cost(), params.t_cost(), params.p_cost());
        let made = PasswordHash::new(kept).ok().and_then(|hash| Params::try_from(&hash).ok());
        made.is_some_and(|made| cost(&made) != cost(self.argon.params()))
    }

    /// A password to be read and typed by people, 80 bits.
    pub fn generate(&self) -> String {
        self.clock.password()
    }

    async fn at_the_desk<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, NoTurn> {
        let _seat = self.room.try_acquire().map_err(|_| NoTurn)?;
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| NoTurn)?;
        // The turn goes with the work: a caller that hangs up must not make room for one more.
        let work = move || (work(), turn);
        tokio::task::spawn_blocking(work).await.map(|(done, _turn)| done).map_err(|_| NoTurn)
    }
}

/// What stands before the salt of a PHC string, and the rest.
fn costs(kept: &str) -> Option<(&str, &str)> {
    let (rest, _) = kept.rsplit_once('$')?;
    let (costs, salt) = rest.rsplit_once('$')?;
    costs.starts_with("$argon2id$").then_some((costs, salt))
}

fn hash(argon: &Argon2<'_>, password: &str, salt: &[u8; 16]) -> Option<String> {
    let salt = SaltString::encode_b64(salt).ok()?;
    Some(argon.hash_password(password.as_bytes(), &salt).ok()?.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cheap() -> Passwords {
        Passwords::new(Cost { memory: 64, iterations: 1 }, Clock).unwrap()
    }

    #[tokio::test]
    async fn the_right_password_matches_and_no_other() {
        let passwords = cheap();
        let kept = passwords.hash("correct horse").await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{kept}");
        assert!(passwords.verify("correct horse", &kept).await.unwrap());
        assert!(!passwords.verify("correct hors", &kept).await.unwrap());
        assert!(!passwords.verify("", &kept).await.unwrap());
        assert!(!passwords.verify("correct horse", "not a hash").await.unwrap());
        assert_ne!(kept, passwords.hash("correct horse").await.unwrap(), "each has its own salt");
    }

    #[tokio::test]
    async fn a_hash_made_at_another_cost_still_verifies() {
        let old = Passwords::new(Cost { memory: 128, iterations: 2 }, Clock).unwrap();
        let kept = old.hash("correct horse").await.unwrap();
        assert!(cheap().verify("correct horse", &kept).await.unwrap());
    }

    #[tokio::test]
    async fn the_dummy_costs_what_most_hashes_do_and_matches_nothing() {
        let (old, now) = (Passwords::new(Cost { memory: 128, iterations: 2 }, Clock).unwrap(), cheap());
        let kept = old.hash("correct horse").await.unwrap();
        assert!(now.dummy().starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
        now.imitate(&kept);
        let dummy = now.dummy();
        assert!(dummy.starts_with("$argon2id$v=19$m=128,t=2,p=1$") && dummy.len() == kept.len(), "{dummy}");
        assert!(PasswordHash::new(&dummy).is_ok());
        assert!(!now.verify("correct horse", &dummy).await.unwrap());
        now.imitate("nonsense");
        assert_eq!(now.dummy(), dummy);
    }

    #[tokio::test]
    async fn a_hash_of_another_cost_is_outdated() {
        let (old, now) = (Passwords::new(Cost { memory: 128, iterations: 2 }, Clock).unwrap(), cheap());
        assert!(now.is_outdated(&old.hash("x").await.unwrap()));
        assert!(!now.is_outdated(&now.hash("x").await.unwrap()));
        assert!(!now.is_outdated("nonsense"));
    }

    #[test]
    fn a_cost_argon2_does_not_allow_is_refused() {
        assert!(Passwords::new(Cost { memory: 0, iterations: 1 }, Clock).is_none());
        assert!(Passwords::new(Cost { memory: 64, iterations: 0 }, Clock).is_none());
    }
}

//! What was verified a moment ago, so that a program that polls does not cost an argon2 each time.
//!
//! Held are only keyed hashes of address, password and the hash on record, with a key that dies with the process.
//! A changed password changes the hash on record, so what is remembered of the old one is never found again.

use std::collections::HashMap;
use std::time::Duration;
use tokio::time::Instant;

/// Entries at most; 65 bytes each.
const ENTRIES: usize = 20_000;
/// A right password is verified again after this.
const RIGHT_FOR: Duration = Duration::from_secs(3600);
/// The same wrong one counts as a new guess after this.
const WRONG_FOR: Duration = Duration::from_secs(600);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remembered {
    Right,
    Wrong,
}

pub struct Memory {
    key: [u8; 32],
    entries: HashMap<[u8; 32], (Remembered, Instant)>,
}

impl Memory {
    pub fn new(key: [u8; 32]) -> Self {
        Memory { key, entries: HashMap::new() }
    }

    pub fn recall(&self, address: &str, password: &str, kept: &str, now: Instant) -> Option<Remembered> {
        let (remembered, until) = self.entries.get(&self.digest(address, password, kept))?;
        (now < *until).then_some(*remembered)
    }

    pub fn remember(&mut self, address: &str, password: &str, kept: &str, what: Remembered, now: Instant) {
        let until = now + if what == Remembered::Right { RIGHT_FOR } else { WRONG_FOR };
        if self.entries.len() >= ENTRIES {
            self.entries.retain(|_, (_, until)| now < *until);
        }
        if self.entries.len() >= ENTRIES {
            // Guesses go first: forgetting one costs its guesser a turn, forgetting a right one costs us an argon2.
            self.entries.retain(|_, (remembered, _)| *remembered == Remembered::Right);
        }
        if self.entries.len() >= ENTRIES {
            self.entries.clear();
        }
        self.entries.insert(self.digest(address, password, kept), (what, until));
    }

    fn digest(&self, address: &str, password: &str, kept: &str) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        for part in [address, password, kept] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        hasher.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    #[test]
    fn what_was_right_is_known_until_the_password_changes_or_time_passes() {
        let now = Clock.instant();
        let mut memory = Memory::new([7; 32]);
        assert_eq!(memory.recall("bob@x.test", "secret", "hash-1", now), None);
        memory.remember("bob@x.test", "secret", "hash-1", Remembered::Right, now);
        memory.remember("bob@x.test", "stale", "hash-1", Remembered::Wrong, now);
        assert_eq!(memory.recall("bob@x.test", "secret", "hash-1", now), Some(Remembered::Right));
        assert_eq!(memory.recall("bob@x.test", "stale", "hash-1", now), Some(Remembered::Wrong));
        assert_eq!(memory.recall("bob@x.test", "secret", "hash-2", now), None);
        assert_eq!(memory.recall("bob@x.tes", "tsecret", "hash-1", now), None, "parts do not run together");
        assert_eq!(memory.recall("bob@x.test", "secret", "hash-1", now + RIGHT_FOR), None);
    }

    #[test]
    fn guesses_are_forgotten_before_right_passwords() {
        let now = Clock.instant();
        let mut memory = Memory::new([7; 32]);
        memory.remember("bob@x.test", "secret", "hash", Remembered::Right, now);
        for guess in 0..ENTRIES * 2 {
            memory.remember("bob@x.test", &guess.to_string(), "hash", Remembered::Wrong, now);
            assert!(memory.entries.len() <= ENTRIES);
        }
        assert_eq!(memory.recall("bob@x.test", "secret", "hash", now), Some(Remembered::Right));
    }
}

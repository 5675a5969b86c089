//! Time and chance. The only room of the server that asks what time it is or rolls dice, so that everything else
//! can be tested with times and numbers handed in.

use mail::Domain;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::time::Instant;

/// The wall clock, the stopwatch and the dice.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock;

/// No `l`, `o`, `0` or `1`: a password is read from one screen and typed at another. 32 signs are five bits each.
const SIGNS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

impl Clock {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the wall clock")]
    pub fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    /// Unix milliseconds, as the store keeps them.
    pub fn now_ms(&self) -> i64 {
        millis(self.now())
    }

    /// The stopwatch: never goes backwards, whatever happens to the wall clock.
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the monotonic clock")]
    pub fn instant(&self) -> Instant {
        Instant::now()
    }

    /// Unguessable bytes from the system.
    #[expect(clippy::disallowed_methods, reason = "the one place that rolls dice")]
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        // A system without randomness can make neither ids nor secrets: nothing sensible can be done without.
        getrandom::fill(&mut bytes).expect("the system gives random bytes");
        bytes
    }

    /// A short id for log lines and Received headers: 12 letters and digits, 60 bits.
    pub fn id(&self) -> String {
        signs(&self.random::<12>())
    }

    /// A Message-ID without its angle brackets (RFC 5322 §3.6.4).
    pub fn message_id(&self, host: &Domain) -> String {
        format!("{}.{}@{host}", signs(&self.random::<16>()), self.now_ms())
    }

    /// A MIME boundary that no body contains by chance (RFC 2046 §5.1.1).
    pub fn boundary(&self) -> String {
        format!("=_{}", signs(&self.random::<24>()))
    }

    /// A nonce for SCRAM (RFC 5802 §5.1): 24 letters and digits, 120 bits.
    pub fn nonce(&self) -> String {
        signs(&self.random::<24>())
    }

    /// A password to be read and typed by people: four groups of four signs, 80 bits.
    pub fn password(&self) -> String {
        let all = signs(&self.random::<16>());
        [&all[0..4], &all[4..8], &all[8..12], &all[12..16]].join("-")
    }

    /// Puts `items` in an order of chance (RFC 5321 §5.1: equal preferences).
    pub fn shuffle<T>(&self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let dice = u64::from_le_bytes(self.random());
            let other = usize::try_from(dice % (last as u64 + 1)).unwrap_or(0);
            items.swap(last, other);
        }
    }
}

/// Unix milliseconds. Before 1970 is 1970.
pub fn millis(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// The moment that `millis` names.
pub fn moment(millis: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}

/// A length of time in the store's unit.
pub fn span(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn signs(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(SIGNS[usize::from(byte % 32)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_password_is_four_groups_without_signs_that_look_alike() {
        let password = Clock.password();
        let groups: Vec<&str> = password.split('-').collect();
        assert_eq!(groups.iter().map(|group| group.len()).collect::<Vec<_>>(), [4, 4, 4, 4]);
        assert!(!password.contains(['l', 'o', '0', '1']), "{password}");
        assert_ne!(password, Clock.password());
    }

    #[test]
    fn shuffling_keeps_every_item() {
        let mut items: Vec<u32> = (0..50).collect();
        Clock.shuffle(&mut items);
        items.sort_unstable();
        assert_eq!(items, (0..50).collect::<Vec<_>>());
    }

    #[test]
    fn times_go_to_the_store_and_back() {
        assert_eq!(millis(moment(1_700_000_000_123)), 1_700_000_000_123);
        assert_eq!(millis(moment(-5)), 0);
    }
}

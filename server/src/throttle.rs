//! A meter for each of many: a burst at once, then one an interval (GCRA). Time is handed in.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;
use tokio::time::Instant;

/// Meters kept at most. One that is full again needs no keeping, so this is reached only under attack.
const METERS: usize = 65_536;

/// Meters by key. Memory is bounded whatever the number of keys.
pub struct Throttle<K> {
    burst: u32,
    interval: Duration,
    /// When each meter will be full again.
    full_at: HashMap<K, Instant>,
}

impl<K: Eq + Hash + Clone> Throttle<K> {
    /// `burst` takes at once, and then one each `interval`.
    pub fn new(burst: u32, interval: Duration) -> Self {
        Throttle { burst: burst.max(1), interval, full_at: HashMap::new() }
    }

    /// Takes one, or says how long until there is one to take.
    pub fn take(&mut self, key: &K, now: Instant) -> Result<(), Duration> {
        let full_at = self.full_at.get(key).copied().unwrap_or(now).max(now) + self.interval;
        let owed = full_at - now;
        let allowed = self.interval * self.burst;
        if owed > allowed {
            return Err(owed - allowed);
        }
        if !self.full_at.contains_key(key) {
            self.make_room(now);
        }
        self.full_at.insert(key.clone(), full_at);
        Ok(())
    }

    /// Takes the next one that will be there, and answers how long until then. None, and nothing is taken: longer than
    /// `longest`. So those who wait are served in the order they came.
    pub fn reserve(&mut self, key: &K, now: Instant, longest: Duration) -> Option<Duration> {
        let full_at = self.full_at.get(key).copied().unwrap_or(now).max(now) + self.interval;
        let wait = (full_at - now).saturating_sub(self.interval * self.burst);
        if wait > longest {
            return None;
        }
        if !self.full_at.contains_key(key) {
            self.make_room(now);
        }
        self.full_at.insert(key.clone(), full_at);
        Some(wait)
    }

    /// Gives back one that was taken.
    pub fn give_back(&mut self, key: &K) {
        if let Some(full_at) = self.full_at.get_mut(key) {
            *full_at -= self.interval;
        }
    }

    /// Fills a meter by so many, and never above full.
    pub fn forgive(&mut self, key: &K, count: u32, now: Instant) {
        let Some(full_at) = self.full_at.get_mut(key) else { return };
        match full_at.checked_sub(self.interval * count).filter(|earlier| *earlier > now) {
            Some(earlier) => *full_at = earlier,
            None => drop(self.full_at.remove(key)),
        }
    }

    fn make_room(&mut self, now: Instant) {
        if self.full_at.len() < METERS {
            return;
        }
        self.full_at.retain(|_, full_at| *full_at > now);
        // Still no room: forget a sixteenth, whichever they are, rather than grow.
        if self.full_at.len() >= METERS {
            let mut index = 0_usize;
            self.full_at.retain(|_, _| {
                index += 1;
                !index.is_multiple_of(16)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    #[test]
    fn a_burst_then_one_an_interval() {
        let now = Clock.instant();
        let mut throttle = Throttle::new(3, Duration::from_millis(500));
        for _ in 0..3 {
            assert_eq!(throttle.take(&"a", now), Ok(()));
        }
        assert_eq!(throttle.take(&"a", now), Err(Duration::from_millis(500)));
        assert_eq!(throttle.take(&"a", now + Duration::from_millis(200)), Err(Duration::from_millis(300)));
        assert_eq!(throttle.take(&"b", now), Ok(()), "others are not concerned");
        assert_eq!(throttle.take(&"a", now + Duration::from_millis(500)), Ok(()));
        assert!(throttle.take(&"a", now + Duration::from_millis(500)).is_err());
        assert_eq!(throttle.take(&"a", now + Duration::from_secs(60)), Ok(()));
    }

    #[test]
    fn who_reserves_is_served_in_turn_and_not_for_ever() {
        let now = Clock.instant();
        let mut throttle = Throttle::new(1, Duration::from_secs(2));
        let longest = Duration::from_secs(5);
        let waits: Vec<Option<u64>> =
            (0..5).map(|_| throttle.reserve(&"a", now, longest).map(|wait| wait.as_secs())).collect();
        assert_eq!(waits, [Some(0), Some(2), Some(4), None, None]);
        assert_eq!(throttle.reserve(&"a", now + Duration::from_secs(4), longest), Some(Duration::from_secs(2)));
    }

    #[test]
    fn what_is_given_back_was_never_taken() {
        let now = Clock.instant();
        let mut throttle = Throttle::new(2, Duration::from_secs(1));
        for _ in 0..100 {
            assert_eq!(throttle.take(&1, now), Ok(()));
            throttle.give_back(&1);
        }
    }

    #[test]
    fn what_is_forgiven_is_never_more_than_was_taken() {
        let now = Clock.instant();
        let mut throttle = Throttle::new(2, Duration::from_secs(1));
        assert_eq!((throttle.take(&1, now), throttle.take(&1, now)), (Ok(()), Ok(())));
        throttle.forgive(&1, 1, now);
        assert_eq!(throttle.take(&1, now), Ok(()));
        throttle.forgive(&1, 100, now);
        assert_eq!((throttle.take(&1, now), throttle.take(&1, now)), (Ok(()), Ok(())));
        assert!(throttle.take(&1, now).is_err());
    }

    #[test]
    fn memory_is_bounded() {
        let now = Clock.instant();
        let mut throttle = Throttle::new(2, Duration::from_secs(1));
        for key in 0..METERS * 2 {
            let _ = throttle.take(&key, now);
        }
        assert!(throttle.full_at.len() <= METERS);
        let _ = throttle.take(&0, now + Duration::from_secs(10));
    }
}

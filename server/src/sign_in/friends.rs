//! From where an account's owner has signed in: what a stranger elsewhere does must not keep them out.

use super::Who;
use crate::peer::Peer;
use std::collections::HashMap;
use std::time::Duration;
use tokio::time::Instant;

/// Entries at most; 64 bytes each.
const ENTRIES: usize = 20_000;
/// Long enough for a desktop program at home over its owner's holidays.
const KNOWN_FOR: Duration = Duration::from_secs(30 * 24 * 3600);

/// Pairs of account and peer with a right password. Forgotten with the process: then a sign-in makes them anew.
#[derive(Default)]
pub struct Friends {
    until: HashMap<(Who, Peer), Instant>,
}

impl Friends {
    pub fn remember(&mut self, pair: (Who, Peer), now: Instant) {
        if self.until.len() >= ENTRIES {
            self.until.retain(|_, until| now < *until);
        }
        if self.until.len() >= ENTRIES {
            // Only those with a password get here, so this is a large house and no attack: the half that has not come
            // for longest is forgotten.
            let mut all: Vec<Instant> = self.until.values().copied().collect();
            let (_, median, _) = all.select_nth_unstable(ENTRIES / 2);
            let median = *median;
            self.until.retain(|_, until| *until > median);
        }
        self.until.insert(pair, now + KNOWN_FOR);
    }

    pub fn knows(&self, pair: &(Who, Peer), now: Instant) -> bool {
        self.until.get(pair).is_some_and(|until| now < *until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use std::net::IpAddr;

    #[test]
    fn a_pair_is_known_for_a_month_and_memory_is_bounded() {
        let (mut friends, now) = (Friends::default(), Clock.instant());
        let peer = Peer::from(IpAddr::from([192, 0, 2, 1]));
        let other = Peer::from(IpAddr::from([192, 0, 2, 2]));
        friends.remember(([1; 32], peer), now);
        assert!(friends.knows(&([1; 32], peer), now));
        assert!(!friends.knows(&([1; 32], other), now) && !friends.knows(&([2; 32], peer), now));
        assert!(!friends.knows(&([1; 32], peer), now + KNOWN_FOR));
        for number in 0..ENTRIES as u64 * 2 {
            let mut who = [0; 32];
            who[..8].copy_from_slice(&number.to_le_bytes());
            friends.remember((who, peer), now + Duration::from_millis(number));
            assert!(friends.until.len() <= ENTRIES);
        }
        assert!(friends.until.len() > ENTRIES / 4);
    }
}

//! The addresses from which somebody of ours is signed in: no throttle keeps their owners out.

use super::Peer;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// An address is known for so long after somebody was last seen there signed in: longer than a web session idles, and
/// than any program waits between two looks.
const KNOWN_FOR: Duration = Duration::from_secs(3600);
/// Entries at most. More than so many people at once are not kept apart.
const ENTRIES: usize = 65_536;

/// Clones share one memory.
#[derive(Clone, Default)]
pub struct Regulars {
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    peers: HashMap<Peer, Instant>,
}

impl Regulars {
    /// Somebody is signed in at `peer`.
    pub fn seen(&self, peer: Peer, now: Instant) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.peers.len() >= ENTRIES {
            seen.peers.retain(|_, at| now < *at + KNOWN_FOR);
        }
        if seen.peers.len() < ENTRIES {
            seen.peers.insert(peer, now);
        }
    }

    /// Whether anybody was signed in there a while ago.
    pub fn knows(&self, peer: Peer, now: Instant) -> bool {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.peers.get(&peer).is_some_and(|at| now < *at + KNOWN_FOR)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use std::net::IpAddr;

    #[test]
    fn an_address_is_known_while_its_owner_is_about() {
        let (regulars, now) = (Regulars::default(), Clock.instant());
        let (home, elsewhere) = (Peer::from(IpAddr::from([192, 0, 2, 1])), Peer::from(IpAddr::from([192, 0, 2, 2])));
        regulars.seen(home, now);
        assert!(regulars.knows(home, now) && !regulars.knows(elsewhere, now));
        assert!(!regulars.knows(home, now + KNOWN_FOR));
    }

    #[test]
    fn memory_is_bounded() {
        let (regulars, now) = (Regulars::default(), Clock.instant());
        for number in 0..ENTRIES as u32 * 2 {
            regulars.seen(Peer::from(IpAddr::from(number.to_be_bytes())), now);
        }
        assert_eq!(regulars.seen.lock().unwrap().peers.len(), ENTRIES);
    }
}

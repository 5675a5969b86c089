//! Hosts that just now could not be reached: not tried again for a moment, so that a hundred messages to a dead
//! host do not cost a hundred time-outs.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

const REMEMBERED: usize = 10_000;

pub struct Dead {
    /// How long a host is left alone.
    rest: Duration,
    hosts: Mutex<HashMap<SocketAddr, (Instant, String)>>,
}

impl Dead {
    pub fn new(rest: Duration) -> Self {
        Dead { rest, hosts: Mutex::default() }
    }

    /// Why it could not be reached, if that was a moment ago.
    pub fn recall(&self, host: SocketAddr, now: Instant) -> Option<String> {
        let hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        hosts.get(&host).filter(|(until, _)| now < *until).map(|(_, why)| why.clone())
    }

    pub fn remember(&self, host: SocketAddr, why: String, now: Instant) {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if hosts.len() >= REMEMBERED {
            hosts.retain(|_, (until, _)| now < *until);
        }
        if hosts.len() < REMEMBERED {
            hosts.insert(host, (now + self.rest, why));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    #[test]
    fn a_dead_host_is_left_alone_for_a_moment() {
        let (dead, now) = (Dead::new(Duration::from_secs(15)), Clock.instant());
        let host: SocketAddr = "192.0.2.1:25".parse().unwrap();
        assert_eq!(dead.recall(host, now), None);
        dead.remember(host, "connection refused".to_owned(), now);
        assert_eq!(dead.recall(host, now).as_deref(), Some("connection refused"));
        assert_eq!(dead.recall(host, now + Duration::from_secs(15)), None);
    }
}

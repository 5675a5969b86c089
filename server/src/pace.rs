//! How much mail one peer may send in an hour: messages, and recipients named.

use crate::clock::Clock;
use crate::config::Config;
use crate::peer::Peer;
use crate::throttle::Throttle;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

/// One meter a peer for each. None: no limit.
pub struct Pace {
    clock: Clock,
    messages: Option<Mutex<Throttle<Peer>>>,
    recipients: Option<Mutex<Throttle<Peer>>>,
}

impl Pace {
    pub fn new(config: &Config, clock: Clock) -> Pace {
        let an_hour = |most: u32| (most > 0).then(|| Mutex::new(Throttle::new(most, HOUR / most)));
        Pace { clock, messages: an_hour(config.peer_messages), recipients: an_hour(config.peer_recipients) }
    }

    /// Whether `peer` may send one more message.
    pub fn message(&self, peer: IpAddr) -> bool {
        self.take(&self.messages, peer)
    }

    /// Whether `peer` may name one more recipient.
    pub fn recipient(&self, peer: IpAddr) -> bool {
        self.take(&self.recipients, peer)
    }

    fn take(&self, meter: &Option<Mutex<Throttle<Peer>>>, peer: IpAddr) -> bool {
        let Some(meter) = meter else { return true };
        let mut meter = meter.lock().unwrap_or_else(PoisonError::into_inner);
        meter.take(&peer.into(), self.clock.instant()).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_that_sends_too_much_is_stopped_and_others_are_not() {
        let config = Config { peer_messages: 3, peer_recipients: 0, ..Config::default() };
        let pace = Pace::new(&config, Clock);
        let (loud, quiet) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        let taken = (0..10).filter(|_| pace.message(loud)).count();
        assert_eq!(taken, 3);
        assert!(pace.message(quiet));
        assert!((0..1000).all(|_| pace.recipient(loud)), "0 is no limit");
    }
}

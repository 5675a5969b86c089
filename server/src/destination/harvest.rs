//! Trying out names is slowed: who asks for many that nobody has waits for each answer, and then hears that it is
//! enough. Good mail from the same place makes up for bad guesses: a mailing list with old addresses is no harvester.

use crate::peer::Peer;
use crate::throttle::Throttle;
use protocol::smtp::Reply;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::Instant;

/// The longest that one answer is held back.
const LONGEST: Duration = Duration::from_secs(10);
/// Answers held back at the same time, over all peers; who comes then is sent away at once.
const HELD: usize = 200;
/// Answers held back in one session before it ends.
const MOST: u32 = 5;
/// Unknown names that one good message makes up for.
const GOOD: u32 = 5;

const ENOUGH: Reply = Reply::new(421, (7, 0), "Too many names that nobody has; try again later");

/// How many unknown names one peer may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameLimit {
    /// At once.
    pub burst: u32,
    /// Then one in this time.
    pub interval: Duration,
}

/// Meters of all peers. Memory is bounded as the throttle's is.
pub struct Harvest {
    meters: Mutex<Throttle<Peer>>,
    tarpit: Semaphore,
}

impl Harvest {
    pub fn new(limit: NameLimit) -> Harvest {
        let meters = Mutex::new(Throttle::new(limit.burst, limit.interval));
        Harvest { meters, tarpit: Semaphore::new(HELD) }
    }

    fn meters(&self) -> MutexGuard<'_, Throttle<Peer>> {
        self.meters.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A name was asked for that nobody has: holds the answer back as long as it must be. `held`: how often that was
    /// done in this session. Answers what to say instead, when it is enough.
    pub async fn unknown(&self, peer: Peer, now: Instant, held: &mut u32) -> Option<Reply> {
        let wait = self.meters().take(&peer, now).err()?;
        *held += 1;
        if *held > MOST {
            return Some(ENOUGH);
        }
        let Ok(_place) = self.tarpit.try_acquire() else { return Some(ENOUGH) };
        let wait = wait.min(LONGEST);
        tokio::time::sleep(wait).await;
        // Having waited, it may have its answer; that counts as well.
        let _ = self.meters().take(&peer, now + wait);
        None
    }

    /// A message from there was taken.
    pub fn good(&self, peer: Peer, now: Instant) {
        self.meters().forgive(&peer, GOOD, now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use std::net::IpAddr;

    fn peer(last: u8) -> Peer {
        Peer::from(IpAddr::from([192, 0, 2, last]))
    }

    #[tokio::test]
    async fn after_a_burst_each_answer_waits_and_then_it_is_enough() {
        let harvest = Harvest::new(NameLimit { burst: 3, interval: Duration::from_millis(200) });
        let (begun, mut held) = (Clock.instant(), 0);
        for _ in 0..3 {
            assert_eq!(harvest.unknown(peer(1), Clock.instant(), &mut held).await, None);
        }
        assert_eq!(held, 0, "the first ones are slips of the finger");
        for _ in 0..MOST {
            assert_eq!(harvest.unknown(peer(1), Clock.instant(), &mut held).await, None);
        }
        assert_eq!(held, MOST);
        assert!(Clock.instant() - begun >= Duration::from_millis(150) * MOST);
        assert!(harvest.unknown(peer(1), Clock.instant(), &mut held).await.is_some_and(|reply| reply.code() == 421));
        assert_eq!(harvest.unknown(peer(2), Clock.instant(), &mut 0).await, None, "others are not concerned");
    }

    #[tokio::test]
    async fn good_mail_makes_up_for_old_addresses() {
        let harvest = Harvest::new(NameLimit { burst: 10, interval: Duration::from_secs(60) });
        let mut held = 0;
        for _ in 0..50 {
            for _ in 0..GOOD {
                assert_eq!(harvest.unknown(peer(1), Clock.instant(), &mut held).await, None);
            }
            harvest.good(peer(1), Clock.instant());
        }
        assert_eq!(held, 0);
    }

    #[tokio::test]
    async fn so_many_are_held_back_and_no_more() {
        let harvest = Harvest::new(NameLimit { burst: 1, interval: Duration::from_secs(3600) });
        let _all = harvest.tarpit.acquire_many(u32::try_from(HELD).unwrap()).await.unwrap();
        let mut held = 0;
        assert_eq!(harvest.unknown(peer(1), Clock.instant(), &mut held).await, None);
        assert!(harvest.unknown(peer(1), Clock.instant(), &mut held).await.is_some());
    }
}

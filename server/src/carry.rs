//! How much mail is held in memory on its way out, whatever the number of sessions.

use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Messages up to this many octets are not weighed.
const LIGHT: i64 = 256 * 1024;

/// A bound in KiB for large messages. Clones share it.
#[derive(Clone)]
pub struct Carry {
    whole: u32,
    room: Arc<Semaphore>,
}

/// A message in memory. Put down when dropped.
pub struct Weight {
    _permit: Option<OwnedSemaphorePermit>,
}

impl Carry {
    pub fn new(kib: u32) -> Self {
        Carry { whole: kib, room: Arc::new(Semaphore::new(kib as usize)) }
    }

    /// Room for a message of `size` octets. None: not within `patience`.
    pub async fn take(&self, size: i64, patience: Duration) -> Option<Weight> {
        if size <= LIGHT {
            return Some(Weight { _permit: None });
        }
        // One that is larger than all of the room takes all of it, and goes alone.
        let weight = u32::try_from(size / 1024).unwrap_or(self.whole).min(self.whole);
        let room = Arc::clone(&self.room).acquire_many_owned(weight);
        let permit = tokio::time::timeout(patience, room).await.ok()?.ok()?;
        Some(Weight { _permit: Some(permit) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn large_messages_share_the_room_and_small_ones_do_not_wait() {
        let carry = Carry::new(1024);
        let short = Duration::from_millis(20);
        let whole = carry.take(5 * 1024 * 1024, short).await.unwrap();
        assert!(carry.take(1024, short).await.is_some());
        assert!(carry.take(512 * 1024, short).await.is_none());
        drop(whole);
        let _half = carry.take(512 * 1024, short).await.unwrap();
        assert!(carry.take(512 * 1024, short).await.is_some());
    }
}

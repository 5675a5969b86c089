//! Who has which maildrop (RFC 1939 §3: one session at a time).

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

const MOMENT: Duration = Duration::from_millis(20);
const MOMENTS: u32 = 20;

#[derive(Clone, Default)]
pub struct Maildrops {
    locked: Arc<Mutex<HashSet<i64>>>,
}

/// The maildrop is this session's until this is dropped.
pub struct Lock {
    account: i64,
    locked: Arc<Mutex<HashSet<i64>>>,
}

impl Maildrops {
    /// Waits a moment for a session that is on its way out: a program may sign in again before the session that
    /// heard `+OK` to QUIT, or just hung up, has let go. None: another session has it.
    pub async fn lock_soon(&self, account: i64) -> Option<Lock> {
        for _ in 0..MOMENTS {
            if let Some(lock) = self.lock(account) {
                return Some(lock);
            }
            tokio::time::sleep(MOMENT).await;
        }
        self.lock(account)
    }

    /// None: another session has it.
    fn lock(&self, account: i64) -> Option<Lock> {
        let mut locked = self.locked.lock().unwrap_or_else(PoisonError::into_inner);
        locked.insert(account).then(|| Lock { account, locked: Arc::clone(&self.locked) })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        self.locked.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.account);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_maildrop_is_one_sessions_until_it_leaves() {
        let maildrops = Maildrops::default();
        let bob = maildrops.lock(1).unwrap();
        assert!(maildrops.lock(1).is_none());
        assert!(maildrops.lock(2).is_some());
        drop(bob);
        assert!(maildrops.lock(1).is_some());
    }

    #[tokio::test]
    async fn who_comes_while_the_last_one_leaves_waits_a_moment() {
        let maildrops = Maildrops::default();
        let bob = maildrops.lock(1).unwrap();
        assert!(maildrops.lock_soon(1).await.is_none(), "stays");
        tokio::spawn(async move {
            tokio::time::sleep(MOMENT).await;
            drop(bob);
        });
        assert!(maildrops.lock_soon(1).await.is_some());
    }
}

//! Who has which maildrop (RFC 1939 §3: one session at a time).

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

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
    /// None: another session has it.
    pub fn lock(&self, account: i64) -> Option<Lock> {
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
}

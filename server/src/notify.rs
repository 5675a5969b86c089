//! Tells who looks at an account that something in it has changed. Told after the commit, never before.
//!
//! Changes are not queued but counted: a slow listener hears once of many, so memory is one number an account.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;

type Listeners = Arc<Mutex<HashMap<i64, watch::Sender<u64>>>>;

/// The bell board: one bell an account that somebody listens to.
#[derive(Clone, Default)]
pub struct Notify {
    listeners: Listeners,
}

/// One listener to one account. Dropping it stops listening.
pub struct Subscription {
    account: i64,
    bell: watch::Receiver<u64>,
    listeners: Listeners,
}

impl Notify {
    /// Something in the account changed: a message arrived, was moved, read or removed.
    pub fn changed(&self, account: i64) {
        let listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bell) = listeners.get(&account) {
            bell.send_modify(|count| *count = count.wrapping_add(1));
        }
    }

    pub fn subscribe(&self, account: i64) -> Subscription {
        let mut listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        let bell = listeners.entry(account).or_insert_with(|| watch::channel(0).0).subscribe();
        Subscription { account, bell, listeners: Arc::clone(&self.listeners) }
    }
}

impl Subscription {
    /// Waits until something has changed since the last call (or since subscribing). May be dropped and called again.
    pub async fn changed(&mut self) {
        if self.bell.changed().await.is_err() {
            // The bell lives as long as this subscription, so this cannot be; waiting for ever is the harmless answer.
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        // One receiver left: this one, which is going.
        if listeners.get(&self.account).is_some_and(|bell| bell.receiver_count() <= 1) {
            listeners.remove(&self.account);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn many_changes_are_heard_once_and_other_accounts_stay_quiet() {
        let notify = Notify::default();
        let (mut bob, mut lisa) = (notify.subscribe(1), notify.subscribe(2));
        for _ in 0..100 {
            notify.changed(1);
        }
        bob.changed().await;
        assert!(!bob.bell.has_changed().unwrap(), "the hundred were heard at once");
        assert!(!lisa.bell.has_changed().unwrap());
        notify.changed(2);
        lisa.changed().await;
    }

    #[test]
    fn the_last_listener_takes_the_bell_down() {
        let notify = Notify::default();
        let (first, second) = (notify.subscribe(1), notify.subscribe(1));
        drop(first);
        assert_eq!(notify.listeners.lock().unwrap().len(), 1);
        drop(second);
        assert_eq!(notify.listeners.lock().unwrap().len(), 0);
        notify.changed(1);
    }
}

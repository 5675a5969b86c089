//! Tells who looks at an account that something in it has changed. Told after the commit, never before.
//!
//! Changes are not queued but counted: a slow listener hears once of many, so memory is one number an account.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;

type Listeners = Arc<Mutex<HashMap<i64, watch::Sender<Rung>>>>;

/// How often a bell has been rung, and how often of these for new mail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Rung {
    changes: u64,
    arrivals: u64,
}

/// What a listener hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// New mail, and perhaps something else as well.
    Mail,
    /// Something was moved, read, sent or removed.
    Change,
}

/// The bell board: one bell an account that somebody listens to.
#[derive(Clone, Default)]
pub struct Notify {
    listeners: Listeners,
}

/// One listener to one account. Dropping it stops listening.
pub struct Subscription {
    account: i64,
    bell: watch::Receiver<Rung>,
    /// Arrivals that have been heard.
    arrivals: u64,
    listeners: Listeners,
}

impl Notify {
    /// Something in the account changed: a message was moved, read, sent or removed.
    pub fn changed(&self, account: i64) {
        self.ring(account, 0);
    }

    /// A message arrived in the account.
    pub fn arrived(&self, account: i64) {
        self.ring(account, 1);
    }

    fn ring(&self, account: i64, arrivals: u64) {
        let listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bell) = listeners.get(&account) {
            bell.send_modify(|rung| {
                rung.changes = rung.changes.wrapping_add(1);
                rung.arrivals = rung.arrivals.wrapping_add(arrivals);
            });
        }
    }

    pub fn subscribe(&self, account: i64) -> Subscription {
        let mut listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        let bell = listeners.entry(account).or_insert_with(|| watch::channel(Rung::default()).0).subscribe();
        let arrivals = bell.borrow().arrivals;
        Subscription { account, bell, arrivals, listeners: Arc::clone(&self.listeners) }
    }
}

impl Subscription {
    /// Waits until something has changed since the last call (or since subscribing). May be dropped and called again.
    pub async fn changed(&mut self) -> Heard {
        if self.bell.changed().await.is_err() {
            // The bell lives as long as this subscription, so this cannot be; waiting for ever is the harmless answer.
            std::future::pending::<()>().await;
        }
        let arrivals = self.bell.borrow().arrivals;
        let heard = if arrivals == self.arrivals { Heard::Change } else { Heard::Mail };
        self.arrivals = arrivals;
        heard
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

    #[tokio::test]
    async fn new_mail_is_told_from_what_somebody_did() {
        let notify = Notify::default();
        let mut bob = notify.subscribe(1);
        notify.changed(1);
        assert_eq!(bob.changed().await, Heard::Change);
        notify.arrived(1);
        notify.changed(1);
        assert_eq!(bob.changed().await, Heard::Mail);
        notify.changed(1);
        assert_eq!(bob.changed().await, Heard::Change);
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

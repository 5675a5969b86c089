//! How much an account may send in a day. What is beyond is held, and not refused: a person who writes to a club may, and
//! a stranger with a stolen password must not. Mail for people here is not counted.

use crate::clock::span;
use crate::config::Config;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::{Account, Millis, Spent, Store, StoreError};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What is being handed in at this moment and not yet written down, by account.
#[derive(Clone, Default)]
pub struct Allowances {
    under_way: Arc<Mutex<HashMap<i64, Spent>>>,
}

/// One message on its way into the queue. It counts until this is dropped; `written_down` makes it count for the day.
pub struct UnderWay {
    account: i64,
    own: Spent,
    recipients: Vec<String>,
    /// More than the account may: to be held.
    pub over: bool,
    all: Arc<Mutex<HashMap<i64, Spent>>>,
}

/// The most messages and new recipients of a day; 0: no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Most {
    messages: i64,
    recipients: i64,
}

impl Most {
    fn is_exceeded(self, spent: Spent) -> bool {
        let over = |most: i64, spent: i64| most > 0 && spent > most;
        over(self.messages, spent.messages) || over(self.recipients, spent.recipients)
    }
}

impl Allowances {
    /// Whether one more message of `account`, to `recipients` elsewhere, is within what it may send.
    pub async fn weigh(
        &self,
        store: &Store,
        config: &Config,
        account: &Account,
        recipients: Vec<String>,
        now: Millis,
    ) -> Result<UnderWay, StoreError> {
        let own = store.allowance(account.id).await?;
        let most = Most {
            messages: own.messages.unwrap_or(config.daily_messages.into()),
            recipients: own.recipients.unwrap_or(config.daily_new_recipients.into()),
        };
        let new = store.strangers(account.id, &recipients).await?;
        // Counted before the store is asked: of two at once, at least the later one sees the other.
        let mut message = self.begin(account.id, Spent { messages: 1, recipients: new }, recipients);
        let others = lock(&self.under_way).get(&account.id).copied().unwrap_or(message.own);
        let spent = store.spent(account.id, now - span(DAY)).await?;
        message.over = most.is_exceeded(sum(spent, others));
        Ok(message)
    }

    fn begin(&self, account: i64, own: Spent, recipients: Vec<String>) -> UnderWay {
        let mut all = lock(&self.under_way);
        let before = all.get(&account).copied().unwrap_or(Spent { messages: 0, recipients: 0 });
        all.insert(account, sum(before, own));
        UnderWay { account, own, recipients, over: false, all: Arc::clone(&self.under_way) }
    }
}

impl UnderWay {
    /// It went into the queue. Nobody waits for it to be counted.
    pub fn written_down(self, store: &Store, now: Millis) {
        let store = store.clone();
        tokio::spawn(async move {
            if let Err(error) = store.spend(self.account, &self.recipients, now).await {
                tracing::warn!(%error, account = self.account, "a message that left was not counted");
            }
        });
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let mut all = lock(&self.all);
        if let Some(spent) = all.get_mut(&self.account) {
            spent.messages -= self.own.messages;
            spent.recipients -= self.own.recipients;
            if spent.messages <= 0 {
                all.remove(&self.account);
            }
        }
    }
}

fn sum(one: Spent, other: Spent) -> Spent {
    Spent { messages: one.messages + other.messages, recipients: one.recipients + other.recipients }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_either_number_it_is_too_much_and_nothing_is_no_limit() {
        let most = Most { messages: 10, recipients: 3 };
        let spent = |messages, recipients| Spent { messages, recipients };
        assert!(!most.is_exceeded(spent(10, 3)));
        assert!(most.is_exceeded(spent(11, 0)) && most.is_exceeded(spent(1, 4)));
        assert!(!Most { messages: 0, recipients: 0 }.is_exceeded(spent(9999, 9999)));
    }

    #[test]
    fn what_is_under_way_counts_until_it_is_done() {
        let all = Allowances::default();
        let first = all.begin(1, Spent { messages: 1, recipients: 2 }, Vec::new());
        let second = all.begin(1, Spent { messages: 1, recipients: 0 }, Vec::new());
        assert_eq!(lock(&all.under_way).get(&1), Some(&Spent { messages: 2, recipients: 2 }));
        drop(first);
        assert_eq!(lock(&all.under_way).get(&1), Some(&Spent { messages: 1, recipients: 0 }));
        drop(second);
        assert!(lock(&all.under_way).is_empty());
    }
}

//! What an account may send in a day, and has sent.

use crate::harness::{Home, NOW};
use store::{Allowance, Spent, StoreError};

const DAY: i64 = 86_400_000;

fn to(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| format!("{name}@otherisp.test")).collect()
}

#[tokio::test]
async fn messages_and_people_written_to_for_the_first_time_are_counted() {
    let home = Home::new().await;
    let (bob, anna) = (home.account("bob").await, home.account("anna").await);
    assert_eq!(home.store.strangers(bob, &to(&["lisa", "tom", "LISA"])).await.unwrap(), 2);
    home.store.spend(bob, &to(&["lisa", "tom"]), NOW).await.unwrap();
    home.store.spend(bob, &to(&["Lisa"]), NOW + 1).await.unwrap();
    home.store.spend(bob, &to(&["eve"]), NOW + DAY).await.unwrap();
    let spent = async |since| home.store.spent(bob, since).await.unwrap();
    assert_eq!(spent(NOW - 1).await, Spent { messages: 3, recipients: 3 });
    assert_eq!(spent(NOW + 1).await, Spent { messages: 1, recipients: 1 });
    assert_eq!(home.store.strangers(bob, &to(&["lisa", "new"])).await.unwrap(), 1);
    assert_eq!(home.store.strangers(anna, &to(&["lisa", "new"])).await.unwrap(), 2, "each for themselves");
    assert_eq!(home.store.purge_outgoing(NOW + 2).await.unwrap(), 2);
    assert_eq!(spent(NOW - 1).await, Spent { messages: 1, recipients: 3 });
}

#[tokio::test]
async fn an_account_may_have_numbers_of_its_own() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    assert_eq!(home.store.allowance(bob).await.unwrap(), Allowance::default());
    let own = Allowance { messages: Some(5), recipients: None };
    home.store.set_allowance(bob, own).await.unwrap();
    assert_eq!(home.store.allowance(bob).await.unwrap(), own);
    home.store.set_allowance(bob, Allowance::default()).await.unwrap();
    assert_eq!(home.store.allowance(bob).await.unwrap(), Allowance::default());
    assert!(matches!(home.store.set_allowance(99, own).await, Err(StoreError::NotFound)));
}

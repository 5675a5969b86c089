//! A locked database, and too little room.

use crate::harness::{Home, NOW, arrived, by_owner};
use std::time::Duration;
use store::{Kind, Options, Role, Store, StoreError};

async fn lock(home: &Home) -> sqlx::SqliteConnection {
    let mut other = home.connect().await;
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    other
}

#[tokio::test]
async fn a_short_lock_is_waited_for_and_reading_goes_on() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    let placement = home.deliver(bob, "before").await.unwrap();
    let mut other = lock(&home).await;
    let store = home.store.clone();
    let release = async {
        assert_eq!(store.bytes(bob, placement).await.unwrap(), "before", "readers wait for nobody");
        tokio::time::sleep(Duration::from_millis(300)).await;
        sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    };
    let (delivered, ()) = tokio::join!(home.deliver(bob, "during"), release);
    delivered.unwrap();
}

#[tokio::test]
async fn a_long_lock_is_busy_for_all_and_heals() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    let mut other = lock(&home).await;
    let refused = futures::future::join_all((0..20).map(async |n| home.deliver(bob, &format!("m{n}")).await)).await;
    assert!(refused.iter().all(|result| matches!(result, Err(StoreError::Busy(_)))), "{refused:?}");
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    home.deliver(bob, "after").await.unwrap();
    assert_eq!(home.mailbox(bob, Role::Inbox).await.total, 1);
}

#[tokio::test]
async fn without_room_nothing_new_is_taken_and_deleting_works() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    let placement = home.deliver(bob, "before").await.unwrap();
    let prepared = home.intake("too late", vec![]).await;
    home.store.close().await;
    // A reserve that no disk has: every disk is full.
    let store = Store::open(Options { dir: home.dir.path().into(), readers: 1, reserve: u64::MAX / 8 }).await.unwrap();
    assert!(!store.has_room());
    assert!(matches!(store.accept(prepared).await, Err(StoreError::Full)));
    assert_eq!(store.bytes(bob, placement).await.unwrap(), "before");
    assert_eq!(store.destroy(bob, vec![placement], by_owner(Kind::Destroyed), NOW).await.unwrap(), 1);
    assert!(store.record(bob, vec![placement], arrived(), NOW).await.is_ok());
    store.close().await;
}

#[tokio::test]
async fn a_part_of_the_reserve_is_held_on_the_disk() {
    let home = Home::new().await;
    assert!(home.store.has_room());
    let held = std::fs::metadata(home.dir.path().join("reserve")).unwrap();
    assert_eq!(held.len(), (1 << 20) / 4);
}

#[tokio::test]
async fn a_reader_that_stays_keeps_no_message_waiting() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    let mut reader = home.connect().await;
    sqlx::query("BEGIN; SELECT count(*) FROM message").execute(&mut reader).await.unwrap();
    let mut slow = 0;
    for n in 0..400 {
        let text = format!("message {n}");
        let taken = tokio::time::timeout(Duration::from_secs(1), home.deliver(bob, &text)).await;
        slow += usize::from(taken.is_err());
    }
    let log = std::fs::metadata(home.dir.path().join("restante.db-wal")).unwrap().len();
    assert!(log > 64 << 20, "{log} bytes: too few to make anybody try");
    assert!(slow <= 4, "{slow} of 400 messages waited more than a second");
}

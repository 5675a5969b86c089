//! What is there after a stop, and what is cleared away after a kill.

use crate::harness::{Home, NOW, copy, noise, open};
use bytes::Bytes;
use store::{Role, Source};

#[tokio::test]
async fn all_is_there_after_a_restart() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    let placement = home.deliver(bob, "hello again").await.unwrap();
    home.queue("out", &["lisa@otherisp.test"]).await;
    let uidl = home.store.maildrop(bob, 1_000).await.unwrap()[0].uidl.clone();
    let home = home.reopened().await;
    assert_eq!(home.store.bytes(bob, placement).await.unwrap(), "hello again");
    assert_eq!(home.store.maildrop(bob, 1_000).await.unwrap()[0].uidl, uidl);
    assert_eq!(home.store.search(bob, "again", None, None, 9).await.unwrap().len(), 1);
    assert_eq!(home.store.waiting(9).await.unwrap().len(), 1);
    let next = home.deliver(bob, "another").await.unwrap();
    assert!(next > placement);
}

#[tokio::test]
async fn a_closed_store_says_so() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    let other = home.store.clone();
    home.store.close().await;
    assert!(matches!(other.set_quota(bob, 1).await, Err(store::StoreError::Busy(_))));
    assert!(matches!(other.account(bob).await, Err(store::StoreError::Busy(_))));
}

#[tokio::test]
async fn leftovers_of_a_kill_are_cleared_and_named_files_stay() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    let raw = noise(200_000, 1);
    let mut intake = home.intake("", vec![copy(bob, Role::Inbox)]).await;
    intake.blob = home.store.prepare(Source::Memory(Bytes::from(raw.clone()))).await.unwrap();
    let placement = home.store.accept(intake).await.unwrap().placements[0];
    // One more that no row ever named: what a kill between writing and committing leaves.
    let lost = home.store.prepare(Source::Memory(Bytes::from(noise(200_000, 2)))).await.unwrap();
    std::mem::forget(lost);
    std::fs::write(home.dir.path().join("blobs/new/1-99.zst"), "half written").unwrap();
    assert_eq!(home.files().len(), 3);
    let home = home.reopened().await;
    assert_eq!(home.files().len(), 3, "a command clears nothing");
    home.store.clear_leftovers();
    for _ in 0..200 {
        if home.files().len() == 1 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(home.files().len(), 1);
    assert!(home.store.bytes(bob, placement).await.unwrap() == raw);
}

#[tokio::test]
async fn a_second_process_clears_nothing_and_both_write() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    let pending = home.store.prepare(Source::Memory(Bytes::from(noise(200_000, 3)))).await.unwrap();
    let second = open(home.dir.path().to_owned()).await;
    // However they started: the later one has the higher number of the two.
    home.store.clear_leftovers();
    let domain = second.domains().await.unwrap()[0].id;
    let (a, b) = tokio::join!(second.set_domain_active(domain, true), home.deliver(bob, "meanwhile"));
    a.unwrap();
    b.unwrap();
    let mut intake = home.intake("", vec![copy(bob, Role::Inbox)]).await;
    intake.blob = pending;
    intake.now = NOW + 1;
    let placement = home.store.accept(intake).await.unwrap().placements[0];
    assert_eq!(second.bytes(bob, placement).await.unwrap().len(), 200_000);
    second.close().await;
    home.deliver(bob, "and after").await.unwrap();
}

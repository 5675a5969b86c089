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

/// What the first version made, with mail in it: bob's inbox with one message, and Trash with one that was moved.
const FIRST_VERSION: &str = concat!(
    include_str!("../../migrations/sqlite/0001_initial.sql"),
    "INSERT INTO domain (id, name, created_at) VALUES (1, 'comentum.test', 1);
     INSERT INTO account (id, domain_id, address, name, admin, password_hash, quota, used, created_at)
         VALUES (1, 1, 'bob@comentum.test', 'Bob', 0, '', 0, 5, 1);
     INSERT INTO address VALUES ('bob@comentum.test', 1);
     INSERT INTO mailbox (id, account_id, role, name, uidvalidity, uidnext, total, unseen, bytes)
         VALUES (1, 1, 0, 'Inbox', 2000000000, 3, 1, 1, 5), (2, 1, 5, 'Trash', 77, 1, 0, 0, 0);
     INSERT INTO blob (id, hash, size, refs, coding, data) VALUES (1, x'00', 5, 1, 0, x'');
     INSERT INTO message VALUES (1, 1, 1, 9, 9, NULL, 0, 'Lisa', 'lisa@otherisp.test', 'Bob', 'Old', 'old words');
     INSERT INTO placement VALUES (1, 1, 1, 1, 1, 0, 0, 0, 5, 1000, 1000, 4711);
     INSERT INTO expunged VALUES (1, 1, 2);
     INSERT INTO search (rowid, body, subject, people, sender, owner) VALUES (1, 'old words', 'Old', 'Bob', 'Lisa', 'a1');"
);

#[tokio::test]
async fn a_data_directory_of_the_first_version_opens_with_all_it_has() {
    let dir = tempfile::tempdir().unwrap();
    let home = Home { store: open(dir.path().to_owned()).await, dir };
    home.store.close().await;
    for file in ["restante.db", "restante.db-wal", "restante.db-shm"] {
        let _ = std::fs::remove_file(home.dir.path().join(file));
    }
    home.spoil("PRAGMA auto_vacuum = incremental; PRAGMA journal_mode = wal").await;
    home.spoil(FIRST_VERSION).await;
    home.mark_as_migrated(1).await;
    let home = Home { store: open(home.dir.path().to_owned()).await, dir: home.dir };
    let listed = home.store.message(1, 1).await.unwrap();
    assert_eq!((listed.subject.as_str(), listed.size), ("Old", 5));
    assert_eq!(home.store.search(1, "words", None, None, 9).await.unwrap().len(), 1);
    assert_eq!(home.store.maildrop(1, 1_000).await.unwrap().len(), 1);
    home.deliver(1, "new words").await.unwrap();
    assert_eq!(home.store.search(1, "words", None, None, 9).await.unwrap().len(), 2);
    let anna = home.account("anna").await;
    let inbox = home.mailbox(anna, Role::Inbox).await;
    assert!(inbox.uidvalidity > 2_000_000_000, "higher than any that was given");
    assert_eq!(home.ask("SELECT count(*), 0 FROM mailbox WHERE modseq < 1").await, [(0, 0)]);
    assert_eq!(home.store.purge_expunged(NOW / 2).await.unwrap(), 0, "known since now");
    let trash = home.mailbox(1, Role::Trash).await.id;
    home.store.move_to(1, vec![1], trash, crate::harness::by_owner(store::Kind::Deleted), NOW).await.unwrap();
    assert_eq!(home.ask("SELECT uid, placement_id FROM expunged WHERE at = 1790000000000").await, [(1, 1)]);
}

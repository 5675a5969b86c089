//! Bytes are stored once, given back as they came, and never wrong.

use crate::harness::{Home, NOW, by_owner, copy, noise};
use bytes::Bytes;
use std::path::PathBuf;
use store::{Kind, Role, Source, StoreError};

async fn deliver_bytes(home: &Home, account: i64, raw: &[u8]) -> i64 {
    let mut intake = home.intake("", vec![copy(account, Role::Inbox)]).await;
    intake.blob = home.store.prepare(Source::Memory(Bytes::copy_from_slice(raw))).await.unwrap();
    home.store.accept(intake).await.unwrap().placements[0]
}

/// Waits (bounded) until as many files are there.
async fn files_become(home: &Home, count: usize) -> Vec<PathBuf> {
    for _ in 0..200 {
        if home.files().len() == count {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(home.files().len(), count);
    home.files()
}

#[tokio::test]
async fn bytes_come_back_as_they_came() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    for raw in
        [&b""[..], b"\0\r\n.\r\n\xff", &noise(70_000, 1), &noise(200_000, 2), "Ünïcode ".repeat(99_999).as_bytes()]
    {
        let placement = deliver_bytes(&home, bob, raw).await;
        assert!(home.store.bytes(bob, placement).await.unwrap() == raw, "{} bytes", raw.len());
        assert_eq!(home.store.message(bob, placement).await.unwrap().size, raw.len() as i64);
    }
    assert_eq!(home.files().len(), 2, "what does not compress to 64 KiB lies in a file");
}

/// All of a message as a slow program takes it, and how many pieces it came in.
async fn in_pieces(home: &Home, account: i64, placement: i64) -> Result<(Vec<u8>, usize), StoreError> {
    let mut pieces = home.store.pieces(account, placement).await?;
    let (mut all, mut count) = (Vec::new(), 0);
    while !pieces.is_done() {
        let piece = pieces.next().await?;
        assert!(!piece.is_empty() && piece.len() <= 256 * 1024);
        all.extend_from_slice(&piece);
        count += 1;
    }
    assert!(pieces.next().await.unwrap().is_empty());
    Ok((all, count))
}

#[tokio::test]
async fn a_large_message_is_given_out_in_pieces_and_a_small_one_whole() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    let frame = 128 * 1024;
    for (raw, count) in [
        (b"short".to_vec(), 1),
        (noise(2 * frame, 2), 1),
        (noise(2 * frame + 1, 3), 3),
        (noise(10 * frame, 4), 10),
        ("Ünïcode ".repeat(999_999).into_bytes(), 77),
    ] {
        let placement = deliver_bytes(&home, bob, &raw).await;
        let (all, pieces) = in_pieces(&home, bob, placement).await.unwrap();
        assert!(all == raw, "{} bytes", raw.len());
        assert_eq!(pieces, count, "{} bytes", raw.len());
    }
}

#[tokio::test]
async fn who_has_begun_to_take_a_message_gets_it_whole_though_it_is_destroyed_meanwhile() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    let raw = noise(1_000_000, 5);
    let placement = deliver_bytes(&home, bob, &raw).await;
    let mut pieces = home.store.pieces(bob, placement).await.unwrap();
    let mut all = pieces.next().await.unwrap().to_vec();
    home.store.destroy(bob, vec![placement], by_owner(Kind::Destroyed), NOW).await.unwrap();
    files_become(&home, 0).await;
    while !pieces.is_done() {
        all.extend_from_slice(&pieces.next().await.unwrap());
    }
    assert!(all == raw);
    assert!(matches!(home.store.pieces(bob, placement).await, Err(StoreError::NotFound)));
}

#[tokio::test]
async fn a_spool_file_is_read_and_left() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    for size in [10, 3_000_000] {
        let spool = home.dir.path().join("spooled");
        let raw = noise(size, 3);
        std::fs::write(&spool, &raw).unwrap();
        let mut intake = home.intake("", vec![copy(bob, Role::Inbox)]).await;
        intake.blob = home.store.prepare(Source::File(spool.clone())).await.unwrap();
        assert_eq!(intake.blob.size, size as i64);
        let placement = home.store.accept(intake).await.unwrap().placements[0];
        assert!(home.store.bytes(bob, placement).await.unwrap() == raw);
        assert!(spool.exists());
    }
}

#[tokio::test]
async fn a_content_is_stored_once_and_goes_with_its_last_holder() {
    let home = Home::new().await;
    let (bob, anna) = (home.account("bob").await, home.account("anna").await);
    for raw in [b"a small one".to_vec(), noise(300_000, 4)] {
        let files = usize::from(raw.len() > 100_000);
        let first = deliver_bytes(&home, bob, &raw).await;
        let second = deliver_bytes(&home, anna, &raw).await;
        assert_eq!(home.ask("SELECT count(*), sum(refs) FROM blob").await, [(1, 2)]);
        files_become(&home, files).await;
        home.store.destroy(bob, vec![first], by_owner(Kind::Destroyed), NOW).await.unwrap();
        assert!(home.store.bytes(anna, second).await.unwrap() == raw);
        assert!(matches!(home.store.bytes(bob, first).await, Err(StoreError::NotFound)));
        home.store.destroy(anna, vec![second], by_owner(Kind::Destroyed), NOW).await.unwrap();
        assert_eq!(home.ask("SELECT count(*), 0 FROM blob").await, [(0, 0)]);
        files_become(&home, 0).await;
    }
}

#[tokio::test]
async fn what_is_prepared_and_not_accepted_leaves_nothing() {
    let home = Home::new().await;
    let full = home.account_with_quota("bob", 1).await;
    home.deliver(full, "fills it").await.unwrap();
    let raw = Bytes::from(noise(300_000, 5));
    let prepared = home.store.prepare(Source::Memory(raw.clone())).await.unwrap();
    assert_eq!(home.files().len(), 1);
    drop(prepared);
    assert_eq!(home.files().len(), 0);
    let mut intake = home.intake("", vec![copy(full, Role::Inbox)]).await;
    intake.blob = home.store.prepare(Source::Memory(raw)).await.unwrap();
    assert!(matches!(home.store.accept(intake).await, Err(StoreError::QuotaFull)));
    assert_eq!(home.files().len(), 0);
    assert_eq!(home.ask("SELECT count(*), 0 FROM message").await, [(1, 0)]);
}

#[tokio::test]
async fn removing_and_adding_the_same_content_at_once_never_loses_it() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    let raw = noise(200_000, 6);
    let mut last = deliver_bytes(&home, bob, &raw).await;
    for _ in 0..30 {
        let removal = home.store.destroy(bob, vec![last], by_owner(Kind::Destroyed), NOW);
        let (placement, removed) = tokio::join!(deliver_bytes(&home, bob, &raw), removal);
        assert_eq!(removed.unwrap(), 1);
        assert!(home.store.bytes(bob, placement).await.unwrap() == raw);
        last = placement;
    }
    files_become(&home, 1).await;
}

#[tokio::test]
async fn a_flipped_bit_in_a_file_is_named_and_never_served() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    let damaged = deliver_bytes(&home, bob, &noise(300_000, 7)).await;
    let path = home.files()[0].clone();
    let whole = deliver_bytes(&home, bob, &noise(300_000, 8)).await;
    let mut data = std::fs::read(&path).unwrap();
    data[150_000] ^= 0x10;
    std::fs::write(&path, data).unwrap();
    let Err(StoreError::Corrupt(named)) = home.store.bytes(bob, damaged).await else {
        panic!("served or refused otherwise")
    };
    assert!(path.file_name().unwrap().to_str().unwrap().starts_with(&named), "{named}");
    assert!(matches!(home.store.pieces(bob, damaged).await, Err(StoreError::Corrupt(_))), "not one piece of it");
    home.store.bytes(bob, whole).await.unwrap();
    std::fs::remove_file(&path).unwrap();
    assert!(matches!(home.store.bytes(bob, damaged).await, Err(StoreError::Corrupt(_))), "a lost file too");
    assert!(matches!(home.store.pieces(bob, damaged).await, Err(StoreError::Corrupt(_))), "a lost file too");
}

#[tokio::test]
async fn a_flipped_bit_in_a_row_is_never_served() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    let damaged = home.deliver(bob, "some words that will not be the same any more").await.unwrap();
    let whole = home.deliver(bob, "other words").await.unwrap();
    home.spoil(
        "UPDATE blob SET data = substr(data, 1, 20) || x'00' || substr(data, 22) WHERE id = (SELECT min(id) FROM blob)",
    )
    .await;
    assert!(matches!(home.store.bytes(bob, damaged).await, Err(StoreError::Corrupt(_))));
    home.store.bytes(bob, whole).await.unwrap();
}

#[tokio::test]
async fn a_flipped_bit_in_a_length_is_named_and_takes_no_memory() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    let small = home.deliver(bob, "some words").await.unwrap();
    let large = deliver_bytes(&home, bob, &noise(300_000, 9)).await;
    let negative = home.deliver(bob, "less than nothing").await.unwrap();
    let whole = home.deliver(bob, "other words").await.unwrap();
    home.spoil("UPDATE blob SET size = size + (1 << 36) WHERE id < (SELECT max(id) - 1 FROM blob)").await;
    home.spoil("UPDATE blob SET size = -size WHERE id = (SELECT max(id) - 1 FROM blob)").await;
    for damaged in [small, large, negative] {
        assert!(matches!(home.store.bytes(bob, damaged).await, Err(StoreError::Corrupt(_))));
        assert!(matches!(home.store.pieces(bob, damaged).await, Err(StoreError::Corrupt(_))));
    }
    assert_eq!(home.store.bytes(bob, whole).await.unwrap(), "other words");
}

//! A copy made while mail comes in.

use crate::harness::{Home, NOW, copy, noise, open};
use bytes::Bytes;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use store::{Role, Source, StoreError};

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_while_mail_comes_in_has_all_that_was_there_before() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    for n in 0..200 {
        home.deliver(bob, &format!("before {n}")).await.unwrap();
    }
    let raw = noise(300_000, 1);
    let mut large = home.intake("", vec![copy(bob, Role::Inbox)]).await;
    large.blob = home.store.prepare(Source::Memory(Bytes::from(raw.clone()))).await.unwrap();
    let large = home.store.accept(large).await.unwrap().placements[0];
    let over = Arc::new(AtomicBool::new(false));
    let home = Arc::new(home);
    let busy = {
        let (home, over) = (home.clone(), over.clone());
        tokio::spawn(async move {
            for n in 0.. {
                if over.load(Ordering::Relaxed) {
                    return;
                }
                home.deliver(bob, &format!("meanwhile {n}")).await.unwrap();
            }
        })
    };
    let to = tempfile::tempdir().unwrap();
    let made = home.store.backup(to.path()).await.unwrap();
    over.store(true, Ordering::Relaxed);
    busy.await.unwrap();
    assert!(made.messages >= 201 && (made.files, made.destroyed) == (1, 0), "{made:?}");
    assert!(matches!(home.store.backup(to.path()).await, Err(StoreError::NotEmpty)));

    let restored = open(to.path().to_owned()).await;
    let drop = restored.maildrop(bob, 1_000).await.unwrap();
    assert_eq!(drop.len() as i64, made.messages);
    for (n, message) in drop.iter().take(200).enumerate() {
        assert_eq!(restored.bytes(bob, message.id).await.unwrap(), format!("before {n}"));
    }
    assert!(restored.bytes(bob, large).await.unwrap() == raw);
    // And it goes on from there.
    let restored = Home { store: restored, dir: to };
    restored.deliver_at(bob, "afterwards", NOW + 1).await;
    assert_eq!(restored.store.search(bob, "before", None, None, 999).await.unwrap().len(), 200);
    assert_eq!(restored.store.search(bob, "afterwards", None, None, 9).await.unwrap().len(), 1);
}

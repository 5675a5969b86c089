//! One writer, one commit for many.

use crate::harness::{Home, NOW, copy};
use store::{Role, StoreError};

#[tokio::test]
async fn many_at_once_are_committed_together_and_each_gets_its_own_answer() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    let texts: Vec<String> = (0..300).map(|n| format!("message {n}")).collect();
    let log = home.dir.path().join("restante.db-wal");
    let before = std::fs::metadata(&log).unwrap().len();
    let placements = futures::future::join_all(texts.iter().map(|text| home.deliver(bob, text))).await;
    let grown = std::fs::metadata(&log).unwrap().len() - before;
    assert!(grown < 300 * 16_384 * 2, "{grown} bytes of log: each commit alone would write a dozen pages");
    for (text, placement) in texts.iter().zip(placements) {
        assert_eq!(home.store.bytes(bob, placement.unwrap()).await.unwrap(), text.as_str());
    }
    assert_eq!(home.mailbox(bob, Role::Inbox).await.total, 300);
}

#[tokio::test]
async fn a_job_that_fails_undoes_itself_alone() {
    let home = Home::new().await;
    let (bob, full) = (home.account("bob").await, home.account_with_quota("full", 1).await);
    home.deliver(full, "fills it").await.unwrap();
    let jobs = (0..60).map(async |n| match n % 3 {
        0 => home.deliver(bob, &format!("good {n}")).await.map(|_| ()),
        1 => home.deliver(full, &format!("refused {n}")).await.map(|_| ()),
        _ => home.store.set_quota(4711, 1).await,
    });
    for (n, done) in futures::future::join_all(jobs).await.into_iter().enumerate() {
        match n % 3 {
            0 => done.unwrap(),
            1 => assert!(matches!(done, Err(StoreError::QuotaFull))),
            _ => assert!(matches!(done, Err(StoreError::NotFound))),
        }
    }
    assert_eq!(home.mailbox(bob, Role::Inbox).await.total, 20);
    assert_eq!(home.mailbox(full, Role::Inbox).await.total, 1);
    assert_eq!(home.store.search(bob, "good", None, None, 99).await.unwrap().len(), 20);
    assert_eq!(home.ask("SELECT count(*), 0 FROM search WHERE search MATCH 'refused'").await, [(0, 0)]);
    assert_eq!(home.ask("SELECT count(*), count(DISTINCT blob_id) FROM message").await, [(21, 21)]);
}

#[tokio::test]
async fn a_caller_that_goes_away_does_not_stop_the_others() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    let mut staying = Vec::new();
    for n in 0..40 {
        let store = home.store.clone();
        let mut intake = home.intake(&format!("message {n}"), vec![copy(bob, Role::Inbox)]).await;
        intake.now = NOW;
        let task = tokio::spawn(async move { store.accept(intake).await });
        if n % 2 == 0 {
            task.abort();
        } else {
            staying.push(task);
        }
    }
    home.deliver(bob, "the last").await.unwrap();
    for task in staying {
        task.await.unwrap().unwrap();
    }
    let total = home.mailbox(bob, Role::Inbox).await.total;
    assert!((21..=41).contains(&total), "{total}: twenty stayed, and the last");
    assert_eq!(home.ask("SELECT count(*), 0 FROM placement").await, [(total, 0)]);
}

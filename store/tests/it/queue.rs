//! The queue: claims, outcomes, and what an operator does.

use crate::harness::{Home, NOW, copy, noise};
use store::{Kind, NewQueued, Outcome, Role, Settled, StoreError, Turn};

fn settled(id: i64, outcome: Outcome) -> Settled {
    Settled { id, outcome, reply: "250 2.0.0 thanks".into(), peer: "mx.otherisp.test [192.0.2.9]".into() }
}

async fn claim(home: &Home, now: i64, limit: i64) -> Vec<store::Due> {
    home.store.claim(Turn::Any, now, now + 1000, limit, 100, Vec::new()).await.unwrap()
}

#[tokio::test]
async fn a_row_is_claimed_by_one_and_tells_all_that_an_attempt_needs() {
    let home = Home::new().await;
    let queue = home.queue("hello", &["Lisa@OtherISP.test", "tom@third.test"]).await;
    assert_eq!(home.store.next_due().await.unwrap(), Some(NOW));
    assert!(claim(&home, NOW - 1, 9).await.is_empty(), "not before its time");
    let due = claim(&home, NOW, 9).await;
    assert_eq!(due.len(), 2);
    assert_eq!(
        (due[0].queue, due[0].recipient.as_str(), due[0].destination.as_str()),
        (queue, "Lisa@OtherISP.test", "otherisp.test")
    );
    assert_eq!(
        (due[0].sender.as_str(), due[0].size, due[0].attempts, due[0].queued_at),
        ("bob@comentum.test", 5, 0, NOW)
    );
    assert_eq!(home.store.queued_bytes(queue).await.unwrap(), "hello");
    assert!(claim(&home, NOW, 9).await.is_empty(), "held");
    assert_eq!(home.store.next_due().await.unwrap(), None, "claimed ones apart");
    assert_eq!(claim(&home, NOW + 1000, 9).await.len(), 2, "a claim that was not settled ends");
}

#[tokio::test]
async fn two_workers_never_hold_the_same_row() {
    let home = Home::new().await;
    for n in 0..60 {
        home.queue(&format!("m{n}"), &[&format!("r{n}@d{}.test", n % 7)]).await;
    }
    let mut held = Vec::new();
    loop {
        let (a, b) = tokio::join!(claim(&home, NOW, 7), claim(&home, NOW, 7));
        if a.is_empty() && b.is_empty() {
            break;
        }
        held.extend(a.iter().chain(&b).map(|due| due.id));
    }
    assert_eq!(held.len(), 60);
    held.sort_unstable();
    held.dedup();
    assert_eq!(held.len(), 60);
}

#[tokio::test]
async fn a_dead_destination_hides_nobody() {
    let home = Home::new().await;
    for n in 0..200 {
        home.queue(&format!("m{n}"), &[&format!("r{n}@dead.test")]).await;
    }
    home.queue("last", &["x@alive.test"]).await;
    let due = home.store.claim(Turn::Any, NOW, NOW + 1, 10, 3, Vec::new()).await.unwrap();
    let dead = due.iter().filter(|due| due.destination == "dead.test").count();
    assert_eq!((due.len(), dead), (4, 3));
    home.store.release(Some(due.iter().map(|due| due.id).collect())).await.unwrap();
    let due = home.store.claim(Turn::Any, NOW, NOW + 1, 10, 3, vec!["dead.test".into()]).await.unwrap();
    assert_eq!(due.iter().map(|due| due.destination.as_str()).collect::<Vec<_>>(), ["alive.test"]);
}

#[tokio::test]
async fn what_nobody_has_tried_can_be_asked_for_alone() {
    let home = Home::new().await;
    for n in 0..20 {
        home.queue(&format!("m{n}"), &[&format!("r@dead{n}.test")]).await;
    }
    let tried = claim(&home, NOW, 99).await;
    let again = |due: &store::Due| settled(due.id, Outcome::Deferred { next_at: NOW });
    home.store.settle(tried.iter().map(again).collect(), NOW).await.unwrap();
    home.queue("fresh", &["x@alive.test"]).await;
    let due = home.store.claim(Turn::First, NOW, NOW + 1, 10, 3, Vec::new()).await.unwrap();
    assert_eq!(due.iter().map(|due| due.destination.as_str()).collect::<Vec<_>>(), ["alive.test"]);
    assert_eq!(claim(&home, NOW, 99).await.len(), 20, "the others are anybody's");
}

#[tokio::test]
async fn delivered_goes_deferred_waits_failed_goes() {
    let home = Home::new().await;
    let queue = home.queue("hello", &["a@x.test", "b@x.test", "c@x.test"]).await;
    let due = claim(&home, NOW, 9).await;
    let [a, b, c] = [due[0].id, due[1].id, due[2].id];
    let outcomes = vec![
        settled(a, Outcome::Delivered),
        settled(b, Outcome::Deferred { next_at: NOW + 500 }),
        settled(c, Outcome::Failed),
    ];
    home.store.settle(outcomes.clone(), NOW + 1).await.unwrap();
    home.store.settle(outcomes[..1].to_vec(), NOW + 1).await.unwrap();
    let waiting = home.store.waiting(9).await.unwrap();
    assert_eq!(waiting.len(), 1);
    assert_eq!((waiting[0].id, waiting[0].attempts, waiting[0].next_at), (b, 1, NOW + 500));
    assert_eq!(waiting[0].last_reply, "250 2.0.0 thanks");
    assert_eq!(home.store.next_due().await.unwrap(), Some(NOW + 500));
    home.store.retry_now(b, NOW + 2).await.unwrap();
    assert_eq!(home.store.next_due().await.unwrap(), Some(NOW + 2));
    assert!(!claim(&home, NOW + 2, 9).await[0].is_cancelled());
    home.store.release(None).await.unwrap();
    home.store.cancel(b, NOW + 3).await.unwrap();
    let due = claim(&home, NOW + 3, 9).await;
    assert_eq!((due.len(), due[0].is_cancelled(), due[0].attempts), (1, true, 1));
    home.store.settle(vec![settled(b, Outcome::Failed)], NOW + 4).await.unwrap();
    assert!(matches!(home.store.queued_bytes(queue).await, Err(StoreError::NotFound)));
    assert!(matches!(home.store.waiting_one(b).await, Err(StoreError::NotFound)));
    assert!(matches!(home.store.retry_now(b, NOW).await, Err(StoreError::NotFound)));
    assert_eq!(home.ask("SELECT count(*), 0 FROM blob").await, [(0, 0)], "the bytes go with the last recipient");
}

#[tokio::test]
async fn the_fate_is_written_in_the_journey_of_the_senders_copy() {
    let home = Home::new().await;
    let (bob, anna) = (home.account("bob").await, home.account("anna").await);
    let mut intake = home.intake("hello", vec![copy(bob, Role::Sent), copy(anna, Role::Inbox)]).await;
    intake.queued = Some(NewQueued {
        sender: "bob@comentum.test".into(),
        recipients: vec!["lisa@otherisp.test".into()],
        held: false,
        first_at: NOW,
        expires_at: NOW + 9,
    });
    let accepted = home.store.accept(intake).await.unwrap();
    assert!(accepted.queue.is_some());
    let due = claim(&home, NOW, 9).await;
    home.store.settle(vec![settled(due[0].id, Outcome::Delivered)], NOW + 1).await.unwrap();
    let journey = home.store.journey(bob, accepted.placements[0]).await.unwrap();
    assert_eq!(journey.len(), 2);
    assert_eq!(journey[1].event.kind, Kind::Relayed);
    assert!(journey[1].event.detail.contains("lisa@otherisp.test") && journey[1].event.by.contains("mx.otherisp.test"));
    assert_eq!(home.store.journey(anna, accepted.placements[1]).await.unwrap().len(), 1, "not anna's to know");
}

#[tokio::test]
async fn the_head_of_a_message_is_read_without_the_rest_and_never_unchecked() {
    let home = Home::new().await;
    let large = format!("Subject: large\r\n\r\n{}", hex(&noise(300_000, 7)));
    let queue = home.queue(&large, &["a@x.test"]).await;
    let small = home.queue("Subject: small\r\n\r\n", &["a@x.test"]).await;
    assert_eq!(home.store.queued_head(queue, 14).await.unwrap(), "Subject: large");
    assert_eq!(home.store.queued_head(small, 1000).await.unwrap(), "Subject: small\r\n\r\n");
    let file = home.files().remove(0);
    let mut bytes = std::fs::read(&file).unwrap();
    let end = bytes.len() - 9;
    bytes[end] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    assert!(matches!(home.store.queued_head(queue, 14).await, Err(StoreError::Corrupt(_))));
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn a_bounce_settles_what_it_reports_in_one_commit() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    home.queue("hello", &["lisa@otherisp.test"]).await;
    let due = claim(&home, NOW, 9).await;
    let mut bounce = home.intake("could not be delivered", vec![copy(bob, Role::Inbox)]).await;
    bounce.settled = vec![settled(due[0].id, Outcome::Failed)];
    home.store.accept(bounce).await.unwrap();
    assert!(home.store.waiting(9).await.unwrap().is_empty());
    assert_eq!(home.mailbox(bob, Role::Inbox).await.total, 1);
}

#[tokio::test]
async fn what_an_operator_asks_during_an_attempt_holds_after_it() {
    let home = Home::new().await;
    home.queue("hello", &["a@x.test", "b@x.test", "c@x.test"]).await;
    let due = claim(&home, NOW, 9).await;
    home.store.retry_now(due[0].id, NOW + 1).await.unwrap();
    home.store.cancel(due[1].id, NOW + 1).await.unwrap();
    assert!(claim(&home, NOW + 2, 9).await.is_empty(), "all are being tried");
    let later = due.iter().map(|due| settled(due.id, Outcome::Deferred { next_at: NOW + 500_000 })).collect();
    home.store.settle(later, NOW + 3).await.unwrap();
    let due = claim(&home, NOW + 3, 9).await;
    assert_eq!(due.iter().map(|due| due.is_cancelled()).collect::<Vec<_>>(), [false, true]);
    // Asked for once: the next time is the regular one.
    let later = due.iter().map(|due| settled(due.id, Outcome::Deferred { next_at: NOW + 500_000 })).collect();
    home.store.settle(later, NOW + 4).await.unwrap();
    assert!(claim(&home, NOW + 4, 9).await.is_empty());
    home.store.retry_now(due[0].id, NOW + 5).await.unwrap();
    let due = claim(&home, NOW + 5, 9).await;
    home.store.cancel(due[0].id, NOW + 6).await.unwrap();
    home.store.release(None).await.unwrap();
    assert_eq!(claim(&home, NOW + 6, 9).await.len(), 1, "given back, it is due");
}

#[tokio::test]
async fn claims_are_given_back_untouched() {
    let home = Home::new().await;
    home.queue("hello", &["a@x.test", "b@y.test"]).await;
    let due = claim(&home, NOW, 9).await;
    home.store.release(Some(vec![due[0].id])).await.unwrap();
    assert_eq!(claim(&home, NOW, 9).await.iter().map(|due| due.id).collect::<Vec<_>>(), [due[0].id]);
    home.store.release(None).await.unwrap();
    assert_eq!(claim(&home, NOW, 9).await.len(), 2);
    assert_eq!(home.store.waiting_one(due[0].id).await.unwrap().attempts, 0);
}

#[tokio::test]
async fn what_is_handed_in_for_others_alone_has_its_line_in_the_ledger() {
    let home = Home::new().await;
    let queue = home.queue("hello", &["lisa@otherisp.test"]).await;
    assert_eq!(home.ask("SELECT message_id, kind FROM ledger").await, [(-queue, Kind::Arrived as i64)]);
    let due = claim(&home, NOW, 9).await;
    home.store.settle(vec![settled(due[0].id, Outcome::Delivered)], NOW + 1).await.unwrap();
    assert_eq!(home.ask("SELECT line, kind FROM ledger").await, [(1, 0), (2, Kind::Relayed as i64)]);
}

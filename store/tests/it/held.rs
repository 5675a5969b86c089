//! Mail that is held until somebody decides.

use crate::harness::{Home, NOW, queued};
use store::{NewQueued, Turn};

const DAY: i64 = 86_400_000;

async fn hold(home: &Home, raw: &str, recipients: &[&str]) -> i64 {
    let mut intake = home.intake(raw, Vec::new()).await;
    intake.queued = Some(NewQueued {
        recipients: recipients.iter().map(|recipient| recipient.to_string().into()).collect(),
        held: true,
        ..queued()
    });
    home.store.accept(intake).await.unwrap().queue.unwrap()
}

async fn due(home: &Home, now: i64) -> Vec<store::Due> {
    home.store.claim(Turn::Any, now, (99, 99), 99, Vec::new()).await.unwrap()
}

#[tokio::test]
async fn what_is_held_is_tried_by_nobody_and_shown_message_by_message() {
    let home = Home::new().await;
    let queue = hold(&home, "hello", &["lisa@otherisp.test", "tom@third.test"]).await;
    home.queue("free", &["eve@third.test"]).await;
    assert_eq!(due(&home, NOW + 30 * DAY).await.len(), 1, "the other message alone");
    let held = home.store.held(9).await.unwrap();
    assert_eq!(held.len(), 1);
    let one = &held[0];
    assert_eq!((one.queue, one.sender.as_str(), one.recipients, one.size), (queue, "bob@comentum.test", 2, 5));
    assert_eq!(home.store.held_of("bob@comentum.test", 9).await.unwrap(), home.store.held_rows(queue).await.unwrap());
    assert!(home.store.held_of("anna@comentum.test", 9).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_is_let_go_has_all_its_time_and_what_is_returned_has_none() {
    let home = Home::new().await;
    let (first, second) = (hold(&home, "one", &["a@x.test"]).await, hold(&home, "two", &["b@y.test"]).await);
    let later = NOW + 30 * DAY;
    let rows = home.store.held_rows(first).await.unwrap();
    assert_eq!(home.store.let_go(rows.clone(), later).await.unwrap(), 1);
    assert_eq!(home.store.let_go(rows, later).await.unwrap(), 0, "once");
    let going = due(&home, later).await;
    assert_eq!((going.len(), going[0].queue, going[0].expires_at), (1, first, later + 5 * DAY));
    home.store.cancel(home.store.held_rows(second).await.unwrap()[0], later).await.unwrap();
    let returned = due(&home, later).await;
    assert_eq!((returned.len(), returned[0].queue, returned[0].is_cancelled()), (1, second, true));
    assert!(home.store.held(9).await.unwrap().is_empty());
}

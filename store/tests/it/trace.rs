//! What is kept of mail at the door: refusals, arrivals with their verdict, and who has been met.

use crate::harness::{Home, NOW, copy};
use store::{Meeting, Refused, Role, TraceQuery};

const DAY: i64 = 86_400_000;

fn refused(at: i64, sender: &str, recipient: &str) -> Refused {
    Refused {
        at,
        peer: "192.0.2.7".into(),
        helo: "mx.far.test".into(),
        sender: sender.into(),
        recipient: recipient.into(),
        message_id: "m1@far.test".into(),
        reply: "550 5.1.1 No such user here".into(),
        reason: String::new(),
    }
}

fn query() -> TraceQuery {
    TraceQuery { limit: 100, ..TraceQuery::default() }
}

#[tokio::test]
async fn refusals_are_found_by_any_of_their_parts_newest_first() {
    let home = Home::new().await;
    let two = vec![refused(NOW, "Lisa@far.test", "nobody@comentum.test"), refused(NOW + 1, "", "bob@comentum.test")];
    home.store.note_refusals(two).await.unwrap();
    let found = |query: TraceQuery| {
        let store = home.store.clone();
        async move { store.refusals(&query).await.unwrap().into_iter().map(|one| one.at - NOW).collect::<Vec<_>>() }
    };
    assert_eq!(found(query()).await, [1, 0]);
    assert_eq!(found(TraceQuery { sender: "lisa@FAR".into(), ..query() }).await, [0]);
    assert_eq!(found(TraceQuery { recipient: "bob@".into(), ..query() }).await, [1]);
    assert_eq!(found(TraceQuery { message_id: "M1@far".into(), ..query() }).await, [1, 0]);
    assert_eq!(found(TraceQuery { peer: "192.0.2.".into(), ..query() }).await, [1, 0]);
    assert_eq!(found(TraceQuery { peer: "0.2.7".into(), ..query() }).await, [0_i64; 0]);
    // What a person types is text, never a pattern.
    assert_eq!(found(TraceQuery { sender: "%".into(), ..query() }).await, [0_i64; 0]);
    assert_eq!(found(TraceQuery { limit: 1, ..query() }).await, [1]);
}

#[tokio::test]
async fn refusals_end_with_their_time() {
    let home = Home::new().await;
    for day in 0..5 {
        home.store.note_refusals(vec![refused(NOW + day * DAY, "a@far.test", "b@comentum.test")]).await.unwrap();
    }
    assert_eq!(home.store.purge_refusals(NOW + 2 * DAY).await.unwrap(), 2);
    assert_eq!(home.store.refusals(&query()).await.unwrap().len(), 3);
}

#[tokio::test]
async fn refusals_are_bounded_in_number() {
    let home = Home::new().await;
    let many = |count: usize| vec![refused(NOW, "a@far.test", "b@comentum.test"); count];
    for _ in 0..21 {
        home.store.note_refusals(many(5_000)).await.unwrap();
    }
    assert_eq!(home.ask("SELECT count(*), 0 FROM refusal").await, [(100_000, 0)]);
}

#[tokio::test]
async fn an_arrival_keeps_its_verdict_and_is_found_by_sender_recipient_peer_and_id() {
    let home = Home::new().await;
    let (bob, carol) = (home.account("bob").await, home.account("carol").await);
    let mut intake = home.intake("From: x\r\n\r\nspam", vec![copy(bob, Role::Junk), copy(carol, Role::Junk)]).await;
    intake.verdict = "junk:spf-fail spf=fail/mailfrom/far.test".into();
    intake.event.detail = "id abc from <lisa@far.test> with ESMTP".into();
    intake.summary.message_id = Some("m1@far.test".into());
    let placements = home.store.accept(intake).await.unwrap().placements;
    assert!(home.store.verdict(bob, placements[0]).await.unwrap().starts_with("junk:spf-fail"));
    assert!(home.store.verdict(bob, placements[1]).await.is_err(), "another's message is not found");
    let plain = home.deliver(bob, "From: y\r\n\r\nhello").await.unwrap();
    assert_eq!(home.store.verdict(bob, plain).await.unwrap(), "");

    let count = |query: TraceQuery| {
        let store = home.store.clone();
        async move { store.arrivals(&query).await.unwrap().len() }
    };
    assert_eq!(count(query()).await, 3);
    assert_eq!(count(TraceQuery { sender: "lisa@".into(), ..query() }).await, 2);
    assert_eq!(count(TraceQuery { recipient: "carol@comentum.test".into(), ..query() }).await, 1);
    assert_eq!(count(TraceQuery { message_id: "<m1@far.test>".into(), ..query() }).await, 2);
    assert_eq!(count(TraceQuery { message_id: "m1@far".into(), ..query() }).await, 0);
    assert_eq!(count(TraceQuery { peer: "192.0.2.7".into(), ..query() }).await, 3);
    assert_eq!(count(TraceQuery { peer: "198.".into(), ..query() }).await, 0);
}

#[tokio::test]
async fn who_was_met_is_known_until_it_is_forgotten() {
    let home = Home::new().await;
    let met = [7; 16];
    let meet = |first_at, expires_at| vec![Meeting { met, first_at, expires_at }];
    assert_eq!(home.store.first_met(met, NOW).await.unwrap(), None);
    home.store.note_meetings(meet(NOW, NOW + DAY), NOW).await.unwrap();
    home.store.note_meetings(meet(NOW + 5, NOW + 2 * DAY), NOW + 5).await.unwrap();
    assert_eq!(home.store.first_met(met, NOW + DAY).await.unwrap(), Some(NOW), "the first time counts");
    assert_eq!(home.store.first_met(met, NOW + 2 * DAY).await.unwrap(), None, "too long ago");
    let again = NOW + 3 * DAY;
    home.store.note_meetings(meet(again, again + DAY), again).await.unwrap();
    assert_eq!(home.store.first_met(met, again).await.unwrap(), Some(again), "a new acquaintance");
    assert_eq!(home.store.purge_meetings(again + 2 * DAY).await.unwrap(), 1);
}

//! The queue: claims, outcomes, and what an operator does.

use crate::harness::{Home, NOW, copy, noise, queued};
use mail::envelope::{MessageWishes, Notify, RecipientWishes, Return};
use store::{Due, Kind, NewQueued, NewRecipient, Outcome, Priority, Role, Settled, StoreError, Turn};

fn settled(id: i64, outcome: Outcome) -> Settled {
    Settled {
        id,
        outcome,
        reply: "250 2.0.0 thanks".into(),
        peer: "mx.otherisp.test [192.0.2.9]".into(),
        tls: "TLSv1.3".into(),
    }
}

fn deferred(next_at: i64) -> Outcome {
    Outcome::Deferred { next_at, in_doubt: false }
}

async fn claim(home: &Home, now: i64, limit: i64) -> Vec<Due> {
    home.store.claim(Turn::Any, now, (limit, limit), 100, Vec::new()).await.unwrap()
}

fn names(due: &[Due]) -> Vec<&str> {
    due.iter().map(|due| due.recipient.as_str()).collect()
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
    let far = NOW + 365 * 86_400_000;
    assert!(claim(&home, far, 9).await.is_empty(), "a clock that jumps gives no row to a second worker");
}

#[tokio::test]
async fn two_workers_never_hold_the_same_row() {
    let home = Home::new().await;
    for n in 0..60 {
        home.queue(&format!("m{n}"), &[&format!("r{n}@d{}.test", n % 7)]).await;
    }
    let mut held = Vec::new();
    loop {
        let few = || home.store.claim(Turn::Any, NOW, (2, 2), 3, Vec::new());
        let (a, b) = tokio::join!(few(), few());
        let (a, b) = (a.unwrap(), b.unwrap());
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
async fn a_destination_gets_its_share_and_hides_nobody() {
    let home = Home::new().await;
    for n in 0..200 {
        home.queue(&format!("m{n}"), &[&format!("r{n}@dead.test")]).await;
    }
    home.queue("last", &["x@alive.test"]).await;
    let due = home.store.claim(Turn::Any, NOW, (10, 10), 3, Vec::new()).await.unwrap();
    let dead = due.iter().filter(|due| due.destination == "dead.test").count();
    assert_eq!((due.len(), dead), (4, 3));
    home.store.release(Some(due.iter().map(|due| due.id).collect())).await.unwrap();
    let due = home.store.claim(Turn::Any, NOW, (10, 10), 3, vec!["dead.test".into()]).await.unwrap();
    assert_eq!(due.iter().map(|due| due.destination.as_str()).collect::<Vec<_>>(), ["alive.test"]);
}

#[tokio::test]
async fn a_dead_destination_rests_with_all_that_waits_for_it() {
    let home = Home::new().await;
    for n in 0..40 {
        home.queue(&format!("m{n}"), &[&format!("r{n}@dead.test")]).await;
    }
    let probe = home.store.claim(Turn::Any, NOW, (9, 9), 2, Vec::new()).await.unwrap();
    assert_eq!(probe.len(), 2);
    let outcomes = probe.iter().map(|due| settled(due.id, deferred(NOW + 1000))).collect();
    home.store.settle(outcomes, NOW).await.unwrap();
    home.store.rest("dead.test".into(), NOW + 5000).await.unwrap();
    assert_eq!(home.store.failures("dead.test").await.unwrap(), 1);
    // What comes new, of any priority, waits with the others.
    home.queue("new", &["late@dead.test"]).await;
    let mut bulk = home.intake("bulk", Vec::new()).await;
    bulk.queued = Some(NewQueued {
        recipients: vec![String::from("bulk@dead.test").into()],
        priority: Priority::Bulk,
        ..queued()
    });
    home.store.accept(bulk).await.unwrap();
    assert!(claim(&home, NOW + 4999, 9).await.is_empty());
    assert_eq!(home.store.next_due().await.unwrap(), Some(NOW + 5000), "nobody is woken before");
    // Then a few of it are tried, and no more before it is known how they fared.
    let probe = home.store.claim(Turn::Any, NOW + 5000, (9, 9), 2, Vec::new()).await.unwrap();
    assert_eq!(probe.len(), 2);
    assert!(claim(&home, NOW + 5000, 9).await.iter().all(|due| due.priority == Priority::Bulk));
    home.store.settle(vec![settled(probe[0].id, Outcome::Delivered)], NOW + 5001).await.unwrap();
    assert_eq!(home.store.failures("dead.test").await.unwrap(), 0);
    assert_eq!(claim(&home, NOW + 5001, 9).await.len(), 39, "all others, at once");
}

#[tokio::test]
async fn the_more_urgent_go_first_and_bulk_takes_only_its_part() {
    let home = Home::new().await;
    for (n, priority) in [Priority::Bulk, Priority::Automatic, Priority::Personal].into_iter().enumerate() {
        for d in 0..3 {
            let mut intake = home.intake(&format!("m{n}{d}"), Vec::new()).await;
            let to = format!("{priority:?}@{priority:?}{d}.test").to_lowercase();
            intake.queued = Some(NewQueued { recipients: vec![to.into()], priority, ..queued() });
            home.store.accept(intake).await.unwrap();
        }
    }
    let due = home.store.claim(Turn::Any, NOW, (4, 2), 9, Vec::new()).await.unwrap();
    let mut first = names(&due);
    first.sort_unstable();
    assert_eq!(
        first,
        ["automatic@automatic0.test", "personal@personal0.test", "personal@personal1.test", "personal@personal2.test"]
    );
    let due = home.store.claim(Turn::Any, NOW, (9, 2), 9, Vec::new()).await.unwrap();
    assert_eq!(due.iter().filter(|due| due.priority == Priority::Bulk).count(), 2);
    assert_eq!(due.len(), 4);
}

#[tokio::test]
async fn wishes_are_kept_as_they_were_said() {
    let home = Home::new().await;
    let message =
        MessageWishes {
            ret: Some(Return::Headers), envid: Some("QQ314159 + é".into()), utf8: true, require_tls: true
        };
    let wishes = RecipientWishes {
        notify: Some(Notify { success: true, failure: true, delay: false }),
        orcpt: Some("rfc822;Lisa@Old.test".into()),
    };
    let mut intake = home.intake("hello", Vec::new()).await;
    intake.queued = Some(NewQueued {
        recipients: vec![
            NewRecipient { address: "lisa@x.test".into(), wishes: wishes.clone() },
            NewRecipient {
                address: "tom@x.test".into(),
                wishes: RecipientWishes { notify: Some(Notify::NEVER), orcpt: None },
            },
            String::from("ann@x.test").into(),
        ],
        wishes: message.clone(),
        warn_at: Some(NOW + 4),
        ..queued()
    });
    home.store.accept(intake).await.unwrap();
    let due = claim(&home, NOW, 9).await;
    assert!(due.iter().all(|due| due.message_wishes == message));
    assert_eq!(due[0].wishes, wishes);
    assert_eq!(due[1].wishes.notify, Some(Notify::NEVER));
    assert_eq!(due[2].wishes, RecipientWishes::default());
    // NOTIFY without DELAY: nobody is told that it is late.
    assert_eq!(names(&home.store.late(NOW + 4, 9).await.unwrap()), ["ann@x.test"]);
}

#[tokio::test]
async fn a_sender_is_told_once_that_mail_is_late() {
    let home = Home::new().await;
    let mut intake = home.intake("hello", Vec::new()).await;
    let to = ["a@x.test", "b@y.test"].map(|to| to.to_owned().into());
    intake.queued = Some(NewQueued { recipients: to.to_vec(), warn_at: Some(NOW + 100), ..queued() });
    home.store.accept(intake).await.unwrap();
    assert!(home.store.late(NOW + 99, 9).await.unwrap().is_empty());
    let late = home.store.late(NOW + 100, 9).await.unwrap();
    assert_eq!(names(&late), ["a@x.test", "b@y.test"]);
    let bob = home.account("bob").await;
    let mut warning = home.intake("is late", vec![copy(bob, Role::Inbox)]).await;
    warning.settled = late.iter().map(|due| settled(due.id, Outcome::Warned)).collect();
    home.store.accept(warning).await.unwrap();
    assert!(home.store.late(NOW + 9999, 9).await.unwrap().is_empty());
    let waiting = home.store.waiting(9).await.unwrap();
    assert_eq!(waiting.iter().map(|row| (row.attempts, row.warned_at)).collect::<Vec<_>>(), [(0, Some(NOW)); 2]);
}

#[tokio::test]
async fn what_is_held_waits_for_a_word_and_has_its_time_from_then() {
    let home = Home::new().await;
    let mut intake = home.intake("hello", Vec::new()).await;
    let to = vec![String::from("a@x.test").into()];
    intake.queued =
        Some(NewQueued { recipients: to, held: true, expires_at: NOW + 500, warn_at: Some(NOW + 100), ..queued() });
    home.store.accept(intake).await.unwrap();
    let later = NOW + 10_000;
    assert!(claim(&home, later, 9).await.is_empty());
    assert!(home.store.claim_expired(later, 9).await.unwrap().is_empty(), "its time has not begun");
    assert!(home.store.late(later, 9).await.unwrap().is_empty());
    let held = home.store.held_of("bob@comentum.test", 9).await.unwrap();
    assert_eq!(held.len(), 1);
    assert_eq!(home.store.let_go(held.clone(), later).await.unwrap(), 1);
    assert_eq!(home.store.let_go(held.clone(), later).await.unwrap(), 0, "once");
    let due = claim(&home, later, 9).await;
    assert_eq!((due.len(), due[0].expires_at), (1, later + 500));
    home.store.release(None).await.unwrap();
    assert_eq!(home.store.hold(held).await.unwrap(), 1);
    assert!(claim(&home, later, 9).await.is_empty());
    assert!(home.store.waiting(9).await.unwrap()[0].held);
}

#[tokio::test]
async fn delivered_goes_deferred_waits_failed_goes() {
    let home = Home::new().await;
    let queue = home.queue("hello", &["a@x.test", "b@x.test", "c@x.test"]).await;
    let due = claim(&home, NOW, 9).await;
    let [a, b, c] = [due[0].id, due[1].id, due[2].id];
    let outcomes = vec![settled(a, Outcome::Delivered), settled(b, deferred(NOW + 500)), settled(c, Outcome::Failed)];
    home.store.settle(outcomes.clone(), NOW + 1).await.unwrap();
    home.store.settle(outcomes[..1].to_vec(), NOW + 1).await.unwrap();
    let waiting = home.store.waiting(9).await.unwrap();
    assert_eq!(waiting.len(), 1);
    assert_eq!((waiting[0].id, waiting[0].attempts, waiting[0].next_at), (b, 1, NOW + 500));
    assert_eq!((waiting[0].last_reply.as_str(), waiting[0].last_tls.as_str()), ("250 2.0.0 thanks", "TLSv1.3"));
    assert_eq!(home.store.next_due().await.unwrap(), Some(NOW + 500));
    home.store.retry_now(b, NOW + 2).await.unwrap();
    assert_eq!(home.store.next_due().await.unwrap(), Some(NOW + 2));
    assert!(home.store.claim_expired(NOW + 2, 9).await.unwrap().is_empty());
    home.store.cancel(b, NOW + 3).await.unwrap();
    let due = home.store.claim_expired(NOW + 3, 9).await.unwrap();
    assert_eq!((due.len(), due[0].is_cancelled(), due[0].attempts), (1, true, 1));
    assert_eq!(due[0].last_reply, "250 2.0.0 thanks");
    home.store.settle(vec![settled(b, Outcome::Failed)], NOW + 4).await.unwrap();
    assert!(matches!(home.store.queued_bytes(queue).await, Err(StoreError::NotFound)));
    assert!(matches!(home.store.waiting_one(b).await, Err(StoreError::NotFound)));
    assert!(matches!(home.store.retry_now(b, NOW).await, Err(StoreError::NotFound)));
    assert_eq!(home.ask("SELECT count(*), 0 FROM blob").await, [(0, 0)], "the bytes go with the last recipient");
    claim(&home, NOW + 9999, 9).await;
    assert_eq!(home.ask("SELECT count(*), 0 FROM queue_destination").await, [(0, 0)], "and the destination");
}

#[tokio::test]
async fn a_doubtful_attempt_is_counted() {
    let home = Home::new().await;
    home.queue("hello", &["a@x.test"]).await;
    let due = claim(&home, NOW, 9).await;
    assert_eq!(due[0].doubts, 0);
    let in_doubt = Outcome::Deferred { next_at: NOW + 1, in_doubt: true };
    home.store.settle(vec![settled(due[0].id, in_doubt)], NOW).await.unwrap();
    assert_eq!(claim(&home, NOW + 1, 9).await[0].doubts, 1);
}

#[tokio::test]
async fn the_fate_is_written_in_the_journey_of_the_senders_copy() {
    let home = Home::new().await;
    let (bob, anna) = (home.account("bob").await, home.account("anna").await);
    let mut intake = home.intake("hello", vec![copy(bob, Role::Sent), copy(anna, Role::Inbox)]).await;
    intake.queued = Some(NewQueued { recipients: vec![String::from("lisa@otherisp.test").into()], ..queued() });
    let accepted = home.store.accept(intake).await.unwrap();
    assert!(accepted.queue.is_some());
    let due = claim(&home, NOW, 9).await;
    home.store.settle(vec![settled(due[0].id, Outcome::Delivered)], NOW + 1).await.unwrap();
    let journey = home.store.journey(bob, accepted.placements[0]).await.unwrap();
    assert_eq!(journey.len(), 2);
    assert_eq!(journey[1].event.kind, Kind::Relayed);
    assert!(journey[1].event.detail.contains("lisa@otherisp.test") && journey[1].event.by.contains("mx.otherisp.test"));
    assert!(journey[1].event.detail.ends_with("(TLSv1.3)"), "how it travelled: {}", journey[1].event.detail);
    assert_eq!(home.store.journey(anna, accepted.placements[1]).await.unwrap().len(), 1, "not anna's to know");
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
async fn what_an_operator_asks_during_an_attempt_holds_after_it() {
    let home = Home::new().await;
    home.queue("hello", &["a@x.test", "b@x.test", "c@x.test"]).await;
    let due = claim(&home, NOW, 9).await;
    home.store.retry_now(due[0].id, NOW + 1).await.unwrap();
    home.store.cancel(due[1].id, NOW + 1).await.unwrap();
    assert!(claim(&home, NOW + 2, 9).await.is_empty(), "all are being tried");
    let later = due.iter().map(|due| settled(due.id, deferred(NOW + 500_000))).collect();
    home.store.settle(later, NOW + 3).await.unwrap();
    let gone = home.store.claim_expired(NOW + 3, 9).await.unwrap();
    assert_eq!((gone.len(), gone[0].is_cancelled()), (1, true));
    home.store.settle(vec![settled(gone[0].id, Outcome::Failed)], NOW + 3).await.unwrap();
    let due = claim(&home, NOW + 3, 9).await;
    assert_eq!(due.iter().map(|due| due.is_cancelled()).collect::<Vec<_>>(), [false]);
    // Asked for once: the next time is the regular one.
    let later = due.iter().map(|due| settled(due.id, deferred(NOW + 500_000))).collect();
    home.store.settle(later, NOW + 4).await.unwrap();
    assert!(claim(&home, NOW + 4, 9).await.is_empty());
    home.store.retry_now(due[0].id, NOW + 5).await.unwrap();
    let due = claim(&home, NOW + 5, 9).await;
    home.store.cancel(due[0].id, NOW + 6).await.unwrap();
    home.store.release(None).await.unwrap();
    assert_eq!(claim(&home, NOW + 6, 9).await.len(), 1, "given back, it is due");
}

#[tokio::test]
async fn what_nobody_has_tried_can_be_asked_for_alone() {
    let home = Home::new().await;
    for n in 0..20 {
        home.queue(&format!("m{n}"), &[&format!("r@slow{n}.test")]).await;
    }
    let tried = claim(&home, NOW, 99).await;
    home.store.settle(tried.iter().map(|due| settled(due.id, deferred(NOW))).collect(), NOW).await.unwrap();
    home.queue("fresh", &["x@alive.test"]).await;
    let due = home.store.claim(Turn::First, NOW, (10, 10), 3, Vec::new()).await.unwrap();
    assert_eq!(names(&due), ["x@alive.test"]);
    assert_eq!(claim(&home, NOW, 99).await.len(), 20, "the others are anybody's");
}

#[tokio::test]
async fn what_is_old_is_tried_once_more_unless_its_destination_is_known_to_be_dead() {
    let home = Home::new().await;
    home.queue("a", &["a@alive.test"]).await;
    home.queue("b", &["b@dead.test", "c@dead.test"]).await;
    let old = NOW + 9 * 86_400_000;
    let due = home.store.claim(Turn::Any, old, (9, 9), 1, Vec::new()).await.unwrap();
    assert_eq!(names(&due), ["a@alive.test", "b@dead.test"]);
    home.store.settle(vec![settled(due[1].id, Outcome::Failed)], old).await.unwrap();
    assert!(home.store.claim_expired(old, 9).await.unwrap().is_empty());
    home.store.rest("dead.test".into(), old + 1000).await.unwrap();
    assert_eq!(names(&home.store.claim_expired(old, 9).await.unwrap()), ["c@dead.test"]);
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

#[tokio::test]
async fn ten_thousand_rows_for_a_dead_destination_are_one_row_in_the_way_of_the_living() {
    let home = Home::new().await;
    for n in 0..100 {
        let to: Vec<String> = (0..100).map(|r| format!("r{n}x{r}@dead.test")).collect();
        home.queue(&format!("m{n}"), &to.iter().map(String::as_str).collect::<Vec<_>>()).await;
    }
    home.store.claim(Turn::Any, NOW, (9, 9), 5, Vec::new()).await.unwrap();
    home.store.rest("dead.test".into(), NOW + 9_000_000).await.unwrap();
    for n in 0..50 {
        home.queue(&format!("alive {n}"), &["x@alive.test"]).await;
        let due = claim(&home, NOW, 100).await;
        assert_eq!(names(&due), ["x@alive.test"]);
        home.store.settle(vec![settled(due[0].id, Outcome::Delivered)], NOW).await.unwrap();
    }
    assert_eq!(home.ask("SELECT count(*), 0 FROM queue_recipient WHERE claimed = 0").await, [(9_995, 0)]);
    // All that a claim looks through.
    assert_eq!(home.ask("SELECT count(*), 0 FROM queue_destination WHERE destination = 'dead.test'").await, [(1, 0)]);
}

//! Accepting, flagging, moving, destroying.

use crate::harness::{Home, NOW, by_owner, clock, copy};
use std::collections::HashSet;
use store::{Copy, Flags, Kind, NewDraft, Role, StoreError};

#[tokio::test]
async fn one_message_for_many_has_a_copy_for_each_in_order() {
    let home = Home::new().await;
    let (bob, anna) = (home.account("bob").await, home.account("anna").await);
    let seen = Copy { flags: Flags::SEEN, ..copy(bob, Role::Sent) };
    let intake = home.intake("hello", vec![seen, copy(anna, Role::Inbox), copy(bob, Role::Junk)]).await;
    let accepted = home.store.accept(intake).await.unwrap();
    let sent = home.store.message(bob, accepted.placements[0]).await.unwrap();
    assert_eq!(sent.mailbox_id, home.mailbox(bob, Role::Sent).await.id);
    assert!(sent.flags.has(Flags::SEEN));
    let inbox = home.store.message(anna, accepted.placements[1]).await.unwrap();
    assert_eq!(inbox.mailbox_id, home.mailbox(anna, Role::Inbox).await.id);
    assert!(matches!(home.store.message(bob, accepted.placements[1]).await, Err(StoreError::NotFound)), "not bob's");
    assert_eq!(home.store.journey(bob, accepted.placements[2]).await.unwrap().len(), 1);
    assert_eq!(home.ask("SELECT count(*), sum(refs) FROM blob").await, [(1, 3)]);
}

#[tokio::test]
async fn all_or_nothing() {
    let home = Home::new().await;
    let (bob, full) = (home.account("bob").await, home.account_with_quota("full", 1).await);
    home.deliver(full, "fills it").await.unwrap();
    let intake = home.intake("for both", vec![copy(bob, Role::Inbox), copy(full, Role::Inbox)]).await;
    assert!(matches!(home.store.accept(intake).await, Err(StoreError::QuotaFull)));
    assert_eq!(home.mailbox(bob, Role::Inbox).await.total, 0);
    assert!(home.store.search(bob, "both", None, None, 9).await.unwrap().is_empty());
    let unknown = home.intake("for nobody", vec![copy(bob, Role::Inbox), copy(4711, Role::Inbox)]).await;
    assert!(matches!(home.store.accept(unknown).await, Err(StoreError::NotFound)));
    assert_eq!(home.mailbox(bob, Role::Inbox).await.total, 0);
}

#[tokio::test]
async fn twenty_deliveries_at_once_for_room_of_five() {
    let home = Home::new().await;
    let bob = home.account_with_quota("bob", 5 * 100).await;
    let texts: Vec<String> = (0..20).map(|n| format!("{n:0100}")).collect();
    let done = futures::future::join_all(texts.iter().map(|text| home.deliver(bob, text))).await;
    let taken = done.iter().filter(|result| result.is_ok()).count();
    assert_eq!(taken, 5);
    assert!(done.iter().flat_map(|result| result.as_ref().err()).all(|error| matches!(error, StoreError::QuotaFull)));
    assert_eq!(home.store.account(bob).await.unwrap().used, 500);
    let mut sent = home.intake("the copy in Sent is taken all the same", vec![copy(bob, Role::Sent)]).await;
    sent.copies[0].quota = false;
    home.store.accept(sent).await.unwrap();
}

#[tokio::test]
async fn trash_is_not_counted() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    let placement = home.deliver(bob, "0123456789").await.unwrap();
    let used = async || home.store.account(bob).await.unwrap().used;
    assert_eq!(used().await, 10);
    let (trash, inbox) = (home.mailbox(bob, Role::Trash).await.id, home.mailbox(bob, Role::Inbox).await.id);
    let moved = by_owner(Kind::Moved);
    assert_eq!(home.store.move_to(bob, vec![placement], trash, moved.clone(), NOW).await.unwrap(), 1);
    assert_eq!(used().await, 0);
    assert_eq!(home.store.move_to(bob, vec![placement], trash, moved.clone(), NOW).await.unwrap(), 0, "it is there");
    home.store.move_to(bob, vec![placement], inbox, moved, NOW).await.unwrap();
    assert_eq!(used().await, 10);
    home.store.destroy(bob, vec![placement], by_owner(Kind::Destroyed), NOW).await.unwrap();
    assert_eq!(used().await, 0);
}

#[tokio::test]
async fn uids_and_uidls_are_never_given_twice() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    let archive = home.mailbox(bob, Role::Archive).await.id;
    let inbox = home.mailbox(bob, Role::Inbox).await;
    let mut uidls = HashSet::new();
    for n in 0..12 {
        let placement = home.deliver(bob, &format!("message {n}")).await.unwrap();
        let drop = home.store.maildrop(bob, 1_000).await.unwrap();
        let newest = drop.last().unwrap();
        assert_eq!(newest.id, placement);
        assert!(uidls.insert(newest.uidl.clone()));
        assert!((1..=70).contains(&newest.uidl.len()) && newest.uidl.bytes().all(|byte| byte.is_ascii_graphic()));
        match n % 3 {
            0 => home.store.destroy(bob, vec![placement], by_owner(Kind::Destroyed), NOW).await.unwrap(),
            1 => home.store.move_to(bob, vec![placement], archive, by_owner(Kind::Moved), NOW).await.unwrap(),
            _ => 0,
        };
    }
    let after = home.mailbox(bob, Role::Inbox).await;
    assert_eq!((after.uidvalidity, after.uidnext, after.total), (inbox.uidvalidity, 13, 4));
    let last = home.store.maildrop(bob, 1_000).await.unwrap().last().unwrap().clone();
    home.store.move_to(bob, vec![last.id], archive, by_owner(Kind::Moved), NOW).await.unwrap();
    home.store.move_to(bob, vec![last.id], inbox.id, by_owner(Kind::Moved), NOW).await.unwrap();
    assert_eq!(
        home.store.maildrop(bob, 1_000).await.unwrap().last().unwrap().uidl,
        last.uidl,
        "it stays the same message"
    );
    assert_eq!(home.mailbox(bob, Role::Inbox).await.uidnext, 14, "with a new uid");
}

#[tokio::test]
async fn flags_change_what_differs_and_only_own_mail() {
    let home = Home::new().await;
    let (bob, anna) = (home.account("bob").await, home.account("anna").await);
    let one = home.deliver(bob, "one").await.unwrap();
    let two = home.deliver(bob, "two").await.unwrap();
    let hers = home.deliver(anna, "hers").await.unwrap();
    let all = vec![one, two, hers, 9999];
    assert_eq!(home.store.flag(bob, all.clone(), Flags::SEEN, Flags::default()).await.unwrap(), 2);
    assert_eq!(home.store.flag(bob, all.clone(), Flags::SEEN, Flags::default()).await.unwrap(), 0);
    assert_eq!(home.mailbox(bob, Role::Inbox).await.unseen, 0);
    assert_eq!(home.mailbox(anna, Role::Inbox).await.unseen, 1);
    assert_eq!(home.store.flag(bob, vec![one], Flags::FLAGGED, Flags::SEEN).await.unwrap(), 1);
    assert_eq!(home.store.message(bob, one).await.unwrap().flags, Flags::FLAGGED);
    assert_eq!(home.mailbox(bob, Role::Inbox).await.unseen, 1);
    assert_eq!(home.store.destroy(bob, vec![hers], by_owner(Kind::Destroyed), NOW).await.unwrap(), 0);
    let foreign = home.mailbox(anna, Role::Archive).await.id;
    let moved = home.store.move_to(bob, vec![one], foreign, by_owner(Kind::Moved), NOW).await;
    assert!(matches!(moved, Err(StoreError::NotFound)));
}

#[tokio::test]
async fn an_answer_flags_its_question_and_ends_its_draft() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    let question = home.deliver(bob, "question").await.unwrap();
    let draft = home.store.new_draft(bob, NewDraft::default(), NOW).await.unwrap();
    assert_eq!(home.mailbox(bob, Role::Drafts).await.total, 1);
    let mut answer = home.intake("answer", vec![copy(bob, Role::Sent)]).await;
    answer.draft = Some(draft);
    answer.answers = Some((question, Flags::ANSWERED));
    home.store.accept(answer).await.unwrap();
    assert!(home.store.message(bob, question).await.unwrap().flags.has(Flags::ANSWERED));
    assert!(matches!(home.store.draft(bob, draft).await, Err(StoreError::NotFound)));
    assert_eq!(home.mailbox(bob, Role::Drafts).await.total, 0);
}

#[tokio::test]
async fn answers_share_a_thread_whatever_comes_first() {
    let home = Home::new().await;
    let (bob, anna) = (home.account("bob").await, home.account("anna").await);
    let deliver = async |account: i64, id: &str, references: &[&str]| {
        let mut intake = home.intake(id, vec![copy(account, Role::Inbox)]).await;
        intake.summary.message_id = Some(id.into());
        intake.summary.references = references.iter().map(|id| id.to_string()).collect();
        home.store.accept(intake).await.unwrap();
    };
    deliver(bob, "b@x", &["a@x"]).await;
    deliver(bob, "a@x", &[]).await;
    deliver(bob, "c@x", &["b@x"]).await;
    deliver(bob, "other@x", &[]).await;
    deliver(anna, "d@x", &["a@x", "c@x"]).await;
    let threads = home.ask("SELECT account_id, count(DISTINCT thread_id) FROM message GROUP BY account_id").await;
    assert_eq!(threads, [(bob, 2), (anna, 1)]);
}

#[tokio::test]
async fn emptying_takes_all_in_steps_and_a_journey_ends_with_the_retention() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    let trash = home.mailbox(bob, Role::Trash).await.id;
    let mut placements = Vec::new();
    for n in 0..1200 {
        placements.push(home.deliver(bob, &format!("message {n}")).await.unwrap());
    }
    let kept = placements.split_off(1190);
    home.store.move_to(bob, placements, trash, by_owner(Kind::Deleted), NOW).await.unwrap();
    assert_eq!(home.store.empty(bob, trash, by_owner(Kind::Destroyed), NOW).await.unwrap(), 1190);
    assert_eq!(home.mailbox(bob, Role::Trash).await.total, 0);
    assert_eq!(home.mailbox(bob, Role::Inbox).await.total, 10);
    let lines = home.ask("SELECT count(*), 0 FROM ledger").await[0].0;
    assert_eq!(lines, 1190 * 3 + 10, "arrived, deleted, destroyed");
    assert_eq!(home.store.purge_trash(NOW, NOW).await.unwrap(), 0);
    assert_eq!(home.ask("SELECT count(*), 0 FROM ledger").await[0].0, lines);
    home.store.purge_trash(NOW + 1, NOW + 1).await.unwrap();
    assert_eq!(home.ask("SELECT count(*), 0 FROM ledger").await[0].0, 10);
    assert_eq!(home.store.journey(bob, kept[0]).await.unwrap()[0].event.kind, Kind::Arrived);
}

#[tokio::test]
async fn trash_is_purged_after_its_time_and_nothing_else() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    let trash = home.mailbox(bob, Role::Trash).await.id;
    let [old, young, kept] = [
        home.deliver_at(bob, "old", NOW - 100).await,
        home.deliver_at(bob, "young", NOW - 100).await,
        home.deliver_at(bob, "kept", NOW - 100).await,
    ];
    home.store.move_to(bob, vec![old], trash, by_owner(Kind::Deleted), NOW - 50).await.unwrap();
    home.store.move_to(bob, vec![young], trash, by_owner(Kind::Deleted), NOW).await.unwrap();
    assert_eq!(home.store.purge_trash(NOW - 10, NOW).await.unwrap(), 1);
    assert!(matches!(home.store.message(bob, old).await, Err(StoreError::NotFound)));
    home.store.message(bob, young).await.unwrap();
    home.store.message(bob, kept).await.unwrap();
}

#[tokio::test]
async fn a_journey_is_told_in_order() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    let placement = home.deliver(bob, "hello").await.unwrap();
    home.store.record(bob, vec![placement, placement], by_owner(Kind::Read), NOW + 1).await.unwrap();
    let archive = home.mailbox(bob, Role::Archive).await.id;
    home.store.move_to(bob, vec![placement], archive, by_owner(Kind::Moved), NOW + 2).await.unwrap();
    let journey = home.store.journey(bob, placement).await.unwrap();
    let kinds: Vec<(i64, Kind)> = journey.iter().map(|line| (line.at - NOW, line.event.kind)).collect();
    assert_eq!(kinds, [(0, Kind::Arrived), (1, Kind::Read), (2, Kind::Moved)]);
    assert_eq!(journey[0].event.by, "192.0.2.7");
}

#[tokio::test]
async fn trash_takes_no_more_room_than_the_quota_and_what_lies_there_longest_goes_first() {
    let home = Home::new().await;
    let bob = home.account_with_quota("bob", 1_000).await;
    let trash = home.mailbox(bob, Role::Trash).await.id;
    let mut thrown = Vec::new();
    for n in 0..6 {
        let placement = home.deliver(bob, &format!("{n}").repeat(400)).await.unwrap();
        home.store.move_to(bob, vec![placement], trash, by_owner(Kind::Deleted), NOW + n).await.unwrap();
        thrown.push(placement);
    }
    let left = home.store.page(bob, trash, None, 0, 99).await.unwrap();
    let mut left: Vec<i64> = left.iter().map(|listed| listed.id).collect();
    left.sort_unstable();
    assert_eq!(left, thrown[4..], "two of 400 bytes fit in 1,000");
    let journey = home.ask("SELECT count(*), 0 FROM ledger WHERE kind = 7 AND by_whom = 'retention'").await;
    assert_eq!(journey, [(4, 0)], "each is written down");
    assert_eq!(home.ask("SELECT count(*), 0 FROM blob").await, [(2, 0)]);
    // Without a quota nothing is trimmed.
    let anna = home.account("anna").await;
    let (box_of_anna, placement) =
        (home.mailbox(anna, Role::Trash).await.id, home.deliver(anna, &"x".repeat(9_000)).await.unwrap());
    home.store.move_to(anna, vec![placement], box_of_anna, by_owner(Kind::Deleted), NOW).await.unwrap();
    assert_eq!(home.mailbox(anna, Role::Trash).await.total, 1);
}

#[tokio::test]
async fn thousands_at_once_are_changed_in_steps_and_all_of_them() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    let texts: Vec<String> = (0..2300).map(|n| format!("message {n}")).collect();
    let all = futures::future::join_all(texts.iter().map(|text| home.deliver(bob, text))).await;
    let all: Vec<i64> = all.into_iter().map(|placement| placement.unwrap()).collect();
    let trash = home.mailbox(bob, Role::Trash).await.id;
    assert_eq!(home.store.flag(bob, all.clone(), Flags::SEEN, Flags::default()).await.unwrap(), 2300);
    home.store.record(bob, all.clone(), by_owner(Kind::Read), NOW).await.unwrap();
    assert_eq!(home.store.move_to(bob, all.clone(), trash, by_owner(Kind::Deleted), NOW).await.unwrap(), 2300);
    // Each step is a change of its own: others come in between.
    assert_eq!(home.ask("SELECT count(DISTINCT modseq), count(*) FROM expunged").await, [(3, 2300)]);
    assert_eq!(home.store.destroy(bob, all, by_owner(Kind::Destroyed), NOW).await.unwrap(), 2300);
    assert_eq!(home.mailbox(bob, Role::Trash).await.total, 0);
}

/// Milliseconds that one delivery takes, the middle one of fifteen.
async fn delivery_takes(home: &Home, account: i64) -> f64 {
    let mut taken = Vec::new();
    for _ in 0..15 {
        let mut intake = home.intake("again", vec![copy(account, Role::Inbox)]).await;
        intake.summary.message_id = Some("same@otherisp.test".into());
        intake.summary.references = vec!["same@otherisp.test".into()];
        let before = clock();
        home.store.accept(intake).await.unwrap();
        taken.push(clock() - before);
    }
    taken.sort_by(f64::total_cmp);
    taken[7]
}

#[tokio::test]
async fn the_same_message_id_twenty_thousand_times_slows_nobody_down() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    let first = delivery_takes(&home, bob).await;
    home.spoil(
        "WITH RECURSIVE many(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < 20000)
         INSERT INTO message (account_id, blob_id, thread_id, msgid_hash, has_attachment, from_name, from_address,
             recipients, subject, preview)
         SELECT account_id, blob_id, thread_id, msgid_hash, 0, '', '', '', '', '' FROM message, many WHERE message.id = 1",
    )
    .await;
    let last = delivery_takes(&home, bob).await;
    assert!(last < 3.0 * first, "{first:.2} ms before, {last:.2} ms after");
}

#[tokio::test]
async fn what_is_gone_is_remembered_with_its_time_and_forgotten_after_it() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    let archive = home.mailbox(bob, Role::Archive).await.id;
    for n in 0..3 {
        let placement = home.deliver(bob, &format!("message {n}")).await.unwrap();
        home.store.move_to(bob, vec![placement], archive, by_owner(Kind::Moved), NOW + n).await.unwrap();
    }
    assert_eq!(home.ask("SELECT uid, at - 1790000000000 FROM expunged").await, [(1, 0), (2, 1), (3, 2)]);
    assert_eq!(home.store.purge_expunged(NOW + 2).await.unwrap(), 2);
    assert_eq!(home.ask("SELECT uid, at - 1790000000000 FROM expunged").await, [(3, 2)]);
    let forgotten = home.ask("SELECT max(forgotten), min(forgotten) FROM mailbox").await[0];
    let remembered = home.ask("SELECT min(modseq), 0 FROM expunged").await[0].0;
    assert!(forgotten.0 > 0 && forgotten.0 < remembered && forgotten.1 == 0, "{forgotten:?} {remembered}");
}

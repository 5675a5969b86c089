//! A page of a mailbox, whatever its size.

use crate::harness::{Dice, Home, NOW, copy};
use store::{Keyset, Role};

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_double() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    let inbox = home.mailbox(bob, Role::Inbox).await.id;
    let mut dice = Dice(9);
    let mut expected = Vec::new();
    for n in 0..1300 {
        // Many at the same moment, and not in order.
        let at = NOW + dice.below(200) as i64;
        expected.push((at, home.deliver_at(bob, &format!("message {n}"), at).await));
    }
    expected.sort_by(|a, b| b.cmp(a));
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = home.store.page(bob, inbox, after, 0, 50).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(Keyset { received_at: last.received_at, id: last.id });
        found.extend(page.iter().map(|listed| (listed.received_at, listed.id)));
    }
    assert_eq!(found, expected);
    let skipped = home.store.page(bob, inbox, None, 120, 3).await.unwrap();
    assert_eq!(skipped.iter().map(|listed| listed.id).collect::<Vec<_>>(), [found[120].1, found[121].1, found[122].1]);
    let key = |at: usize| Keyset { received_at: found[at].0, id: found[at].1 };
    for (at, limit) in [(0, 50), (1, 50), (50, 50), (700, 50), (30, 50)] {
        let before = home.store.page_before(bob, inbox, key(at), limit).await.unwrap();
        let before: Vec<i64> = before.iter().map(|listed| listed.id).collect();
        let expected: Vec<i64> = found[at.saturating_sub(50)..at].iter().map(|pair| pair.1).collect();
        assert_eq!(before, expected, "the page before number {at}");
    }
    assert!(home.store.page(bob + 1, inbox, None, 0, 50).await.unwrap().is_empty(), "not of somebody else");
    for at in [0, 1, 640, 1299] {
        let (newer, older) = home.store.neighbours(bob, found[at].1).await.unwrap();
        assert_eq!(newer, at.checked_sub(1).map(|n| found[n].1));
        assert_eq!(older, found.get(at + 1).map(|pair| pair.1));
    }
}

#[tokio::test]
async fn a_row_has_all_that_a_list_shows() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    let mut intake = home.intake("hello", vec![copy(bob, Role::Inbox)]).await;
    intake.summary.from_name = "Lisa".into();
    intake.summary.from_address = "lisa@otherisp.test".into();
    intake.summary.to = "Bob".into();
    intake.summary.preview = "hello there".into();
    intake.summary.has_attachment = true;
    let placement = home.store.accept(intake).await.unwrap().placements[0];
    let listed = home.store.message(bob, placement).await.unwrap();
    assert_eq!((listed.from_name.as_str(), listed.from_address.as_str()), ("Lisa", "lisa@otherisp.test"));
    assert_eq!((listed.to.as_str(), listed.subject.as_str(), listed.preview.as_str()), ("Bob", "hello", "hello there"));
    assert_eq!((listed.received_at, listed.size, listed.has_attachment), (NOW, 5, true));
}

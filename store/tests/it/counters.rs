//! Counters are kept, not counted: after anything at all they are what counting would give.

use crate::harness::{Dice, Home, NOW, by_owner, copy};
use store::{Copy, Flags, Kind, Role, StoreError};

const ROLES: [Role; 5] = [Role::Inbox, Role::Sent, Role::Archive, Role::Junk, Role::Trash];

async fn check(home: &Home) {
    let wrong = home
        .ask(
            "SELECT m.id, m.role FROM mailbox m LEFT JOIN placement p ON p.mailbox_id = m.id WHERE m.role <> 1
             GROUP BY m.id
             HAVING m.total <> count(p.id) OR m.bytes <> coalesce(sum(p.size), 0)
                 OR m.unseen <> coalesce(sum(p.flags & 1 = 0), 0) OR m.uidnext <= coalesce(max(p.uid), 0)",
        )
        .await;
    assert_eq!(wrong, [], "mailboxes whose counters are wrong");
    let wrong = home
        .ask(
            "SELECT a.id, a.used FROM account a LEFT JOIN placement p ON p.account_id = a.id AND p.trashed = 0
             GROUP BY a.id HAVING a.used <> coalesce(sum(p.size), 0)",
        )
        .await;
    assert_eq!(wrong, [], "accounts whose use is wrong");
    let wrong = home
        .ask(
            "SELECT b.id, b.refs FROM blob b WHERE b.refs <> (SELECT count(*) FROM message m WHERE m.blob_id = b.id)
                 + (SELECT count(*) FROM draft_attachment d WHERE d.blob_id = b.id)
                 + (SELECT count(*) FROM queue q WHERE q.blob_id = b.id)
             UNION ALL SELECT m.id, 0 FROM message m WHERE NOT EXISTS (SELECT 1 FROM placement p WHERE p.message_id = m.id)
             UNION ALL SELECT p.id, 1 FROM placement p JOIN mailbox m ON m.id = p.mailbox_id WHERE p.trashed <> (m.role = 5)",
        )
        .await;
    assert_eq!(wrong, [], "blobs, messages and placements that do not fit together");
}

#[tokio::test]
async fn counters_equal_a_recount_after_random_acts() {
    let home = Home::new().await;
    let accounts = [home.account("bob").await, home.account_with_quota("anna", 900).await];
    let mut dice = Dice(20_260_101);
    for round in 0..400 {
        let account = accounts[dice.below(2)];
        let all = home.ask("SELECT id, account_id FROM placement").await;
        let own: Vec<i64> = all.iter().filter(|(_, owner)| *owner == account).map(|(id, _)| *id).collect();
        let some: Vec<i64> = own.iter().copied().filter(|_| dice.below(4) == 0).collect();
        let event = by_owner(Kind::Moved);
        let done = match dice.below(8) {
            0..4 => {
                let copies = (0..1 + dice.below(3)).map(|_| Copy {
                    account: accounts[dice.below(2)],
                    role: ROLES[dice.below(5)],
                    flags: Flags(dice.below(4) as i64),
                    quota: dice.below(2) == 0,
                });
                let copies = copies.collect();
                let intake = home.intake(&format!("text {}", dice.below(60)), copies).await;
                home.store.accept(intake).await.map(|_| 0)
            }
            4 => {
                let (set, clear) = (Flags(dice.below(4) as i64), Flags(dice.below(4) as i64));
                home.store.flag(account, some, set, clear).await
            }
            5 => {
                let target = home.mailbox(account, ROLES[dice.below(5)]).await.id;
                home.store.move_to(account, some, target, event, NOW).await
            }
            6 => home.store.destroy(account, some, event, NOW).await,
            _ => {
                let target = home.mailbox(account, Role::Junk).await.id;
                home.store.empty(account, target, event, NOW).await
            }
        };
        assert!(matches!(done, Ok(_) | Err(StoreError::QuotaFull)), "round {round}: {done:?}");
        if round % 20 == 19 {
            check(&home).await;
        }
    }
}

#[tokio::test]
async fn a_draft_and_its_attachments_are_counted_too() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    let draft = home.store.new_draft(bob, store::NewDraft::default(), NOW).await.unwrap();
    let blob = home.intake("attached", vec![]).await.blob;
    home.store.attach(bob, draft, "a.txt".into(), "text/plain".into(), blob, NOW).await.unwrap();
    home.queue("out", &["lisa@otherisp.test"]).await;
    let intake = home.intake("attached", vec![copy(bob, Role::Inbox)]).await;
    home.store.accept(intake).await.unwrap();
    check(&home).await;
    home.store.discard_draft(bob, draft).await.unwrap();
    check(&home).await;
}

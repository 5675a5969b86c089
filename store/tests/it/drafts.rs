//! What is being written.

use crate::harness::{Home, NOW};
use bytes::Bytes;
use store::{DraftFields, Flags, NewDraft, Role, Source, StoreError};

fn fields(text: &str) -> DraftFields {
    DraftFields {
        from: "b.miller@comentum.test".into(),
        to: "lisa@otherisp.test".into(),
        subject: "Plans".into(),
        text: text.into(),
        ..DraftFields::default()
    }
}

#[tokio::test]
async fn a_draft_keeps_what_is_typed_and_knows_an_older_tab() {
    let home = Home::new().await;
    let (bob, anna) = (home.account("bob").await, home.account("anna").await);
    let new = NewDraft {
        fields: fields("first"),
        in_reply_to: Some("q@otherisp.test".into()),
        references: vec!["p@otherisp.test".into(), "q@otherisp.test".into()],
        answers: Some((7, Flags::ANSWERED)),
    };
    let id = home.store.new_draft(bob, new.clone(), NOW).await.unwrap();
    let draft = home.store.draft(bob, id).await.unwrap();
    assert_eq!((draft.revision, &draft.fields, &draft.references), (1, &new.fields, &new.references));
    assert_eq!((draft.in_reply_to, draft.answers), (new.in_reply_to, new.answers));
    assert_eq!(home.store.save_draft(bob, id, 1, fields("second"), NOW + 1).await.unwrap(), 2);
    let stale = home.store.save_draft(bob, id, 1, fields("from an older tab"), NOW + 2).await;
    assert!(matches!(stale, Err(StoreError::Conflict)));
    assert_eq!(home.store.save_draft(bob, id, 1, fields("second"), NOW + 3).await.unwrap(), 2, "the same again");
    let draft = home.store.draft(bob, id).await.unwrap();
    assert_eq!((draft.fields.text.as_str(), draft.saved_at), ("second", NOW + 1));
    assert!(matches!(home.store.draft(anna, id).await, Err(StoreError::NotFound)));
    assert!(matches!(home.store.save_draft(anna, id, 2, fields("x"), NOW).await, Err(StoreError::NotFound)));
    assert!(matches!(home.store.discard_draft(anna, id).await, Err(StoreError::NotFound)));
}

#[tokio::test]
async fn of_two_tabs_that_save_at_once_one_wins() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    let id = home.store.new_draft(bob, NewDraft::default(), NOW).await.unwrap();
    let (a, b) = tokio::join!(
        home.store.save_draft(bob, id, 1, fields("a"), NOW),
        home.store.save_draft(bob, id, 1, fields("b"), NOW)
    );
    assert_eq!(usize::from(a.is_ok()) + usize::from(b.is_ok()), 1);
}

#[tokio::test]
async fn drafts_are_listed_newest_first_and_counted() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    let mut ids = Vec::new();
    for n in 0..5 {
        ids.push(home.store.new_draft(bob, NewDraft::default(), NOW + n).await.unwrap());
    }
    home.store.save_draft(bob, ids[1], 1, fields("again"), NOW + 9).await.unwrap();
    let listed: Vec<i64> = home.store.drafts(bob, 1, 3).await.unwrap().iter().map(|draft| draft.id).collect();
    assert_eq!(listed, [ids[4], ids[3], ids[2]]);
    assert_eq!(home.mailbox(bob, Role::Drafts).await.total, 5);
    home.store.discard_draft(bob, ids[0]).await.unwrap();
    assert_eq!(home.mailbox(bob, Role::Drafts).await.total, 4);
    let drafts = home.mailbox(bob, Role::Drafts).await.id;
    let gone = crate::harness::by_owner(store::Kind::Destroyed);
    assert_eq!(home.store.empty(bob, drafts, gone, NOW).await.unwrap(), 4);
    assert_eq!(home.mailbox(bob, Role::Drafts).await.total, 0);
}

#[tokio::test]
async fn attachments_come_back_and_leave_with_the_draft() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    let id = home.store.new_draft(bob, NewDraft::default(), NOW).await.unwrap();
    let attach = async |name: &str, raw: &'static [u8]| {
        let blob = home.store.prepare(Source::Memory(Bytes::from_static(raw))).await.unwrap();
        home.store.attach(bob, id, name.into(), "text/plain".into(), blob, NOW).await.unwrap()
    };
    let first = attach("a.txt", b"first").await;
    let second = attach("b.txt", b"second").await;
    assert_eq!(home.store.draft(bob, id).await.unwrap().revision, 1, "the form stays as it was");
    let (found, raw) = home.store.attachment(bob, id, first).await.unwrap();
    assert_eq!((found.name.as_str(), found.size, &raw[..]), ("a.txt", 5, &b"first"[..]));
    home.store.detach(bob, id, first).await.unwrap();
    assert!(matches!(home.store.detach(bob, id, first).await, Err(StoreError::NotFound)));
    assert!(matches!(home.store.attachment(bob + 1, id, second).await, Err(StoreError::NotFound)));
    assert_eq!(home.store.drafts(bob, 0, 9).await.unwrap()[0].attachments.len(), 1);
    home.store.discard_draft(bob, id).await.unwrap();
    assert_eq!(home.ask("SELECT count(*), 0 FROM blob").await, [(0, 0)]);
    let blob = home.store.prepare(Source::Memory(Bytes::from_static(b"late"))).await.unwrap();
    let late = home.store.attach(bob, id, "c.txt".into(), "text/plain".into(), blob, NOW).await;
    assert!(matches!(late, Err(StoreError::NotFound)));
}

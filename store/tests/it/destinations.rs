//! Whom mail to an address reaches: through aliases, catch-alls, details and other names, each once.

use crate::harness::{Home, NOW};
use mail::{Address, Domain};
use store::{DomainLimits, Expansion, Receives, Recipient, StoreError};

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn domain(text: &str) -> Domain {
    Domain::parse(text).unwrap()
}

impl Home {
    async fn way(&self, name: &str, targets: &[&str]) {
        let targets = targets.iter().map(|target| address(target)).collect();
        self.store.add_alias(address(name), targets, NOW).await.unwrap();
    }

    async fn found(&self, text: &str) -> Recipient {
        self.store.resolve(&address(text)).await.unwrap()
    }

    async fn reached(&self, text: &str) -> Expansion {
        match self.found(text).await {
            Recipient::Reaches(expansion) => expansion,
            other => panic!("{text} is {other:?}"),
        }
    }

    /// In words: `account 1 by bob@…`, `on to lisa@…`.
    async fn says(&self, text: &str) -> Vec<String> {
        let Expansion { locals, forwards, waiting, .. } = self.reached(text).await;
        let full = |over| if over { " (full)" } else { "" };
        let locals = locals.iter().map(|local| format!("{}{}", local.address, full(local.over_quota)));
        let forwards = forwards.iter().map(|forward| format!("on to {forward}"));
        let waiting = waiting.iter().map(|waiting| format!("{waiting} waits"));
        locals.chain(forwards).chain(waiting).collect()
    }

    async fn here(&self) -> i64 {
        self.store.domain_named(&domain("comentum.test")).await.unwrap().id
    }
}

#[tokio::test]
async fn an_alias_reaches_each_once_whatever_way_leads_to_them() {
    let home = Home::new().await;
    home.account("bob").await;
    home.account_with_quota("anna", 1).await;
    let anna = home.reached("anna@comentum.test").await.locals[0].account;
    home.store.add_domain(&domain("other.test"), NOW).await.unwrap();
    home.deliver(anna, "full").await.unwrap();
    home.way("all@comentum.test", &["team@other.test", "bob@comentum.test", "LISA@far.test"]).await;
    home.way("team@other.test", &["bob+team@comentum.test", "anna@comentum.test", "lisa@far.test"]).await;
    assert_eq!(
        home.says("All+x@comentum.test").await,
        ["bob@comentum.test", "anna@comentum.test (full)", "on to LISA@far.test"]
    );
    assert!(home.reached("all@comentum.test").await.takes_now());
    assert!(!home.reached("anna@comentum.test").await.takes_now());
}

#[tokio::test]
async fn a_detail_is_the_owners_and_the_exact_name_comes_first() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    assert_eq!(
        home.says("Bob+News@comentum.test").await,
        ["Bob+News@comentum.test"],
        "kept for who wants to sort by it"
    );
    let other = home.account("bob+news").await;
    assert_eq!(home.reached("bob+news@comentum.test").await.locals[0].account, other);
    assert_eq!(home.found("bob-news@comentum.test").await, Recipient::Unknown);
    home.store.set_separator(home.here().await, Some("-".into())).await.unwrap();
    assert_eq!(home.reached("bob-news@comentum.test").await.locals[0].account, bob);
    assert_eq!(home.found("bob+other@comentum.test").await, Recipient::Unknown);
    home.store.set_separator(home.here().await, Some(String::new())).await.unwrap();
    assert_eq!(home.found("bob-news@comentum.test").await, Recipient::Unknown);
    home.store.set_separator(home.here().await, None).await.unwrap();
    let store = home.store.clone().separated_by(Some('='));
    assert!(matches!(store.resolve(&address("bob=x@comentum.test")).await.unwrap(), Recipient::Reaches(_)));
    let store = home.store.clone().separated_by(None);
    assert_eq!(store.resolve(&address("bob+x@comentum.test")).await.unwrap(), Recipient::Unknown);
}

#[tokio::test]
async fn another_name_of_a_domain_is_the_domain() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    home.way("sales@comentum.test", &["bob@comentum.test"]).await;
    home.store.add_domain_alias(&domain("comentum.example"), home.here().await, NOW).await.unwrap();
    for text in ["bob@comentum.example", "bob+x@comentum.example", "sales@comentum.example"] {
        assert_eq!(home.reached(text).await.locals[0].account, bob, "{text}");
    }
    assert_eq!(home.found("nobody@comentum.example").await, Recipient::Unknown);
    assert_eq!(home.store.owner(&address("bob+x@comentum.example")).await.unwrap(), Some(bob));
    home.store.set_domain_active(home.here().await, false).await.unwrap();
    assert_eq!(home.found("bob@comentum.example").await, Recipient::DomainSuspended);
}

#[tokio::test]
async fn what_is_for_nobody_goes_to_the_catch_all_as_it_stands() {
    let home = Home::new().await;
    home.account("bob").await;
    let here = home.here().await;
    for looping in ["nobody@comentum.test", "bob2@comentum.test"] {
        assert!(
            matches!(home.store.set_catch_all(here, Some(address(looping))).await, Err(StoreError::Loop)),
            "{looping}"
        );
    }
    home.store.set_catch_all(here, Some(address("bob@comentum.test"))).await.unwrap();
    for odd in [
        "nobody@comentum.test",
        r#""lisa@far.test"@comentum.test"#,
        "lisa%far.test@comentum.test",
        "far.test!lisa@comentum.test",
    ] {
        assert_eq!(home.says(odd).await, ["bob@comentum.test"], "{odd}");
        assert_eq!(home.store.owner(&address(odd)).await.unwrap(), None, "nobody owns it");
    }
    assert!(home.says("Anna@comentum.test").await == ["bob@comentum.test"]);
    home.account("anna").await;
    assert_eq!(home.says("Anna@comentum.test").await, ["Anna@comentum.test"]);
    home.store.set_catch_all(here, Some(address("lisa@far.test"))).await.unwrap();
    assert_eq!(home.says("tom%other.test@comentum.test").await, ["on to lisa@far.test"], "and nowhere else");
    home.store.set_catch_all(here, None).await.unwrap();
    assert_eq!(home.found("nobody@comentum.test").await, Recipient::Unknown);
}

#[tokio::test]
async fn an_account_may_be_signed_in_to_and_take_no_mail_and_the_other_way_round() {
    let home = Home::new().await;
    let (bob, _) = (home.account("bob").await, home.account("anna").await);
    home.way("both@comentum.test", &["bob@comentum.test", "anna@comentum.test"]).await;
    home.store.set_account_active(bob, false).await.unwrap();
    assert_eq!(home.says("bob@comentum.test").await, ["bob@comentum.test"], "a suspended account still receives");
    home.store.set_receives(bob, Receives::NothingNow).await.unwrap();
    assert_eq!(home.says("bob@comentum.test").await, ["bob@comentum.test waits"]);
    assert_eq!(home.says("both@comentum.test").await, ["anna@comentum.test", "bob@comentum.test waits"]);
    home.store.set_receives(bob, Receives::Nothing).await.unwrap();
    assert_eq!(home.found("bob@comentum.test").await, Recipient::Refused);
    assert_eq!(home.says("both@comentum.test").await, ["anna@comentum.test"]);
    assert_eq!(home.store.account(bob).await.unwrap().receives, Receives::Nothing);
}

#[tokio::test]
async fn a_domain_may_only_send_and_its_postmaster_is_still_reached() {
    let home = Home::new().await;
    home.account("bob").await;
    let new = store::NewAccount {
        address: address("chief@comentum.test"),
        name: String::new(),
        admin: true,
        password_hash: String::new(),
        quota: 0,
    };
    home.store.add_account(new, NOW).await.unwrap();
    home.store.set_domain_receives(home.here().await, false).await.unwrap();
    assert_eq!(home.found("bob@comentum.test").await, Recipient::DomainTakesNone);
    for role in ["postmaster", "ABUSE"] {
        assert_eq!(home.says(&format!("{role}@comentum.test")).await, ["chief@comentum.test"]);
    }
}

#[tokio::test]
async fn behind_an_alias_what_is_switched_off_waits_and_what_is_gone_is_left_out() {
    let home = Home::new().await;
    home.account("bob").await;
    let other = home.store.add_domain(&domain("other.test"), NOW).await.unwrap().id;
    home.way("all@comentum.test", &["bob@comentum.test", "tom@other.test", "nobody@comentum.test"]).await;
    assert_eq!(home.says("all@comentum.test").await, ["bob@comentum.test"]);
    home.store.set_domain_active(other, false).await.unwrap();
    assert_eq!(home.says("all@comentum.test").await, ["bob@comentum.test", "tom@other.test waits"]);
    home.way("none@comentum.test", &["nobody@comentum.test"]).await;
    assert_eq!(home.found("none@comentum.test").await, Recipient::Unknown);
}

#[tokio::test]
async fn a_loop_that_came_about_otherwise_ends_by_itself() {
    let home = Home::new().await;
    home.account("bob").await;
    // When these were written, the second domain was somebody else's.
    home.way("a@comentum.test", &["a@later.test", "bob@comentum.test"]).await;
    home.store.add_domain_alias(&domain("later.test"), home.here().await, NOW).await.unwrap();
    assert_eq!(home.says("a@later.test").await, ["bob@comentum.test"]);
    home.way("b@comentum.test", &["b@soon.test"]).await;
    home.store.add_domain_alias(&domain("soon.test"), home.here().await, NOW).await.unwrap();
    assert_eq!(home.found("b@comentum.test").await, Recipient::Unknown);
}

#[tokio::test]
async fn the_least_size_of_the_domains_on_the_way_counts() {
    let home = Home::new().await;
    home.account("bob").await;
    let other = home.store.add_domain(&domain("other.test"), NOW).await.unwrap().id;
    home.way("all@other.test", &["bob@comentum.test"]).await;
    let limits = |size| DomainLimits { message_size: Some(size), ..DomainLimits::default() };
    assert_eq!(home.reached("bob@comentum.test").await.size_limit, None);
    home.store.set_domain_limits(home.here().await, limits(500)).await.unwrap();
    assert_eq!(home.reached("bob@comentum.test").await.size_limit, Some(500));
    assert_eq!(home.reached("all@other.test").await.size_limit, Some(500));
    home.store.set_domain_limits(other, limits(100)).await.unwrap();
    assert_eq!(home.reached("all@other.test").await.size_limit, Some(100));
}

#[tokio::test]
async fn an_account_has_more_addresses_and_is_named_by_one() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    home.store.add_domain(&domain("other.test"), NOW).await.unwrap();
    for more in ["A.Bob@comentum.test", "bob@other.test"] {
        home.store.add_address(bob, address(more)).await.unwrap();
        assert_eq!(home.reached(more).await.locals[0].account, bob);
        assert_eq!(home.store.owner(&address(more)).await.unwrap(), Some(bob));
    }
    let own: Vec<String> = home.store.addresses(bob).await.unwrap().iter().map(Address::to_string).collect();
    assert_eq!(own, ["bob@comentum.test", "a.bob@comentum.test", "bob@other.test"], "the one it is named by first");
    assert!(matches!(home.store.remove_address(bob, address("bob@comentum.test")).await, Err(StoreError::Conflict)));
    assert!(matches!(home.store.add_address(99, address("x@comentum.test")).await, Err(StoreError::NotFound)));
    assert!(matches!(home.store.add_address(bob, address("bob@far.test")).await, Err(StoreError::NotFound)));
    home.store.remove_address(bob, address("bob@other.test")).await.unwrap();
    assert_eq!(home.found("bob@other.test").await, Recipient::Unknown);
    let anna = home.account("anna").await;
    assert!(matches!(home.store.remove_address(anna, address("a.bob@comentum.test")).await, Err(StoreError::NotFound)));
}

#[tokio::test]
async fn a_key_is_made_once_and_a_kept_sender_forgotten_in_time() {
    let home = Home::new().await;
    let key = home.store.secret("srs", [1; 32]).await.unwrap();
    assert_ne!(key, home.store.secret("other", [2; 32]).await.unwrap());
    let home = home.reopened().await;
    assert_eq!(home.store.secret("srs", [9; 32]).await.unwrap(), key);
    let store = &home.store;
    store.keep_sender("WORD".into(), "long@far.test".into(), NOW + 10).await.unwrap();
    store.keep_sender("WORD".into(), "long@far.test".into(), NOW + 5).await.unwrap();
    assert_eq!(store.kept_sender("WORD", NOW + 9).await.unwrap().as_deref(), Some("long@far.test"));
    assert_eq!(store.kept_sender("WORD", NOW + 10).await.unwrap(), None);
    store.purge_kept_senders(NOW + 10).await.unwrap();
    assert_eq!(home.ask("SELECT count(*), 0 FROM kept_sender").await, [(0, 0)]);
}

#[tokio::test]
async fn what_is_sent_on_is_queued_with_bytes_of_its_own_in_the_same_commit() {
    use crate::harness::copy;
    use bytes::Bytes;
    use store::{Forwarded, NewQueued, Role, Source};
    let home = Home::new().await;
    let bob = home.account("bob").await;
    let mut intake = home.intake("for bob and lisa", vec![copy(bob, Role::Inbox)]).await;
    let blob = home.store.prepare(Source::Memory(Bytes::from_static(b"Delivered-To: x\r\nfor lisa"))).await.unwrap();
    let queued = NewQueued {
        sender: "SRS0=x@comentum.test".into(),
        recipients: vec![String::from("lisa@far.test").into()],
        ..crate::harness::queued()
    };
    intake.forwarded = Some(Forwarded { blob, queued });
    let accepted = home.store.accept(intake).await.unwrap();
    let queue = accepted.queue.unwrap();
    assert_eq!(home.store.queued_bytes(queue).await.unwrap(), "Delivered-To: x\r\nfor lisa");
    assert_eq!(home.store.waiting(9).await.unwrap()[0].sender, "SRS0=x@comentum.test");
    // And undone with it.
    let full = home.account_with_quota("full", 1).await;
    home.deliver(full, "x").await.unwrap();
    let mut intake = home.intake("for one who is full", vec![copy(full, Role::Inbox)]).await;
    let blob = home.store.prepare(Source::Memory(Bytes::from(crate::harness::noise(300_000, 7)))).await.unwrap();
    let queued = NewQueued {
        sender: String::new(),
        recipients: vec![String::from("x@far.test").into()],
        ..crate::harness::queued()
    };
    intake.forwarded = Some(Forwarded { blob, queued });
    assert!(matches!(home.store.accept(intake).await, Err(StoreError::QuotaFull)));
    assert_eq!(home.store.waiting(9).await.unwrap().len(), 1);
    assert!(home.files().is_empty(), "its large file is gone too");
}

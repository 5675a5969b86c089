//! The office gives out addresses, and the composer sends as them.

use super::Site;
use super::admin::office;
use api::{Addresses, AliasesAsk, DomainLimits, NewAccount, Refusal, Role};
use mail::Address;

fn asking(search: &str) -> AliasesAsk {
    AliasesAsk { domain: "comentum.test".into(), search: search.into(), cursor: String::new() }
}

#[tokio::test]
async fn aliases_are_written_listed_and_refused_with_a_code() {
    let site = Site::open().await;
    let office = office(&site).await;
    let add = async |alias: &str, targets: &str| office.add_alias(alias.into(), targets.into()).await;
    add(" Sales@comentum.test ", "bob@comentum.test\r\nanna@far.test").await.unwrap();
    for (alias, targets, why) in [
        ("sales", "bob@comentum.test", Refusal::BadAddress),
        ("sales@far.test", "bob@comentum.test", Refusal::BadDomain),
        ("bob@comentum.test", "lisa@comentum.test", Refusal::Taken),
        ("info@comentum.test", " ", Refusal::NoRecipient),
        ("info@comentum.test", "info@comentum.test", Refusal::Loop),
    ] {
        assert_eq!(add(alias, targets).await, Err(why), "{alias} {targets}");
    }
    office.set_alias("sales@comentum.test".into(), "lisa@comentum.test".into()).await.unwrap();
    let page = office.aliases(asking("LISA")).await.unwrap();
    assert_eq!((page.aliases[0].targets.as_slice(), page.next), (&["lisa@comentum.test".to_owned()][..], None));
    assert!(office.aliases(asking("anna")).await.unwrap().aliases.is_empty());
    for n in 0..60 {
        add(&format!("list{n:02}@comentum.test"), "bob@comentum.test").await.unwrap();
    }
    let first = office.aliases(asking("")).await.unwrap();
    let rest = office.aliases(AliasesAsk { cursor: first.next.clone().unwrap(), ..asking("") }).await.unwrap();
    assert_eq!((first.aliases.len(), rest.aliases.len(), rest.next), (50, 11, None));
    office.remove_alias("sales@comentum.test".into()).await.unwrap();
    assert_eq!(office.remove_alias("sales@comentum.test".into()).await, Err(Refusal::NotFound));
}

#[tokio::test]
async fn a_domain_shows_what_was_decided_for_it() {
    let site = Site::open().await;
    let office = office(&site).await;
    let domain = office.domain("comentum.test".into()).await.unwrap();
    let limits = DomainLimits { most_accounts: Some(3), default_quota_mib: Some(7), ..DomainLimits::default() };
    office.set_domain_limits(domain.id, limits).await.unwrap();
    office.set_catch_all(domain.id, "bob@comentum.test".into()).await.unwrap();
    assert_eq!(office.set_catch_all(domain.id, "nobody@comentum.test".into()).await, Err(Refusal::Loop));
    office.add_domain_name(domain.id, "Comentum.example.".into()).await.unwrap();
    office.set_separator(domain.id, "off".into()).await.unwrap();
    assert_eq!(office.set_separator(domain.id, "many".into()).await, Err(Refusal::NotFound));
    office.set_domain_receives(domain.id, false).await.unwrap();
    let shown = office.domain("comentum.test".into()).await.unwrap();
    assert_eq!((shown.limits, shown.receives, shown.separator.as_deref()), (limits, false, Some("")));
    assert_eq!((shown.catch_all.as_deref(), shown.names), (Some("bob@comentum.test"), vec!["comentum.example".into()]));
    assert_eq!(office.domain("comentum.example".into()).await.unwrap_err(), Refusal::NotFound);
    let name = || "comentum.example".to_owned();
    assert_eq!(office.remove_domain_name(name(), "example".into()).await, Err(Refusal::NotConfirmed));
    office.remove_domain_name(name(), name()).await.unwrap();
}

#[tokio::test]
async fn a_new_account_holds_what_its_domain_gives_and_no_more_are_made_than_may_be() {
    use api::Admin;
    let site = Site::open().await;
    let office = office(&site).await;
    let domain = office.domain("comentum.test".into()).await.unwrap();
    let limits = DomainLimits { most_accounts: Some(4), default_quota_mib: Some(7), ..DomainLimits::default() };
    office.set_domain_limits(domain.id, limits).await.unwrap();
    let new = |name: &str| NewAccount {
        address: format!("{name}@comentum.test"),
        name: String::new(),
        password: String::new(),
        role: Role::User,
        quota_mib: None,
    };
    let made = office.add_account(new("anna")).await.unwrap();
    assert_eq!(office.account(made.id).await.unwrap().quota_mib, 7);
    assert_eq!(office.add_account(new("tom")).await.unwrap_err(), Refusal::Limit);
}

#[tokio::test]
async fn a_second_address_is_offered_sent_with_and_can_be_taken_away() {
    let site = Site::open().await;
    let office = office(&site).await;
    assert_eq!(office.add_address(site.bob, "lisa@comentum.test".into()).await, Err(Refusal::Taken));
    assert_eq!(office.add_address(site.bob, "bob@far.test".into()).await, Err(Refusal::BadDomain));
    let bob = site.signed_in("bob").await;
    let path = bob.post("/compose", &[("how", "blank"), ("message", ""), ("to", "")]).await.led_to().to_owned();
    assert!(!bob.get(&path).await.body.contains("name=\"from\""), "there is nothing to choose");
    office.add_address(site.bob, "Robert@comentum.test".into()).await.unwrap();
    assert!(bob.get(&path).await.body.contains("<option value=\"robert@comentum.test\""));
    let send = async |from: &str| {
        let draft: i64 = path.rsplit('/').next().unwrap().parse().unwrap();
        let revision = site.house().store.draft(site.bob, draft).await.unwrap().revision.to_string();
        let fields = [
            ("revision", revision.as_str()),
            ("from", from),
            ("to", "lisa@comentum.test"),
            ("cc", ""),
            ("bcc", ""),
            ("subject", "Yes"),
            ("text", "x"),
            ("do", "send"),
        ];
        bob.post_draft(&path, &fields, &[]).await.led_to().to_owned()
    };
    assert!(send("lisa@comentum.test").await.ends_with("refused=forbidden"), "not one of Bob's");
    assert_eq!(send("robert@comentum.test").await, "/mail/inbox?sent=1");
    let inbox = site.house().store.mailboxes(site.lisa).await.unwrap()[0].id;
    let mail = site.house().store.page(site.lisa, inbox, None, 0, 9).await.unwrap();
    assert_eq!(mail.iter().map(|mail| mail.from_address.as_str()).collect::<Vec<_>>(), ["robert@comentum.test"]);
    assert_eq!(office.remove_address(site.bob, "bob@comentum.test".into()).await, Err(Refusal::NamedByIt));
    office.remove_address(site.bob, "robert@comentum.test".into()).await.unwrap();
    assert_eq!(office.addresses_of(site.bob).await.unwrap(), ["bob@comentum.test"]);
}

#[tokio::test]
async fn who_was_written_to_at_a_second_address_answers_from_there() {
    let site = Site::open().await;
    let robert = Address::parse("robert@comentum.test").unwrap();
    site.house().store.add_address(site.bob, robert).await.unwrap();
    let letter = "From: Lisa <lisa@comentum.test>\nTo: Robert <Robert@comentum.test>\nSubject: Hi\n\nHello\n";
    let message = site.arrive(site.bob, letter).await.to_string();
    let bob = site.signed_in("bob").await;
    let fields = [("how", "reply"), ("message", message.as_str()), ("to", "")];
    let path = bob.post("/compose", &fields).await.led_to().to_owned();
    let draft = site.house().store.draft(site.bob, path.rsplit('/').next().unwrap().parse().unwrap()).await.unwrap();
    assert_eq!(draft.fields.from, "robert@comentum.test");
}

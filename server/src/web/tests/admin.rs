//! The office: for admins, and only for them.

use super::{PASSWORD, Site};
use crate::web::visitor::Visitor;
use api::{AccountsAsk, Admin, Refusal};
use axum::http::StatusCode;
use mail::Address;
use std::sync::Arc;

pub async fn office(site: &Site) -> impl Admin + use<> {
    let admin = Address::parse("admin@comentum.test").unwrap();
    let account = site.house().store.account_by_address(&admin).await.unwrap().unwrap();
    site.web.office(&Visitor(Arc::new(account))).expect("an admin has an office")
}

#[tokio::test]
async fn a_user_gets_no_office() {
    let site = Site::open().await;
    let bob = site.signed_in("bob").await;
    assert_eq!(bob.get("/admin").await.status, StatusCode::FORBIDDEN);
    assert_eq!(bob.post("/api/v1/admin/overview", &[]).await.status, StatusCode::FORBIDDEN);
    let fields = [("address", "eve@comentum.test"), ("role", "admin")];
    let answer = bob.post("/admin/accounts", &fields).await;
    assert!(answer.led_to().starts_with("/admin/accounts?refused=forbidden"), "{}", answer.led_to());
    let path = format!("/admin/accounts/{}/password", site.lisa);
    assert!(bob.post(&path, &[("password", "stolen password")]).await.led_to().ends_with("refused=forbidden"));
    site.signed_in("lisa").await;
    assert!(site.browser().post("/admin/accounts", &fields).await.led_to().starts_with("/sign-in"));
}

#[tokio::test]
async fn a_made_password_is_shown_once_and_opens_the_account() {
    let site = Site::open().await;
    let admin = site.signed_in("admin").await;
    let fields =
        [("address", "anna@comentum.test"), ("name", "Anna"), ("password", ""), ("role", "user"), ("quota_mib", "")];
    let page = admin.post("/admin/accounts", &fields).await;
    assert_eq!(page.status, StatusCode::OK);
    let address = Address::parse("anna@comentum.test").unwrap();
    let anna = site.house().store.account_by_address(&address).await.unwrap().unwrap();
    let password = page
        .body
        .split(|sign: char| !(sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '-'))
        .find(|word| word.len() == 19 && word.split('-').all(|group| group.len() == 4))
        .expect("the page shows the password");
    assert!(site.house().passwords.verify(password, &anna.password_hash).await.unwrap());
    assert!(!admin.get("/admin/accounts").await.body.contains(password), "shown once");
}

#[tokio::test]
async fn an_empty_quota_is_the_servers_setting_and_nought_is_none() {
    let site = Site::with(|config| config.quota = 5 * 1024 * 1024).await;
    let admin = site.signed_in("admin").await;
    for (name, typed, quota) in [("anna", "", 5 * 1024 * 1024), ("ida", "0", 0), ("ben", "7", 7 * 1024 * 1024)] {
        let address = format!("{name}@comentum.test");
        admin.post("/admin/accounts", &[("address", &address), ("quota_mib", typed)]).await;
        let made = site.house().store.account_by_address(&Address::parse(&address).unwrap()).await.unwrap().unwrap();
        assert_eq!(made.quota, quota, "{typed:?}");
    }
}

#[tokio::test]
async fn a_refused_form_keeps_what_was_typed_but_the_password() {
    let site = Site::open().await;
    let admin = site.signed_in("admin").await;
    for (address, password, quota, code) in [
        ("no address", "", "", "bad-address"),
        ("anna@comentum.test", "short", "", "weak-password"),
        ("anna@comentum.test", "", "-5", "bad-number"),
        ("anna@comentum.test", "", "many", "bad-number"),
        ("bob@comentum.test", "", "", "taken"),
        ("anna@elsewhere.test", "", "", "bad-domain"),
    ] {
        let fields =
            [("address", address), ("name", "Anna"), ("password", password), ("role", "user"), ("quota_mib", quota)];
        let answer = admin.post("/admin/accounts", &fields).await;
        assert!(
            answer.led_to().starts_with(&format!("/admin/accounts?refused={code}&address=")),
            "{}",
            answer.led_to()
        );
        assert!(answer.led_to().contains("name=Anna") && !answer.led_to().contains("short"), "{}", answer.led_to());
    }
}

#[tokio::test]
async fn a_new_password_and_suspension_end_the_accounts_sessions() {
    let site = Site::open().await;
    let (bob, lisa, admin) = (site.signed_in("bob").await, site.signed_in("lisa").await, site.signed_in("admin").await);
    let path = format!("/admin/accounts/{}/password", site.bob);
    assert_eq!(admin.post(&path, &[("password", "a new password")]).await.status, StatusCode::OK);
    assert!(bob.get("/mail/inbox").await.led_to().starts_with("/sign-in"));
    let old = bob.post("/sign-in", &[("address", "bob@comentum.test"), ("password", PASSWORD)]).await;
    assert_eq!(old.status, StatusCode::UNAUTHORIZED);

    office(&site).await.set_account_active(site.lisa, false).await.unwrap();
    assert!(lisa.get("/mail/inbox").await.led_to().starts_with("/sign-in"));
}

#[tokio::test]
async fn nobody_takes_themselves_away_and_removing_takes_the_name() {
    let site = Site::open().await;
    let office = office(&site).await;
    let me = office.accounts(AccountsAsk { search: "admin@".into(), ..AccountsAsk::default() }).await.unwrap().accounts
        [0]
    .id;
    assert_eq!(office.set_account_active(me, false).await.unwrap_err(), Refusal::Yourself);
    assert_eq!(office.remove_account(me, "admin@comentum.test".into()).await.unwrap_err(), Refusal::Yourself);
    assert_eq!(office.remove_account(site.bob, "lisa@comentum.test".into()).await.unwrap_err(), Refusal::NotConfirmed);
    office.remove_account(site.bob, "bob@comentum.test".into()).await.unwrap();
    assert_eq!(office.account(site.bob).await.unwrap_err(), Refusal::NotFound);

    let domain = office.domains().await.unwrap()[0].clone();
    assert_eq!(office.remove_domain(domain.id, "comentum".into()).await.unwrap_err(), Refusal::NotConfirmed);
    assert_eq!(office.remove_domain(domain.id, domain.name).await.unwrap_err(), Refusal::NotEmpty);
    assert_eq!(office.add_domain("not a domain".into()).await.unwrap_err(), Refusal::BadDomain);
    assert_eq!(office.add_domain("COMENTUM.test".into()).await.unwrap_err(), Refusal::Taken);
    assert_eq!(office.add_domain("New.test.".into()).await.unwrap().name, "new.test");
}

#[tokio::test]
async fn accounts_are_found_and_counted() {
    let site = Site::open().await;
    let office = office(&site).await;
    let page = office.accounts(AccountsAsk::default()).await.unwrap();
    let addresses: Vec<_> = page.accounts.iter().map(|account| account.address.as_str()).collect();
    assert_eq!(addresses, ["admin@comentum.test", "bob@comentum.test", "lisa@comentum.test"]);
    assert_eq!((page.total, page.next), (3, None));
    let counts = office.overview().await.unwrap();
    assert_eq!((counts.domains, counts.accounts, counts.suspended), (1, 3, 0));
    office.set_quota(site.bob, 10).await.unwrap();
    let bob = office.account(site.bob).await.unwrap();
    assert_eq!((bob.quota_mib, bob.quota.as_deref(), bob.percent), (10, Some("10 MB"), Some(0)));
}

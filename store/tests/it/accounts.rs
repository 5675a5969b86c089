//! Domains, accounts, and who gets mail to an address.

use crate::harness::{Home, NOW, by_owner};
use mail::{Address, Domain};
use store::{AccountQuery, Kind, Local, NewAccount, Recipient, Role, StoreError};

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

/// Reached by this address, alone.
fn local(account: i64, text: &str, over_quota: bool) -> Recipient {
    Local { account, address: address(text), over_quota, always: false }.into()
}

#[tokio::test]
async fn an_account_has_its_mailboxes_in_order() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    let roles: Vec<Role> = home.store.mailboxes(bob).await.unwrap().iter().map(|mailbox| mailbox.role).collect();
    assert_eq!(roles, [Role::Inbox, Role::Drafts, Role::Sent, Role::Archive, Role::Junk, Role::Trash]);
    assert!(home.store.mailboxes(bob).await.unwrap().iter().all(|mailbox| mailbox.uidvalidity > 0));
    assert_eq!(home.store.addresses(bob).await.unwrap(), [address("bob@comentum.test")]);
    let found = home.store.account_by_address(&address("BOB@Comentum.test")).await.unwrap().unwrap();
    assert_eq!((found.id, found.address.as_str()), (bob, "bob@comentum.test"));
}

#[tokio::test]
async fn names_are_taken_once_and_only_in_our_domains() {
    let home = Home::new().await;
    home.account("bob").await;
    let add = |text: &str| {
        let new = NewAccount {
            address: address(text),
            name: String::new(),
            admin: false,
            password_hash: String::new(),
            quota: 0,
        };
        home.store.add_account(new, NOW)
    };
    assert!(matches!(add("Bob@comentum.test").await, Err(StoreError::Taken)));
    assert!(matches!(add("bob@elsewhere.test").await, Err(StoreError::NotFound)));
    let domain = Domain::parse("comentum.test").unwrap();
    assert!(matches!(home.store.add_domain(&domain, NOW).await, Err(StoreError::Taken)));
}

#[tokio::test]
async fn mail_to_an_address_is_local_unknown_suspended_or_elsewhere() {
    let home = Home::new().await;
    let bob = home.account_with_quota("bob", 10).await;
    let resolve = async |text: &str| home.store.resolve(&address(text)).await.unwrap();
    assert_eq!(resolve("Bob@comentum.test").await, local(bob, "Bob@comentum.test", false));
    assert_eq!(resolve("nobody@comentum.test").await, Recipient::Unknown);
    assert_eq!(resolve("bob@elsewhere.test").await, Recipient::Elsewhere);
    home.deliver(bob, "more than ten bytes").await.unwrap();
    assert_eq!(resolve("bob@comentum.test").await, local(bob, "bob@comentum.test", true));
    let domain = home.store.domains().await.unwrap()[0].id;
    home.store.set_domain_active(domain, false).await.unwrap();
    assert_eq!(resolve("bob@comentum.test").await, Recipient::DomainSuspended);
    assert_eq!(resolve("nobody@comentum.test").await, Recipient::DomainSuspended);
}

/// The same, for the postmaster: taken always.
fn always(account: i64, text: &str) -> Recipient {
    Local { account, address: address(text), over_quota: false, always: true }.into()
}

#[tokio::test]
async fn postmaster_is_always_somebody() {
    let home = Home::new().await;
    assert_eq!(home.store.postmaster().await.unwrap(), Recipient::Unknown);
    let new = |name: &str| NewAccount {
        address: address(&format!("{name}@comentum.test")),
        name: String::new(),
        admin: true,
        password_hash: String::new(),
        quota: 0,
    };
    let first = home.store.add_account(new("admin"), NOW).await.unwrap().id;
    let second = home.store.add_account(new("other"), NOW).await.unwrap().id;
    let postmaster = address("PostMaster@comentum.test");
    assert_eq!(home.store.resolve(&postmaster).await.unwrap(), always(first, "admin@comentum.test"));
    assert_eq!(
        home.store.resolve(&address("abuse@comentum.test")).await.unwrap(),
        always(first, "admin@comentum.test")
    );
    home.store.set_account_active(first, false).await.unwrap();
    assert_eq!(home.store.postmaster().await.unwrap(), always(second, "other@comentum.test"));
    let own = home.account("postmaster").await;
    assert_eq!(home.store.resolve(&postmaster).await.unwrap(), always(own, "PostMaster@comentum.test"));
}

#[tokio::test]
async fn accounts_are_listed_by_address_and_found_by_part() {
    let home = Home::new().await;
    for name in ["carla", "anna", "bo_b", "bob"] {
        home.account(name).await;
    }
    let list = async |search: &str, after: &str, limit| {
        let query = AccountQuery { search: search.into(), after: after.into(), limit, domain: "comentum.test".into() };
        let found = home.store.accounts(query.clone()).await.unwrap();
        let names = found.iter().map(|account| account.name.clone()).collect::<Vec<_>>().join(" ");
        (names, home.store.count_accounts(query).await.unwrap())
    };
    assert_eq!(list("", "", 2).await, ("anna bo_b".into(), 4));
    assert_eq!(list("", "bo_b@comentum.test", 9).await, ("bob carla".into(), 4));
    assert_eq!(list("AR", "", 9).await, ("carla".into(), 1));
    assert_eq!(list("_", "", 9).await, ("bo_b".into(), 1), "a sign of LIKE means itself");
    assert_eq!(list("%", "", 9).await, (String::new(), 0));
}

#[tokio::test]
async fn changes_to_nobody_are_not_found() {
    let home = Home::new().await;
    assert!(matches!(home.store.set_password(99, "x".into()).await, Err(StoreError::NotFound)));
    assert!(matches!(home.store.set_quota(99, 1).await, Err(StoreError::NotFound)));
    assert!(matches!(home.store.remove_account(99).await, Err(StoreError::NotFound)));
    assert!(matches!(home.store.set_domain_active(99, true).await, Err(StoreError::NotFound)));
    assert!(matches!(home.store.remove_domain(99).await, Err(StoreError::NotFound)));
    assert!(matches!(home.store.account(99).await, Err(StoreError::NotFound)));
}

#[tokio::test]
async fn a_removed_account_takes_all_with_it_and_the_domain_can_go() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    for n in 0..700 {
        home.deliver(bob, &format!("message {n}")).await.unwrap();
    }
    home.store.new_draft(bob, store::NewDraft::default(), NOW).await.unwrap();
    let domain = home.store.domains().await.unwrap()[0].clone();
    assert_eq!(domain.accounts, 1);
    assert!(matches!(home.store.remove_domain(domain.id).await, Err(StoreError::NotEmpty)));
    home.store.remove_account(bob).await.unwrap();
    home.store.remove_domain(domain.id).await.unwrap();
    for table in [
        "SELECT count(*), 0 FROM message",
        "SELECT count(*), 0 FROM blob",
        "SELECT count(*), 0 FROM ledger",
        "SELECT count(*), 0 FROM mailbox",
        "SELECT count(*), 0 FROM search WHERE search MATCH 'message'",
    ] {
        assert_eq!(home.ask(table).await, [(0, 0)], "{table}");
    }
}

#[tokio::test]
async fn counts_are_those_of_the_overview() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    let inactive = home.account("anna").await;
    home.store.set_account_active(inactive, false).await.unwrap();
    let placement = home.deliver(bob, "one").await.unwrap();
    home.deliver(bob, "two").await.unwrap();
    home.store.destroy(bob, vec![placement], by_owner(Kind::Destroyed), NOW).await.unwrap();
    home.queue("out", &["lisa@otherisp.test", "tom@otherisp.test"]).await;
    let counts = home.store.counts(NOW + 1).await.unwrap();
    assert_eq!((counts.domains, counts.accounts, counts.suspended), (1, 2, 1));
    assert_eq!((counts.messages, counts.queued, counts.late), (1, 2, 2));
    assert_eq!(home.store.counts(NOW).await.unwrap().late, 0);
}

#[tokio::test]
async fn the_common_password_hash_is_one_of_those_made_as_most_were() {
    let home = Home::new().await;
    assert_eq!(home.store.common_password_hash().await.unwrap(), None);
    for (name, costs) in
        [("a", "m=64,t=1,p=1"), ("b", "m=19456,t=2,p=1"), ("c", "m=19456,t=2,p=1"), ("d", "m=8,t=1,p=1")]
    {
        let account = home.account(name).await;
        home.store.set_password(account, format!("$argon2id$v=19${costs}$salt{name}$hash{name}")).await.unwrap();
    }
    let common = home.store.common_password_hash().await.unwrap().unwrap();
    assert!(common.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{common}");
}

#[tokio::test]
async fn mailboxes_made_later_have_a_higher_uidvalidity() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    let highest = async |account| {
        home.store.mailboxes(account).await.unwrap().iter().map(|mailbox| mailbox.uidvalidity).max().unwrap()
    };
    let before = highest(bob).await;
    home.store.remove_account(bob).await.unwrap();
    let again = home.account("bob").await;
    let lowest = home.store.mailboxes(again).await.unwrap().iter().map(|mailbox| mailbox.uidvalidity).min().unwrap();
    assert!(lowest > before && highest(again).await <= i64::from(u32::MAX), "{lowest} after {before}");
}

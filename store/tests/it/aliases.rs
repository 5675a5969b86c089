//! Aliases, other names of domains, and what is refused when they are written.

use crate::harness::{Home, NOW};
use mail::{Address, Domain};
use store::{AliasQuery, AliasRow, DomainLimits, NewAccount, Recipient, Result, StoreError};

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

/// Short names are addresses in `comentum.test`.
fn named(name: &str) -> Address {
    address(&if name.contains('@') { name.to_owned() } else { format!("{name}@comentum.test") })
}

impl Home {
    async fn alias(&self, name: &str, targets: &[&str]) -> Result<AliasRow> {
        self.store.add_alias(named(name), targets.iter().map(|target| named(target)).collect(), NOW).await
    }

    async fn domain_id(&self) -> i64 {
        self.store.domain_named(&Domain::parse("comentum.test").unwrap()).await.unwrap().id
    }
}

#[tokio::test]
async fn an_alias_is_made_added_to_and_taken_away() {
    let home = Home::new().await;
    home.account("bob").await;
    let alias = home.alias("Sales", &["bob", "Lisa@Far.test"]).await.unwrap();
    assert_eq!(alias.address, "sales@comentum.test");
    assert_eq!(alias.targets, ["bob@comentum.test", "Lisa@far.test"]);
    let more = home.alias("sales", &["BOB", "tom@far.test"]).await.unwrap();
    assert_eq!(more.targets, ["bob@comentum.test", "Lisa@far.test", "tom@far.test"]);
    assert!(!home.store.remove_alias(named("sales"), vec![named("lisa@far.test")]).await.unwrap());
    let other = home.store.set_alias(named("sales"), vec![named("tom@far.test")], NOW).await.unwrap();
    assert_eq!(other.targets, ["tom@far.test"]);
    assert!(home.store.remove_alias(named("sales"), vec![named("tom@far.test")]).await.unwrap(), "the last one");
    assert!(matches!(home.store.alias(&named("sales")).await, Err(StoreError::NotFound)));
    assert!(matches!(home.store.remove_alias(named("sales"), vec![]).await, Err(StoreError::NotFound)));
    assert!(matches!(home.store.set_alias(named("sales"), vec![named("bob")], NOW).await, Err(StoreError::NotFound)));
}

#[tokio::test]
async fn an_address_is_an_accounts_or_an_alias_and_never_both() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    assert!(matches!(home.alias("bob", &["anna@far.test"]).await, Err(StoreError::Taken)));
    assert!(matches!(home.alias("sales@elsewhere.test", &["bob"]).await, Err(StoreError::NotFound)));
    assert!(matches!(home.alias("sales", &[]).await, Err(StoreError::NotFound)), "nobody to send to");
    home.alias("sales", &["bob"]).await.unwrap();
    assert!(matches!(home.store.add_address(bob, named("sales")).await, Err(StoreError::Taken)));
    let new = NewAccount {
        address: named("sales"),
        name: String::new(),
        admin: false,
        password_hash: String::new(),
        quota: 0,
    };
    assert!(matches!(home.store.add_account(new, NOW).await, Err(StoreError::Taken)));
}

#[tokio::test]
async fn a_loop_is_refused_when_it_is_written_and_leaves_nothing() {
    let home = Home::new().await;
    home.account("bob").await;
    assert!(matches!(home.alias("a", &["a"]).await, Err(StoreError::Loop)));
    home.alias("a", &["bob", "b"]).await.unwrap();
    home.alias("b", &["c"]).await.unwrap();
    for back in ["a", "A+detail", "b"] {
        assert!(matches!(home.alias("c", &["bob", back]).await, Err(StoreError::Loop)), "{back}");
    }
    assert!(matches!(home.store.alias(&named("c")).await, Err(StoreError::NotFound)));
    // By another name of the domain it is the same alias.
    let other = Domain::parse("comentum.example").unwrap();
    home.store.add_domain_alias(&other, home.domain_id().await, NOW).await.unwrap();
    assert!(matches!(home.alias("c", &["a@comentum.example"]).await, Err(StoreError::Loop)));
    assert!(matches!(home.alias("c@comentum.example", &["a"]).await, Err(StoreError::Loop)));
    // Two ways to one end are no loop.
    home.alias("c", &["d"]).await.unwrap();
    home.alias("d", &["bob"]).await.unwrap();
    home.alias("b", &["d"]).await.unwrap();
}

#[tokio::test]
async fn depth_and_width_have_an_end() {
    let home = Home::new().await;
    home.account("bob").await;
    home.alias("a1", &["bob"]).await.unwrap();
    for n in 2..=8 {
        home.alias(&format!("a{n}"), &[&format!("a{}", n - 1)]).await.unwrap();
    }
    assert!(matches!(home.store.resolve(&named("a8")).await.unwrap(), Recipient::Reaches(_)), "eight, and an account");
    assert!(matches!(home.alias("a9", &["a8"]).await, Err(StoreError::Limit)));
    // Nor from below.
    home.alias("b1", &["anna@far.test"]).await.unwrap();
    assert!(matches!(home.alias("a1", &["b1"]).await, Err(StoreError::Limit)));
    let many: Vec<String> = (0..101).map(|n| format!("p{n}@far.test")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    home.alias("list", &many[..100]).await.unwrap();
    assert!(matches!(home.alias("list", &many[100..]).await, Err(StoreError::Limit)));
    assert_eq!(home.store.alias(&named("list")).await.unwrap().targets.len(), 100);
}

#[tokio::test]
async fn aliases_are_listed_by_address_and_found_by_part_of_them_or_of_a_target() {
    let home = Home::new().await;
    home.store.add_domain(&Domain::parse("other.test").unwrap(), NOW).await.unwrap();
    for (alias, target) in [("sales", "anna@far.test"), ("info", "bob@far.test"), ("in_o@other.test", "anna@far.test")]
    {
        home.alias(alias, &[target]).await.unwrap();
    }
    let list = async |domain: &str, search: &str, after: &str, limit| {
        let query = AliasQuery { domain: domain.into(), search: search.into(), after: after.into(), limit };
        let found = home.store.aliases(query).await.unwrap();
        found.into_iter().map(|alias| alias.address).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(list("", "", "", 9).await, "in_o@other.test info@comentum.test sales@comentum.test");
    assert_eq!(list("comentum.test", "", "info@comentum.test", 9).await, "sales@comentum.test");
    assert_eq!(list("", "ANNA", "", 1).await, "in_o@other.test");
    assert_eq!(list("", "_", "", 9).await, "in_o@other.test", "a sign of LIKE means itself");
}

#[tokio::test]
async fn who_goes_takes_their_place_in_aliases_with_them() {
    let home = Home::new().await;
    let (bob, anna) = (home.account("bob").await, home.account("anna").await);
    home.alias("sales", &["bob", "anna"]).await.unwrap();
    home.alias("only-bob", &["bob"]).await.unwrap();
    home.store.set_catch_all(home.domain_id().await, Some(named("bob"))).await.unwrap();
    home.store.remove_account(bob).await.unwrap();
    assert_eq!(home.store.alias(&named("sales")).await.unwrap().targets, ["anna@comentum.test"]);
    assert!(matches!(home.store.alias(&named("only-bob")).await, Err(StoreError::NotFound)));
    assert_eq!(home.store.resolve(&named("nobody")).await.unwrap(), Recipient::Unknown, "no catch-all any more");
    // The next Bob gets nothing that was meant for the last one.
    home.account("bob").await;
    home.store.add_address(anna, named("help")).await.unwrap();
    home.alias("desk", &["help"]).await.unwrap();
    home.store.remove_address(anna, named("help")).await.unwrap();
    assert!(matches!(home.store.alias(&named("desk")).await, Err(StoreError::NotFound)));
}

#[tokio::test]
async fn a_domain_has_no_more_than_it_may() {
    let home = Home::new().await;
    let domain = home.domain_id().await;
    let bob = home.account_with_quota("bob", 60).await;
    let limits = DomainLimits {
        most_accounts: Some(2),
        most_aliases: Some(1),
        most_quota: Some(100),
        ..DomainLimits::default()
    };
    home.store.set_domain_limits(domain, limits).await.unwrap();
    let add = |name: &str, quota| {
        let address = named(name);
        let new = NewAccount { address, name: String::new(), admin: false, password_hash: String::new(), quota };
        home.store.add_account(new, NOW)
    };
    assert!(matches!(add("anna", 41).await, Err(StoreError::Limit)), "101 in all");
    assert!(matches!(add("anna", 0).await, Err(StoreError::Limit)), "without a quota it is over any sum");
    add("anna", 40).await.unwrap();
    assert!(matches!(add("carl", 0).await, Err(StoreError::Limit)), "a third");
    assert!(matches!(home.store.set_quota(bob, 61).await, Err(StoreError::Limit)));
    assert!(matches!(home.store.set_quota(bob, 0).await, Err(StoreError::Limit)));
    home.store.set_quota(bob, 59).await.unwrap();
    home.alias("sales", &["bob"]).await.unwrap();
    home.alias("sales", &["anna"]).await.unwrap();
    assert!(matches!(home.alias("info", &["bob"]).await, Err(StoreError::Limit)));
    let row = home.store.domain(domain).await.unwrap();
    assert_eq!((row.accounts, row.aliases, row.quota_sum, row.limits), (2, 1, 99, limits));
    // Less than is there already: all stays, only growing is refused.
    let less = DomainLimits { most_quota: Some(10), ..limits };
    home.store.set_domain_limits(domain, less).await.unwrap();
    home.store.set_quota(bob, 50).await.unwrap();
    assert!(matches!(home.store.set_quota(bob, 51).await, Err(StoreError::Limit)));
}

#[tokio::test]
async fn a_domain_has_other_names_and_none_twice() {
    let home = Home::new().await;
    let (domain, name) = (home.domain_id().await, |text: &str| Domain::parse(text).unwrap());
    home.store.add_domain_alias(&name("comentum.example"), domain, NOW).await.unwrap();
    for taken in ["comentum.example", "comentum.test"] {
        assert!(matches!(home.store.add_domain_alias(&name(taken), domain, NOW).await, Err(StoreError::Taken)));
    }
    assert!(matches!(home.store.add_domain(&name("comentum.example"), NOW).await, Err(StoreError::Taken)));
    assert!(matches!(home.store.add_domain_alias(&name("x.test"), 99, NOW).await, Err(StoreError::NotFound)));
    assert_eq!(home.store.domain_aliases(domain).await.unwrap(), ["comentum.example"]);
    assert!(matches!(home.store.remove_domain(domain).await, Err(StoreError::NotEmpty)), "it has another name");
    home.store.remove_domain_alias(&name("comentum.example")).await.unwrap();
    assert!(matches!(home.store.remove_domain_alias(&name("comentum.example")).await, Err(StoreError::NotFound)));
    home.store.remove_domain(domain).await.unwrap();
}

#[tokio::test]
async fn a_domain_with_an_alias_or_anothers_address_stays() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    let other = home.store.add_domain(&Domain::parse("other.test").unwrap(), NOW).await.unwrap().id;
    home.store.add_address(bob, address("bob@other.test")).await.unwrap();
    assert!(matches!(home.store.remove_domain(other).await, Err(StoreError::NotEmpty)));
    home.store.remove_address(bob, address("bob@other.test")).await.unwrap();
    home.alias("info@other.test", &["bob"]).await.unwrap();
    assert!(matches!(home.store.remove_domain(other).await, Err(StoreError::NotEmpty)));
    home.store.remove_alias(address("info@other.test"), vec![]).await.unwrap();
    home.store.remove_domain(other).await.unwrap();
}

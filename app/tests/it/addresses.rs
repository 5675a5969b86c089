//! The admin's desk: a domain's aliases, catch-all, names and limits, and what an account is reached by.

use crate::{
    fake::Fake,
    fetch::{Answer, page_for, page_from, post},
    site::Who,
};
use axum::http::StatusCode;
use std::sync::Arc;

const HERE: &str = "/admin/domains/comentum.test";

/// A form of the admin's, posted from the domain's page.
async fn say(fake: &Arc<Fake>, call: &str, form: &str) -> Answer {
    post(fake, Who::Admin, HERE, &format!("/api/v1/admin/{call}"), form).await
}

/// What the page says to which a refused form comes back.
async fn refusal(answer: &Answer) -> Answer {
    page_for(Who::Admin, answer.location().strip_prefix("http://127.0.0.1").unwrap()).await
}

#[tokio::test]
async fn a_domains_page_shows_whom_each_alias_reaches_and_escapes_it() {
    let page = page_for(Who::Admin, HERE).await;
    assert_eq!(page.status, StatusCode::OK);
    page.has("4 accounts").has("2 aliases").has("<bdi>info@comentum.test</bdi>").has("<bdi>anna@otherisp.test</bdi>");
    page.has("href=\"/admin/domains/comentum.test?q=&amp;c=sales%40comentum%2Etest\"");
    assert!(!page.visible().contains("<script>alert('quoted')"), "a target in a textarea is text");
    let found = page_for(Who::Admin, "/admin/domains/comentum.test?q=info").await;
    found.has("info@comentum.test").lacks("<bdi>sales@comentum.test</bdi>").has("value=\"info\"");
    page_from(Fake { empty: true, ..Fake::default() }, Who::Admin, HERE).await.has("No alias yet");
    assert_eq!(page_for(Who::Admin, "/admin/domains/elsewhere.test").await.status, StatusCode::NOT_FOUND);
    page_for(Who::Admin, "/admin/domains").await.has("href=\"/admin/domains/comentum.test\"");
}

#[tokio::test]
async fn each_act_stands_there_as_a_command_too() {
    let page = page_for(Who::Admin, HERE).await;
    for line in [
        "alias add sales@comentum.test bob@comentum.test anna@example.org",
        "alias remove info@comentum.test",
        "domain catch-all comentum.test bob@comentum.test",
        "domain alias add comentum.test example.net",
        "domain alias remove comentum.test comentum.example",
        "domain limit comentum.test --most-accounts 10 --most-quota 51200MiB",
        "domain receive comentum.test off",
        "domain separator comentum.test usual",
    ] {
        page.has(&format!("<code>restante {line}</code>"));
    }
    let account = page_for(Who::Admin, "/admin/accounts/2").await;
    account.has("<code>restante account address add bob@comentum.test b.miller@example.org</code>");
    account.has("<code>restante account address remove bob@comentum.test b.miller@comentum.test</code>");
    account.has("<code>restante account receive bob@comentum.test on</code>");
    account.lacks("address remove bob@comentum.test bob@comentum.test");
}

#[tokio::test]
async fn aliases_are_added_changed_and_removed_by_plain_forms() {
    let fake = Arc::new(Fake::default());
    let form = "name=comentum.test&address=help%40comentum.test&targets=bob%40comentum.test%0D%0Aanna%40far.test";
    let added = say(&fake, "add-alias", form).await;
    assert_eq!(added.location(), "/admin/domains/comentum.test?done=alias-added");
    page_for(Who::Admin, added.location()).await.has("Alias added.");
    let looped = "name=comentum.test&address=a%40comentum.test&targets=a%40comentum.test";
    refusal(&say(&fake, "add-alias", looped).await).await.has("would lead back to itself");
    say(&fake, "set-alias", "name=comentum.test&address=help%40comentum.test&targets=bob%40comentum.test").await;
    say(&fake, "remove-alias", "name=comentum.test&address=help%40comentum.test").await;
    assert_eq!(
        fake.asked(),
        [
            "AddAlias help@comentum.test \"bob@comentum.test\\r\\nanna@far.test\"",
            "SetAlias help@comentum.test \"bob@comentum.test\"",
            "RemoveAlias help@comentum.test",
        ]
    );
}

#[tokio::test]
async fn catch_all_names_limits_and_sign_are_set_by_plain_forms() {
    let fake = Arc::new(Fake::default());
    say(&fake, "catch-all", "id=1&name=comentum.test&target=").await;
    let looped = say(&fake, "catch-all", "id=1&name=comentum.test&target=nobody%40comentum.test").await;
    refusal(&looped).await.has("would lead back to itself");
    say(&fake, "add-domain-name", "id=1&name=comentum.test&other=comentum.net").await;
    let wrong = say(&fake, "remove-domain-name", "name=comentum.test&other=comentum.net&confirm=x").await;
    refusal(&wrong).await.has("Nothing was removed.");
    say(&fake, "remove-domain-name", "name=comentum.test&other=comentum.net&confirm=comentum.net").await;
    say(&fake, "domain-limits", "id=1&name=comentum.test&most_accounts=5&most_aliases=&message_size_mib=10").await;
    let many = say(&fake, "domain-limits", "id=1&name=comentum.test&most_accounts=many").await;
    refusal(&many).await.has("out of range");
    say(&fake, "domain-receives", "id=1&name=comentum.test&receives=false").await;
    say(&fake, "separator", "id=1&name=comentum.test&sign=-").await;
    assert_eq!(
        fake.asked(),
        [
            "CatchAll 1 \"\"",
            "AddName 1 comentum.net",
            "RemoveName comentum.net",
            "Limits 1 Some(5) Some(10)",
            "DomainReceives 1 false",
            "Separator 1 -",
        ]
    );
}

#[tokio::test]
async fn an_account_is_given_addresses_and_stops_receiving_by_plain_forms() {
    let fake = Arc::new(Fake::default());
    let from = "/admin/accounts/2";
    let say =
        async |call: &str, form: &str| post(&fake, Who::Admin, from, &format!("/api/v1/admin/{call}"), form).await;
    let added = say("add-address", "id=2&address=bobby%40comentum.test").await;
    page_for(Who::Admin, added.location()).await.has("Address added.");
    let taken = say("add-address", "id=2&address=sales%40comentum.test").await;
    refusal(&taken).await.has("That name is in use already.");
    say("remove-address", "id=2&address=bobby%40comentum.test").await;
    say("receives", "id=2&receives=nothing").await;
    say("receives", "id=2&receives=perhaps").await;
    assert_eq!(
        fake.asked(),
        ["AddAddress 2 bobby@comentum.test", "RemoveAddress 2 bobby@comentum.test", "Receives 2 Nothing"]
    );
}

#[tokio::test]
async fn a_user_gives_out_no_addresses() {
    let fake = Arc::new(Fake::default());
    for (call, form) in [
        ("add-alias", "name=comentum.test&address=x%40comentum.test&targets=y%40comentum.test"),
        ("add-address", "id=2&address=x%40comentum.test"),
        ("catch-all", "id=1&name=comentum.test&target=x%40comentum.test"),
    ] {
        let refused = post(&fake, Who::User, HERE, &format!("/api/v1/admin/{call}"), form).await;
        assert!(refused.location().contains("__err="), "{call}");
    }
    assert!(fake.asked().is_empty());
}

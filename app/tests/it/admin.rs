//! The admin's desk.

use crate::{
    fake::Fake,
    fetch::{page_for, post},
    site::Who,
};
use axum::http::StatusCode;
use std::sync::Arc;

#[tokio::test]
async fn only_admins_come_in() {
    for path in app::ADMIN_ROUTES {
        let path = path.replace("{id}", "2").replace("{name}", "comentum.test").replace("{domain}", "comentum.test");
        let refused = page_for(Who::User, &path).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{path}");
        refused.has("This page is for admins").lacks("comentum.test</bdi>");
    }
}

#[tokio::test]
async fn the_overview_is_one_verdict_then_numbers() {
    page_for(Who::Admin, "/admin").await.has("3 messages wait for more than four hours.").has("15,702");
}

#[tokio::test]
async fn each_screen_shows_its_act_as_a_command() {
    page_for(Who::Admin, "/admin/domains").await.has("<code>restante domain add example.org</code>");
    page_for(Who::Admin, "/admin/accounts").await.has("<code>restante account add bob@example.org</code>");
    let account = page_for(Who::Admin, "/admin/accounts/2").await;
    for act in ["password bob@comentum.test", "quota bob@comentum.test 1024MiB", "suspend bob@comentum.test"] {
        account.has(&format!("<code>restante account {act}</code>"));
    }
    page_for(Who::Admin, "/admin/queue").await.has("<code>restante queue list</code>");
}

#[tokio::test]
async fn domains_are_added_suspended_and_removed_by_plain_forms() {
    let fake = Arc::new(Fake::default());
    let here = "/admin/domains";
    let added = post(&fake, Who::Admin, here, "/api/v1/admin/add-domain", "name=new.example").await;
    page_for(Who::Admin, added.location()).await.has("Domain added.");
    let refused = post(&fake, Who::Admin, here, "/api/v1/admin/add-domain", "name=nodots").await;
    let back = page_for(Who::Admin, refused.location()).await;
    back.has("That is not a domain name.").has("name=\"name\" value=\"nodots\"");
    post(&fake, Who::Admin, here, "/api/v1/admin/domain-active", "id=2&active=false").await;
    post(&fake, Who::Admin, here, "/api/v1/admin/remove-domain", "id=3&confirm=wrong").await;
    post(&fake, Who::Admin, here, "/api/v1/admin/remove-domain", "id=3&confirm=old-name.example").await;
    assert_eq!(fake.asked(), ["AddDomain new.example", "DomainActive 2 false", "RemoveDomain 3"]);
}

#[tokio::test]
async fn a_domains_records_stand_beside_what_dns_says() {
    let page = page_for(Who::Admin, "/admin/dns/comentum.test").await;
    page.has("<code>comentum.test. IN TXT \"v=spf1 mx -all\"</code>")
        .has("One record is not in DNS as it should be.")
        .has("v=spf1 &lt;b&gt;-all&lt;/b&gt;")
        .has("<code>restante domain dns comentum.test --check</code>");
    let fake = Arc::new(Fake::default());
    let here = "/admin/dns/comentum.test";
    let made = post(&fake, Who::Admin, here, "/api/v1/admin/rotate-keys", "domain=comentum.test").await;
    page_for(Who::Admin, made.location()).await.has("New keys made.");
    assert_eq!(fake.asked(), ["RotateKeys comentum.test"]);
}

#[tokio::test]
async fn the_queue_tells_what_is_held_and_how_it_was_encrypted() {
    page_for(Who::Admin, "/admin/queue").await.has("Held").has("opportunistic, verified");
}

#[tokio::test]
async fn a_user_cannot_post_what_only_admins_may() {
    let fake = Arc::new(Fake::default());
    let refused = post(&fake, Who::User, "/admin/domains", "/api/v1/admin/add-domain", "name=new.example").await;
    assert!(refused.location().contains("__err="));
    assert!(fake.asked().is_empty());
}

#[tokio::test]
async fn a_new_account_shows_its_password_once() {
    let fake = Arc::new(Fake::default());
    let form = "address=eve%40comentum.test&name=Eve&password=&role=user&quota_mib=";
    let made = post(&fake, Who::Admin, "/admin/accounts", "/admin/accounts", form).await;
    assert_eq!(made.status, StatusCode::OK);
    made.has("Account made: ").has("eve@comentum.test").has("<code class=\"secret-word\">harbour-lantern-42</code>");
    page_for(Who::Admin, "/admin/accounts").await.lacks("harbour-lantern-42");
    let reset = post(&fake, Who::Admin, "/admin/accounts/2", "/admin/accounts/2/password", "password=").await;
    reset.has("New password for ").has("harbour-lantern-42").has("<bdi>bob@comentum.test</bdi>");
}

#[tokio::test]
async fn a_refused_account_keeps_what_was_typed() {
    let again =
        page_for(Who::Admin, "/admin/accounts?refused=taken&address=eve%40x.test&name=Eve&quota_mib=512&role=admin")
            .await;
    again.has("value=\"admin\" selected");
    again.has("That name is in use already.").has("name=\"address\" value=\"eve@x.test\"").has("value=\"512\"");
}

#[tokio::test]
async fn accounts_are_found_and_paged() {
    let all = page_for(Who::Admin, "/admin/accounts").await;
    all.has("5 accounts").has("href=\"/admin/accounts?q=&amp;domain=&amp;c=k5\"").has("<tbody>");
    let found = page_for(Who::Admin, "/admin/accounts?q=lisa").await;
    found.has("lisa@otherisp.test").lacks("xiaoming@comentum.test").has("value=\"lisa\"");
    let missing = page_for(Who::Admin, "/admin/accounts/99").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn quota_is_a_number_or_nothing() {
    let fake = Arc::new(Fake::default());
    for typed in ["512", "", "a+lot"] {
        let form = format!("id=2&quota_mib={typed}");
        post(&fake, Who::Admin, "/admin/accounts/2", "/api/v1/admin/quota", &form).await;
    }
    assert_eq!(fake.asked(), ["Quota 2 512", "Quota 2 0"]);
}

#[tokio::test]
async fn the_queue_says_why_and_offers_to_try_or_give_up() {
    let queue = page_for(Who::Admin, "/admin/queue").await;
    queue.has("451 4.7.1 Greylisted, please try again in 300 seconds").has("&lt;&gt; (a bounce)").has("not tried yet");
    let fake = Arc::new(Fake::default());
    let done = post(&fake, Who::Admin, "/admin/queue", "/api/v1/admin/retry", "id=1").await;
    page_for(Who::Admin, done.location()).await.has("It will be tried again now.");
    post(&fake, Who::Admin, "/admin/queue", "/api/v1/admin/cancel", "id=2").await;
    assert_eq!(fake.asked(), ["Retry 1", "Cancel 2"]);
}

#[tokio::test]
async fn reports_of_others_are_listed_and_opened() {
    let page = page_for(Who::Admin, "/admin/reports?domain=comentum.test").await;
    page.has("name=\"domain\" value=\"comentum.test\"").has("href=\"/admin/reports/18\"").has("1,234");
    page.has("Example &lt;Mail&gt; Inc.").has("<code>restante report list comentum.test</code>");
    page.has("/admin/reports?domain=comentum%2Etest&amp;c=17");
    page_for(Who::Admin, "/admin/reports?c=17").await.lacks("rel=\"next\"");
    let one = page_for(Who::Admin, "/admin/reports/18").await;
    one.has("198.51.100.9").has("reject").has("2026.17").has("<code>restante report show 18</code>");
    page_for(Who::Admin, "/admin/reports/x").await.has("There is nothing here");
}

#[tokio::test]
async fn the_trace_answers_where_a_message_is() {
    let trace = page_for(Who::Admin, "/admin/trace?sender=lisa&ip=192.0.2.7").await;
    trace.has("name=\"sender\" value=\"lisa\"").has("name=\"ip\" value=\"192.0.2.7\"").has("method=\"get\"");
    trace.has("550 5.1.1 No such user here").has("It came from a server that may not send mail for far.example.");
    for word in ["Delivered", "In Junk", "Asked to try again", "Refused", "&lt;&gt; (nobody)"] {
        trace.has(word);
    }
    trace.has("<code>restante trace --sender lisa --ip 192.0.2.7</code>");
    // Each cell says what it is, for a screen where the head of the table has no room.
    trace.has("data-label=\"What we said\"");
    let nothing = page_for(Who::Admin, "/admin/trace?sender=nothing").await;
    nothing.has("Nothing of that kind came to the door").lacks("<tbody>");
}

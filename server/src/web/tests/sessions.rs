//! Signing in and out, and how a session ends otherwise.

use super::{PASSWORD, Site};
use axum::http::StatusCode;
use axum::http::header::{LOCATION, SET_COOKIE};
use std::collections::BTreeSet;
use store::SessionRow;

#[tokio::test]
async fn a_page_leads_to_the_sign_in_page_and_back() {
    let site = Site::open().await;
    let browser = site.browser();
    let asked = browser.get("/mail/inbox?p=2").await;
    assert_eq!(asked.led_to(), "/sign-in?next=%2Fmail%2Finbox%3Fp%3D2");
    assert_eq!(browser.get("/sign-in").await.status, StatusCode::OK);
    let fields = [("address", "Bob@Comentum.test"), ("password", PASSWORD), ("next", "/mail/inbox?p=2")];
    assert_eq!(browser.post("/sign-in", &fields).await.led_to(), "/mail/inbox?p=2");
    assert_eq!(browser.get("/mail/inbox?p=2").await.status, StatusCode::OK);
    assert_eq!(browser.get("/").await.led_to(), "/mail/inbox");
}

#[tokio::test]
async fn next_leads_to_no_other_server() {
    let site = Site::open().await;
    let fields = [("address", "bob@comentum.test"), ("password", PASSWORD), ("next", "//evil.test/")];
    assert_eq!(site.browser().post("/sign-in", &fields).await.led_to(), "/mail/inbox");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_account_get_the_same_answer() {
    let site = Site::open().await;
    let mut said = BTreeSet::new();
    for address in ["bob@comentum.test", "nobody@comentum.test", "no address"] {
        let answer = site.browser().post("/sign-in", &[("address", address), ("password", "wrong")]).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{address}");
        assert!(answer.headers.get(LOCATION).is_none(), "what was typed stands in no address: {address}");
        // The page says it in the same words, and keeps what was typed.
        let page = answer.body.replace(address, "…");
        assert!(page.contains("do not match") && page.contains("value=\"…\""), "{page}");
        said.insert(page.split("<form").nth(1).unwrap().split("</form>").next().unwrap().to_owned());
        assert!(answer.headers.get(SET_COOKIE).is_none());
    }
    assert_eq!(said.len(), 1, "{said:#?}");
}

#[tokio::test]
async fn the_end_of_a_session_is_told_and_asking_does_not_put_it_off() {
    let site = Site::open().await;
    let browser = site.signed_in("bob").await;
    let left: i64 = browser.get("/mail/left").await.body.parse().unwrap();
    assert!((19 * 60..=20 * 60).contains(&left), "{left}");
    assert_eq!(browser.post("/mail/stay", &[]).await.status, StatusCode::NO_CONTENT);
    assert_eq!(site.browser().get("/mail/left").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(site.browser().post("/mail/stay", &[]).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn keys_are_off_until_signing_out() {
    let site = Site::open().await;
    let browser = site.signed_in("bob").await;
    assert!(browser.get("/settings").await.body.contains("Switch keys off"));
    assert_eq!(browser.post("/settings/keys", &[("keys", "off")]).await.led_to(), "/settings");
    assert!(browser.get("/settings").await.body.contains("Single letters do nothing"));
    assert!(browser.get("/mail/inbox").await.body.contains("single_keys\\\":false"), "the page knows");
    browser.post("/settings/keys", &[("keys", "on")]).await;
    assert!(browser.get("/settings").await.body.contains("Switch keys off"));
}

#[tokio::test]
async fn the_cookie_is_for_this_browser_session_alone() {
    let site = Site::open().await;
    let fields = [("address", "bob@comentum.test"), ("password", PASSWORD)];
    let answer = site.browser().post("/sign-in", &fields).await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("restante="), "{cookie}");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"), "{cookie}");
    assert!(!cookie.contains("Max-Age") && !cookie.contains("Expires") && !cookie.contains("Secure"), "{cookie}");

    let behind_tls = Site::with(|config| config.web_url = Some("https://mail.test".to_owned())).await;
    let answer = behind_tls.browser().post("/sign-in", &fields).await;
    assert!(answer.header("set-cookie").contains("Secure"));
    assert!(answer.header("strict-transport-security").starts_with("max-age="));
}

#[tokio::test]
async fn signing_in_gives_a_new_id() {
    let site = Site::open().await;
    let browser = site.signed_in("bob").await;
    let before = browser.cookie.lock().unwrap().clone();
    browser.post("/sign-in", &[("address", "lisa@comentum.test"), ("password", PASSWORD)]).await;
    let after = browser.cookie.lock().unwrap().clone();
    assert_ne!(before, after);

    // The id from before opens nothing, and neither does one that was planted.
    for planted in [before, "restante=AAAAAAAAAAAAAAAAAAAAAA".to_owned()] {
        let other = site.browser();
        *other.cookie.lock().unwrap() = planted;
        assert!(other.get("/mail/inbox").await.led_to().starts_with("/sign-in"));
    }
}

#[tokio::test]
async fn after_signing_out_the_id_is_worth_nothing() {
    let site = Site::open().await;
    let browser = site.signed_in("bob").await;
    let kept = browser.cookie.lock().unwrap().clone();
    let answer = browser.post("/sign-out", &[]).await;
    assert_eq!(answer.led_to(), "/signed-out");
    assert_eq!(answer.header("clear-site-data"), "\"cache\", \"cookies\", \"storage\"");
    *browser.cookie.lock().unwrap() = kept;
    assert!(browser.get("/mail/inbox").await.led_to().starts_with("/sign-in"));
    assert_eq!(site.browser().get("/signed-out").await.status, StatusCode::OK);
}

#[tokio::test]
async fn suspension_and_a_new_password_end_sessions_at_once() {
    let site = Site::open().await;
    let (bob, lisa) = (site.signed_in("bob").await, site.signed_in("lisa").await);
    site.house().store.set_account_active(site.bob, false).await.unwrap();
    assert!(bob.get("/mail/inbox").await.led_to().starts_with("/sign-in"));
    assert_eq!(lisa.get("/mail/inbox").await.status, StatusCode::OK);

    let hash = site.house().passwords.hash("another password").await.unwrap();
    site.house().store.set_password(site.lisa, hash).await.unwrap();
    assert!(lisa.get("/mail/inbox").await.led_to().starts_with("/sign-in"));
}

#[tokio::test]
async fn the_store_holds_no_id_that_opens_a_session() {
    let site = Site::open().await;
    let browser = site.signed_in("bob").await;
    let cookie = browser.cookie.lock().unwrap().clone();
    let id: tower_sessions::session::Id = cookie.trim_start_matches("restante=").parse().unwrap();
    let now = site.house().clock.now_ms();
    let hash = *blake3::hash(&id.0.to_le_bytes()).as_bytes();
    let row: SessionRow = site.house().store.session(hash, now).await.unwrap().expect("kept under the id's hash");
    assert_eq!(row.account, Some(site.bob));
    let minutes = (row.expires_at - now) / 60_000;
    assert!((19..=20).contains(&minutes), "{minutes} minutes of idleness");
    assert!(!String::from_utf8_lossy(&row.data).contains(&id.to_string()));
    assert!(site.house().store.session(hash, row.expires_at + 1).await.unwrap().is_none(), "idle for too long");
}

#[tokio::test]
async fn a_page_does_not_write_the_session_each_time() {
    let site = Site::open().await;
    let browser = site.signed_in("bob").await;
    let answer = browser.get("/mail/inbox").await;
    assert!(answer.headers.get(SET_COOKIE).is_none(), "seen within the last minute");
}

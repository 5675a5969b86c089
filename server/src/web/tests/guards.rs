//! What every request passes: same site, headers, limits, assets.

use super::Site;
use axum::body::Body;
use axum::http::{Method, StatusCode};

#[tokio::test]
async fn every_page_says_what_it_may_do_and_that_nobody_keeps_it() {
    let site = Site::open().await;
    let page = site.signed_in("bob").await.get("/mail/inbox").await;
    let policy = page.header("content-security-policy");
    assert!(policy.contains("script-src 'self' 'wasm-unsafe-eval' 'nonce-"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'") && policy.contains("base-uri 'none'"), "{policy}");
    assert!(!policy.contains("unsafe-inline"), "{policy}");
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cache-control", "no-store"),
        ("x-frame-options", "DENY"),
        ("x-dns-prefetch-control", "off"),
    ] {
        assert_eq!(page.header(name), value, "{name}");
    }
    assert!(page.headers.get("strict-transport-security").is_none(), "no TLS here");
    let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
    for script in page.body.split("<script").skip(1) {
        let tag = script.split('>').next().unwrap();
        assert!(tag.contains(nonce) || tag.contains("src="), "a script without its nonce: {tag}");
    }
}

#[tokio::test]
async fn another_site_changes_nothing() {
    let site = Site::open().await;
    let browser = site.signed_in("bob").await;
    let foreign = [("sec-fetch-site", "cross-site"), ("content-type", "application/x-www-form-urlencoded")];
    for path in ["/sign-out", "/compose", "/api/v1/mail/empty", "/sign-in"] {
        let answer = browser.send(Method::POST, path, &foreign, Body::from("role=trash")).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(browser.get("/mail/inbox").await.status, StatusCode::OK, "still signed in");
}

#[tokio::test]
async fn a_failed_call_goes_back_to_no_other_site() {
    let site = Site::open().await;
    let browser = site.signed_in("bob").await;
    let headers = [
        ("sec-fetch-site", "same-origin"),
        ("referer", "https://evil.test/"),
        ("accept", "text/html"),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let answer = browser.send(Method::POST, "/api/v1/mail/open", &headers, Body::from("id=999")).await;
    assert!(!answer.header("location").contains("evil.test"), "{}", answer.header("location"));
}

#[tokio::test]
async fn calls_without_a_session_are_refused() {
    let site = Site::open().await;
    let answer = site.browser().post("/api/v1/mail/mailboxes", &[]).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(site.browser().get("/mail/events").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_form_larger_than_any_is_not_read() {
    let site = Site::open().await;
    let long = "x".repeat(100 * 1024);
    let answer = site.browser().post("/sign-in", &[("address", &long), ("password", "x")]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    let answer = site.browser().post("/api/v1/mail/mailboxes", &[("x", &long)]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn an_unknown_page_is_404_and_an_unknown_asset_too() {
    let site = Site::open().await;
    let browser = site.signed_in("bob").await;
    assert_eq!(browser.get("/no/such/page").await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.get("/assets/none.css").await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.get("/assets/manifest.json").await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.get("/healthz").await.body, "ok\n");
}

//! What every document begins with, and that nothing inline runs without its nonce.

use crate::{
    fetch::{LISTING, page, page_for},
    site::Who,
};
use axum::http::header;

#[tokio::test]
async fn the_document_names_its_files_and_its_program() {
    let inbox = page("/mail/inbox").await;
    inbox.has("<!DOCTYPE html><html lang=\"en\">").has("<link rel=\"stylesheet\" href=\"/assets/style.1a2b.css\">");
    inbox.has(
        "src=\"/assets/boot.1a2b.js\" data-module=\"/assets/mail.1a2b.js\" data-wasm=\"/assets/mail_bg.1a2b.wasm\"",
    );
    let admin = page_for(Who::Admin, "/admin").await;
    admin.has("data-module=\"/assets/admin.1a2b.js\"").has("data-build=\"1a2b\"");
}

#[tokio::test]
async fn no_inline_script_stands_without_the_nonce_of_this_response() {
    for path in ["/mail/inbox", "/mail/m/17", "/compose/5", "/search?q=train", "/settings", "/sign-in"] {
        let page = page(path).await;
        let policy = page.header(header::CONTENT_SECURITY_POLICY);
        let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap().to_owned();
        for script in page.html.split("<script").skip(1) {
            let tag = script.split('>').next().unwrap();
            let ours = tag.contains("src=\"/assets/boot.1a2b.js\"") || tag.contains(&format!("nonce=\"{nonce}\""));
            assert!(ours, "{path}: <script{tag}>");
        }
        // The policy forbids these too, and the browser would complain of each.
        page.lacks(" style=\"").lacks("javascript:").lacks(" onclick=");
    }
}

#[tokio::test]
async fn a_list_reads_itself_again_where_there_is_no_javascript() {
    let refresh = |content: &str| format!("<noscript><meta http-equiv=\"refresh\" content=\"{content}\"></noscript>");
    // Its address says that nobody asked, so that a page left open keeps no session alive.
    page("/mail/inbox").await.has(&refresh("60;url=/mail/inbox?auto=1"));
    page("/mail/inbox?p=2&c=k67&done=read&n=1").await.has(&refresh("60;url=/mail/inbox?p=2&amp;c=k67&amp;auto=1"));
    // A letter left open on a screen gives way when the session must have ended; typing is not taken away.
    page("/mail/m/17").await.has(&refresh("1260;url=/mail/m/17?auto=1"));
    page("/compose/5").await.lacks("http-equiv=\"refresh\"");
}

#[tokio::test]
async fn what_the_contract_calls_routes_is_what_the_pages_have() {
    let _nobody_renders = LISTING.write().await;
    let mut listed: Vec<_> = leptos_axum::generate_route_list(app::MailApp)
        .iter()
        .chain(&leptos_axum::generate_route_list(app::DoorApp))
        .chain(&leptos_axum::generate_route_list(app::AdminApp))
        .map(|route| {
            assert_eq!(route.mode(), &leptos_router::SsrMode::Async, "{}", route.path());
            route.path().to_owned()
        })
        .collect();
    let mut said: Vec<_> = app::MAIL_ROUTES.iter().chain(&app::ADMIN_ROUTES).map(|path| path.to_string()).collect();
    listed.sort();
    said.sort();
    assert_eq!(listed, said);
}

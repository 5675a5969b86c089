//! A mailbox: rows, pages, empty ones, and strangers' words in it.

use crate::{
    fake::{Fake, LONG_SUBJECT},
    fetch::{SiteOf, page, page_from},
    site::Who,
};
use axum::http::StatusCode;
use std::sync::atomic::AtomicU32;

#[tokio::test]
async fn the_inbox_is_a_form_with_a_checkbox_and_a_link_for_each_message() {
    let inbox = page("/mail/inbox").await;
    assert_eq!(inbox.status, StatusCode::OK);
    inbox.has("<title>(37) Inbox · Restante</title>").has("12,431 messages, 37 unread");
    inbox.has("<form method=\"post\" action=\"/api/v1/mail/act\" class=\"list\">");
    inbox.has("<input type=\"hidden\" name=\"then\" value=\"/mail/inbox\">");
    assert_eq!(inbox.visible().matches("name=\"ids[]\"").count(), 50);
    inbox.has("<a href=\"/mail/m/17\" class=\"what\">").has("name=\"one\" value=\"star-17\"");
    inbox
        .has("name=\"one\" value=\"unstar-18\"")
        .has("name=\"act\" value=\"archive\"")
        .has("name=\"act\" value=\"move\"");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_is_whole_in_whatever_moment_its_answers_come() {
    let site = SiteOf::new(Fake { turns: Some(AtomicU32::new(0)), ..Fake::default() });
    // Some come just while the page is asking for them: they are few, so this asks often.
    for _ in 0..500 {
        site.page("/compose/6").await.has("class=\"composer\"").has("<title>");
        site.page("/mail/inbox").await.has("<title>(37) Inbox").has("name=\"ids[]\" value=\"17\"");
        site.page("/search?q=train&in=inbox").await.has("name=\"ids[]\" value=\"17\"").has("All mail");
        site.page("/settings").await.has("412 MB of 1 GB").has("href=\"/mail/archive\"");
    }
}

#[tokio::test]
async fn unread_is_a_word_not_only_a_colour() {
    let inbox = page("/mail/inbox").await;
    let unread = inbox.element("<a href=\"/mail/m/17\"", "</a>");
    assert!(unread.contains("<span class=\"vh\">Unread. </span>"), "{unread}");
    let read = inbox.element("<a href=\"/mail/m/19\"", "</a>");
    assert!(!read.contains("Unread"), "{read}");
}

#[tokio::test]
async fn enter_in_a_checkbox_presses_nothing() {
    let inbox = page("/mail/inbox").await;
    // A browser presses the first button of the form, unless that one is off.
    let form = inbox.element("<form method=\"post\" action=\"/api/v1/mail/act\"", "</form>");
    let first = form.split("<button").nth(1).unwrap().split('>').next().unwrap();
    assert!(first.contains("disabled") && first.contains("hidden"), "{first}");
    inbox.has("aria-label=\"Select: Lunch on Thursday?, Lisa Marsh\"");
}

#[tokio::test]
async fn the_dash_runs_with_the_line_and_not_with_the_preview() {
    let row = page("/mail/inbox").await;
    let line = row.element("<a href=\"/mail/m/20\"", "</a>").to_owned();
    let (before, preview) = line.split_once("<bdi class=\"preview\">").unwrap();
    assert!(before.trim_end().ends_with("</span>") && before.contains("class=\"dash\""), "{line}");
    assert!(!preview.contains("—"), "{preview}");
}

#[tokio::test]
async fn what_strangers_write_is_text() {
    let inbox = page("/mail/inbox").await;
    inbox.has("&lt;script&gt;alert('subject')&lt;/script&gt; &amp; other tests");
    inbox.lacks("<script>alert").lacks("<img src=x");
    inbox.has(LONG_SUBJECT);
    let arabic = inbox.element("<a href=\"/mail/m/20\"", "</a>");
    assert!(arabic.contains("<bdi>مكتبة الإسكندرية</bdi>") && arabic.contains("dir=\"auto\""), "{arabic}");
}

#[tokio::test]
async fn pages_are_links() {
    page("/mail/inbox")
        .await
        .has("1–50 of 12,431")
        .has("href=\"/mail/inbox?p=2&amp;c=k67\" rel=\"next\"")
        .lacks("rel=\"prev\"");
    let second = page("/mail/inbox?p=2&c=k67").await;
    second.has("51–100 of 12,431").has("href=\"/mail/inbox?c=b67\" rel=\"prev\"");
    second.has("name=\"then\" value=\"/mail/inbox?p=2&amp;c=k67\"");
}

#[tokio::test]
async fn an_empty_mailbox_says_what_it_is_for() {
    page_from(Fake { empty: true, ..Fake::default() }, Who::User, "/mail/inbox")
        .await
        .has("Nothing waits for you")
        .lacks("name=\"ids[]\"");
    page("/mail/trash").await.has("Trash is empty");
}

#[tokio::test]
async fn drafts_open_in_the_composer() {
    page("/mail/drafts").await.has("<a href=\"/compose/5\" class=\"what\">").has(">Draft</em>").has("To nobody yet");
}

#[tokio::test]
async fn the_rail_leads_to_every_mailbox_and_says_which_is_open() {
    let inbox = page("/mail/inbox").await;
    for path in ["/mail/drafts", "/mail/sent", "/mail/archive", "/mail/junk", "/mail/trash", "/mail/7", "/settings"] {
        inbox.has(&format!("<a href=\"{path}\""));
    }
    inbox.has("<a href=\"/mail/inbox\" aria-current=\"page\"").has("action=\"/sign-out\"");
    inbox.lacks("href=\"/admin\"");
}

#[tokio::test]
async fn what_is_not_there_is_returned_to_sender() {
    for path in ["/mail/nowhere", "/nowhere/at/all", "/mail/m/5000", "/mail/m/x", "/compose/5000"] {
        let missing = page(path).await;
        assert_eq!(missing.status, StatusCode::NOT_FOUND, "{path}");
        missing.has("Not at this address").has("href=\"/mail/inbox\"");
    }
    let broken = page("/mail/broken").await;
    assert_eq!(broken.status, StatusCode::INTERNAL_SERVER_ERROR);
    broken.has("Something failed here. Nothing was lost");
}

#[tokio::test]
async fn search_shows_what_was_asked_and_where_each_is() {
    let found = page("/search?q=train&in=inbox").await;
    found.has("<title>Search: train · Restante</title>").has("value=\"train\"").has("class=\"in-mailbox\">inbox");
    found.has("<option value=\"inbox\" selected");
    found.has("href=\"/search?q=train&amp;in=inbox&amp;p=2&amp;c=k67\"");
    found.lacks("Search is not complete yet");
    page("/search?q=old").await.has("Search is not complete yet");
    page("/search?q=nothing").await.has("No message has “nothing”.");
    page("/search").await.has("What are you looking for?");
}

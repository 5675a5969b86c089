//! Forms posted without JavaScript: done, and back to where one was.

use crate::{
    fake::Fake,
    fetch::{page, post},
    site::Who,
};
use axum::http::StatusCode;
use std::sync::Arc;

const ACT: &str = "/api/v1/mail/act";

#[tokio::test]
async fn archiving_ticked_messages_comes_back_with_undo() {
    let fake = Arc::new(Fake::default());
    let form = "then=%2Fmail%2Finbox%3Fp%3D2&from=1&ids%5B%5D=17&ids%5B%5D=18&mailbox=&act=archive";
    let done = post(&fake, Who::User, "/mail/inbox?p=2", ACT, form).await;
    assert_eq!(done.status, StatusCode::FOUND);
    assert_eq!(done.location(), "/mail/inbox?p=2&done=archive&n=2&undo=17.18&from=1");
    assert_eq!(fake.asked(), ["Archive [17, 18]"]);
    let back = page(done.location()).await;
    back.has("2 messages archived.").has("name=\"ids[]\" value=\"17\"").has("name=\"mailbox\" value=\"1\"");
}

#[tokio::test]
async fn moving_needs_a_mailbox_and_starring_says_nothing() {
    let fake = Arc::new(Fake::default());
    post(&fake, Who::User, "/mail/inbox", ACT, "then=/mail/inbox&ids[]=17&mailbox=4&act=move").await;
    let star = post(&fake, Who::User, "/mail/inbox", ACT, "then=/mail/inbox&ids[]=17&mailbox=&one=star-18").await;
    assert_eq!(star.location(), "/mail/inbox");
    assert_eq!(fake.asked(), ["Move [17] to 4", "Star [18]"]);
    let nowhere = post(&fake, Who::User, "/mail/inbox", ACT, "then=/mail/inbox&ids[]=17&mailbox=&act=move").await;
    let path = nowhere.location().strip_prefix("http://127.0.0.1").unwrap();
    page(path).await.has("No mailbox was chosen.");
}

#[tokio::test]
async fn a_star_on_a_letter_stays_with_the_letter() {
    let fake = Arc::new(Fake::default());
    let form = "then=/mail/inbox&here=/mail/m/17&ids[]=17&mailbox=&one=star-17";
    assert_eq!(post(&fake, Who::User, "/mail/m/17", ACT, form).await.location(), "/mail/m/17");
    let form = "then=/mail/inbox&here=/mail/m/17&ids[]=17&mailbox=&act=archive&from=1";
    let away = post(&fake, Who::User, "/mail/m/17", ACT, form).await;
    assert!(away.location().starts_with("/mail/inbox?done=archive"), "{}", away.location());
}

#[tokio::test]
async fn ticked_and_nothing_changed_is_not_called_nothing_ticked() {
    let fake = Arc::new(Fake::default());
    let done = post(&fake, Who::User, "/mail/inbox", ACT, "then=/mail/inbox&ids[]=501&mailbox=&act=archive").await;
    page(done.location()).await.has("Nothing was changed").lacks("No message was selected");
}

#[tokio::test]
async fn nothing_ticked_is_said() {
    let fake = Arc::new(Fake::default());
    let none = post(&fake, Who::User, "/mail/inbox", ACT, "then=/mail/inbox&mailbox=&act=delete").await;
    assert!(fake.asked().is_empty());
    page(none.location()).await.has("No message was selected.");
}

#[tokio::test]
async fn a_refusal_comes_back_to_the_page_in_words() {
    let fake = Arc::new(Fake::default());
    let refused = post(&fake, Who::User, "/mail/inbox", ACT, "then=/mail/inbox&ids[]=500&act=delete").await;
    assert_eq!(refused.status, StatusCode::FOUND);
    let path = refused.location().strip_prefix("http://127.0.0.1").unwrap();
    page(path).await.has("The server is busy. Nothing was lost").has("role=\"alert\"");
}

#[tokio::test]
async fn a_form_never_sends_one_to_another_server() {
    let fake = Arc::new(Fake::default());
    for foreign in ["https://elsewhere.test/", "//elsewhere.test/", "/%5Celsewhere.test"] {
        let form = format!("then={foreign}&ids[]=17&act=read");
        let done = post(&fake, Who::User, "/mail/inbox", ACT, &form).await;
        assert_eq!(done.location().trim_end_matches('?'), "http://127.0.0.1/mail/inbox", "{foreign}");
    }
}

#[tokio::test]
async fn without_a_session_nothing_is_done() {
    let fake = Arc::new(Fake::default());
    let refused = post(&fake, Who::Nobody, "/mail/inbox", ACT, "ids[]=17&act=delete").await;
    assert!(fake.asked().is_empty());
    let path = refused.location().strip_prefix("http://127.0.0.1").unwrap();
    page(path).await.has("You are signed out. Sign in again");
}

#[tokio::test]
async fn emptying_trash_asks_first_and_then_says_how_many() {
    page("/mail/junk").await.has("Everything in Junk is deleted for ever.").has("name=\"role\" value=\"junk\"");
    let fake = Arc::new(Fake::default());
    let done = post(&fake, Who::User, "/mail/trash", "/api/v1/mail/empty", "role=trash&then=/mail/trash").await;
    assert_eq!(fake.asked(), ["Empty Trash"]);
    page(done.location()).await.has("64 messages deleted for ever.");
}

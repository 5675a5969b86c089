//! Coming and going.

use crate::{fetch::page_for, site::Who};
use axum::http::StatusCode;

#[tokio::test]
async fn signing_in_is_a_plain_form() {
    let door = page_for(Who::Nobody, "/sign-in").await;
    assert_eq!(door.status, StatusCode::OK);
    door.has("action=\"/sign-in\"")
        .has("name=\"address\"")
        .has("name=\"password\"")
        .has("autocomplete=\"current-password\"");
    door.has("mail.comentum.test").lacks("role=\"alert\"");
}

#[tokio::test]
async fn a_wrong_password_keeps_the_address_and_where_one_was_going() {
    let again =
        page_for(Who::Nobody, "/sign-in?refused=wrong-credentials&address=bob%40comentum.test&next=%2Fmail%2Fm%2F17")
            .await;
    again.has("Address and password do not match.").has("value=\"bob@comentum.test\"");
    again.has("name=\"next\" value=\"/mail/m/17\"");
}

#[tokio::test]
async fn another_servers_address_is_not_carried_along() {
    for next in ["https%3A%2F%2Felsewhere.test", "%2F%2Felsewhere.test", "%2F%5Celsewhere.test"] {
        let door = page_for(Who::Nobody, &format!("/sign-in?next={next}")).await;
        door.has("name=\"next\" value=\"\"");
    }
}

#[tokio::test]
async fn the_end_page_says_what_may_remain() {
    let end = page_for(Who::Nobody, "/signed-out").await;
    end.has("You are signed out").has("Attachments you saved are still on this computer.");
    end.lacks("class=\"rail\"");
}

#[tokio::test]
async fn mail_without_a_session_shows_none() {
    let closed = page_for(Who::Nobody, "/mail/inbox").await;
    assert_eq!(closed.status, StatusCode::UNAUTHORIZED);
    closed.has("You are signed out").lacks("Lisa Marsh").lacks("name=\"ids[]\"");
}

#[tokio::test]
async fn settings_tell_a_program_what_it_needs() {
    let settings = page_for(Who::User, "/settings/programs").await;
    settings.has("mail.comentum.test").has("<code>110</code>").has("<code>587</code>").has("STARTTLS");
    settings.has("bob@comentum.test").has("412 MB of 1 GB");
}

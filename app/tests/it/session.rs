//! Coming and going.

use crate::{
    fetch::{at_the_door, page_for},
    site::Who,
};
use api::{DraftText, Refusal};
use app::{AtTheDoor, TakenAlong};
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
    let door = AtTheDoor {
        refused: Some(Refusal::WrongCredentials),
        address: "bob@comentum.test".into(),
        next: "/mail/m/17".into(),
        draft: None,
    };
    let again = at_the_door(door).await;
    again.has("Address and password do not match.").has("value=\"bob@comentum.test\"");
    again.has("name=\"next\" value=\"/mail/m/17\"").has("action=\"/sign-in\"");
}

#[tokio::test]
async fn a_letter_goes_through_the_sign_in_form_and_on_into_its_draft() {
    let text = DraftText {
        to: "lisa@otherisp.test".into(),
        subject: "\"Half\" <written>".into(),
        text: "\nDear Lisa,\n\nyes\"><script>alert(1)</script>".into(),
        ..DraftText::default()
    };
    let draft = Some(TakenAlong { draft: 5, revision: 7, text });
    let door = at_the_door(AtTheDoor { refused: Some(Refusal::SignedOut), draft, ..AtTheDoor::default() }).await;
    door.has("action=\"/compose/5/resume\"").has("enctype=\"multipart/form-data\"").has("name=\"password\"");
    door.has("name=\"revision\" value=\"7\"").has("name=\"to\" value=\"lisa@otherisp.test\"");
    door.has("name=\"subject\" value=\"&quot;Half&quot; ").has("name=\"text\" value=\"\nDear Lisa,\n\nyes&quot;");
    door.lacks("<script>alert");
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

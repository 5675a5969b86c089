//! The page of programs, and the admin's of held mail.

use crate::{
    fake::Fake,
    fetch::{page, page_for, page_from, post},
    site::Who,
};
use std::sync::Arc;

const PAGE: &str = "/settings/programs";

#[tokio::test]
async fn each_program_is_shown_with_its_last_use_and_its_limits() {
    let shown = page(PAGE).await;
    shown.has("Thunderbird at home").has("2001:db8:85a3::8a2e:370:7334").has("never");
    shown.has("sends only, from 192.0.2.0/24 only");
    shown.has("&lt;b&gt;Phone&lt;/b&gt;").lacks("<b>Phone</b>");
    shown.has("mail.comentum.test").has("STARTTLS").has("action=\"/settings/programs\"").lacks("shown this once");
    page_from(Fake { empty: true, ..Fake::default() }, Who::User, PAGE).await.has("None yet.");
}

#[tokio::test]
async fn a_new_password_is_shown_once_in_the_answer_to_its_form() {
    let fake = Arc::new(Fake::default());
    let made = post(&fake, Who::User, PAGE, PAGE, "name=Phone").await;
    made.has("Password, shown this once").has("lantern-harbour-24").has("Made for ");
    page(PAGE).await.lacks("lantern-harbour-24");
}

#[tokio::test]
async fn revoking_is_a_plain_form_and_says_so() {
    let fake = Arc::new(Fake::default());
    let done = post(&fake, Who::User, PAGE, "/api/v1/mail/revoke-program", "id=2").await;
    page(done.location()).await.has("Revoked. That program can do nothing here any more.");
    let gone = post(&fake, Who::User, PAGE, "/api/v1/mail/revoke-program", "id=9").await;
    page(gone.location().strip_prefix("http://127.0.0.1").unwrap()).await.has("That is not here any more.");
    assert_eq!(fake.asked(), ["Revoke 2"]);
}

#[tokio::test]
async fn settings_lead_to_the_programs() {
    page("/settings").await.has("href=\"/settings/programs\"").has("waits in Trash").lacks("gone from here for ever");
}

#[tokio::test]
async fn held_mail_waits_for_the_admins_word() {
    let queue = page_for(Who::Admin, "/admin/queue").await;
    queue.has("2 messages are held").has("friend@far.example").has(" and 249 more").has("restante queue held");
    let fake = Arc::new(Fake::default());
    let done = post(&fake, Who::Admin, "/admin/queue", "/api/v1/admin/release", "id=41").await;
    page_for(Who::Admin, done.location()).await.has("Released; it goes now.");
    post(&fake, Who::Admin, "/admin/queue", "/api/v1/admin/send-back", "id=42").await;
    post(&fake, Who::User, "/admin/queue", "/api/v1/admin/release", "id=41").await;
    assert_eq!(fake.asked(), ["Release 41", "SendBack 42"], "and no user's");
    page_from(Fake { empty: true, ..Fake::default() }, Who::Admin, "/admin/queue")
        .await
        .lacks(" are held")
        .lacks("restante queue held");
}

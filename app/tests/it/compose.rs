//! The composer: everything typed stands in the form, and nothing quoted escapes from it.

use crate::{fake::EVIL, fetch::page};

#[tokio::test]
async fn the_draft_stands_in_a_plain_form() {
    let draft = page("/compose/5").await;
    draft.has("<form method=\"post\" action=\"/compose/5\" enctype=\"multipart/form-data\" class=\"composer\">");
    draft.has("name=\"revision\" value=\"3\"").has("name=\"to\" value=\"Lisa Marsh &lt;lisa@otherisp.test&gt;\"");
    draft.has("name=\"subject\" value=\"Re: Lunch on Thursday?\"").has("<input type=\"file\" name=\"files\" multiple");
    for act in ["save", "send", "attach", "discard", "detach-2"] {
        draft.has(&format!("name=\"do\" value=\"{act}\""));
    }
    draft.has("href=\"/compose/5/part/2\"").has("Up to 25 MB in all").has("Saved 14:20");
}

#[tokio::test]
async fn enter_in_a_field_saves_and_never_sends() {
    let draft = page("/compose/5").await;
    // A browser presses the first button of the form.
    let first = draft.visible().split("name=\"do\" value=\"").nth(1).unwrap();
    assert!(first.starts_with("save\""), "{first}");
}

#[tokio::test]
async fn quoted_markup_stays_text_in_the_textarea() {
    let draft = page("/compose/5").await;
    let field = draft.element("<textarea", "</textarea>");
    // The value is the child: without JavaScript nothing else would put it there.
    assert!(field.contains("Yes! The place by the river."), "{field}");
    assert!(field.contains("&lt;/textarea&gt;&lt;script&gt;alert('quoted')&lt;/script&gt;"), "{field}");
    draft.lacks(EVIL).lacks("<script>alert");
}

#[tokio::test]
async fn what_happened_is_said_from_the_address() {
    page("/compose/5?saved=1").await.has("Saved.");
    page("/compose/5?refused=no-recipient").await.has("Nobody to send to yet.");
    page("/compose/5?refused=edited-elsewhere").await.has("changed in another window");
    page("/mail/inbox?sent=1").await.has("Sent. A copy is in Sent.");
}

#[tokio::test]
async fn an_unknown_code_is_not_repeated() {
    page("/compose/5?refused=%3Cb%3Ex%3C%2Fb%3E").await.has("Something failed here.").lacks("<b>x</b>");
}

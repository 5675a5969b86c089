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
async fn a_reply_begins_with_the_empty_lines_it_was_given() {
    // The parser drops the first line break of a textarea.
    let draft = page("/compose/7").await;
    let field = draft.element("<textarea", "</textarea>");
    assert!(field.contains(">\n\n\nOn Thu 12 Nov 2026"), "{field}");
}

#[tokio::test]
async fn the_cursor_stands_where_one_goes_on() {
    let reply = page("/compose/5").await;
    assert!(reply.element("<textarea", ">").contains("autofocus"), "the text of an answer");
    let blank = page("/compose/6").await;
    assert!(!blank.element("<textarea", ">").contains("autofocus"));
    assert!(
        blank.element("<input name=\"to\"", ">").contains("autofocus"),
        "{}",
        blank.element("<input name=\"to\"", ">")
    );
}

#[tokio::test]
async fn throwing_away_asks_first() {
    let draft = page("/compose/5").await;
    let asks = draft.element("<details class=\"sure discard\">", "</details>");
    assert!(asks.contains("value=\"discard\"") && asks.contains("cannot be undone"), "{asks}");
}

#[tokio::test]
async fn a_refusal_names_the_address_and_the_other_draft() {
    let unknown = page("/compose/5?refused=unknown-recipient&about=ana%40comentum.test").await;
    unknown.has("Nobody has that address here.").has("<bdi class=\"about\">ana@comentum.test</bdi>");
    page("/compose/5?refused=edited-elsewhere&beside=6").await.has("href=\"/compose/6\"").has("your own version");
    page("/compose/5?left=3").await.has("3 files of the original were not taken along");
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

#[tokio::test]
async fn who_has_more_than_one_address_chooses_as_whom_to_write() {
    page("/compose/5").await.has("&lt;bob@comentum.test&gt;").lacks("name=\"from\"");
    let choice = page("/compose/7").await;
    assert!(choice.element("<option value=\"b.miller@comentum.test\"", ">").contains("selected"));
    assert!(!choice.element("<option value=\"bob@comentum.test\"", ">").contains("selected"));
    choice.has("name=\"from\"");
}

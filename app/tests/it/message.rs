//! One message: header, text, HTML in its frame, files, and what can be done.

use crate::fetch::page;

#[tokio::test]
async fn a_letter_shows_name_and_address_and_its_text() {
    let letter = page("/mail/m/17").await;
    letter.has("<title>Lunch on Thursday? · Restante</title>").has(">Lunch on Thursday?</h1>");
    letter.has("<bdi class=\"person-name\">Lisa Marsh</bdi>").has("&lt;lisa@otherisp.test&gt;");
    letter.has("Dear Bob,").has("Thu 12 Nov 2026, 14:05");
    // Links in mail tell the other side nothing of this page.
    letter.has("rel=\"noopener noreferrer nofollow\"");
}

#[tokio::test]
async fn answering_begins_a_draft_by_post_never_by_a_link() {
    let letter = page("/mail/m/19").await;
    for how in ["reply", "reply-all", "forward"] {
        letter.has(&format!("name=\"how\" value=\"{how}\"><input type=\"hidden\" name=\"message\" value=\"19\">"));
    }
    letter.lacks("href=\"/compose").lacks("href=\"mailto:");
    // Nobody else to answer to: no "Reply to all".
    page("/mail/m/17").await.lacks("value=\"reply-all\"");
    // A list is somebody else, though nobody but it is named.
    page("/mail/m/25").await.has("value=\"reply-all\"");
    // An address in the text begins a letter here, not in a program of this computer.
    page("/mail/m/17").await.has("name=\"to\" value=\"anna@otherisp.test\"");
}

#[tokio::test]
async fn the_quotation_below_an_answer_is_folded() {
    let letter = page("/mail/m/17").await;
    let fold = letter.element("<details class=\"fold\">", "</details>");
    assert!(fold.contains("Will you be at the fair this year?"), "{fold}");
    assert!(fold.contains("data-depth=\"2\"") && fold.contains("halls 3 and 4 are ours"), "{fold}");
}

#[tokio::test]
async fn html_mail_is_shut_in_a_frame_that_runs_nothing() {
    let letter = page("/mail/m/18").await;
    let frame = letter.element("<iframe", ">");
    assert!(frame.contains("src=\"/mail/m/18/html\""), "{frame}");
    assert!(frame.contains("sandbox=\"allow-popups allow-popups-to-escape-sandbox\""), "{frame}");
    assert!(frame.contains("title=\"Text of the message\"") && frame.contains("height=\"420\""), "{frame}");
    letter.has("3 remote pictures are").has("not loaded");
}

#[tokio::test]
async fn files_are_saved_by_plain_links() {
    let letter = page("/mail/m/19").await;
    letter.has("2 attachments").has("href=\"/mail/m/19/part/2\" rel=\"external\" download=\"Minutes 2026-11-10");
    letter.has("href=\"/mail/m/19/source\"").has("href=\"/mail/m/19/message.eml\"");
}

#[tokio::test]
async fn a_letter_that_is_not_well_made_says_so() {
    let letter = page("/mail/m/24").await;
    letter.has("(no subject)").has("Nobody is named as the sender").has("This message has no text.");
    letter.has("This message is not well made.");
}

#[tokio::test]
async fn its_bar_acts_on_it_and_goes_back_to_its_mailbox() {
    let letter = page("/mail/m/17").await;
    letter.has("<input type=\"hidden\" name=\"ids[]\" value=\"17\">").has("name=\"from\" value=\"1\"");
    letter.has("name=\"then\" value=\"/mail/inbox\"").has("name=\"act\" value=\"delete\"");
    letter.has("href=\"/mail/m/16\"").has("href=\"/mail/m/18\"");
}

#[tokio::test]
async fn who_vouches_for_it_is_said_in_words_and_more_is_folded() {
    let letter = page("/mail/m/17").await;
    letter.has("<dt>Vouched for</dt>").has("Passed").has("otherisp.test signed it, and the signature is genuine.");
    let more = letter.element("<details class=\"vouch-more\">", "</details>");
    assert!(more.contains("What was checked") && more.contains("may send mail for otherisp.test"), "{more}");
    page("/mail/m/24").await.has("Not verified").has("Nothing was checked when it came.");
    // What our own people sent was never at the door.
    page("/mail/m/18").await.lacks("Vouched for");
}

#[tokio::test]
async fn in_junk_the_reason_is_on_the_page_and_so_is_the_way_out() {
    let letter = page("/mail/m/26").await;
    letter.has("Why this is in Junk: ").has("bank.example does not vouch for it.");
    letter.has("name=\"act\" value=\"inbox\"").has("Not junk");
    page("/mail/m/17").await.lacks("Why this is in Junk").has("name=\"act\" value=\"junk\"");
}

//! Writing: what was typed is never lost, and nothing goes out twice.

use super::{Browser, Site};
use axum::http::StatusCode;
use store::{Draft, DraftFields, Flags, Role};

const LETTER: &str =
    "From: Lisa <lisa@comentum.test>\nTo: bob@comentum.test\nSubject: Hello\nMessage-ID: <1@x.test>\n\nHow are you?\n";

/// A blank draft's page.
async fn begin(browser: &Browser<'_>) -> String {
    let path = browser.post("/compose", &[("how", "blank"), ("message", ""), ("to", "")]).await.led_to().to_owned();
    assert!(path.starts_with("/compose/"), "{path}");
    path
}

fn id(path: &str) -> i64 {
    path.rsplit('/').next().unwrap().parse().unwrap()
}

async fn kept(site: &Site, path: &str) -> Draft {
    site.house().store.draft(site.bob, id(path)).await.unwrap()
}

/// The form with `order` pressed, over the draft's newest revision.
async fn press(
    site: &Site,
    browser: &Browser<'_>,
    path: &str,
    order: &str,
    to: &str,
    files: &[(&str, &[u8])],
) -> String {
    let revision = kept(site, path).await.revision.to_string();
    let fields = form(&revision, to, "Dear Lisa,\r\n\r\nyes.", order);
    browser.post_draft(path, &fields, files).await.led_to().to_owned()
}

fn form<'a>(revision: &'a str, to: &'a str, text: &'a str, order: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("revision", revision), ("to", to), ("cc", ""), ("bcc", ""), ("subject", "Yes"), ("text", text), ("do", order)]
}

async fn count(site: &Site, account: i64, role: Role) -> i64 {
    let boxes = site.house().store.mailboxes(account).await.unwrap();
    boxes.iter().find(|mailbox| mailbox.role == role).unwrap().total
}

#[tokio::test]
async fn saving_keeps_what_was_typed() {
    let site = Site::open().await;
    let bob = site.signed_in("bob").await;
    let path = begin(&bob).await;
    assert_eq!(press(&site, &bob, &path, "save", "lisa@", &[]).await, format!("{path}?saved=1"));
    let fields = kept(&site, &path).await.fields;
    assert_eq!((fields.to.as_str(), fields.text.as_str()), ("lisa@", "Dear Lisa,\n\nyes."));
    assert_eq!(bob.get(&path).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_sent_draft_is_in_sent_and_at_the_recipient_and_pressed_twice_it_goes_once() {
    let site = Site::open().await;
    let bob = site.signed_in("bob").await;
    let path = begin(&bob).await;
    let fields = form("1", "Lisa <lisa@comentum.test>", "Dear Lisa", "send");
    let revision = kept(&site, &path).await.revision.to_string();
    let fields = [vec![("revision", revision.as_str())], fields[1..].to_vec()].concat();
    let (first, second) = tokio::join!(bob.post_draft(&path, &fields, &[]), bob.post_draft(&path, &fields, &[]));
    assert_eq!((first.led_to(), second.led_to()), ("/mail/inbox?sent=1", "/mail/inbox?sent=1"));
    assert_eq!(bob.post_draft(&path, &fields, &[]).await.led_to(), "/mail/inbox?sent=1", "and once more, later");
    assert_eq!(count(&site, site.lisa, Role::Inbox).await, 1);
    assert_eq!(count(&site, site.bob, Role::Sent).await, 1);
    assert_eq!(count(&site, site.bob, Role::Drafts).await, 0);
}

#[tokio::test]
async fn a_draft_that_cannot_be_sent_is_kept_and_says_why() {
    let site = Site::open().await;
    let bob = site.signed_in("bob").await;
    let path = begin(&bob).await;
    for (to, code) in [
        ("", "no-recipient"),
        ("lisa at comentum", "bad-address"),
        ("lisa@comentum.test, nonsense", "bad-address"),
        ("nobody@comentum.test", "bad-address"),
    ] {
        assert_eq!(press(&site, &bob, &path, "send", to, &[]).await, format!("{path}?refused={code}"), "{to:?}");
        assert_eq!(kept(&site, &path).await.fields.to, to);
    }
    assert_eq!(count(&site, site.bob, Role::Sent).await, 0);
}

#[tokio::test]
async fn files_go_up_come_back_and_leave_with_the_message() {
    let site = Site::open().await;
    let bob = site.signed_in("bob").await;
    let path = begin(&bob).await;
    let files: [(&str, &[u8]); 2] = [("../notes.txt", b"one two three"), ("b.bin", &[0, 255, 13, 10, 0])];
    assert_eq!(press(&site, &bob, &path, "attach", "lisa@comentum.test", &files).await, format!("{path}?attached=1"));
    let attachments = kept(&site, &path).await.attachments;
    let names: Vec<_> =
        attachments.iter().map(|file| (file.name.as_str(), file.media_type.as_str(), file.size)).collect();
    assert_eq!(names, [("notes.txt", "text/plain", 13), ("b.bin", "application/octet-stream", 5)]);
    let file = bob.get(&format!("{path}/part/{}", attachments[0].id)).await;
    assert_eq!((file.body.as_str(), file.header("content-type")), ("one two three", "text/plain"));

    let detach = format!("detach-{}", attachments[1].id);
    assert_eq!(press(&site, &bob, &path, &detach, "lisa@comentum.test", &[]).await, format!("{path}?saved=1"));
    assert_eq!(
        press(&site, &bob, &path, "send", "lisa@comentum.test", &[("c.txt", b"four")]).await,
        "/mail/inbox?sent=1"
    );
    let inbox = site.house().store.mailboxes(site.lisa).await.unwrap()[0].id;
    let arrived = site.house().store.page(site.lisa, inbox, None, 0, 1).await.unwrap()[0].id;
    let raw = site.house().store.bytes(site.lisa, arrived).await.unwrap();
    let shown = mail::message::show::show(&raw);
    let names: Vec<_> = shown.attachments.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["notes.txt", "c.txt"]);
}

#[tokio::test]
async fn a_file_too_large_is_refused_and_the_text_is_kept() {
    let site = Site::with(|config| config.message_size = 100 * 1024).await;
    let bob = site.signed_in("bob").await;
    let path = begin(&bob).await;
    let large = vec![b'x'; 120 * 1024];
    let answer = press(&site, &bob, &path, "send", "lisa@comentum.test", &[("large.bin", &large)]).await;
    assert_eq!(answer, format!("{path}?refused=too-large"));
    let draft = kept(&site, &path).await;
    assert_eq!((draft.fields.text.as_str(), draft.attachments.len()), ("Dear Lisa,\n\nyes.", 0));
    assert_eq!(count(&site, site.lisa, Role::Inbox).await, 0, "not sent without the file");
}

#[tokio::test]
async fn changed_in_another_window_keeps_both_texts() {
    let site = Site::open().await;
    let bob = site.signed_in("bob").await;
    let path = begin(&bob).await;
    let old = kept(&site, &path).await.revision.to_string();
    press(&site, &bob, &path, "save", "lisa@comentum.test", &[]).await;
    let answer = bob.post_draft(&path, &form(&old, "bob@comentum.test", "Another text", "send"), &[]).await;
    assert_eq!(answer.led_to(), format!("{path}?refused=edited-elsewhere"));
    let drafts = site.house().store.drafts(site.bob, 0, 10).await.unwrap();
    let mut texts: Vec<_> = drafts.iter().map(|draft| draft.fields.text.as_str()).collect();
    texts.sort_unstable();
    assert_eq!(texts, ["Another text", "Dear Lisa,\n\nyes."]);
    assert_eq!(count(&site, site.bob, Role::Sent).await, 0);
}

#[tokio::test]
async fn thrown_away_in_another_window_keeps_the_text_and_is_not_called_sent() {
    let site = Site::open().await;
    let bob = site.signed_in("bob").await;
    let path = begin(&bob).await;
    let revision = kept(&site, &path).await.revision.to_string();
    assert_eq!(press(&site, &bob, &path, "discard", "", &[]).await, "/mail/drafts?discarded=1");
    let fields = form(&revision, "lisa@comentum.test", "Still wanted", "send");
    let answer = bob.post_draft(&path, &fields, &[]).await;
    let drafts = site.house().store.drafts(site.bob, 0, 10).await.unwrap();
    assert_eq!(drafts.len(), 1);
    assert_eq!(drafts[0].fields.text, "Still wanted");
    assert_eq!(answer.led_to(), format!("/compose/{}?refused=not-found", drafts[0].id));
}

#[tokio::test]
async fn answering_quotes_and_marks_the_original_answered_when_it_goes() {
    let site = Site::open().await;
    let original = site.arrive(site.bob, LETTER).await;
    let bob = site.signed_in("bob").await;
    let path = bob.post("/compose", &[("how", "reply"), ("message", &original.to_string())]).await.led_to().to_owned();
    let draft = kept(&site, &path).await;
    assert_eq!((draft.fields.to.contains("lisa@comentum.test"), draft.fields.subject.as_str()), (true, "Re: Hello"));
    assert!(draft.fields.text.contains("> How are you?"), "{}", draft.fields.text);
    assert_eq!(press(&site, &bob, &path, "send", "lisa@comentum.test", &[]).await, "/mail/inbox?sent=1");
    let flags = site.house().store.message(site.bob, original).await.unwrap().flags;
    assert!(flags.has(Flags::ANSWERED));

    let gone = bob.post("/compose", &[("how", "reply"), ("message", "999")]).await;
    assert_eq!(gone.led_to(), "/mail/inbox?refused=not-found");
}

#[tokio::test]
async fn nobody_touches_anothers_draft() {
    let site = Site::open().await;
    let bob = site.signed_in("bob").await;
    let path = begin(&bob).await;
    press(&site, &bob, &path, "attach", "lisa@comentum.test", &[("a.txt", b"secret")]).await;
    let before = kept(&site, &path).await;
    let lisa = site.signed_in("lisa").await;
    let part = before.attachments[0].id;
    assert_eq!(lisa.get(&format!("{path}/part/{part}")).await.status, StatusCode::NOT_FOUND);
    let revision = before.revision.to_string();
    for order in ["save", "send", "discard", &format!("detach-{part}")] {
        lisa.post_draft(&path, &form(&revision, "lisa@comentum.test", "mine now", order), &[]).await;
    }
    let after = kept(&site, &path).await;
    assert_eq!((after.fields, after.attachments.len()), (before.fields, 1));
    assert_ne!(DraftFields::default(), kept(&site, &path).await.fields);
}

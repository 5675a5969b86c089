//! Writing: what was typed is never lost, and nothing goes out twice.

use super::{Browser, PASSWORD, Site};
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
async fn pressed_twice_with_another_text_is_not_called_sent() {
    let site = Site::open().await;
    let bob = site.signed_in("bob").await;
    let path = begin(&bob).await;
    let revision = kept(&site, &path).await.revision.to_string();
    assert_eq!(press(&site, &bob, &path, "send", "lisa@comentum.test", &[]).await, "/mail/inbox?sent=1");
    let later = form(&revision, "lisa@comentum.test", "Dear Lisa,\r\n\r\nno, after all.", "send");
    let answer = bob.post_draft(&path, &later, &[]).await;
    let drafts = site.house().store.drafts(site.bob, 0, 10).await.unwrap();
    assert_eq!(
        drafts.iter().map(|draft| draft.fields.text.as_str()).collect::<Vec<_>>(),
        ["Dear Lisa,\n\nno, after all."]
    );
    assert_eq!(answer.led_to(), format!("/compose/{}?refused=sent-already", drafts[0].id));
    assert_eq!(count(&site, site.lisa, Role::Inbox).await, 1);
}

#[tokio::test]
async fn a_session_that_ended_while_somebody_wrote_costs_no_word() {
    let site = Site::open().await;
    let bob = site.signed_in("bob").await;
    let path = begin(&bob).await;
    let revision = kept(&site, &path).await.revision.to_string();
    site.house().store.delete_sessions_of(site.bob).await.unwrap();
    let typed = form(&revision, "lisa@comentum.test", "Dear Lisa,\r\n\r\n\"yes\" & <no>.", "send");
    let door = bob.post_draft(&path, &typed, &[("plan.txt", b"hall 7")]).await;
    assert_eq!(door.status, StatusCode::UNAUTHORIZED);
    assert!(door.body.contains(&format!("action=\"{path}/resume\"")), "{}", door.body);
    assert!(door.body.contains("&quot;yes&quot; &amp; "), "the letter is in the page");

    let resume = format!("{path}/resume");
    let wrong = [typed.clone(), vec![("address", "bob@comentum.test"), ("password", "wrong")]].concat();
    let door = bob.post_draft(&resume, &wrong, &[]).await;
    assert_eq!(door.status, StatusCode::UNAUTHORIZED);
    assert!(door.body.contains("&quot;yes&quot;") && door.body.contains("do not match"), "and stays there");

    let right = [typed, vec![("address", "bob@comentum.test"), ("password", PASSWORD)]].concat();
    assert_eq!(bob.post_draft(&resume, &right, &[]).await.led_to(), format!("{path}?rescued=1"));
    let draft = kept(&site, &path).await;
    assert_eq!(draft.fields.text, "Dear Lisa,\n\n\"yes\" & <no>.");
    assert_eq!(count(&site, site.bob, Role::Sent).await, 0, "it is looked over before it goes");
    assert!(bob.get(&format!("{path}?rescued=1")).await.body.contains("what you typed is in this draft"));
}

#[tokio::test]
async fn a_letter_of_somebody_else_does_not_come_into_the_wrong_hands() {
    let site = Site::open().await;
    let bob = site.signed_in("bob").await;
    let path = begin(&bob).await;
    let before = kept(&site, &path).await.fields;
    let typed = form("1", "", "Lisa's words", "save");
    let lisas = [typed, vec![("address", "lisa@comentum.test"), ("password", PASSWORD)]].concat();
    let browser = site.browser();
    let kept_at = browser.post_draft(&format!("{path}/resume"), &lisas, &[]).await.led_to().to_owned();
    assert_eq!(kept(&site, &path).await.fields, before);
    let drafts = site.house().store.drafts(site.lisa, 0, 10).await.unwrap();
    assert_eq!(drafts[0].fields.text, "Lisa's words");
    assert!(kept_at.starts_with(&format!("/compose/{}", drafts[0].id)), "{kept_at}");
}

#[tokio::test]
async fn a_text_that_is_too_long_is_given_back() {
    let site = Site::open().await;
    let bob = site.signed_in("bob").await;
    let path = begin(&bob).await;
    let revision = kept(&site, &path).await.revision.to_string();
    let long = "x".repeat(4 * 1024 * 1024 + 1);
    let answer = bob.post_draft(&path, &form(&revision, "lisa@comentum.test", &long, "send"), &[]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(answer.body.contains(&long), "all of it");
    assert!(answer.body.contains("longer than four megabytes") && answer.body.contains("lisa@comentum.test"));
    assert_eq!(count(&site, site.bob, Role::Sent).await, 0);
    assert_eq!(kept(&site, &path).await.fields.text, "", "and nothing half kept");
}

#[tokio::test]
async fn what_cannot_be_saved_is_given_back() {
    let site = Site::open().await;
    let bob = site.signed_in("bob").await;
    let path = begin(&bob).await;
    let revision = kept(&site, &path).await.revision.to_string();
    site.house().store.set_quota(site.bob, 1).await.unwrap();
    let text = format!("Dear Lisa, keep <me>. {}", "x".repeat(300 * 1024));
    let answer = bob.post_draft(&path, &form(&revision, "lisa@comentum.test", &text, "save"), &[]).await;
    assert_eq!(answer.status, StatusCode::INSUFFICIENT_STORAGE);
    assert!(answer.body.contains("Dear Lisa, keep &lt;me&gt;. xxx") && answer.body.contains("press Save again"));
    assert!(answer.body.contains(&format!("name=\"revision\" value=\"{revision}\"")), "the next try is no conflict");
    assert_eq!(kept(&site, &path).await.fields.text, "");
    site.house().store.set_quota(site.bob, 0).await.unwrap();
    let again = bob.post_draft(&path, &form(&revision, "lisa@comentum.test", &text, "save"), &[]).await;
    assert_eq!(again.led_to(), format!("{path}?saved=1"));
}

#[tokio::test]
async fn a_file_goes_up_by_itself_while_its_writer_goes_on() {
    let site = Site::with(|config| config.message_size = 100 * 1024).await;
    let bob = site.signed_in("bob").await;
    let path = begin(&bob).await;
    let before = kept(&site, &path).await.revision;
    let files = format!("{path}/files");
    let answer = bob.post_draft(&files, &[], &[("notes.txt", b"one two three")]).await;
    assert_eq!(answer.status, StatusCode::OK);
    let draft = kept(&site, &path).await;
    assert_eq!((draft.attachments.len(), draft.revision), (1, before), "no save of the text is in conflict with it");
    let part = draft.attachments[0].id;
    assert_eq!(
        answer.body,
        format!("{{\"part\":{part},\"name\":\"notes.txt\",\"media_type\":\"text/plain\",\"size\":\"13 bytes\"}}")
    );
    let large = bob.post_draft(&files, &[], &[("large.bin", &vec![b'x'; 120 * 1024])]).await;
    assert_eq!((large.status, large.body.as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "too-large"));
    assert_eq!(site.browser().post_draft(&files, &[], &[("a", b"a")]).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_forward_takes_its_files_along_once_and_says_what_it_left() {
    let site = Site::open().await;
    let part = |n: usize| {
        format!("--B\nContent-Type: text/plain\nContent-Disposition: attachment; filename=f{n}.txt\n\nfile {n}\n")
    };
    let parts: String = (0..103).map(part).collect();
    let original = site
        .arrive(
            site.bob,
            &format!(
                "From: lisa@otherisp.test\nSubject: Many\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=B\n\n\
                 --B\nContent-Type: text/plain\n\nHello\n{parts}--B--\n"
            ),
        )
        .await;
    let bob = site.signed_in("bob").await;
    let answer = bob.post("/compose", &[("how", "forward"), ("message", &original.to_string())]).await;
    let led_to = answer.led_to().to_owned();
    let (path, said) = led_to.split_once('?').unwrap();
    assert_eq!(said, "left=3");
    let names: Vec<_> = kept(&site, path).await.attachments.into_iter().map(|file| file.name).collect();
    assert_eq!((names.len(), names[0].as_str(), names[99].as_str()), (100, "f0.txt", "f99.txt"));
    assert!(bob.get(&led_to).await.body.contains("3 files of the original were not taken along"));
}

#[tokio::test]
async fn files_of_drafts_count_toward_the_quota_and_a_short_letter_does_not() {
    let site = Site::open().await;
    let bob = site.signed_in("bob").await;
    let path = begin(&bob).await;
    site.house().store.set_quota(site.bob, 1024 * 1024).await.unwrap();
    let file = vec![b'x'; 600 * 1024];
    assert_eq!(press(&site, &bob, &path, "attach", "", &[("a.bin", &file)]).await, format!("{path}?attached=1"));
    assert_eq!(
        press(&site, &bob, &path, "attach", "", &[("b.bin", &file)]).await,
        format!("{path}?refused=quota-full")
    );
    assert_eq!(kept(&site, &path).await.attachments.len(), 1);
    site.house().store.set_quota(site.bob, 1).await.unwrap();
    let other = begin(&bob).await;
    assert_eq!(press(&site, &bob, &other, "save", "admin@comentum.test", &[]).await, format!("{other}?saved=1"));
}

#[tokio::test]
async fn drafts_that_were_begun_and_never_written_do_not_stay() {
    let site = Site::open().await;
    let bob = site.signed_in("bob").await;
    let (blank, written, with_file) = (begin(&bob).await, begin(&bob).await, begin(&bob).await);
    press(&site, &bob, &written, "save", "", &[]).await;
    bob.post_draft(&format!("{with_file}/files"), &[], &[("a.txt", b"a")]).await;
    let store = &site.house().store;
    let now = site.house().clock.now_ms();
    assert_eq!(store.sweep_blank_drafts(now - 1000).await.unwrap(), 0, "somebody may sit before it");
    assert_eq!(store.sweep_blank_drafts(now + 1000).await.unwrap(), 1);
    assert!(store.draft(site.bob, id(&blank)).await.is_err());
    assert_eq!(count(&site, site.bob, Role::Drafts).await, 2);
}

#[tokio::test]
async fn a_search_in_drafts_finds_them() {
    let site = Site::open().await;
    let bob = site.signed_in("bob").await;
    let path = begin(&bob).await;
    press(&site, &bob, &path, "save", "lisa@comentum.test", &[]).await;
    for (words, found) in
        [("dear", true), ("lisa yes", true), ("zeppelin", false), ("dear zeppelin", false), ("%25", false)]
    {
        let page = bob.get(&format!("/search?in=drafts&q={}", words.replace(' ', "+"))).await.body;
        assert_eq!(page.contains(&format!("<a href=\"{path}\"")), found, "{words}");
    }
}

#[tokio::test]
async fn a_draft_that_cannot_be_sent_is_kept_and_says_why() {
    let site = Site::open().await;
    let bob = site.signed_in("bob").await;
    let path = begin(&bob).await;
    for (to, code) in [
        ("", "no-recipient"),
        ("lisa at comentum", "bad-address&about=lisa%20at%20comentum"),
        ("lisa@comentum.test, nonsense", "bad-address&about=nonsense"),
        ("lisa@comentum.test, nobody@comentum.test", "unknown-recipient&about=nobody%40comentum.test"),
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
    let drafts = site.house().store.drafts(site.bob, 0, 10).await.unwrap();
    let beside = drafts.iter().find(|draft| draft.fields.text == "Another text").unwrap().id;
    assert_eq!(answer.led_to(), format!("{path}?refused=edited-elsewhere&beside={beside}"));
    let page = bob.get(answer.led_to()).await.body;
    assert!(page.contains(&format!("href=\"/compose/{beside}\"")), "the other version is a click away");
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

//! The desk: lists, reading, acting. And what leaves as a file.

use super::Site;
use crate::web::visitor::Visitor;
use api::{Act, ListAsk, MailboxRole, Refusal, Webmail};
use axum::body::Body;
use axum::http::{Method, StatusCode};
use futures::StreamExt;
use std::sync::Arc;
use std::time::Duration;
use store::Kind;

const LETTER: &str = "From: Lisa <lisa@otherisp.test>\nTo: bob@comentum.test\nSubject: Hello\n\nHow are you?\n";
const WITH_FILE: &str = "From: lisa@otherisp.test\nTo: bob@comentum.test\nSubject: File\nMIME-Version: 1.0\n\
    Content-Type: multipart/mixed; boundary=B\n\n--B\nContent-Type: text/html\n\n<p>Hi<script>alert(1)</script>\n--B\n\
    Content-Type: text/html\nContent-Disposition: attachment; filename=\"K=C3=A4se.html\"\n\n<script>alert(2)</script>\n--B--\n";

async fn desk(site: &Site, account: i64) -> impl Webmail + use<> {
    site.web.desk(&Visitor(Arc::new(site.house().store.account(account).await.unwrap())))
}

fn ask(mailbox: &str, page: u32, cursor: &str) -> ListAsk {
    ListAsk { mailbox: mailbox.into(), query: String::new(), page, cursor: cursor.into() }
}

#[tokio::test]
async fn a_list_goes_page_by_page_with_and_without_a_cursor() {
    let site = Site::open().await;
    let mut ids = Vec::new();
    for number in 0..53 {
        ids.push(site.arrive(site.bob, &LETTER.replace("Hello", &format!("Letter {number}"))).await);
    }
    ids.reverse();
    let desk = desk(&site, site.bob).await;
    let first = desk.list(ask("inbox", 1, "")).await.unwrap();
    assert_eq!((first.rows.len(), first.first, first.total), (50, 1, Some(53)));
    assert_eq!(first.rows[0].subject, "Letter 52");
    assert!(first.rows[0].unread && first.rows[0].who == "Lisa");

    let next = first.next.expect("three more");
    for cursor in [next.as_str(), "", "spoilt"] {
        let second = desk.list(ask("inbox", 2, cursor)).await.unwrap();
        assert_eq!(second.rows.iter().map(|row| row.id).collect::<Vec<_>>(), ids[50..], "{cursor}");
        assert_eq!((second.first, second.next), (51, None));
    }
    let beyond = desk.list(ask("inbox", 9, "")).await.unwrap();
    assert_eq!((beyond.page, beyond.first, beyond.rows.len()), (2, 51, 3), "the last page that has rows");
    assert_eq!(desk.list(ask("nowhere", 1, "")).await.unwrap_err(), Refusal::NotFound);
}

/// Ids of the rows, and the cursors of the newer and the older page.
async fn leaf(desk: &impl Webmail, ask: ListAsk) -> (Vec<i64>, Option<String>, Option<String>) {
    let page = desk.list(ask).await.unwrap();
    (page.rows.iter().map(|row| row.id).collect(), page.newer, page.next)
}

#[tokio::test]
async fn turning_pages_skips_and_repeats_nothing_when_mail_comes_meanwhile() {
    let site = Site::open().await;
    let mut ids = Vec::new();
    for _ in 0..120 {
        ids.push(site.arrive(site.bob, LETTER).await);
    }
    let desk = desk(&site, site.bob).await;
    for query in ["", "hello"] {
        let ask = |page, cursor: &str| ListAsk { query: query.into(), ..ask("inbox", page, cursor) };
        let newest_first: Vec<i64> = ids.iter().rev().copied().collect();
        let (first, newer, next) = leaf(&desk, ask(1, "")).await;
        assert_eq!((first.as_slice(), newer), (&newest_first[..50], None), "{query:?}");
        let (second, newer, next) = leaf(&desk, ask(2, &next.unwrap())).await;
        assert_eq!(second, newest_first[50..100]);
        assert!(next.is_some());
        for _ in 0..3 {
            ids.push(site.arrive(site.bob, LETTER).await);
        }
        let (again, newest, older) = leaf(&desk, ask(1, &newer.unwrap())).await;
        assert_eq!(again, first, "the very rows of the first page");
        let (back, _, _) = leaf(&desk, ask(2, &older.unwrap())).await;
        assert_eq!(back, second);
        let top = desk.list(ask(1, &newest.expect("three are newer"))).await.unwrap();
        assert_eq!(
            top.rows.iter().map(|row| row.id).collect::<Vec<_>>(),
            ids.iter().rev().take(3).copied().collect::<Vec<_>>()
        );
        assert_eq!((top.page, top.first, top.newer), (1, 1, None));
        assert!(!top.incomplete);
    }
}

#[tokio::test]
async fn drafts_turn_by_what_stands_on_the_page() {
    let site = Site::open().await;
    let store = &site.house().store;
    let mut ids = Vec::new();
    for n in 0..60 {
        ids.push(store.new_draft(site.bob, store::NewDraft::default(), 1_000 + n / 2).await.unwrap());
    }
    ids.reverse();
    let desk = desk(&site, site.bob).await;
    let (first, _, next) = leaf(&desk, ask("drafts", 1, "")).await;
    assert_eq!(first, ids[..50]);
    store.new_draft(site.bob, store::NewDraft::default(), 2_000).await.unwrap();
    let (second, newer, none) = leaf(&desk, ask("drafts", 2, &next.unwrap())).await;
    assert_eq!((second.as_slice(), none), (&ids[50..], None), "the one begun meanwhile pushes none over");
    let (again, newest, _) = leaf(&desk, ask("drafts", 1, &newer.unwrap())).await;
    assert_eq!(again, first);
    assert!(newest.is_some());
}

#[tokio::test]
async fn older_and_newer_pages_skip_and_repeat_nothing_while_mail_comes() {
    let site = Site::open().await;
    let mut ids = Vec::new();
    for number in 0..160 {
        ids.push(site.arrive(site.bob, &LETTER.replace("Hello", &format!("Letter {number}"))).await);
    }
    ids.reverse();
    let desk = desk(&site, site.bob).await;
    let shown = |page: &api::ListPage| page.rows.iter().map(|row| row.id).collect::<Vec<_>>();
    let first = desk.list(ask("inbox", 1, "")).await.unwrap();
    assert_eq!(first.newer, None);
    let second = desk.list(ask("inbox", 2, &first.next.unwrap())).await.unwrap();
    let third = desk.list(ask("inbox", 3, second.next.as_deref().unwrap())).await.unwrap();
    assert_eq!((shown(&second), shown(&third)), (ids[50..100].to_vec(), ids[100..150].to_vec()));
    let mut new = Vec::new();
    for number in 0..3 {
        new.push(site.arrive(site.bob, &LETTER.replace("Hello", &format!("New {number}"))).await);
    }
    // Back the way one came: the same page, although three are newer now.
    let back = desk.list(ask("inbox", 2, third.newer.as_deref().unwrap())).await.unwrap();
    assert_eq!((shown(&back), back.page), (ids[50..100].to_vec(), 2));
    let again = desk.list(ask("inbox", 1, back.newer.as_deref().unwrap())).await.unwrap();
    assert_eq!(shown(&again), ids[..50], "and the one before it");
    // Newer still are those three.
    let top = desk.list(ask("inbox", 1, again.newer.as_deref().unwrap())).await.unwrap();
    assert_eq!((&shown(&top)[..3], top.newer), (&[new[2], new[1], new[0]][..], None));
}

#[tokio::test]
async fn drafts_go_page_by_page() {
    let site = Site::open().await;
    let mut ids = Vec::new();
    for number in 0..53 {
        let fields = store::DraftFields { subject: format!("Draft {number}"), ..store::DraftFields::default() };
        let new = store::NewDraft { fields, ..store::NewDraft::default() };
        ids.push(site.house().store.new_draft(site.bob, new, site.house().clock.now_ms()).await.unwrap());
    }
    ids.reverse();
    let desk = desk(&site, site.bob).await;
    let first = desk.list(ask("drafts", 1, "")).await.unwrap();
    let next = first.next.expect("three more");
    for cursor in [next.as_str(), ""] {
        let second = desk.list(ask("drafts", 2, cursor)).await.unwrap();
        assert_eq!(second.rows.iter().map(|row| row.id).collect::<Vec<_>>(), ids[50..], "{cursor:?}");
    }
}

#[tokio::test]
async fn opening_marks_read_and_the_ledger_says_so_once() {
    let site = Site::open().await;
    let id = site.arrive(site.bob, LETTER).await;
    let desk = desk(&site, site.bob).await;
    let view = desk.open(id).await.unwrap();
    assert_eq!((view.subject.as_str(), view.unread), ("Hello", false));
    assert_eq!(desk.mailboxes().await.unwrap()[0].unread, 0);
    desk.act(vec![id], Act::Unread).await.unwrap();
    assert_eq!(desk.mailboxes().await.unwrap()[0].unread, 1);
    desk.open(id).await.unwrap();
    let journey = site.house().store.journey(site.bob, id).await.unwrap();
    assert_eq!(journey.iter().filter(|line| line.event.kind == Kind::Read).count(), 1);
}

#[tokio::test]
async fn nobody_reads_anothers_mail() {
    let site = Site::open().await;
    let id = site.arrive(site.bob, WITH_FILE).await;
    let lisas = desk(&site, site.lisa).await;
    assert_eq!(lisas.open(id).await.unwrap_err(), Refusal::NotFound);
    assert_eq!(lisas.act(vec![id], Act::Delete).await.unwrap_or(0), 0);
    let browser = site.signed_in("lisa").await;
    for rest in ["part/1", "part/2", "source", "message.eml", "html"] {
        assert_eq!(browser.get(&format!("/mail/m/{id}/{rest}")).await.status, StatusCode::NOT_FOUND, "{rest}");
    }
    assert_eq!(desk(&site, site.bob).await.list(ask("inbox", 1, "")).await.unwrap().rows.len(), 1);
}

#[tokio::test]
async fn only_what_was_thrown_away_can_be_destroyed() {
    let site = Site::open().await;
    let (kept, thrown) = (site.arrive(site.bob, LETTER).await, site.arrive(site.bob, LETTER).await);
    let desk = desk(&site, site.bob).await;
    assert_eq!(desk.act(vec![thrown], Act::Delete).await.unwrap(), 1);
    assert_eq!(desk.act(vec![kept, thrown], Act::Destroy).await.unwrap(), 1);
    assert_eq!(desk.open(thrown).await.unwrap_err(), Refusal::NotFound);
    assert!(desk.open(kept).await.is_ok());
    assert_eq!(desk.empty(MailboxRole::Inbox).await.unwrap_err(), Refusal::Forbidden);
    desk.act(vec![kept], Act::Junk).await.unwrap();
    assert_eq!(desk.empty(MailboxRole::Junk).await.unwrap(), 1);
}

#[tokio::test]
async fn searching_finds_words_in_one_mailbox_or_all() {
    let site = Site::open().await;
    let id = site.arrive(site.bob, &LETTER.replace("How are you", "The crocodile is well")).await;
    site.arrive(site.bob, LETTER).await;
    let desk = desk(&site, site.bob).await;
    for (mailbox, found) in [("", 1), ("inbox", 1), ("trash", 0)] {
        let ask = ListAsk { query: "crocodile".into(), ..ask(mailbox, 1, "") };
        let page = desk.list(ask).await.unwrap();
        assert_eq!(page.rows.len(), found, "{mailbox:?}");
        assert!(page.rows.iter().all(|row| row.id == id && row.mailbox == "inbox"));
    }
}

#[tokio::test]
async fn a_file_leaves_as_a_file_and_html_only_into_its_frame() {
    let site = Site::open().await;
    let id = site.arrive(site.bob, WITH_FILE).await;
    let part = desk(&site, site.bob).await.open(id).await.unwrap().attachments[0].part;
    let browser = site.signed_in("bob").await;

    let file = browser.get(&format!("/mail/m/{id}/part/{part}")).await;
    assert!(file.header("content-disposition").starts_with("attachment; "), "{:?}", file.headers);
    assert!(file.header("content-security-policy").starts_with("sandbox; "));
    assert_eq!(file.header("x-content-type-options"), "nosniff");
    assert!(file.body.contains("alert(2)"), "as it was sent");
    assert_eq!(file.header("content-type"), "application/octet-stream", "no page of ours can run it or draw it");
    let script = [("sec-fetch-dest", "script")];
    let run = browser.send(Method::GET, &format!("/mail/m/{id}/part/{part}"), &script, Body::empty()).await;
    assert_eq!(run.status, StatusCode::FORBIDDEN);

    let frame = browser.get(&format!("/mail/m/{id}/html")).await;
    let policy = frame.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; ") && policy.ends_with("frame-ancestors 'self'"), "{policy}");
    assert!(policy.contains("sandbox allow-popups allow-popups-to-escape-sandbox;"), "{policy}");
    assert_eq!(frame.header("x-dns-prefetch-control"), "off", "no name is looked up for a link in mail");
    assert_eq!((frame.header("x-frame-options"), frame.header("referrer-policy")), ("SAMEORIGIN", "no-referrer"));
    assert!(frame.body.contains("Hi") && !frame.body.contains("alert"), "{}", frame.body);

    let source = browser.get(&format!("/mail/m/{id}/source")).await;
    assert_eq!(source.header("content-type"), "text/plain; charset=utf-8");
    let eml = browser.get(&format!("/mail/m/{id}/message.eml")).await;
    assert_eq!(eml.header("content-type"), "message/rfc822");
    assert_eq!(source.body, eml.body);
    assert!(source.body.contains("Subject: File\r\n"));
}

#[tokio::test]
async fn a_browser_keeps_connections_for_its_pages() {
    let site = Site::open().await;
    let browser = site.signed_in("bob").await;
    let mut open = Vec::new();
    for _ in 0..3 {
        open.push(browser.open(Method::GET, "/mail/events", &[], Body::empty()).await);
    }
    assert!(open.iter().all(|stream| stream.status() == StatusCode::OK));
    assert_eq!(browser.get("/mail/events").await.status, StatusCode::NO_CONTENT, "the fourth tab does without");
    let elsewhere = site.signed_in("bob").await;
    let other = elsewhere.open(Method::GET, "/mail/events", &[], Body::empty()).await;
    assert_eq!(other.status(), StatusCode::OK, "another browser has its own");
    open.pop();
    let again = browser.open(Method::GET, "/mail/events", &[], Body::empty()).await;
    assert_eq!(again.status(), StatusCode::OK);
}

#[tokio::test]
async fn open_tabs_hear_of_new_mail_until_the_house_closes() {
    let site = Site::open().await;
    let browser = site.signed_in("bob").await;
    let response = browser.open(Method::GET, "/mail/events", &[], Body::empty()).await;
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut events = response.into_body().into_data_stream();
    let hello = String::from_utf8(events.next().await.unwrap().unwrap().to_vec()).unwrap();
    assert!(hello.starts_with("event: hello\n"), "{hello}");
    assert!(hello.contains(&format!("data: {}\n", site.web.assets.build)), "{hello}");

    for _ in 0..3 {
        site.arrive(site.bob, LETTER).await;
    }
    let change = events.next().await.unwrap().unwrap();
    assert_eq!(change, "event: mail\ndata: {}\n\n");
    site.house().notify.changed(site.bob);
    assert_eq!(events.next().await.unwrap().unwrap(), "event: change\ndata: {}\n\n", "no news, but something to show");
    site.web.shutdown.begin();
    let end = tokio::time::timeout(Duration::from_secs(10), events.next()).await.unwrap();
    assert!(end.is_none(), "{end:?}");
}

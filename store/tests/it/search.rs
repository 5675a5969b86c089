//! Finding mail.

use crate::harness::{Dice, Home, NOW, by_owner, copy};
use store::{Flags, Keyset, Kind, Role};

struct Mail<'a> {
    from: &'a str,
    to: &'a str,
    subject: &'a str,
    text: &'a str,
}

async fn put(home: &Home, account: i64, role: Role, mail: &Mail<'_>, now: i64) -> i64 {
    let mut intake = home.intake(mail.text, vec![copy(account, role)]).await;
    intake.summary.from_name = mail.from.into();
    intake.summary.from_address = format!("{}@otherisp.test", mail.from.to_lowercase());
    intake.summary.people = format!("{} {} {}", mail.from, intake.summary.from_address, mail.to);
    intake.summary.subject = mail.subject.into();
    intake.summary.has_attachment = mail.text.contains("attached");
    intake.now = now;
    home.store.accept(intake).await.unwrap().placements[0]
}

/// The subjects found, newest first.
async fn find(home: &Home, account: i64, query: &str) -> String {
    let found = home.store.search(account, query, None, None, 20).await.unwrap();
    found.iter().map(|listed| listed.subject.clone()).collect::<Vec<_>>().join(" ")
}

/// 2026-09-21T14:13:20Z and the following days.
const DAY: i64 = 86_400_000;

async fn some_mail() -> (Home, i64) {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    for (n, (role, from, to, subject, text)) in [
        (
            Role::Inbox,
            "Lisa",
            "Bob bob@comentum.test",
            "Invoice",
            "Please pay the invoices until Friday, see attached.",
        ),
        (
            Role::Inbox,
            "Anna",
            "Bob Lisa lisa@otherisp.test",
            "Café",
            "Crème brûlée in the naïve style. It's Lisa's idea.",
        ),
        (Role::Archive, "Tanaka", "Bob", "東京都", "東京都へ行く予定です。会議は月曜日。"),
        (Role::Inbox, "Kim", "Bob", "한국어", "한국어를 공부합니다. 猫"),
        (Role::Junk, "Lisa", "Bob", "Offer", "the style of the year: foo-bar, x_y, C++ 50%"),
    ]
    .into_iter()
    .enumerate()
    {
        put(&home, bob, role, &Mail { from, to, subject, text }, NOW + n as i64 * DAY).await;
    }
    (home, bob)
}

#[tokio::test]
async fn words_phrases_and_what_must_not_be_there() {
    let (home, bob) = some_mail().await;
    for (query, found) in [
        ("friday", "Invoice"),
        ("FRIDAY pay", "Invoice"),
        ("fri", "Invoice"),
        ("fr", ""),
        ("style", "Offer Café"),
        ("\"naive style\"", "Café"),
        ("\"style naive\"", ""),
        ("style -naive", "Offer"),
        ("style -\"naive style\"", "Offer"),
        ("creme brulee", "Café"),
        ("crème", "Café"),
        ("foo-bar", "Offer"),
        ("x_y", "Offer"),
        ("bob@comentum.test", "Invoice"),
        ("-style", "한국어 東京都 Invoice"),
        ("a1", ""),
        ("nothing", ""),
    ] {
        assert_eq!(find(&home, bob, query).await, found, "{query}");
    }
}

#[tokio::test]
async fn chinese_japanese_and_korean_are_found_by_any_part() {
    let (home, bob) = some_mail().await;
    for (query, found) in [
        ("東京", "東京都"),
        ("京都", "東京都"),
        ("東", "東京都"),
        ("都へ行く", "東京都"),
        ("\"会議は月曜日\"", "東京都"),
        ("会議 予定", "東京都"),
        ("東都", ""),
        ("한국", "한국어"),
        ("공부합니다", "한국어"),
        ("猫", "한국어"),
        ("subject:京", "東京都"),
        ("subject:会議", ""),
    ] {
        assert_eq!(find(&home, bob, query).await, found, "{query}");
    }
}

#[tokio::test]
async fn operators_narrow() {
    let (home, bob) = some_mail().await;
    let invoice = home.store.search(bob, "invoice", None, None, 1).await.unwrap()[0].id;
    home.store.flag(bob, vec![invoice], Flags(Flags::SEEN.0 | Flags::FLAGGED.0), Flags::default()).await.unwrap();
    for (query, found) in [
        ("from:lisa", "Offer Invoice"),
        ("from:\"lisa@otherisp.test\"", "Offer Invoice"),
        ("to:lisa", "Café"),
        ("subject:invoice", "Invoice"),
        ("subject:friday", ""),
        ("from:lisa -in", "Offer Invoice"),
        ("in:inbox", "한국어 Café Invoice"),
        ("in:junk style", "Offer"),
        ("in:nowhere", ""),
        ("is:unread in:inbox", "한국어 Café"),
        ("is:starred", "Invoice"),
        ("has:attachment", "Invoice"),
        ("has:attachment style", ""),
        ("after:2026-09-24", "Offer 한국어"),
        ("before:2026-09-23 after:2026-09-22", "Café"),
        ("lisa before:2026-09-22", "Invoice"),
    ] {
        assert_eq!(find(&home, bob, query).await, found, "{query}");
    }
    let archive = home.mailbox(bob, Role::Archive).await.id;
    assert_eq!(home.store.search(bob, "東京", Some(archive), None, 9).await.unwrap().len(), 1);
    assert_eq!(home.store.search(bob, "style", Some(archive), None, 9).await.unwrap().len(), 0);
}

#[tokio::test]
async fn odd_input_is_words_and_never_an_error() {
    let (home, bob) = some_mail().await;
    for query in [
        "",
        " ",
        "\"",
        "\"\"",
        "\"unclosed",
        "'",
        "*",
        "-",
        "--",
        "- -",
        "AND",
        "OR NOT",
        "NEAR(a b)",
        "(",
        ")",
        "a)",
        "{body}",
        "^a",
        "a*",
        "from:",
        "from:\"",
        "-from:",
        "in:",
        "is:",
        "is:odd",
        "before:",
        "before:2026-99-99",
        "after:x",
        "\\",
        "%",
        ";",
        "a;b",
        "\0",
        "a\0b",
        "🎉",
        "body:x",
        "owner:a1",
        "rowid:1",
        "+",
        "c++",
        "50%",
        "::",
        ":a",
        "a:",
        "\u{301}",
        "\u{202e}x",
        "x AND",
        "NOT x",
    ] {
        home.store.search(bob, query, None, None, 5).await.unwrap_or_else(|error| panic!("{query:?}: {error}"));
    }
    let signs: Vec<char> = "ab\"*-+():^{}:%_\\'; \u{0}京é🎉\u{301}ANDORNOT".chars().collect();
    let mut dice = Dice(5);
    for _ in 0..1500 {
        let query: String = (0..dice.below(14)).map(|_| signs[dice.below(signs.len())]).collect();
        home.store.search(bob, &query, None, None, 5).await.unwrap_or_else(|error| panic!("{query:?}: {error}"));
    }
    let long = "word ".repeat(5000);
    home.store.search(bob, &long, None, None, 5).await.unwrap();
    home.store.search(bob, &"x".repeat(100_000), None, None, 5).await.unwrap();
}

#[tokio::test]
async fn pages_of_results_follow_each_other_newest_first() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    let mut dice = Dice(3);
    for n in 0..130 {
        let mail = Mail { from: "Lisa", to: "Bob", subject: "same", text: &format!("text number {n}") };
        put(&home, bob, Role::Inbox, &mail, NOW + dice.below(40) as i64).await;
    }
    for query in ["number", "in:inbox"] {
        let mut found: Vec<(i64, i64)> = Vec::new();
        let mut after = None;
        loop {
            let page = home.store.search(bob, query, None, after, 20).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some(Keyset { received_at: last.received_at, id: last.id });
            found.extend(page.iter().map(|listed| (listed.received_at, listed.id)));
        }
        assert_eq!(found.len(), 130);
        assert!(found.windows(2).all(|pair| pair[0] > pair[1]), "{query}");
    }
}

#[tokio::test]
async fn nobody_finds_the_mail_of_another_or_what_is_gone() {
    let home = Home::new().await;
    let (bob, anna) = (home.account("bob").await, home.account("anna").await);
    let mail = Mail { from: "Lisa", to: "Bob", subject: "Secret", text: "the secret word" };
    let placement = put(&home, bob, Role::Inbox, &mail, NOW).await;
    let inbox = home.mailbox(bob, Role::Inbox).await.id;
    assert_eq!(find(&home, bob, "secret").await, "Secret");
    assert_eq!(find(&home, anna, "secret").await, "");
    assert_eq!(home.store.search(anna, "secret", Some(inbox), None, 9).await.unwrap().len(), 0);
    assert_eq!(home.store.search(anna, "in:inbox", Some(inbox), None, 9).await.unwrap().len(), 0);
    home.store.destroy(bob, vec![placement], by_owner(Kind::Destroyed), NOW).await.unwrap();
    assert_eq!(find(&home, bob, "secret").await, "");
    assert_eq!(home.ask("SELECT count(*), 0 FROM search WHERE search MATCH 'secret'").await, [(0, 0)]);
}

/// A message that says what it is in its own bytes, as all real ones do.
async fn letter(home: &Home, account: i64, n: usize) {
    let raw = format!("From: lisa@otherisp.test\r\nSubject: letter {n}\r\n\r\nabout item{n}x and the weather\r\n");
    let mut intake = home.intake(&raw, vec![copy(account, Role::Inbox)]).await;
    intake.summary = mail::message::parse::summarize(raw.as_bytes());
    home.store.accept(intake).await.unwrap();
}

/// Waits until all is in the index.
async fn indexed(home: &Home) {
    for _ in 0..1000 {
        let left =
            home.ask("SELECT count(*), 0 FROM message WHERE id > (SELECT value FROM fact WHERE name = 'indexed')");
        if left.await == [(0, 0)] {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the index does not get on");
}

#[tokio::test]
async fn mail_is_found_from_its_commit_on_and_the_index_follows() {
    let home = Home::new().await;
    let (bob, anna) = (home.account("bob").await, home.account("anna").await);
    for n in 0..200 {
        letter(&home, bob, n).await;
        assert_eq!(find(&home, bob, &format!("item{n}x")).await, format!("letter {n}"));
        assert_eq!(find(&home, anna, &format!("item{n}x")).await, "");
    }
    let both = home.store.search(bob, "weather", None, None, 999).await.unwrap();
    assert_eq!(both.len(), 200, "in the index and out of it, each once");
    indexed(&home).await;
    assert_eq!(home.ask("SELECT count(*), 0 FROM search WHERE search MATCH 'weather'").await, [(200, 0)]);
    assert_eq!(home.store.search(bob, "weather", None, None, 999).await.unwrap().len(), 200);
}

#[tokio::test]
async fn what_a_kill_kept_out_of_the_index_is_found_and_comes_in() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    for n in 0..5 {
        letter(&home, bob, n).await;
    }
    let home = home.reopened().await;
    // As a kill leaves it: the index ends before the mail does.
    home.spoil("DELETE FROM search WHERE rowid > 2; UPDATE fact SET value = 2 WHERE name = 'indexed'").await;
    assert_eq!(find(&home, bob, "weather").await, "letter 4 letter 3 letter 2 letter 1 letter 0");
    let home = home.reopened().await;
    assert_eq!(find(&home, bob, "item4x").await, "letter 4");
    indexed(&home).await;
    assert_eq!(find(&home, bob, "weather").await, "letter 4 letter 3 letter 2 letter 1 letter 0");
    assert_eq!(home.ask("SELECT count(*), 0 FROM search WHERE search MATCH 'weather'").await, [(5, 0)]);
}

#[tokio::test]
async fn a_damaged_index_stops_no_mail_and_is_made_anew() {
    let home = Home::new().await;
    let bob = home.account("bob").await;
    for n in 0..150 {
        letter(&home, bob, n).await;
    }
    indexed(&home).await;
    home.spoil("UPDATE search_data SET block = x'ffffffff' || substr(block, 5) WHERE id > 10").await;
    for n in 150..200 {
        letter(&home, bob, n).await;
    }
    let first = home.store.search(bob, "in:inbox", None, None, 999).await.unwrap().last().unwrap().id;
    assert_eq!(home.store.destroy(bob, vec![first], by_owner(Kind::Destroyed), NOW).await.unwrap(), 1);
    // Whoever searches meanwhile gets an answer.
    home.store.search(bob, "weather", None, None, 999).await.unwrap();
    assert_eq!(find(&home, bob, "item199x").await, "letter 199");
    indexed(&home).await;
    home.store.search(bob, "weather", None, None, 999).await.unwrap();
    indexed(&home).await;
    assert_eq!(home.store.search(bob, "weather", None, None, 999).await.unwrap().len(), 199);
    assert_eq!(find(&home, bob, "item0x").await, "");
    assert_eq!(find(&home, bob, "item77x").await, "letter 77");
    assert!(home.store.search_is_complete().await.unwrap());
}

//! POP3 as desktop programs use it: counts that fit, numbers that stay, and nothing deleted before QUIT.

use crate::harness::{BOB, Browser, CAROL, House, PASSWORD, Pop3, eventually, letter, size_of};

fn deliver(house: &House, subjects: &[&str]) {
    let mut smtp = house.smtp();
    for subject in subjects {
        let message = letter("lisa@far.test", BOB, subject, &format!("about {subject}\r\n.dot\r\nlast line"));
        assert!(smtp.deliver("lisa@far.test", &[BOB], &message).is("250"));
    }
}

fn uidls(pop3: &mut Pop3) -> Vec<String> {
    pop3.listing("UIDL").iter().map(|line| line.split_once(' ').unwrap().1.to_owned()).collect()
}

#[test]
fn every_count_says_exactly_what_comes() {
    let house = House::start();
    deliver(&house, &["one", "two", "three"]);
    let mut pop3 = house.pop3(BOB);
    let (count, octets) = pop3.stat();
    let list = pop3.listing("LIST");
    assert_eq!((count, list.len()), (3, 3));
    let mut sum = 0;
    for number in 1..=count {
        // RFC 1939 §11: octets with CRLF ends, before the dots are doubled.
        let listed: usize = pop3.ok(&format!("LIST {number}")).split_once(' ').unwrap().1.parse().unwrap();
        assert_eq!(list[number - 1], format!("{number} {listed}"));
        assert_eq!(pop3.retr(number).len(), listed, "message {number}");
        sum += listed;
    }
    assert_eq!(sum, octets);
}

#[test]
fn a_message_that_did_not_end_in_crlf_counts_right_too() {
    let house = House::start();
    let mut smtp = house.smtp();
    smtp.begin("lisa@far.test", &[BOB]);
    smtp.raw(b"Subject: x\r\n\r\n..\r\n.\r\n");
    assert!(smtp.reply().is("250"));
    let mut pop3 = house.pop3(BOB);
    let (_, octets) = pop3.stat();
    let message = pop3.retr(1);
    assert!(message.ends_with(b"\r\n\r\n.\r\n"));
    assert_eq!(message.len(), octets);
}

#[test]
fn of_a_very_full_mailbox_the_latest_are_collected_and_then_the_rest() {
    let house = House::with(|settings| settings.set("pop3_messages", 3));
    deliver(&house, &["one", "two", "three", "four", "five"]);
    let mut pop3 = house.pop3(BOB);
    let subjects: Vec<String> = pop3.all().iter().map(|message| subject(message)).collect();
    assert_eq!(subjects, ["three", "four", "five"], "new mail is seen whatever is left on the server");
    (1..=3).for_each(|number| drop(pop3.ok(&format!("DELE {number}"))));
    pop3.quit();
    let subjects: Vec<String> = house.pop3(BOB).all().iter().map(|message| subject(message)).collect();
    assert_eq!(subjects, ["one", "two"]);
}

#[test]
fn top_gives_the_head_and_so_many_lines() {
    let house = House::start();
    deliver(&house, &["tops"]);
    let mut pop3 = house.pop3(BOB);
    let whole = String::from_utf8(pop3.retr(1)).unwrap();
    let (head, _) = whole.split_once("\r\n\r\n").unwrap();
    let none = pop3.listing("TOP 1 0").join("\r\n");
    assert_eq!(none, format!("{head}\r\n"), "the head and its empty line");
    let two = pop3.listing("TOP 1 2").join("\r\n");
    assert_eq!(two, format!("{head}\r\n\r\nabout tops\r\n.dot"));
    let all = pop3.listing("TOP 1 1000").join("\r\n");
    assert_eq!(format!("{all}\r\n"), whole);
}

#[test]
fn capa_names_what_there_is() {
    let house = House::start();
    let mut pop3 = Pop3::connect(house.ports.pop3);
    let capabilities = pop3.listing("CAPA");
    for wanted in ["TOP", "UIDL", "USER", "PIPELINING", "RESP-CODES"] {
        assert!(capabilities.iter().any(|line| line.split(' ').next() == Some(wanted)), "{wanted}: {capabilities:?}");
    }
    pop3.err("STAT");
    pop3.err("RETR 1");
    pop3.err("NONSENSE");
    pop3.ok("QUIT");
}

#[test]
fn a_wrong_password_and_a_wrong_name_sound_the_same() {
    let house = House::start();
    let mut answers = Vec::new();
    for (user, password) in [(BOB, "wrong"), ("nobody@comentum.test", PASSWORD), ("nobody@far.test", "x"), ("", "x")] {
        let mut pop3 = Pop3::connect(house.ports.pop3);
        let answer = pop3.say(&format!("USER {user}"));
        if !user.is_empty() {
            assert!(answer.starts_with("+OK"), "{answer}");
            answers.push(pop3.err(&format!("PASS {password}")));
        }
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
}

#[test]
fn only_one_session_has_the_maildrop() {
    let house = House::start();
    deliver(&house, &["one"]);
    let first = house.pop3(BOB);
    let mut second = Pop3::connect(house.ports.pop3);
    second.ok(&format!("USER {BOB}"));
    // RFC 2449 §8.1.1.
    let answer = second.err(&format!("PASS {PASSWORD}"));
    assert!(answer.contains("[IN-USE]"), "{answer}");
    // Carol's is another.
    house.pop3(CAROL).quit();
    first.quit();
    let third = house.pop3(BOB);
    // Hanging up gives the lock back as well.
    third.cut();
    house.pop3(BOB).quit();
}

#[test]
fn messages_go_at_quit_and_not_before() {
    let mut house = House::start();
    deliver(&house, &["one", "two", "three"]);
    let mut pop3 = house.pop3(BOB);
    pop3.ok("DELE 1");
    pop3.ok("DELE 2");
    assert_eq!(pop3.stat().0, 1);
    pop3.err("RETR 1");
    pop3.err("DELE 1");
    pop3.err("UIDL 2");
    assert_eq!(pop3.listing("LIST").len(), 1);
    pop3.ok("RSET");
    assert_eq!(pop3.stat().0, 3);
    pop3.ok("DELE 2");
    pop3.cut();
    // RFC 1939 §6: a session that ends otherwise than by QUIT removes nothing.
    let mut pop3 = house.pop3(BOB);
    assert_eq!(pop3.stat().0, 3);
    let before = uidls(&mut pop3);
    pop3.ok("DELE 2");
    pop3.quit();
    // What +OK said stays so, whatever happens then.
    house.kill();
    house.run();
    let mut pop3 = house.pop3(BOB);
    assert_eq!(uidls(&mut pop3), [before[0].clone(), before[2].clone()]);
}

#[test]
fn a_kill_before_quit_deletes_nothing() {
    let mut house = House::start();
    deliver(&house, &["one", "two"]);
    let mut pop3 = house.pop3(BOB);
    pop3.ok("DELE 1");
    pop3.ok("DELE 2");
    house.kill();
    house.run();
    assert_eq!(house.pop3(BOB).stat().0, 2);
}

#[test]
fn unique_ids_stay_over_restarts_and_are_never_given_twice() {
    let mut house = House::start();
    deliver(&house, &["one", "two", "three"]);
    let before = uidls(&mut house.pop3(BOB));
    house.restart();
    assert_eq!(uidls(&mut house.pop3(BOB)), before);
    let unique: std::collections::HashSet<_> = before.iter().collect();
    assert_eq!(unique.len(), 3);
    for id in &before {
        assert!((1..=70).contains(&id.len()) && id.bytes().all(|byte| (0x21..=0x7e).contains(&byte)), "{id:?}");
    }
    // The last one goes, a new one comes: it is another.
    let mut pop3 = house.pop3(BOB);
    pop3.ok("DELE 3");
    pop3.quit();
    deliver(&house, &["three"]);
    let after = uidls(&mut house.pop3(BOB));
    assert_eq!(after[..2], before[..2]);
    assert!(!before.contains(&after[2]));
}

#[test]
fn mail_that_comes_during_a_session_moves_no_number() {
    let house = House::start();
    deliver(&house, &["one", "two"]);
    let mut pop3 = house.pop3(BOB);
    let second = pop3.retr(2);
    deliver(&house, &["three"]);
    assert_eq!(pop3.stat().0, 2);
    pop3.err("RETR 3");
    pop3.ok("DELE 1");
    deliver(&house, &["four"]);
    assert_eq!(pop3.retr(2), second);
    pop3.quit();
    let subjects: Vec<String> = house.pop3(BOB).all().iter().map(|message| subject(message)).collect();
    assert_eq!(subjects, ["two", "three", "four"]);
}

#[test]
fn a_message_thrown_away_in_the_webmail_meanwhile_is_no_other_message() {
    let house = House::start();
    deliver(&house, &["one", "two", "three"]);
    let mut pop3 = house.pop3(BOB);
    assert_eq!(pop3.stat().0, 3);
    let mut browser = Browser::new(house.ports.http);
    browser.sign_in(BOB, PASSWORD);
    let ids = browser.inbox_ids();
    assert_eq!(ids.len(), 3, "{ids:?}");
    // Newest first: the middle one is "two".
    let page = browser.post(
        "/api/v1/mail/act",
        &[("ids[]", &ids[1]), ("act", "delete"), ("mailbox", "inbox"), ("one", ""), ("then", "")],
    );
    assert!(page.status < 400, "{} {}", page.status, page.text());
    assert_eq!(browser.inbox_ids().len(), 2);
    // The session's numbers stay; what went to Trash is itself or gone, and never another in its place.
    assert_eq!(pop3.stat().0, 3);
    if pop3.say("RETR 2").starts_with("+OK") {
        assert_eq!(subject(&pop3.message()), "two");
    }
    assert_eq!(subject(&pop3.retr(3)), "three");
    pop3.ok("DELE 2");
    pop3.ok("DELE 1");
    pop3.quit();
    let left = house.pop3(BOB).all();
    assert_eq!(left.iter().map(|message| subject(message)).collect::<Vec<_>>(), ["three"]);
}

#[test]
fn what_was_archived_in_the_webmail_meanwhile_stays_where_it_is() {
    for deletes in ["trash", "forever"] {
        let house = House::with(|settings| settings.set("pop3_deletes", format!("\"{deletes}\"")));
        deliver(&house, &["keep", "go"]);
        let mut pop3 = house.pop3(BOB);
        pop3.ok("DELE 1");
        pop3.ok("DELE 2");
        let mut browser = Browser::new(house.ports.http);
        browser.sign_in(BOB, PASSWORD);
        let keep = browser.inbox_ids().remove(1);
        let page = browser.post(
            "/api/v1/mail/act",
            &[("ids[]", &keep), ("act", "archive"), ("mailbox", "inbox"), ("one", ""), ("then", "")],
        );
        assert!(page.status < 400, "{} {}", page.status, page.text());
        pop3.quit();
        assert_eq!(browser.ids_in("/mail/archive"), [keep], "{deletes}");
        assert!(browser.inbox_ids().is_empty());
        assert_eq!(browser.ids_in("/mail/trash").len(), usize::from(deletes == "trash"));
    }
}

fn subject(message: &[u8]) -> String {
    let text = String::from_utf8_lossy(message).into_owned();
    let line = text.lines().find(|line| line.starts_with("Subject: ")).unwrap_or_default();
    line.trim_start_matches("Subject: ").to_owned()
}

#[test]
fn what_a_program_deleted_waits_in_trash_and_gives_its_room_back_when_that_is_emptied() {
    let house = House::start();
    let large = letter("lisa@far.test", BOB, "large", &crate::harness::noise(2 * 1024 * 1024));
    let blobs = || size_of(&house.dir.join("blobs"));
    let before = blobs();
    let mut smtp = house.smtp();
    assert!(smtp.deliver("lisa@far.test", &[BOB], &large).is("250"));
    assert!(smtp.deliver("lisa@far.test", &[BOB, CAROL], &large).is("250"));
    assert!(blobs() > before + 3 * 1024 * 1024);
    for (who, count) in [(BOB, 2), (CAROL, 1)] {
        let mut pop3 = house.pop3(who);
        (1..=count).for_each(|number| drop(pop3.ok(&format!("DELE {number}"))));
        pop3.quit();
    }
    for (who, count) in [(BOB, 2), (CAROL, 1)] {
        let mut browser = Browser::new(house.ports.http);
        browser.sign_in(who, PASSWORD);
        assert!(browser.inbox_ids().is_empty());
        assert_eq!(browser.ids_in("/mail/trash").len(), count, "{who}");
        let page = browser.post("/api/v1/mail/empty", &[("role", "trash"), ("then", "")]);
        assert!(page.status < 400, "{} {}", page.status, page.text());
        assert!(browser.ids_in("/mail/trash").is_empty());
    }
    eventually("the room", || (blobs() < before + 64 * 1024).then_some(()));
}

#[test]
fn commands_sent_all_at_once_are_answered_one_by_one() {
    let house = House::start();
    deliver(&house, &["one"]);
    let mut pop3 = Pop3::connect(house.ports.pop3);
    pop3.raw(format!("USER {BOB}\r\nPASS {PASSWORD}\r\nSTAT\r\nUIDL 1\r\nNOOP\r\nDELE 1\r\nQUIT\r\n").as_bytes());
    for _ in 0..7 {
        let answer = pop3.text();
        assert!(answer.starts_with("+OK"), "{}", pop3.transcript());
    }
    assert!(pop3.is_closed());
    assert_eq!(house.pop3(BOB).stat().0, 0);
}

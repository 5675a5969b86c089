//! Mail beyond what an account may send in a day: held, never refused, until somebody decides.

use crate::harness::{BOB, Browser, CAROL, House, Manner, PASSWORD, POSTMASTER, Remote, eventually, letter};

fn house_towards(remote: &Remote, key: &str, most: u32) -> House {
    let port = remote.address.port();
    let house = House::with(|settings| settings.outbound_port(port).set(key, most));
    house.dns.mail_at("far.test", "mx.far.test", "127.0.0.1".parse().unwrap());
    house
}

fn send(house: &House, to: &[&str], subject: &str) {
    let reply = house.submission(BOB).deliver(BOB, to, &letter(BOB, to[0], subject, "x"));
    assert!(reply.is("250"), "{:?}", reply.lines);
}

#[test]
fn what_is_too_much_for_a_day_is_held_told_once_and_released() {
    let far = Remote::start(vec![Manner::default()]);
    let house = house_towards(&far, "daily_messages", 2);
    for number in 1..=4 {
        send(&house, &["friend@far.test"], &format!("number {number}"));
        // What was sent is counted a moment after it was taken.
        if number == 2 {
            far.wait_for(2);
        }
    }
    send(&house, &[CAROL], "here");
    assert_eq!(house.pop3(CAROL).stat().0, 1, "mail for people here is not counted");
    let listed = house.cli_ok(&["queue", "held"]);
    assert_eq!(listed.matches(BOB).count(), 2, "{listed}");
    assert_eq!(far.wait_for(2).len(), 2);
    for who in [BOB, POSTMASTER] {
        let mail = house.mail_of(who, 1);
        assert_eq!(mail.len(), 1, "{who} is told once");
        assert!(
            mail[0].contains("Your mail is held") && mail[0].contains("Auto-Submitted: auto-generated"),
            "{}",
            mail[0]
        );
    }
    let mut admin = Browser::new(house.ports.http);
    admin.sign_in(POSTMASTER, PASSWORD);
    assert!(admin.get("/admin/queue").text().contains("2 messages are held"));

    assert!(house.cli_ok(&["queue", "release", "all"]).starts_with("2 "));
    let all = far.wait_for(4);
    assert!(String::from_utf8_lossy(&all[3].bytes).contains("number 4"));
    assert!(house.cli_ok(&["queue", "held"]).contains("nothing is held"));
    let again = house.cli(&["queue", "release", "all"]);
    assert!(!again.status.success() && String::from_utf8_lossy(&again.stderr).contains("nothing of that is held"));
}

#[test]
fn what_is_returned_goes_back_to_its_sender_and_nowhere_else() {
    let far = Remote::start(vec![Manner::default()]);
    let house = house_towards(&far, "daily_new_recipients", 2);
    send(&house, &["a@far.test", "b@far.test"], "two new people");
    far.wait_for(1);
    send(&house, &["a@far.test"], "known already");
    far.wait_for(2);
    send(&house, &["a@far.test", "c@far.test"], "one too many");
    let mut admin = Browser::new(house.ports.http);
    admin.sign_in(POSTMASTER, PASSWORD);
    let page = admin.get("/admin/queue").text();
    let (_, rest) = page.split_once("restante queue return ").expect("the act as a command");
    let message: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let done = admin.post("/api/v1/admin/send-back", &[("id", &message)]);
    assert!(done.status < 400, "{}", done.text());
    let mail = house.mail_of(BOB, 2);
    assert!(mail.iter().any(|text| text.contains("multipart/report") && text.contains("c@far.test")), "{mail:?}");
    assert_eq!(far.wait_for(2).len(), 2);
}

#[test]
fn an_account_may_have_numbers_of_its_own() {
    let far = Remote::start(vec![Manner::default()]);
    let house = house_towards(&far, "daily_messages", 1);
    house.cli_ok(&["account", "allowance", BOB, "0", "-"]);
    for number in 1..=5 {
        send(&house, &["friend@far.test"], &format!("number {number}"));
    }
    far.wait_for(5);
    house.cli_ok(&["account", "allowance", BOB, "-", "-"]);
    send(&house, &["friend@far.test"], "number 6");
    eventually("it is held", || house.cli_ok(&["queue", "held"]).contains("friend@far.test").then_some(()));
    assert_eq!(house.cli(&["account", "allowance", BOB, "many", "-"]).status.code(), Some(2));
}

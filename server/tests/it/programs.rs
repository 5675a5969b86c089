//! Passwords of programs: one each, made by the owner, and taken away alone.

use crate::harness::{BOB, Browser, CAROL, House, PASSWORD, Pop3, Smtp, letter};

fn password_in(said: &str) -> String {
    said.lines().find_map(|line| line.strip_prefix("password: ")).expect("a password").to_owned()
}

fn collects(house: &House, user: &str, password: &str) -> bool {
    let mut pop3 = Pop3::connect(house.ports.pop3);
    pop3.ok(&format!("USER {user}"));
    let answer = pop3.say(&format!("PASS {password}"));
    let inside = answer.starts_with("+OK");
    if inside {
        pop3.quit();
    }
    inside
}

#[test]
fn a_programs_password_collects_and_sends_until_it_is_revoked() {
    let house = House::start();
    let laptop = password_in(&house.cli_ok(&["account", "device", "add", BOB, "laptop"]));
    let phone = password_in(&house.cli_ok(&["account", "device", "add", BOB, "phone"]));
    assert!(collects(&house, BOB, &laptop) && collects(&house, BOB, &phone) && collects(&house, BOB, PASSWORD));
    assert!(!collects(&house, CAROL, &laptop), "it is Bob's");
    let mut smtp = Smtp::hello(house.ports.submission);
    assert!(smtp.auth(BOB, &laptop).is("235"));
    assert!(smtp.deliver(BOB, &[CAROL], &letter(BOB, CAROL, "from the laptop", "x")).is("250"));
    let mut browser = Browser::new(house.ports.http);
    browser.try_sign_in(BOB, &laptop);
    assert_ne!(browser.get("/mail/inbox").status, 200, "it opens no page");

    let listed = house.cli_ok(&["account", "device", "list", BOB]);
    assert!(listed.contains("laptop") && listed.contains("phone") && listed.contains("127."), "{listed}");
    assert!(!listed.contains(&laptop), "shown once");
    house.cli_ok(&["account", "device", "revoke", BOB, "laptop"]);
    assert!(!collects(&house, BOB, &laptop) && collects(&house, BOB, &phone));
    assert!(Smtp::hello(house.ports.submission).auth(BOB, &laptop).is("535 5.7.8"));
    // The connection that was open when it was revoked sends no more.
    smtp.expect("MAIL FROM:<bob@comentum.test>", "535");

    house.cli_ok(&["account", "suspend", BOB]);
    assert!(!collects(&house, BOB, &phone), "a suspended account has no programs");
}

#[test]
fn a_programs_password_opens_what_it_was_made_for_and_from_where() {
    let house = House::start();
    let add = |words: &[&str]| password_in(&house.cli_ok(&[&["account", "device", "add", BOB], words].concat()));
    let sender = add(&["printer", "--opens", "smtp"]);
    let collector = add(&["archive", "--opens", "pop3"]);
    let elsewhere = add(&["office", "--from", "192.0.2.0/24"]);
    let here = add(&["home", "--from", "127.0.0.0/8,2001:db8::/32"]);
    let sends = |password: &str| Smtp::hello(house.ports.submission).auth(BOB, password).is("235");
    assert!(sends(&sender) && !collects(&house, BOB, &sender));
    assert!(!sends(&collector) && collects(&house, BOB, &collector));
    assert!(!sends(&elsewhere) && !collects(&house, BOB, &elsewhere));
    assert!(sends(&here) && collects(&house, BOB, &here));
    let wrong = house.cli(&["account", "device", "add", BOB, "x", "--from", "somewhere"]);
    assert_eq!(wrong.status.code(), Some(2));
    let twice = house.cli(&["account", "device", "add", BOB, "home"]);
    assert!(String::from_utf8_lossy(&twice.stderr).contains("already"), "{twice:?}");
}

#[test]
fn guessers_at_the_owners_address_do_not_shut_the_owners_programs_out() {
    let house = House::with(|settings| settings.set("sign_in_burst", 6).set("sign_in_interval", "\"1s\""));
    let laptop = password_in(&house.cli_ok(&["account", "device", "add", BOB, "laptop"]));
    let mut owner = Browser::new(house.ports.http);
    owner.sign_in(BOB, PASSWORD);
    assert!(owner.get("/mail/inbox").status == 200);
    for guess in 0..12 {
        Smtp::hello(house.ports.submission).auth(BOB, &format!("guess {guess}"));
    }
    assert!(collects(&house, BOB, &laptop), "a program's password is never slowed");
    assert!(collects(&house, BOB, PASSWORD), "an owner who is signed in there gets a turn");
    let carol = Smtp::hello(house.ports.submission).auth(CAROL, PASSWORD);
    assert!(carol.code == 235 || carol.code == 454, "{:?}", carol.lines);
}

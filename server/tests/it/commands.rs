//! The commands of the operator, while the server runs and while it does not.

use crate::harness::{BOB, CAROL, House, PASSWORD, Pop3, Smtp, eventually, letter};

fn can_sign_in(house: &House, who: &str, password: &str) -> bool {
    let mut pop3 = Pop3::connect(house.ports.pop3);
    pop3.ok(&format!("USER {who}"));
    pop3.say(&format!("PASS {password}")).starts_with("+OK")
}

#[test]
fn an_account_made_while_the_server_runs_gets_mail_at_once() {
    let house = House::start();
    let said = house.cli_ok(&["account", "add", "dora@comentum.test"]);
    // Without a password it makes one and says it, once.
    let password =
        said.split_whitespace().find(|word| word.len() >= 16 && word.contains('-')).expect("a password").to_owned();
    assert!(can_sign_in(&house, "dora@comentum.test", &password), "{said}");
    let reply =
        house.smtp().deliver("lisa@far.test", &["dora@comentum.test"], &letter("lisa@far.test", BOB, "hi", "x"));
    assert!(reply.is("250"));
    assert!(house.cli_ok(&["account", "list"]).contains("dora@comentum.test"));
}

#[test]
fn a_password_is_set_and_the_old_one_is_over() {
    let house = House::start();
    let output = house.cli_with(&["account", "password", BOB, "--password-stdin"], "a new and longer password");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(can_sign_in(&house, BOB, "a new and longer password"));
    assert!(!can_sign_in(&house, BOB, PASSWORD));
}

#[test]
fn a_domain_is_added_listed_and_removed_when_empty() {
    let house = House::start();
    house.cli_ok(&["domain", "add", "hiscompany.test"]);
    house.cli_ok(&["account", "add", "bob@hiscompany.test"]);
    assert!(house.cli_ok(&["domain", "list"]).contains("hiscompany.test"));
    assert!(!house.cli(&["domain", "remove", "hiscompany.test"]).status.success(), "it has an account");
    house.cli_ok(&["account", "remove", "bob@hiscompany.test"]);
    house.cli_ok(&["domain", "remove", "hiscompany.test"]);
    let mut smtp = house.smtp();
    smtp.expect("MAIL FROM:<lisa@far.test>", "250");
    smtp.expect("RCPT TO:<bob@hiscompany.test>", "550 5.7.1");
}

#[test]
fn removing_an_account_takes_its_mail_and_its_name() {
    let house = House::start();
    assert!(house.smtp().deliver("lisa@far.test", &[CAROL], &letter("lisa@far.test", CAROL, "last", "x")).is("250"));
    house.cli_ok(&["account", "remove", CAROL]);
    let mut smtp = house.smtp();
    smtp.expect("MAIL FROM:<lisa@far.test>", "250");
    smtp.expect(&format!("RCPT TO:<{CAROL}>"), "550 5.1.1");
    assert!(!can_sign_in(&house, CAROL, PASSWORD));
}

#[test]
fn the_configuration_is_checked_without_starting_anything() {
    let house = House::start();
    assert!(house.cli_ok(&["check"]).contains("in order"));
    assert_eq!(house.cli(&["check", "--smtp=banana"]).status.code(), Some(2));
}

#[test]
fn waiting_mail_is_listed_tried_now_and_given_up() {
    let house =
        House::with(|settings| settings.set("retry_schedule", "[\"0\", \"1h\"]").set("connect_timeout", "\"1s\""));
    assert!(house.cli_ok(&["queue", "list"]).contains("empty"));
    let message = letter(BOB, "friend@far.test", "waits", "x");
    assert!(house.submission(BOB).deliver(BOB, &["friend@far.test"], &message).is("250"));
    // Nobody listens at the port of the tests' outbound mail.
    let tries = |house: &House| {
        let list = house.cli_ok(&["queue", "list"]);
        let line = list.lines().find(|line| line.contains("friend@far.test"))?.to_owned();
        let mut words = line.split_whitespace().map(str::to_owned);
        Some((words.next()?, words.nth(2)?.parse::<usize>().ok()?))
    };
    let id = eventually("a first try", || tries(&house).filter(|(_, tries)| *tries >= 1)).0;
    house.cli_ok(&["queue", "retry", &id]);
    eventually("a second try", || tries(&house).filter(|(_, tries)| *tries >= 2));
    house.cli_ok(&["queue", "cancel", &id]);
    let report = house.mail_of(BOB, 1);
    assert!(report[0].contains("friend@far.test") && report[0].contains("Action: failed"), "{}", report[0]);
    assert!(!house.cli(&["queue", "cancel", &id]).status.success());
}

#[test]
fn mistakes_are_told_in_a_line_and_by_the_exit_status() {
    let house = House::start();
    let wrong: [&[&str]; 8] = [
        &["account", "add", "not an address"],
        &["account", "add", BOB],
        &["account", "add", "eve@far.test"],
        &["account", "suspend", "nobody@comentum.test"],
        &["account", "quota", BOB, "much"],
        &["domain", "add", "-x-"],
        &["domain", "add", "comentum.test"],
        &["domain", "remove", "nowhere.test"],
    ];
    for words in wrong {
        let output = house.cli(words);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{words:?}");
        assert!(!said.trim().is_empty() && !said.contains("panicked"), "{words:?}: {said}");
    }
    assert!(Smtp::hello(house.ports.submission).auth(BOB, PASSWORD).is("235"));
}

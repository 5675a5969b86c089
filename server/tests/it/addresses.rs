//! Details, other names, catch-alls, identities, limits of a domain: as other servers and our own people meet them.

use crate::harness::{BOB, CAROL, House, POSTMASTER, Pop3, Smtp, letter, noise, stuffed};

const STRANGER: &str = "lisa@far.test";

fn deliver(house: &House, to: &str) -> crate::harness::smtp::Reply {
    house.smtp().deliver(STRANGER, &[to], &letter(STRANGER, to, "hello", "x"))
}

fn rcpt(house: &House, to: &str, start: &str) {
    let mut smtp = house.smtp();
    smtp.expect("MAIL FROM:<lisa@far.test>", "250");
    smtp.expect(&format!("RCPT TO:<{to}>"), start);
}

#[test]
fn a_detail_reaches_its_owner_and_stays_in_the_trace() {
    let house = House::start();
    assert!(deliver(&house, "bob+Trade.Show@comentum.test").is("250"));
    let mail = house.mail_of(BOB, 1);
    assert!(mail[0].contains("for <bob+Trade.Show@comentum.test>"), "{}", mail[0]);
    rcpt(&house, "nobody+bob@comentum.test", "550 5.1.1");
    house.cli_ok(&["domain", "separator", "comentum.test", "-"]);
    rcpt(&house, "bob+x@comentum.test", "550 5.1.1");
    rcpt(&house, "bob-x@comentum.test", "250");
    house.cli_ok(&["domain", "separator", "comentum.test", "off"]);
    rcpt(&house, "bob-x@comentum.test", "550 5.1.1");
    // Bob may write as what reaches him.
    house.cli_ok(&["domain", "separator", "comentum.test", "usual"]);
    house.submission(BOB).expect("MAIL FROM:<bob+x@comentum.test>", "250");
    house.submission(BOB).expect("MAIL FROM:<carol+bob@comentum.test>", "553 5.7.1");
}

#[test]
fn the_operator_names_the_sign_for_all_or_none() {
    let house = House::with(|settings| settings.set("address_separator", "\"=\""));
    rcpt(&house, "bob=x@comentum.test", "250");
    rcpt(&house, "bob+x@comentum.test", "550 5.1.1");
    let house = House::with(|settings| settings.set("address_separator", "\"off\""));
    rcpt(&house, "bob+x@comentum.test", "550 5.1.1");
}

#[test]
fn a_domain_by_another_name_is_the_same_domain() {
    let house = House::start();
    rcpt(&house, "bob@comentum.example", "550 5.7.1");
    house.cli_ok(&["domain", "alias", "add", "comentum.test", "comentum.example"]);
    assert!(deliver(&house, "bob@comentum.example").is("250"));
    assert_eq!(house.mail_of(BOB, 1).len(), 1);
    rcpt(&house, "nobody@comentum.example", "550 5.1.1");
    rcpt(&house, "postmaster@comentum.example", "250");
    house.submission(BOB).expect("MAIL FROM:<bob@comentum.example>", "250");
    for wrong in [["comentum.test", "otherisp.test"], ["comentum.test", "comentum.example"], ["far.test", "x.test"]] {
        assert!(!house.cli(&["domain", "alias", "add", wrong[0], wrong[1]]).status.success(), "{wrong:?}");
    }
    house.cli_ok(&["domain", "alias", "remove", "comentum.test", "comentum.example"]);
    rcpt(&house, "bob@comentum.example", "550 5.7.1");
}

#[test]
fn an_account_has_more_addresses_and_sends_as_each() {
    let house = House::start();
    let message = |from: &str| letter(from, CAROL, "from me", "x");
    house.submission(BOB).expect("MAIL FROM:<robert@otherisp.test>", "553 5.7.1");
    house.cli_ok(&["account", "address", "add", BOB, "robert@otherisp.test"]);
    assert!(deliver(&house, "Robert@otherisp.test").is("250"));
    assert_eq!(house.mail_of(BOB, 1).len(), 1);
    let robert = "robert@otherisp.test";
    assert!(house.submission(BOB).deliver(robert, &[CAROL], &message(robert)).is("250"));
    assert!(house.mail_of(CAROL, 1)[0].starts_with("Return-Path: <robert@otherisp.test>"));
    let mut pop3 = Pop3::connect(house.ports.pop3);
    pop3.ok(&format!("USER {robert}"));
    pop3.ok(&format!("PASS {}", crate::harness::PASSWORD));
    for wrong in [[CAROL, robert], [CAROL, BOB], [CAROL, "x@far.test"], ["nobody@comentum.test", "y@comentum.test"]] {
        assert!(!house.cli(&["account", "address", "add", wrong[0], wrong[1]]).status.success(), "{wrong:?}");
    }
    assert!(!house.cli(&["account", "address", "remove", BOB, BOB]).status.success(), "what it is named by");
    house.cli_ok(&["account", "address", "remove", BOB, robert]);
    rcpt(&house, robert, "550 5.1.1");
}

#[test]
fn a_catch_all_takes_what_is_for_nobody_and_nothing_else() {
    let house = House::start();
    assert!(!house.cli(&["domain", "catch-all", "comentum.test", "nobody@comentum.test"]).status.success());
    house.cli_ok(&["domain", "catch-all", "comentum.test", CAROL]);
    assert!(deliver(&house, "who.ever@comentum.test").is("250"));
    assert!(deliver(&house, BOB).is("250"));
    assert_eq!((house.mail_of(CAROL, 1).len(), house.mail_of(BOB, 1).len()), (1, 1));
    house.submission(CAROL).expect("MAIL FROM:<who.ever@comentum.test>", "553 5.7.1");
    house.cli_ok(&["domain", "catch-all", "comentum.test", "off"]);
    rcpt(&house, "who.ever@comentum.test", "550 5.1.1");
}

#[test]
fn signing_in_and_receiving_are_two_switches() {
    let house = House::start();
    house.cli_ok(&["account", "receive", BOB, "later"]);
    rcpt(&house, BOB, "450 4.2.1");
    house.submission(BOB).quit();
    house.cli_ok(&["account", "suspend", BOB]);
    house.cli_ok(&["account", "receive", BOB, "never"]);
    rcpt(&house, BOB, "550 5.2.1");
    assert!(house.cli_ok(&["account", "list"]).contains("suspended, no mail"));
    house.cli_ok(&["account", "receive", BOB, "on"]);
    assert!(deliver(&house, BOB).is("250"), "suspended, and it still receives");
    assert!(Smtp::hello(house.ports.submission).auth(BOB, crate::harness::PASSWORD).is("535"));
    house.cli_ok(&["domain", "receive", "comentum.test", "off"]);
    rcpt(&house, CAROL, "550 5.1.10");
    for role in ["postmaster@comentum.test", "abuse@comentum.test"] {
        assert!(deliver(&house, role).is("250"), "{role}");
    }
    assert_eq!(house.mail_of(POSTMASTER, 2).len(), 2);
}

#[test]
fn a_domain_has_limits_and_keeps_to_them() {
    let house = House::start();
    let said = house.cli_ok(&[
        "domain",
        "limit",
        "otherisp.test",
        "--most-accounts",
        "2",
        "--most-aliases",
        "1",
        "--largest-message",
        "100KiB",
        "--default-quota",
        "5MiB",
    ]);
    assert!(said.contains("100 KiB") && said.contains("5 MiB"), "{said}");
    house.cli_ok(&["account", "add", "anna@otherisp.test"]);
    assert!(house.cli_ok(&["account", "list", "otherisp.test"]).contains("5 MiB"), "the domain's default");
    assert!(!house.cli(&["account", "add", "tom@otherisp.test"]).status.success(), "a third");
    house.cli_ok(&["alias", "add", "info@otherisp.test", "anna@otherisp.test"]);
    assert!(!house.cli(&["alias", "add", "sales@otherisp.test", "anna@otherisp.test"]).status.success());
    let large = letter(STRANGER, "anna@otherisp.test", "large", &noise(200_000));
    let mut smtp = house.smtp();
    assert!(smtp.deliver(STRANGER, &["info@otherisp.test"], &large).is("552 5.3.4"), "{}", smtp.transcript());
    assert!(smtp.deliver(STRANGER, &[BOB], &large).is("250"), "other domains take it");
    let mut bob = house.submission(BOB);
    bob.begin(BOB, &["anna@otherisp.test"]);
    bob.raw(&stuffed(&letter(BOB, "anna@otherisp.test", "large", &noise(200_000))));
    assert!(bob.reply().is("552 5.3.4"));
    house.cli_ok(&["domain", "limit", "otherisp.test", "--most-accounts", "none"]);
    house.cli_ok(&["account", "add", "tom@otherisp.test"]);
    assert_eq!(house.cli(&["domain", "limit", "otherisp.test", "--most-accounts", "many"]).status.code(), Some(2));
}

#[test]
fn aliases_are_listed_and_mistakes_told() {
    let house = House::start();
    assert!(house.cli_ok(&["alias", "list"]).contains("no aliases yet"));
    assert!(house.cli_ok(&["alias", "add", "a@comentum.test", "b@comentum.test", BOB]).contains("reaches"));
    house.cli_ok(&["alias", "add", "b@comentum.test", "friend@far.test"]);
    let list = house.cli_ok(&["alias", "list", "comentum.test"]);
    assert!(list.contains("b@comentum.test, bob@comentum.test") && list.contains("friend@far.test"), "{list}");
    let looping = house.cli(&["alias", "add", "b@comentum.test", "a@comentum.test"]);
    assert!(String::from_utf8_lossy(&looping.stderr).contains("back to itself"));
    for wrong in [
        &["alias", "add", BOB, CAROL][..],
        &["alias", "add", "x@far.test", BOB],
        &["alias", "add", "x@comentum.test"],
        &["alias", "add", "x@comentum.test", "no address"],
        &["alias", "remove", "nobody@comentum.test"],
        &["domain", "remove", "comentum.test"],
    ] {
        let output = house.cli(wrong);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && !said.contains("panicked"), "{wrong:?}: {said}");
    }
    house.cli_ok(&["alias", "remove", "a@comentum.test", "b@comentum.test"]);
    assert!(!house.cli_ok(&["alias", "list"]).contains("b@comentum.test, "));
    house.cli_ok(&["alias", "remove", "a@comentum.test"]);
    rcpt(&house, "a@comentum.test", "550 5.1.1");
}

//! One address for many, here and at other providers: each gets it once, and what cannot be delivered there comes back
//! to whoever sent it.

use crate::harness::dns::Says;
use crate::harness::{BOB, Browser, CAROL, House, Manner, PASSWORD, Remote, eventually, letter};
use std::net::Ipv4Addr;
use std::time::Duration;

const LISA: &str = "lisa@far.test";
const SALES: &str = "sales@comentum.test";

/// A house whose mail to far.test reaches `remote`, with `sales@` for Bob, Carol and a friend there.
fn house_towards(remote: &Remote) -> House {
    let port = remote.address.port();
    let house = House::with(|settings| settings.outbound_port(port).set("retry_schedule", "[\"0\", \"300ms\"]"));
    house.dns.mail_at("far.test", "mx.far.test", Ipv4Addr::LOCALHOST);
    house.cli_ok(&["alias", "add", SALES, BOB, CAROL, "friend@far.test"]);
    house
}

/// The address between the brackets of a MAIL line.
fn sender_of(mail: &str) -> String {
    mail.split(['<', '>']).nth(1).expect("a path").to_owned()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn an_alias_reaches_two_here_and_one_elsewhere_each_once() {
    let far = Remote::start(vec![Manner::default()]);
    let house = house_towards(&far);
    let message = letter(LISA, SALES, "for all", "Hello, all of you.");
    // Named beside it, and twice, Bob gets it once all the same.
    assert!(house.smtp().deliver(LISA, &[SALES, BOB, "Sales+x@comentum.test"], &message).is("250"));
    let taken = far.wait_for(1);
    assert_eq!(taken[0].recipients, ["friend@far.test"]);
    let sender = sender_of(&taken[0].mail);
    assert!(sender.starts_with("SRS0=") && sender.ends_with("=far.test=lisa@comentum.test"), "{sender}");
    assert!(taken[0].bytes.ends_with(&message), "the letter itself is as it was");
    let head = text(&taken[0].bytes[..taken[0].bytes.len() - message.len()]);
    assert!(head.starts_with("Delivered-To: sales@comentum.test\r\n"), "{head}");
    assert!(head.contains("Received: ") && !head.contains("Return-Path"), "{head}");
    for who in [BOB, CAROL] {
        let mail = house.mail_of(who, 1);
        assert_eq!(mail.len(), 1, "{who}");
        assert!(mail[0].starts_with("Return-Path: <lisa@far.test>\r\n"), "{}", mail[0]);
        assert!(!mail[0].contains("Delivered-To"), "that is for those elsewhere: {}", mail[0]);
    }
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(far.taken().len(), 1, "{}", far.transcript());
}

#[test]
fn a_forward_that_fails_comes_back_to_the_sender_and_to_nobody_else() {
    let gone = Manner { recipients: vec![("friend", "550 5.1.1 no such person".into())], ..Manner::default() };
    let far = Remote::start(vec![gone]);
    let house = house_towards(&far);
    assert!(house.smtp().deliver(LISA, &[SALES], &letter(LISA, SALES, "returned", "x")).is("250"));
    let taken = far.wait_for(1);
    assert_eq!(taken[0].mail.split(' ').take(2).collect::<Vec<_>>().join(" "), "MAIL FROM:<>", "{}", taken[0].mail);
    assert_eq!(taken[0].recipients, [LISA]);
    let report = text(&taken[0].bytes);
    assert!(report.contains("550 5.1.1 no such person") && report.contains("Subject: returned"), "{report}");
    for who in [BOB, CAROL] {
        assert_eq!(house.pop3(who).stat().0, 1, "the letter, and no report: {who}");
    }
    eventually("an empty queue", || (!house.cli_ok(&["queue", "list"]).contains("far.test")).then_some(()));
}

#[test]
fn a_bounce_of_the_next_server_is_taken_on_to_the_sender_and_a_forged_one_refused() {
    let far = Remote::start(vec![Manner::default()]);
    let house = house_towards(&far);
    assert!(house.smtp().deliver(LISA, &[SALES], &letter(LISA, SALES, "out", "x")).is("250"));
    let back = sender_of(&far.wait_for(1)[0].mail);
    let report = letter("mailer-daemon@far.test", &back, "Undelivered", "Sorry.");
    let shouted = back.to_ascii_uppercase();
    assert!(house.smtp().deliver("", &[&shouted], &report).is("250"));
    let taken = far.wait_for(2);
    assert_eq!(sender_of(&taken[1].mail), "", "what comes back stays nobody's");
    assert_eq!(taken[1].recipients[0].to_ascii_lowercase(), LISA);
    // A holiday notice has a sender: it is taken on with a return address too.
    assert!(house.smtp().deliver("friend@far.test", &[&back], &report).is("250"));
    let taken = far.wait_for(3);
    assert!(sender_of(&taken[2].mail).starts_with("SRS0="), "{}", taken[2].mail);
    let mut smtp = house.smtp();
    smtp.expect("MAIL FROM:<>", "250");
    for forged in
        [back.replace("lisa", "victim"), back.replace("far.test", "third.test"), "SRS0=x@comentum.test".into()]
    {
        smtp.expect(&format!("RCPT TO:<{forged}>"), "550 5.7.1");
    }
    // In a domain that is not ours it is not ours to read.
    smtp.expect(&format!("RCPT TO:<{}>", back.replace("comentum.test", "far.test")), "550 5.7.1");
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(far.taken().len(), 3, "{}", far.transcript());
}

#[test]
fn a_sender_too_long_to_be_written_into_another_comes_back_all_the_same() {
    let far = Remote::start(vec![Manner::default()]);
    let mut house = house_towards(&far);
    let long = "bounces+1234567-89ab-sales=comentum.test-list-of-many@far.test";
    assert!(house.smtp().deliver(long, &[SALES], &letter(LISA, SALES, "a list", "x")).is("250"));
    let back = sender_of(&far.wait_for(1)[0].mail);
    assert!(back.starts_with("SRSK=") && back.ends_with("@comentum.test"), "{back}");
    house.restart();
    assert!(house.smtp().deliver("", &[&back], &letter("mailer-daemon@far.test", &back, "Undelivered", "x")).is("250"));
    assert_eq!(far.wait_for(2)[1].recipients, [long]);
    let mut smtp = house.smtp();
    smtp.expect("MAIL FROM:<>", "250");
    smtp.expect("RCPT TO:<SRSK=ABCDEFGHIJKLMNOPQRSTUVWX@comentum.test>", "550 5.7.1");
}

#[test]
fn what_was_sent_on_before_is_refused_and_a_bounce_is_sent_on_as_one() {
    let far = Remote::start(vec![Manner::default()]);
    let house = house_towards(&far);
    assert!(house.smtp().deliver("", &[SALES], &letter("mailer-daemon@far.test", SALES, "bounce", "x")).is("250"));
    let taken = far.wait_for(1);
    assert_eq!(sender_of(&taken[0].mail), "");
    // It comes round.
    let reply = house.smtp().deliver(LISA, &[SALES], &taken[0].bytes);
    assert!(reply.is("554 5.4.6"), "{:?}", reply.lines);
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(far.taken().len(), 1);
    assert_eq!(house.pop3(BOB).stat().0, 1, "refused whole");
}

#[test]
fn our_own_people_reach_the_same_and_keep_their_name() {
    let far = Remote::start(vec![Manner::default()]);
    let house = house_towards(&far);
    let message = letter(BOB, SALES, "to the team", "x");
    assert!(house.submission(BOB).deliver(BOB, &[SALES, "friend@far.test"], &message).is("250"));
    let taken = far.wait_for(1);
    assert_eq!(sender_of(&taken[0].mail), BOB);
    assert_eq!(taken[0].recipients, ["friend@far.test"], "once");
    assert_eq!(house.mail_of(BOB, 1).len(), 1);
    assert_eq!(house.mail_of(CAROL, 1).len(), 1);
    let mut smtp = house.submission(CAROL);
    smtp.expect(&format!("MAIL FROM:<{SALES}>"), "553 5.7.1");
}

#[test]
fn those_who_are_full_get_it_by_the_queue_when_they_have_room() {
    let far = Remote::start(vec![Manner::default()]);
    let house = house_towards(&far);
    house.cli_ok(&["account", "quota", BOB, "1"]);
    assert!(house.smtp().deliver(LISA, &[BOB], &letter(LISA, BOB, "fills", "x")).is("250"));
    let mut smtp = house.smtp();
    smtp.expect("MAIL FROM:<lisa@far.test>", "250");
    smtp.expect(&format!("RCPT TO:<{BOB}>"), "452 4.2.2");
    smtp.expect("RSET", "250");
    assert!(smtp.deliver(LISA, &[SALES], &letter(LISA, SALES, "for all", "x")).is("250"));
    assert_eq!(house.mail_of(CAROL, 1).len(), 1);
    far.wait_for(1);
    assert!(house.cli_ok(&["queue", "list"]).contains(BOB));
    house.cli_ok(&["account", "quota", BOB, "0"]);
    assert_eq!(house.mail_of(BOB, 2).len(), 2);
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!((house.pop3(CAROL).stat().0, far.taken().len()), (1, 1), "the others have it already");
}

#[test]
fn an_alias_of_a_domain_that_was_switched_off_is_spread_when_it_is_on_again() {
    let far = Remote::start(vec![Manner::default()]);
    let house = house_towards(&far);
    house.cli_ok(&["domain", "suspend", "comentum.test"]);
    let lisa = crate::harness::LISA;
    assert!(house.submission(lisa).deliver(lisa, &[SALES], &letter(lisa, SALES, "later", "x")).is("250"));
    eventually("a first try", || house.cli_ok(&["queue", "list"]).contains("450").then_some(()));
    house.cli_ok(&["domain", "resume", "comentum.test"]);
    let taken = far.wait_for(1);
    assert!(sender_of(&taken[0].mail).starts_with("SRS0="), "{}", taken[0].mail);
    assert_eq!(house.mail_of(BOB, 1).len() + house.mail_of(CAROL, 1).len(), 2);
}

/// From now on mail that says it is of far.test is junk here.
fn nobody_vouches(house: &House) {
    house.dns.set("far.test", &[Says::Mx(vec![(10, "mx.far.test")]), Says::Txt("v=spf1 -all".into())]);
}

#[test]
fn junk_is_kept_for_those_here_and_not_sent_on() {
    let far = Remote::start(vec![Manner::default()]);
    let house = house_towards(&far);
    nobody_vouches(&house);
    assert!(house.smtp().deliver(LISA, &[SALES], &letter(LISA, SALES, "junk", "x")).is("250"));
    let mut browser = Browser::new(house.ports.http);
    browser.sign_in(CAROL, PASSWORD);
    assert_eq!(browser.ids_in("/mail/junk").len(), 1);
    let said = eventually("a word in the trace", || {
        let said = house.cli_ok(&["trace", "--recipient", "friend@far.test"]);
        said.contains("not sent on").then_some(said)
    });
    assert!(said.contains("lisa@far.test") && said.contains("550 5.7.1"), "{said}");
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(far.connections(), 0, "{}", far.transcript());
}

#[test]
fn junk_for_somebody_who_is_only_elsewhere_is_refused_and_never_lost() {
    let far = Remote::start(vec![Manner::default()]);
    let house = house_towards(&far);
    house.cli_ok(&["alias", "add", "away@comentum.test", "friend@far.test"]);
    nobody_vouches(&house);
    let message = letter(LISA, "away@comentum.test", "junk", "x");
    let reply = house.smtp().deliver(LISA, &["away@comentum.test"], &message);
    assert!(reply.is("550 5.7.1"), "{:?}", reply.lines);
    let reply = house.smtp().deliver(LISA, &[BOB, "away@comentum.test"], &message);
    assert!(reply.is("550 5.7.1"), "one reply is for all: {:?}", reply.lines);
    assert!(house.smtp().deliver(LISA, &[BOB], &message).is("250"));
    eventually("the refusals in the trace", || {
        house.cli_ok(&["trace", "--recipient", "away@comentum.test"]).contains("550 5.7.1").then_some(())
    });
    assert_eq!((far.connections(), house.pop3(BOB).stat().0), (0, 0));
}

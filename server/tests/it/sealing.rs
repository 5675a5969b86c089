//! What is sent on is sealed (RFC 8617): whoever takes it can know what was found when it came, and others can check it.

use crate::harness::dns::Says;
use crate::harness::{BOB, Browser, House, Manner, PASSWORD, Remote, eventually, letter};
use crate::signing::{authenticator, dkimpy, publish};
use mail_auth::{AuthenticatedMessage, DkimResult};
use std::net::Ipv4Addr;

const LISA: &str = "lisa@far.test";
const FRIEND: &str = "friend@third.test";

/// `sales@` and `office@`, in two domains with keys, lead to a friend elsewhere; mail of far.test may come from here.
fn house_towards(remote: &Remote) -> (House, Vec<String>) {
    let port = remote.address.port();
    let house = House::with(|settings| settings.outbound_port(port).set("dkim_signing", "true"));
    house.dns.mail_at("third.test", "mx.third.test", Ipv4Addr::LOCALHOST);
    let spf = Says::Txt("v=spf1 ip4:127.0.0.1 -all".to_owned());
    house.dns.set("far.test", &[Says::Mx(vec![(10, "mx.far.test")]), spf]);
    house.cli_ok(&["alias", "add", "sales@comentum.test", FRIEND]);
    house.cli_ok(&["alias", "add", "office@otherisp.test", FRIEND]);
    let names = ["comentum.test", "otherisp.test"].map(|domain| house.cli_ok(&["domain", "dns", domain]));
    let names = names.iter().flat_map(|printed| publish(&house, printed)).collect();
    (house, names)
}

/// What the chain comes to, and who sealed it.
fn chain(house: &House, message: &[u8]) -> (DkimResult, Vec<String>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let parsed = AuthenticatedMessage::parse(message).unwrap();
        let output = authenticator(house).verify_arc(&parsed).await;
        (output.result().clone(), output.sets().iter().map(|set| set.seal.header.d.clone()).collect())
    })
}

#[test]
fn what_is_sent_on_tells_what_was_found_under_a_seal_that_holds() {
    let far = Remote::start(vec![Manner::default()]);
    let (house, names) = house_towards(&far);
    let message = letter(LISA, "sales@comentum.test", "on its way", "Yours,\r\n\r\n  Lisa  \r\n\r\n");
    assert!(house.smtp().deliver(LISA, &["sales@comentum.test"], &message).is("250"));
    let once = far.wait_for(1)[0].bytes.clone();
    let text = String::from_utf8_lossy(&once).into_owned();
    assert!(text.starts_with("ARC-Seal: i=1;") && text.contains("cv=none"), "{text}");
    assert!(
        text.contains("ARC-Authentication-Results: i=1;") && text.contains("spf=pass smtp.mailfrom=far.test"),
        "{text}"
    );
    assert!(text.lines().all(|line| line.len() < 998), "{text}");
    assert_eq!(chain(&house, &once), (DkimResult::Pass, vec!["comentum.test".to_owned()]), "{text}");
    dkimpy("chain.py", "pass", &names, &house, &once);
    let changed = text.replace("Yours", "Mine");
    assert!(chain(&house, changed.as_bytes()).0 != DkimResult::Pass);

    // It comes again, for an address that leads on: the second seal stands on the first.
    assert!(house.smtp().deliver("srs@far.test", &["office@otherisp.test"], &once).is("250"));
    let twice = far.wait_for(2)[1].bytes.clone();
    let text = String::from_utf8_lossy(&twice).into_owned();
    assert!(text.contains("i=2;") && text.contains("cv=pass"), "{text}");
    let sealers = vec!["comentum.test".to_owned(), "otherisp.test".to_owned()];
    assert_eq!(chain(&house, &twice), (DkimResult::Pass, sealers), "{text}");
    dkimpy("chain.py", "pass", &names, &house, &twice);

    // A chain that came broken is passed on as it is.
    let broken = String::from_utf8_lossy(&once).replace("Yours", "Mine").into_bytes();
    assert!(house.smtp().deliver("srs@far.test", &["office@otherisp.test"], &broken).is("250"));
    let thrice = String::from_utf8_lossy(&far.wait_for(3)[2].bytes).into_owned();
    assert!(!thrice.contains("i=2;"), "{thrice}");
}

#[test]
fn a_server_without_8bitmime_gets_no_seal_that_does_not_hold() {
    let seven = Manner { eight_bit: false, ..Manner::default() };
    let far = Remote::start(vec![seven]);
    let (house, _) = house_towards(&far);
    let message = letter(LISA, "sales@comentum.test", "8 bits", "Gr\u{fc}\u{df}e");
    assert!(house.smtp().deliver(LISA, &["sales@comentum.test"], &message).is("250"));
    let taken = far.wait_for(1)[0].bytes.clone();
    assert!(taken.is_ascii(), "{}", String::from_utf8_lossy(&taken));
    assert!(!String::from_utf8_lossy(&taken).contains("ARC-"), "{}", String::from_utf8_lossy(&taken));
}

#[test]
fn junk_stays_here_or_is_refused_and_is_sent_on_by_setting_only() {
    let far = Remote::start(vec![Manner::default()]);
    let (mut house, _) = house_towards(&far);
    house.cli_ok(&["alias", "add", "both@comentum.test", BOB, FRIEND]);
    house.dns.set("far.test", &[Says::Mx(vec![(10, "mx.far.test")]), Says::Txt("v=spf1 -all".to_owned())]);
    let send =
        |house: &House, to: &str, subject: &str| house.smtp().deliver(LISA, &[to], &letter(LISA, to, subject, "x"));
    // Who is here finds it in Junk; for one who is elsewhere alone nobody could.
    assert!(send(&house, "both@comentum.test", "both").is("250"));
    let mut browser = Browser::new(house.ports.http);
    browser.sign_in(BOB, PASSWORD);
    assert_eq!(browser.ids_in("/mail/junk").len(), 1);
    let refused = send(&house, "sales@comentum.test", "alone");
    assert!(refused.is("550 5.7.1"), "{:?}", refused.lines);
    eventually("the refusal in the trace", || {
        house.cli_ok(&["trace", "--sender", LISA]).contains("not sent on").then_some(())
    });
    assert!(far.taken().is_empty(), "{}", far.transcript());
    house.change("forward_junk", "true");
    assert!(send(&house, "sales@comentum.test", "allowed").is("250"));
    assert_eq!(far.wait_for(1).len(), 1);
}

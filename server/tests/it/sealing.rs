//! What is sent on is sealed (ARC, RFC 8617), and others can check the seal.

use crate::harness::{House, Manner, Remote, letter};
use crate::signing::{asked_of_dkimpy, authenticator, publish};
use mail_auth::{AuthenticatedMessage, DkimResult};
use std::net::Ipv4Addr;

const LISA: &str = "lisa@far.test";
const FRIEND: &str = "friend@far.test";

/// A house that sends on what comes for `alias`.
fn house_towards(remote: &Remote, alias: &str) -> House {
    let port = remote.address.port();
    let house = House::with(|settings| settings.outbound_port(port).set("dkim_signing", "true"));
    house.dns.mail_at("far.test", "mx.far.test", Ipv4Addr::LOCALHOST);
    house.cli_ok(&["alias", "add", alias, FRIEND]);
    house
}

/// What came of the chain, and how many sets it has.
fn chain(house: &House, message: &[u8]) -> (DkimResult, usize) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let parsed = AuthenticatedMessage::parse(message).unwrap();
    runtime.block_on(async {
        let output = authenticator(house).verify_arc(&parsed).await;
        (output.result().clone(), output.sets().len())
    })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_chain_holds_from_one_forwarder_to_the_next_and_a_broken_one_is_marked() {
    let far = Remote::start(vec![Manner::default()]);
    let first = house_towards(&far, "sales@comentum.test");
    let second = house_towards(&far, "info@otherisp.test");
    let printed = first.cli_ok(&["domain", "dns", "comentum.test"]);
    publish(&first, &printed);
    let mut names = publish(&second, &printed);
    names.extend(publish(&second, &second.cli_ok(&["domain", "dns", "otherisp.test"])));

    let message = letter(LISA, "sales@comentum.test", "sent on", "Yours,\r\n\r\n..  Lisa  \r\n\r\n");
    assert!(first.smtp().deliver(LISA, &["sales@comentum.test"], &message).is("250"));
    let once = far.wait_for(1)[0].bytes.clone();
    assert_eq!(chain(&first, &once), (DkimResult::Pass, 1), "{}", text(&once));
    let head = text(&once);
    assert!(head.starts_with("ARC-Seal: a=rsa-sha256;") && head.contains("cv=none; d=comentum.test; i=1;"), "{head}");
    assert!(head.contains("ARC-Authentication-Results: i=1; mail.comentum.test;\r\n\tiprev="), "{head}");
    assert!(head.contains("\r\nDelivered-To: sales@comentum.test\r\n"), "{head}");
    assert!(once.ends_with(&message), "the letter itself is as it was");
    if let Some(said) = asked_of_dkimpy("chain.py", &names, &second, &once) {
        assert_eq!(said, "pass 1");
    }

    assert!(second.smtp().deliver("srs@far.test", &["info@otherisp.test"], &once).is("250"));
    let twice = far.wait_for(2)[1].bytes.clone();
    assert_eq!(chain(&second, &twice), (DkimResult::Pass, 2), "{}", text(&twice));
    assert!(text(&twice).contains("cv=pass; d=otherisp.test; i=2;"), "{}", text(&twice));
    if let Some(said) = asked_of_dkimpy("chain.py", &names, &second, &twice) {
        assert_eq!(said, "pass 2");
    }
    // What is changed on the way breaks it.
    let evil = text(&twice).replace("Yours", "Mine");
    assert_ne!(chain(&second, evil.as_bytes()).0, DkimResult::Pass);

    // RFC 8617 §5.1.2: who finds it broken says so once, over a set that stands alone, and nobody adds another.
    let broken = text(&once).replace("Yours", "Mine");
    assert!(second.smtp().deliver("srs@far.test", &["info@otherisp.test"], broken.as_bytes()).is("250"));
    let marked = far.wait_for(3)[2].bytes.clone();
    assert!(text(&marked).contains("cv=fail; d=otherisp.test; i=2;"), "{}", text(&marked));
    assert!(matches!(chain(&second, &marked).0, DkimResult::Fail(_)));
    let again = text(&marked).replace("Delivered-To: info@otherisp.test\r\n", "");
    assert!(second.smtp().deliver("srs@far.test", &["info@otherisp.test"], again.as_bytes()).is("250"));
    let last = text(&far.wait_for(4)[3].bytes);
    assert_eq!(last.matches("ARC-Seal:").count(), 2, "{last}");
}

#[test]
fn a_message_that_must_leave_in_seven_bits_is_sealed_anew() {
    let far = Remote::start(vec![Manner { eight_bit: false, ..Manner::default() }]);
    let house = house_towards(&far, "sales@comentum.test");
    publish(&house, &house.cli_ok(&["domain", "dns", "comentum.test"]));
    let message = letter(LISA, "sales@comentum.test", "eight bits", "Gr\u{fc}\u{df}e, Lisa");
    assert!(house.smtp().deliver(LISA, &["sales@comentum.test"], &message).is("250"));
    let taken = far.wait_for(1)[0].bytes.clone();
    assert!(taken.is_ascii(), "{}", text(&taken));
    assert_eq!(text(&taken).matches("ARC-Seal:").count(), 1);
    assert_eq!(chain(&house, &taken), (DkimResult::Pass, 1), "{}", text(&taken));
}

#[test]
fn where_nothing_is_signed_nothing_is_sealed_and_it_leaves_all_the_same() {
    let far = Remote::start(vec![Manner::default()]);
    let port = far.address.port();
    let house = House::with(|settings| settings.outbound_port(port));
    house.cli_ok(&["alias", "add", "sales@comentum.test", FRIEND]);
    let message = letter(LISA, "sales@comentum.test", "plain", "x");
    assert!(house.smtp().deliver(LISA, &["sales@comentum.test"], &message).is("250"));
    assert!(far.wait_for(1)[0].bytes.starts_with(b"Delivered-To:"));
}

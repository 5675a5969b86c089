//! Who vouches for mail from outside: what is refused, what lies in Junk and says why, and what the header then holds.

use crate::harness::dns::Says;
use crate::harness::{BOB, Browser, House, PASSWORD, POSTMASTER, eventually, letter};
use crate::signing::asked_of_dkimpy;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mail_auth::common::crypto::Ed25519Key;
use mail_auth::common::headers::HeaderWriter;
use mail_auth::dkim::DkimSigner;
use std::net::Ipv4Addr;

/// RFC 8463 §A.2: a key that is published to be tested with.
const SEED: &str = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
const PUBLIC: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

/// `far.test` takes mail, sends none from here, and publishes a key.
fn far(house: &House, spf: &str, dmarc: &str) {
    house.dns.set("far.test", &[Says::Mx(vec![(10, "mx.far.test")]), Says::Txt(spf.to_owned())]);
    if !dmarc.is_empty() {
        house.dns.txt("_dmarc.far.test", dmarc);
    }
    house.dns.txt("s1._domainkey.far.test", &format!("v=DKIM1; k=ed25519; p={PUBLIC}"));
}

fn message(subject: &str) -> Vec<u8> {
    letter("lisa@far.test", BOB, subject, "See you on Monday.")
}

/// Signs as `far.test`; `whole`: all of the text, not only its beginning.
fn signed(message: &[u8], whole: bool) -> Vec<u8> {
    let [seed, public] = [SEED, PUBLIC].map(|key| STANDARD.decode(key).unwrap());
    let key = Ed25519Key::from_seed_and_public_key(&seed, &public).unwrap();
    let signer = DkimSigner::from_key(key).domain("far.test").selector("s1").headers(["From", "To", "Subject", "Date"]);
    let signature = signer.body_length(!whole).sign(message).unwrap().to_header();
    [signature.as_bytes(), message].concat()
}

/// The Authentication-Results fields of the newest message in a mailbox's page.
fn results(house: &House, place: &str) -> Vec<String> {
    let source = source(house, place);
    let mut found: Vec<String> = Vec::new();
    for line in source.lines().take_while(|line| !line.is_empty()) {
        match found.last_mut() {
            Some(field) if line.starts_with(['\t', ' ']) => *field += line.trim_start(),
            _ => found.push(line.to_owned()),
        }
    }
    found.retain(|field| field.to_ascii_lowercase().starts_with("authentication-results:"));
    found
}

fn bob(house: &House) -> Browser {
    let mut browser = Browser::new(house.ports.http);
    browser.sign_in(BOB, PASSWORD);
    browser
}

fn source(house: &House, place: &str) -> String {
    let mut browser = bob(house);
    let ids = browser.ids_in(place);
    browser.get(&format!("/mail/m/{}/message.eml", ids.first().expect("a message"))).text()
}

#[test]
fn what_its_domain_does_not_vouch_for_is_refused_and_the_trace_knows_it() {
    let house = House::start();
    far(&house, "v=spf1 ip4:192.0.2.1 -all", "v=DMARC1; p=reject");
    let reply = house.smtp().deliver("lisa@far.test", &[BOB], &message("forged"));
    assert!(reply.is("550 5.7.1 far.test"), "{:?}", reply.lines);
    assert_eq!(house.pop3(BOB).stat().0, 0);
    let traced = eventually("the refusal in the trace", || {
        let said = house.cli_ok(&["trace", "--sender", "lisa@far.test"]);
        said.contains("550 5.7.1").then_some(said)
    });
    assert!(traced.contains("refused") && traced.contains("127.0.0.1") && traced.contains(BOB), "{traced}");
    let by_id = house.cli_ok(&["trace", "--message-id", "<forged@client.example.test>"]);
    assert!(by_id.contains("550 5.7.1"), "{by_id}");
    assert!(house.cli_ok(&["trace", "--ip", "192.0.2."]).contains("nothing of that kind"));
    // The admin sees the same without a script.
    let mut admin = Browser::new(house.ports.http);
    admin.sign_in(POSTMASTER, PASSWORD);
    let page = admin.get("/admin/trace?sender=lisa").text();
    assert!(page.contains("550 5.7.1 far.test does not vouch for this message") && page.contains("Refused"), "{page}");
    assert_eq!(bob(&house).get("/admin/trace").status, 403);
}

#[test]
fn the_same_goes_to_junk_by_setting_and_says_why() {
    let house = House::with(|settings| settings.set("dmarc_reject", "\"junk\""));
    far(&house, "v=spf1 -all", "v=DMARC1; p=reject");
    assert!(house.smtp().deliver("lisa@far.test", &[BOB], &message("forged")).is("250"));
    assert_eq!(house.pop3(BOB).stat().0, 0, "POP3 sees the inbox only");
    let mut browser = bob(&house);
    let id = browser.ids_in("/mail/junk").remove(0);
    let page = browser.get(&format!("/mail/m/{id}")).text();
    assert!(page.contains("Why this is in Junk"), "{page}");
    assert!(page.contains("It says that it comes from far.test, but far.test does not vouch for it."), "{page}");
    assert!(page.contains("Failed") && page.contains("Vouched for"), "{page}");
    // "Not junk", by the plain form.
    let form = [("ids[]", id.as_str()), ("from", "0"), ("then", "/mail/junk"), ("act", "inbox")];
    browser.post("/api/v1/mail/act", &form);
    assert_eq!(browser.inbox_ids(), [id]);
    assert!(house.cli_ok(&["trace", "--recipient", BOB]).contains("in Junk"));
}

#[test]
fn a_signature_of_the_senders_domain_vouches_whatever_server_brings_it() {
    let house = House::start();
    far(&house, "v=spf1 -all", "v=DMARC1; p=reject");
    let reply = house.smtp().deliver("lisa@far.test", &[BOB], &signed(&message("genuine"), true));
    assert!(reply.is("250"), "{:?}\n{}", reply.lines, house.log());
    let results = results(&house, "/mail/inbox").remove(0);
    for part in [
        "Authentication-Results: mail.comentum.test;",
        "spf=fail smtp.mailfrom=far.test",
        "dkim=pass header.d=far.test header.s=s1 header.a=ed25519-sha256",
        "dmarc=pass (p=reject) header.from=far.test",
    ] {
        assert!(results.contains(part), "{part} is missing in {results}");
    }
    let mut browser = bob(&house);
    let id = browser.inbox_ids().remove(0);
    let page = browser.get(&format!("/mail/m/{id}")).text();
    assert!(page.contains("far.test signed it, and the signature is genuine."), "{page}");
}

#[test]
fn a_signature_that_another_program_made_is_understood_where_it_is_installed() {
    let house = House::start();
    far(&house, "v=spf1 -all", "v=DMARC1; p=reject");
    let message = message("of another program");
    let Some(field) = asked_of_dkimpy("sign.py", &[], &house, &message) else { return };
    assert!(field.starts_with("DKIM-Signature: "), "{field}");
    let signed = [field.as_bytes(), b"\r\n", message.as_slice()].concat();
    let reply = house.smtp().deliver("lisa@far.test", &[BOB], &signed);
    assert!(reply.is("250"), "{:?}\n{}", reply.lines, house.log());
    let results = results(&house, "/mail/inbox").remove(0);
    assert!(results.contains("dkim=pass header.d=far.test header.s=s1 header.a=ed25519-sha256"), "{results}");
    let changed = String::from_utf8(signed).unwrap().replace("Monday", "Sunday");
    assert!(house.smtp().deliver("lisa@far.test", &[BOB], changed.as_bytes()).is("550 5.7.1"));
}

#[test]
fn one_octet_changed_on_the_way_and_the_signature_is_worth_nothing() {
    let house = House::start();
    far(&house, "v=spf1 -all", "v=DMARC1; p=reject");
    let text = String::from_utf8(signed(&message("changed"), true)).unwrap().replace("Monday", "Sunday");
    assert!(house.smtp().deliver("lisa@far.test", &[BOB], text.as_bytes()).is("550 5.7.1"));
}

#[test]
fn a_signature_over_the_beginning_alone_counts_as_none() {
    let house = House::with(|settings| settings.set("dmarc_reject", "\"junk\""));
    far(&house, "v=spf1 -all", "v=DMARC1; p=reject");
    let mut partial = signed(&message("partial"), false);
    assert!(String::from_utf8_lossy(&partial).contains("l="), "the test signs with a length");
    partial.extend_from_slice(b"And send your password to evil.test.\r\n");
    assert!(house.smtp().deliver("lisa@far.test", &[BOB], &partial).is("250"));
    let results = results(&house, "/mail/junk").remove(0);
    assert!(results.contains("dkim=policy reason=\"only the beginning of the text is signed\""), "{results}");
    assert!(results.contains("dmarc=fail"), "{results}");
}

#[test]
fn results_that_claim_to_be_ours_are_removed_and_all_other_octets_stay() {
    let house = House::start();
    let forged = "Authentication-Results: mail.comentum.test;\r\n\tdmarc=pass header.from=bank.example\r\n";
    let foreign = "Authentication-Results: mx.other.test; spf=pass smtp.mailfrom=far.test\r\n";
    let plain = message("stamped");
    let evil =
        [foreign.as_bytes(), forged.as_bytes(), &plain, b"Authentication-Results: mail.comentum.test; in the text\r\n"]
            .concat();
    assert!(house.smtp().deliver("lisa@far.test", &[BOB], &evil).is("250"));
    let kept = String::from_utf8(house.pop3(BOB).retr(1)).unwrap();
    assert!(kept.starts_with("Return-Path: <lisa@far.test>\r\nReceived: from client.example.test"), "{kept}");
    assert!(!kept.contains("bank.example"), "{kept}");
    let expected = evil.len() - forged.len();
    assert_eq!(&kept.as_bytes()[kept.len() - expected..kept.len() - expected + foreign.len()], foreign.as_bytes());
    assert!(
        kept.ends_with(
            &String::from_utf8([&plain[..], b"Authentication-Results: mail.comentum.test; in the text\r\n"].concat())
                .unwrap()
        )
    );
    let ours = results(&house, "/mail/inbox");
    assert_eq!(ours.iter().filter(|field| field.contains("mail.comentum.test")).count(), 1, "{ours:?}");
}

#[test]
fn while_dns_fails_nothing_passes_and_the_setting_says_what_is_done() {
    let mut house = House::start();
    house.dns.set("far.test", &[Says::Mx(vec![(10, "mx.far.test")]), Says::TxtFails]);
    let reply = house.smtp().deliver("lisa@far.test", &[BOB], &message("later"));
    assert!(reply.is("451 4.4.3"), "{:?}", reply.lines);
    // DMARC cannot be looked up: a signature that is genuine proves nothing about the domain's policy.
    far(&house, "v=spf1 -all", "");
    house.dns.set("_dmarc.far.test", &[Says::ServFail]);
    let reply = house.smtp().deliver("lisa@far.test", &[BOB], &signed(&message("policy"), true));
    assert!(reply.is("451 4.4.3"), "{:?}", reply.lines);
    house.change("dns_failure", "\"accept\"");
    house.dns.set("far.test", &[Says::Mx(vec![(10, "mx.far.test")]), Says::TxtFails]);
    assert!(house.smtp().deliver("lisa@far.test", &[BOB], &message("now")).is("250"));
    let results = results(&house, "/mail/inbox").remove(0);
    assert!(results.contains("spf=temperror") && results.contains("dmarc=temperror"), "{results}");
}

#[test]
fn a_listed_address_is_refused_and_can_still_ask_the_postmaster_why() {
    let house = House::with(|settings| settings.set("dnsbl", "[\"bl.test\"]"));
    house.dns.set("1.0.0.127.bl.test", &[Says::Address(Ipv4Addr::new(127, 0, 0, 2))]);
    let mut smtp = house.smtp();
    smtp.expect("MAIL FROM:<lisa@far.test>", "250");
    let refused = smtp.expect("RCPT TO:<bob@comentum.test>", "550 5.7.1");
    assert!(refused.first().contains("127.0.0.1 is listed by bl.test"), "{:?}", refused.lines);
    smtp.expect("RCPT TO:<postmaster@comentum.test>", "250");
    let said = eventually("the refusal in the trace", || {
        let said = house.cli_ok(&["trace", "--recipient", BOB]);
        said.contains("listed by bl.test").then_some(said)
    });
    assert!(said.contains("lisa@far.test"), "{said}");
    // Asked once, whatever the number of messages.
    for _ in 0..3 {
        let mut again = house.smtp();
        again.expect("MAIL FROM:<lisa@far.test>", "250");
        again.expect("RCPT TO:<bob@comentum.test>", "550 5.7.1");
    }
    assert_eq!(house.dns.asked("A 1.0.0.127.bl.test"), 1);
}

#[test]
fn without_dmarc_spf_says_what_is_junk() {
    let house = House::start();
    far(&house, "v=spf1 ip4:192.0.2.1 -all", "");
    assert!(house.smtp().deliver("lisa@far.test", &[BOB], &message("no policy")).is("250"));
    let mut browser = bob(&house);
    let id = browser.ids_in("/mail/junk").remove(0);
    let page = browser.get(&format!("/mail/m/{id}")).text();
    assert!(page.contains("It came from a server that may not send mail for far.test."), "{page}");
    // The same domain names this server: then it is welcome.
    far(&house, "v=spf1 ip4:127.0.0.0/8 -all", "");
    assert!(house.smtp().deliver("lisa@far.test", &[BOB], &message("from the right server")).is("250"));
    assert_eq!(house.pop3(BOB).stat().0, 1);
}

#[test]
fn for_the_null_sender_the_name_in_the_greeting_counts() {
    let house = House::start();
    house.dns.set("client.example.test", &[Says::Txt("v=spf1 ip4:127.0.0.1 -all".to_owned())]);
    assert!(
        house.smtp().deliver("", &[BOB], &letter("mailer-daemon@client.example.test", BOB, "bounce", "x")).is("250")
    );
    let results = results(&house, "/mail/inbox").remove(0);
    assert!(results.contains("spf=pass smtp.helo=client.example.test"), "{results}");
    // The loopback leads to its name and back without anybody being asked (RFC 6761 §6.3).
    assert!(results.contains("iprev=pass (localhost) policy.iprev=127.0.0.1"), "{results}");
}

#[test]
fn our_own_people_are_not_checked() {
    let house = House::start();
    house.dns.txt("comentum.test", "v=spf1 -all");
    house.dns.txt("_dmarc.comentum.test", "v=DMARC1; p=reject");
    let mut submission = house.submission(crate::harness::CAROL);
    let reply = submission.deliver(crate::harness::CAROL, &[BOB], &letter(crate::harness::CAROL, BOB, "hello", "Bob"));
    assert!(reply.is("250"), "{:?}", reply.lines);
    assert_eq!(results(&house, "/mail/inbox"), [""; 0]);
    assert_eq!(house.dns.asked("TXT comentum.test") + house.dns.asked("TXT _dmarc.comentum.test"), 0);
}

#[test]
fn a_stranger_is_asked_to_come_again_once_and_a_proved_sender_never_twice() {
    let house = House::with(|settings| settings.set("greylist", true).set("greylist_delay", "\"500ms\""));
    far(&house, "v=spf1 ip4:127.0.0.1 -all", "");
    let try_it = |from: &str, to: &str| {
        let mut smtp = house.smtp();
        smtp.expect(&format!("MAIL FROM:<{from}>"), "250");
        smtp.say(&format!("RCPT TO:<{to}>"))
    };
    assert!(try_it("lisa@far.test", BOB).is("451 4.7.1"));
    eventually("the second visit", || try_it("lisa@far.test", BOB).is("250").then_some(()));
    assert!(house.smtp().deliver("lisa@far.test", &[BOB], &message("patient")).is("250"));
    // Its domain has proved itself: another sender of it to another person is no stranger.
    eventually("an acquaintance", || try_it("anna@far.test", crate::harness::CAROL).is("250").then_some(()));
    house.dns.mail_at("new.test", "mx.new.test", Ipv4Addr::LOCALHOST);
    assert!(try_it("eve@new.test", BOB).is("451 4.7.1"));
}

#[test]
fn a_greeting_that_is_not_the_clients_own_is_refused_by_setting() {
    let house = House::with(|settings| settings.set("helo", "\"refuse\""));
    house.dns.set("real.example.test", &[Says::Address(Ipv4Addr::LOCALHOST)]);
    for (name, reply) in [
        ("mail.comentum.test", "550 5.7.1"),
        ("localhost", "550 5.7.1"),
        ("[192.0.2.1]", "550 5.7.1"),
        ("nowhere.example.test", "550 5.7.1"),
        ("[127.0.0.1]", "250"),
        ("real.example.test", "250"),
    ] {
        let mut smtp = crate::harness::Smtp::connect(house.ports.smtp);
        smtp.expect(&format!("EHLO {name}"), "250");
        smtp.expect("MAIL FROM:<lisa@far.test>", "250");
        smtp.expect("RCPT TO:<bob@comentum.test>", reply);
    }
}

//! TLS on the way out: what the operator, a domain's policy or its DNS demands is kept, and nothing goes in the clear
//! that must not.

use crate::harness::dns::Says;
use crate::harness::settings::Settings;
use crate::harness::signed::SignedDns;
use crate::harness::{Authority, BOB, House, Manner, Policies, Remote, eventually, letter, stuffed};
use hickory_proto::rr::rdata::tlsa::{CertUsage, Matching, Selector};
use hickory_proto::rr::rdata::{A, MX, TLSA};
use hickory_proto::rr::{Name, RData};
use std::net::Ipv4Addr;
use std::str::FromStr;
use std::time::Duration;

const ENFORCED: &str = "version: STSv1\nmode: enforce\nmx: mx.far.test\nmax_age: 86400\n";

fn sealed() -> Manner {
    Manner { tls: true, ..Manner::default() }
}

fn house_with(remote: &Remote, change: impl FnOnce(Settings) -> Settings) -> House {
    let port = remote.address.port();
    let house =
        House::with(|settings| change(settings.outbound_port(port).set("retry_schedule", "[\"0\", \"300ms\"]")));
    house.dns.mail_at("far.test", "mx.far.test", Ipv4Addr::LOCALHOST);
    house
}

/// One with a policy for far.test.
fn house_with_policy(remote: &Remote, authority: &Authority, policies: &Policies) -> House {
    let house = house_with(remote, |settings| {
        let port = policies.address.port();
        settings.set("mta_sts_port", port).set("outbound_roots", format!("{:?}", authority.file()))
    });
    house.dns.set("_mta-sts.far.test", &[Says::Txt("v=STSv1; id=1;".into())]);
    house.dns.set("mta-sts.far.test", &[Says::Address(Ipv4Addr::LOCALHOST)]);
    house
}

fn send(house: &House, mail: &str) {
    let mut smtp = house.submission(BOB);
    smtp.expect(&format!("MAIL FROM:<{BOB}> {mail}"), "250");
    smtp.expect("RCPT TO:<friend@far.test>", "250");
    smtp.expect("DATA", "354");
    smtp.raw(&stuffed(&letter(BOB, "friend@far.test", "sealed", "x")));
    assert!(smtp.reply().is("250"), "{}", smtp.transcript());
}

fn waits_because(house: &House, word: &str) {
    eventually(&format!("{word} in the queue"), || house.cli_ok(&["queue", "list"]).contains(word).then_some(()));
}

#[test]
fn an_enforced_policy_is_kept_and_what_was_used_is_written_down() {
    let authority = Authority::new();
    let far = Remote::showing(authority.server("mx.far.test"), vec![sealed()]);
    let policies = Policies::start(authority.server("mta-sts.far.test"), ENFORCED);
    let mut house = house_with_policy(&far, &authority, &policies);
    send(&house, "");
    assert!(far.wait_for(1)[0].tls);
    eventually("its line in the log", || house.log().contains("mta-sts, verified").then_some(()));
    // It is kept, also over a restart and while the record is gone.
    house.restart();
    house.dns.set("_mta-sts.far.test", &[Says::Nothing]);
    send(&house, "");
    far.wait_for(2);
    assert_eq!(policies.asked(), 1);
}

#[test]
fn under_an_enforced_policy_a_wrong_certificate_or_none_stops_the_mail() {
    let authority = Authority::new();
    let policies = Policies::start(authority.server("mta-sts.far.test"), ENFORCED);
    let stranger = Remote::start(vec![sealed()]);
    let house = house_with_policy(&stranger, &authority, &policies);
    send(&house, "");
    waits_because(&house, "encrypted connection could not be made");
    stranger.change(Manner::default());
    waits_because(&house, "does not offer the encryption");
    assert!(stranger.taken().is_empty(), "{}", stranger.transcript());
    // A server that the policy does not name is not even spoken to.
    let connections = stranger.connections();
    house.dns.mail_at("far.test", "evil.test", Ipv4Addr::LOCALHOST);
    waits_because(&house, "does not name this server in its TLS policy");
    std::thread::sleep(Duration::from_millis(500));
    assert!(stranger.connections() <= connections + 1, "{}", stranger.transcript());
    assert!(stranger.taken().is_empty());
}

#[test]
fn a_policy_in_testing_stops_nothing() {
    let authority = Authority::new();
    let testing = ENFORCED.replace("enforce", "testing");
    let policies = Policies::start(authority.server("mta-sts.far.test"), &testing);
    let stranger = Remote::start(vec![sealed()]);
    let house = house_with_policy(&stranger, &authority, &policies);
    send(&house, "");
    assert!(stranger.wait_for(1)[0].tls);
    eventually("what was wrong", || house.log().contains("mta-sts, certificate-not-trusted").then_some(()));
}

#[test]
fn a_policy_that_is_not_shown_by_its_owner_is_none() {
    let authority = Authority::new();
    let policies = Policies::start(Authority::new().server("mta-sts.far.test"), ENFORCED);
    let stranger = Remote::start(vec![Manner::default()]);
    let house = house_with_policy(&stranger, &authority, &policies);
    send(&house, "");
    assert!(!stranger.wait_for(1)[0].tls, "nobody could read a policy: as if there were none");
    assert!(house.log().contains("sts-policy-fetch-error"), "{}", house.log());
}

#[test]
fn the_operator_decides_for_a_destination() {
    let far = Remote::start(vec![Manner::default()]);
    let house = house_with(&far, |settings| settings.set("outbound_tls_policy", "{ \"far.test\" = \"encrypted\" }"));
    send(&house, "");
    waits_because(&house, "does not offer the encryption");
    far.change(sealed());
    assert!(far.wait_for(1)[0].tls, "whoever it is");
    let far = Remote::start(vec![sealed()]);
    let house = house_with(&far, |settings| settings.set("outbound_tls_policy", "{ \"*\" = \"verified\" }"));
    send(&house, "");
    waits_because(&house, "encrypted connection could not be made");
    assert!(far.taken().is_empty());
    let far = Remote::start(vec![sealed()]);
    let house = house_with(&far, |settings| settings.set("outbound_tls_policy", "{ \"far.test\" = \"never\" }"));
    send(&house, "");
    assert!(!far.wait_for(1)[0].tls);
}

#[test]
fn a_message_that_must_stay_sealed_goes_to_a_server_that_promises_it_or_comes_back() {
    let authority = Authority::new();
    let policies = Policies::start(authority.server("mta-sts.far.test"), ENFORCED);
    let promise = Manner { offers: vec!["REQUIRETLS"], ..sealed() };
    let far = Remote::showing(authority.server("mx.far.test"), vec![promise, sealed()]);
    let house = house_with_policy(&far, &authority, &policies);
    let mut smtp = house.smtp();
    smtp.expect("NOOP", "250");
    let requires = |house: &House| {
        // REQUIRETLS is for those who came under TLS themselves (RFC 8689 §4.1).
        let mut smtp = crate::harness::Smtp::connect(house.ports.submission);
        smtp.expect("EHLO client.example.test", "250");
        let mut smtp = smtp.start_tls();
        assert!(smtp.auth(BOB, crate::harness::PASSWORD).is("235"));
        smtp.expect(&format!("MAIL FROM:<{BOB}> REQUIRETLS"), "250");
        smtp.expect("RCPT TO:<friend@far.test>", "250");
        smtp.expect("DATA", "354");
        smtp.raw(&stuffed(&letter(BOB, "friend@far.test", "sealed", "x")));
        assert!(smtp.reply().is("250"), "{}", smtp.transcript());
    };
    requires(&house);
    assert!(far.wait_for(1)[0].mail.ends_with(" REQUIRETLS"), "{}", far.transcript());
    // The second connection does not promise it.
    requires(&house);
    let report = &house.mail_of(BOB, 1)[0];
    assert!(report.contains("Status: 5.7.30"), "{report}");
    // Without a policy nobody knows that it is the right server.
    house.dns.mail_at("other.test", "mx.far.test", Ipv4Addr::LOCALHOST);
    assert_eq!(far.taken().len(), 1);
}

fn name(text: &str) -> Name {
    Name::from_str(&format!("{text}.")).unwrap()
}

/// far.test at mx.far.test, whose certificate is named by `data`.
fn proven(port: u16, data: Vec<u8>) -> SignedDns {
    let tlsa = TLSA::new(CertUsage::DaneEe, Selector::Full, Matching::Raw, data);
    let service = format!("_{port}._tcp.mx.far.test");
    SignedDns::start(vec![
        ("far.test", RData::MX(MX::new(10, name("mx.far.test")))),
        ("mx.far.test", RData::A(A(Ipv4Addr::LOCALHOST))),
        (&service, RData::TLSA(tlsa)),
    ])
}

fn house_with_dane(remote: &Remote, dns: &SignedDns) -> House {
    house_with(remote, |settings| {
        settings
            .set("dns", format!("\"{}\"", dns.address))
            .set("dane", "true")
            .set("dns_trust_anchor", format!("{:?}", dns.anchor()))
    })
}

#[test]
fn dns_that_is_proven_names_the_certificate() {
    let (certificate, server) = Authority::new().certify("mx.far.test");
    let far = Remote::showing(server, vec![sealed()]);
    let dns = proven(far.address.port(), certificate.to_vec());
    let house = house_with_dane(&far, &dns);
    send(&house, "");
    assert!(far.wait_for(1)[0].tls);
    eventually("its line in the log", || house.log().contains("dane, verified").then_some(()));
}

#[test]
fn another_certificate_than_dns_names_stops_the_mail() {
    let (certificate, _) = Authority::new().certify("mx.far.test");
    let stranger = Remote::start(vec![sealed(), Manner::default()]);
    let dns = proven(stranger.address.port(), certificate.to_vec());
    let house = house_with_dane(&stranger, &dns);
    send(&house, "");
    waits_because(&house, "encrypted connection could not be made");
    waits_because(&house, "does not offer the encryption");
    assert!(stranger.taken().is_empty(), "{}", stranger.transcript());
}

#[test]
fn without_a_record_it_is_as_without_dane() {
    let far = Remote::start(vec![sealed()]);
    let dns = SignedDns::start(vec![
        ("far.test", RData::MX(MX::new(10, name("mx.far.test")))),
        ("mx.far.test", RData::A(A(Ipv4Addr::LOCALHOST))),
    ]);
    let house = house_with_dane(&far, &dns);
    send(&house, "");
    assert!(far.wait_for(1)[0].tls);
    eventually("its line in the log", || house.log().contains("opportunistic").then_some(()));
}

#[test]
fn dns_that_is_forged_is_no_answer() {
    let far = Remote::start(vec![sealed()]);
    let dns = proven(far.address.port(), vec![1, 2, 3]);
    let other = SignedDns::start(Vec::new());
    let house = house_with(&far, |settings| {
        settings
            .set("dns", format!("\"{}\"", dns.address))
            .set("dane", "true")
            // Signed by somebody else than we trust.
            .set("dns_trust_anchor", format!("{:?}", other.anchor()))
    });
    send(&house, "");
    waits_because(&house, "cannot be looked up now");
    assert_eq!(far.connections(), 0);
}

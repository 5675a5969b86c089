//! Mail that goes by a smarthost: all of it, or that for one domain; signed in, and never a password in the clear.

use crate::harness::{Authority, BOB, House, Manner, Remote, eventually, letter};
use std::net::Ipv4Addr;

fn house_by(relay: &Remote, authority: &Authority, passwords: &std::path::Path) -> House {
    let house = House::with(|settings| {
        settings
            .set("smarthost", format!("{{ \"*\" = \"relay.test:{}\" }}", relay.address.port()))
            .set("smarthost_passwords", format!("{passwords:?}"))
            .set("outbound_roots", format!("{:?}", authority.file()))
            .set("retry_schedule", "[\"0\", \"300ms\"]")
    });
    house.dns.set("relay.test", &[crate::harness::dns::Says::Address(Ipv4Addr::LOCALHOST)]);
    house
}

fn send(house: &House, to: &[&str]) {
    let reply = house.submission(BOB).deliver(BOB, to, &letter(BOB, to[0], "by the relay", "x"));
    assert!(reply.is("250"), "{:?}", reply.lines);
}

fn passwords() -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "relay.test us@relay.test secret word\n").unwrap();
    file
}

#[test]
fn a_message_for_three_domains_goes_once_signed_in_under_tls() {
    let (authority, file) = (Authority::new(), passwords());
    let manner = Manner { tls: true, offers: vec!["AUTH PLAIN LOGIN"], ..Manner::default() };
    let relay = Remote::showing(authority.server("relay.test"), vec![manner]);
    let house = house_by(&relay, &authority, file.path());
    send(&house, &["a@one.test", "b@two.test", "c@three.test"]);
    let taken = relay.wait_for(1);
    // base64 of NUL user NUL password.
    assert_eq!(taken[0].login.as_deref(), Some("AUTH PLAIN AHVzQHJlbGF5LnRlc3QAc2VjcmV0IHdvcmQ="));
    assert!(taken[0].tls);
    assert_eq!(taken[0].recipients.len(), 3, "{}", relay.transcript());
    assert_eq!(house.dns.asked("MX one.test"), 0);
    assert!(!house.log().contains("secret"));
}

#[test]
fn a_relay_that_cannot_prove_who_it_is_gets_no_password() {
    let (authority, file) = (Authority::new(), passwords());
    let manner = Manner { tls: true, offers: vec!["AUTH PLAIN"], ..Manner::default() };
    let stranger = Remote::start(vec![manner.clone(), Manner { tls: false, ..manner }]);
    let house = house_by(&stranger, &authority, file.path());
    send(&house, &["a@one.test"]);
    eventually("two attempts", || (stranger.connections() >= 2).then_some(()));
    assert!(!stranger.transcript().contains("AUTH PLAIN A"), "{}", stranger.transcript());
    assert!(stranger.taken().is_empty());
    assert!(house.cli_ok(&["queue", "list"]).contains("a@one.test"), "it waits for a better day");
}

#[test]
fn mail_for_people_here_does_not_leave_the_house() {
    let (authority, file) = (Authority::new(), passwords());
    let relay = Remote::start(vec![Manner::default()]);
    let house = house_by(&relay, &authority, file.path());
    send(&house, &[crate::harness::LISA]);
    house.mail_of(crate::harness::LISA, 1);
    assert_eq!(relay.connections(), 0);
}

#[test]
fn a_file_of_passwords_that_cannot_be_read_stops_the_start() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "relay.test\n").unwrap();
    let dir = tempfile::tempdir().unwrap();
    let output = crate::harness::program()
        .args(["serve", "--data"])
        .arg(dir.path())
        .arg("--smarthost-passwords")
        .arg(file.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        output.status.code() == Some(2) && said.contains("smarthost_passwords") && said.contains("line 1"),
        "{said}"
    );
}

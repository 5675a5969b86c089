//! Certificates: the operator's files, read anew when they change, and an ACME authority's.

use crate::harness::{House, Pebble, eventually, tls};
use std::fs;
use std::net::{IpAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Writes a new certificate for `name` to where it belongs. Answers the certificate in DER.
fn put(folder: &Path, name: &str) -> Vec<u8> {
    let made = rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
    let (certificate, key) = files(folder, name);
    fs::write(key, made.signing_key.serialize_pem()).unwrap();
    fs::write(certificate, made.cert.pem()).unwrap();
    made.cert.der().to_vec()
}

fn files(folder: &Path, name: &str) -> (PathBuf, PathBuf) {
    (folder.join(format!("{name}.pem")), folder.join(format!("{name}.key")))
}

#[test]
fn a_new_certificate_is_shown_without_a_restart_and_a_broken_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let first = put(folder.path(), "mail.comentum.test");
    let (certificate, key) = files(folder.path(), "mail.comentum.test");
    let house = House::with(|settings| {
        settings.set("tls_certificate", format!("{certificate:?}")).set("tls_key", format!("{key:?}"))
    });
    let shown = || tls::shown(house.ports.https, "mail.comentum.test");
    assert_eq!(shown(), first);
    let open = crate::harness::Wire::connect(house.ports.submissions).start_tls();
    let mut open = crate::harness::Smtp::over(open);
    assert_eq!(open.reply().code, 220);

    let second = put(folder.path(), "mail.comentum.test");
    eventually("the new certificate", || (shown() == second).then_some(()));
    open.expect("NOOP", "250");

    fs::write(&certificate, "-----BEGIN CERTIFICATE-----\nhalf of i").unwrap();
    eventually("a line about it", || house.log().contains("a new certificate cannot be used").then_some(()));
    assert_eq!(shown(), second, "the one before goes on being shown");
    let line = house.log().lines().find(|line| line.contains("cannot be used")).unwrap().to_owned();
    assert!(line.contains(&certificate.display().to_string()), "{line}");

    let third = put(folder.path(), "mail.comentum.test");
    eventually("the third certificate", || (shown() == third).then_some(()));
    assert_eq!(house.log().matches("a new certificate cannot be used").count(), 1, "said once");
}

#[test]
fn each_host_name_is_shown_its_own_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["mail.comentum.test", "mail.otherisp.test"];
    let shown: Vec<Vec<u8>> = names.iter().map(|name| put(folder.path(), name)).collect();
    let list = |of: fn(&Path, &str) -> PathBuf| {
        let all: Vec<String> = names.iter().map(|name| of(folder.path(), name).display().to_string()).collect();
        format!("{all:?}")
    };
    let house = House::with(|settings| {
        settings
            .set("tls_certificate", list(|folder, name| files(folder, name).0))
            .set("tls_key", list(|folder, name| files(folder, name).1))
    });
    for (name, certificate) in names.iter().zip(&shown) {
        for door in [house.ports.https, house.ports.submissions, house.ports.pop3s] {
            assert_eq!(tls::shown(door, name), *certificate, "{name}");
        }
    }
    assert_eq!(tls::shown(house.ports.https, "somebody.else.test"), shown[0], "the first, for who is not known");
    let said = house.cli_ok(&["tls", "status"]);
    assert!(names.iter().all(|name| said.contains(name)) && said.contains("file"), "{said}");
}

#[test]
fn a_certificate_without_its_key_is_named_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let output = crate::harness::program()
        .args(["serve", "--tls-certificate=a.pem,b.pem", "--tls-key=a.key", "--data"])
        .arg(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("tls_key") && said.lines().count() == 1, "{said}");
}

/// A house and the authority that gives it a certificate, by `challenge`.
fn fetching(challenge: &str) -> Option<(House, Pebble)> {
    let mut house = House::start();
    let IpAddr::V4(own) = house.ports.https.ip() else { panic!("loopback is IPv4 here") };
    house.dns.set("mail.comentum.test", &[crate::harness::dns::Says::Address(own)]);
    let pebble = Pebble::start(house.dns.address, house.ports.http.port(), house.ports.https.port())?;
    let (directory, root) = (pebble.directory(), pebble.root_of_its_server());
    house.change_all(|settings| {
        settings
            .set("acme_domains", "[\"mail.comentum.test\"]")
            .set("acme_directory", format!("{directory:?}"))
            .set("acme_root", format!("{root:?}"))
            .set("acme_contact", "\"chief@comentum.test\"")
            .set("acme_challenge", format!("{challenge:?}"))
    });
    Some((house, pebble))
}

fn fetches_shows_keeps_and_renews(challenge: &str) {
    let Some((mut house, pebble)) = fetching(challenge) else { return };
    let file = house.dir.join("acme/certificate.pem");
    eventually("a certificate", || file.exists().then_some(()));
    let root = pebble.root_of_what_it_issues();
    let vouched = |house: &House| {
        let socket = TcpStream::connect(house.ports.https).unwrap();
        let mut stream = tls::client_trusting(socket, "mail.comentum.test", &root);
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock).ok()?;
        }
        Some(stream.conn.peer_certificates().unwrap()[0].to_vec())
    };
    let first = eventually("a certificate that the authority vouches for", || vouched(&house));
    for name in ["certificate.pem", "account.json"] {
        let mode = fs::metadata(house.dir.join("acme").join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let account = fs::read(house.dir.join("acme/account.json")).unwrap();

    let said = house.cli_ok(&["tls", "renew"]);
    assert!(said.contains("a new certificate was fetched"), "{said}");
    eventually("another one", || vouched(&house).filter(|shown| *shown != first));
    assert_eq!(fs::read(house.dir.join("acme/account.json")).unwrap(), account, "the account is the same");

    house.restart();
    assert!(vouched(&house).is_some(), "kept over a restart");
    let said = house.cli_ok(&["tls", "status"]);
    assert!(said.contains("acme") && said.contains("mail.comentum.test") && !said.contains("failed:"), "{said}");
}

#[test]
fn an_authority_gives_a_certificate_by_tls_alpn_01() {
    fetches_shows_keeps_and_renews("tls-alpn-01");
}

#[test]
fn an_authority_gives_a_certificate_by_http_01() {
    fetches_shows_keeps_and_renews("http-01");
}

#[test]
fn a_name_that_is_not_ours_is_said_and_the_old_certificate_is_shown_further() {
    let Some((house, _pebble)) = fetching("tls-alpn-01") else { return };
    let file = house.dir.join("acme/certificate.pem");
    eventually("a certificate", || file.exists().then_some(()));
    let before = fs::read(&file).unwrap();
    // From now on the name leads somewhere else.
    house.dns.set("mail.comentum.test", &[crate::harness::dns::Says::Address("127.0.0.9".parse().unwrap())]);
    let mut house = house;
    house.change("acme_domains", "[\"mail.comentum.test\", \"mail.otherisp.test\"]");
    eventually("a line about it", || house.log().contains("no certificate could be fetched").then_some(()));
    assert_eq!(fs::read(&file).unwrap(), before);
    let said = house.cli_ok(&["tls", "status"]);
    assert!(said.contains("failed:       1 times") && said.contains("mail."), "{said}");
}

#[test]
fn a_self_signed_certificate_is_made_for_the_names_one_says_and_never_over_another() {
    let mut house = House::start();
    let dir = house.dir.join("made");
    let into = dir.to_str().unwrap().to_owned();
    let said = house.cli_ok(&["tls", "self-signed", "mail.comentum.test", "*.otherisp.test", "--into", &into]);
    // What it prints is what the configuration wants.
    let paths: Vec<&str> = said.lines().map(|line| line.split('"').nth(1).unwrap()).collect();
    assert!(said.starts_with("tls_certificate = ") && paths.len() == 2, "{said}");
    let again = house.cli(&["tls", "self-signed", "other.test", "--into", &into]);
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains("--replace"), "{again:?}");
    assert_eq!(house.cli(&["tls", "self-signed", "not a name", "--into", &into]).status.code(), Some(2));
    house.change_all(|settings| {
        settings.set("tls_certificate", format!("{:?}", paths[0])).set("tls_key", format!("{:?}", paths[1]))
    });
    let status = house.cli_ok(&["tls", "status"]);
    assert!(status.contains("mail.comentum.test,*.otherisp.test"), "{status}");
    house.cli_ok(&["tls", "self-signed", "new.comentum.test", "--into", &into, "--replace"]);
    let status = house.cli_ok(&["tls", "status"]);
    assert!(status.contains("new.comentum.test") && !status.contains("mail.comentum.test"), "{status}");
}

#[test]
fn renewing_without_an_authority_or_a_server_says_what_is_missing() {
    let mut house = House::start();
    let output = house.cli(&["tls", "renew"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("acme_domains"), "{output:?}");
    house.interrupt();
    let output = house.cli(&["tls", "renew", "--acme-domains", "mail.comentum.test"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("no server runs"), "{output:?}");
    let status = house.cli_ok(&["tls", "status"]);
    assert!(status.contains("self-signed"), "{status}");
}

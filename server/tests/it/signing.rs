//! What leaves is signed, with keys that DNS can be told of, and others can check it.

use crate::harness::dns::Says;
use crate::harness::{BOB, House, Manner, Remote, elsewhere, eventually, letter};
use mail_auth::hickory_resolver::TokioResolver;
use mail_auth::hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use mail_auth::hickory_resolver::net::runtime::TokioRuntimeProvider;
use mail_auth::{AuthenticatedMessage, DkimResult, MessageAuthenticator};
use std::io::Write;
use std::net::Ipv4Addr;
use std::process::{Command, Stdio};

fn house_towards(remote: &Remote) -> House {
    let port = remote.address.port();
    let house = House::with(|settings| settings.outbound_port(port).set("dkim_signing", "true"));
    house.dns.mail_at("far.test", "mx.far.test", Ipv4Addr::LOCALHOST);
    house
}

/// `name. IN TXT "a" "b"` of what `domain dns` prints, told to the DNS. Answers the names.
pub fn publish(house: &House, printed: &str) -> Vec<String> {
    let mut names = Vec::new();
    for line in printed.lines().filter(|line| line.contains("._domainkey.")) {
        let (name, text) = line.split_once(". IN TXT ").unwrap();
        let text = text.trim_matches('"').replace("\" \"", "");
        house.dns.set(name, &[Says::Txt(text)]);
        names.push(name.to_owned());
    }
    names
}

/// Another implementation's way of asking our DNS.
pub fn authenticator(house: &House) -> MessageAuthenticator {
    let address = house.dns.address;
    let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
        connection.port = address.port();
        connection
    });
    let server = NameServerConfig::new(address.ip(), true, connections.to_vec());
    let config = ResolverConfig::from_name_servers(vec![server]);
    MessageAuthenticator(TokioResolver::builder_with_config(config, TokioRuntimeProvider::default()).build().unwrap())
}

fn verify(house: &House, message: &[u8]) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let parsed = AuthenticatedMessage::parse(message).unwrap();
        let outputs = authenticator(house).verify_dkim(&parsed).await;
        outputs
            .iter()
            .map(|output| match output.result() {
                DkimResult::Pass => {
                    let signature = output.signature().unwrap();
                    format!("{} {}", signature.a.name(), signature.d)
                }
                other => format!("{other:?}"),
            })
            .collect()
    })
}

#[test]
fn both_signatures_hold_and_what_is_put_in_on_the_way_breaks_them() {
    let far = Remote::start(vec![Manner::default()]);
    let house = house_towards(&far);
    let names = publish(&house, &house.cli_ok(&["domain", "dns", "comentum.test"]));
    assert_eq!(names.len(), 2, "an RSA key and an Ed25519 key: {names:?}");
    let message = letter(BOB, "friend@far.test", "signed", "Yours,\r\n\r\n..  Bob  \r\n\r\n");
    let mut smtp = house.submission(BOB);
    assert!(smtp.deliver(BOB, &["friend@far.test"], &message).is("250"));
    let taken = far.wait_for(1)[0].bytes.clone();
    let mut holds = verify(&house, &taken);
    holds.sort();
    assert_eq!(
        holds,
        ["ed25519-sha256 comentum.test", "rsa-sha256 comentum.test"],
        "{}",
        String::from_utf8_lossy(&taken)
    );
    let text = String::from_utf8_lossy(&taken).into_owned();
    assert!(!text.contains("l="), "no length");
    assert!(!text.contains("Return-Path"));
    // RFC 6376 §8.15: a second one of these is seen.
    for evil in
        ["From: evil@x.test\r\n", "Subject: evil\r\n", "To: evil@x.test\r\n", "Date: x\r\n", "Message-ID: <x>\r\n"]
    {
        let changed = [evil.as_bytes(), &taken].concat();
        assert!(verify(&house, &changed).iter().all(|result| !result.contains("comentum.test")), "{evil}");
    }
    let changed = text.replace("Yours", "Mine");
    assert!(verify(&house, changed.as_bytes()).iter().all(|result| !result.contains("comentum.test")));
    dkimpy(&names, &house, &taken);
    opendkim(&house, &taken);
}

/// And another's, which asks DNS itself.
fn opendkim(house: &House, message: &[u8]) {
    let pid = std::process::id();
    let own = Ipv4Addr::new(127, 128 + (pid >> 16) as u8 % 64, (pid >> 8) as u8, (pid as u8).max(1));
    let folder = tempfile::tempdir().unwrap();
    let checks = |message: &[u8]| {
        let file = folder.path().join("message.eml");
        std::fs::write(&file, message).unwrap();
        let mut command = elsewhere::asking(own, folder.path(), &["opendkim-testmsg", "-C"])?;
        Some(command.stdin(std::fs::File::open(file).unwrap()).output().unwrap())
    };
    if !std::path::Path::new("/usr/sbin/opendkim-testmsg").is_file() {
        println!("skipped: opendkim-testmsg is not there; `cargo xtask test` installs it");
        return;
    }
    // The first signature is what it looks at: the RSA one, which is the one it knows.
    house.dns.also_at(own);
    let Some(genuine) = checks(message) else { return };
    assert!(genuine.status.success(), "{}", String::from_utf8_lossy(&genuine.stderr));
    let changed = String::from_utf8_lossy(message).replace("Yours", "Mine");
    assert!(!checks(changed.as_bytes()).unwrap().status.success(), "it would say yes to anything");
}

fn dkimpy(names: &[String], house: &House, message: &[u8]) {
    if let Some(said) = asked_of_dkimpy("verify.py", names, house, message) {
        assert_eq!(said, "True True");
    }
}

/// Another implementation's word, where it is there.
pub fn asked_of_dkimpy(script: &str, names: &[String], house: &House, message: &[u8]) -> Option<String> {
    let Some(python) = ["python3", "/usr/bin/python3"].into_iter().find(|python| {
        let there = Command::new(python).args(["-c", "import dkim, nacl"]).stderr(Stdio::null()).status();
        there.is_ok_and(|status| status.success())
    }) else {
        println!("skipped: Python's dkim module is not there; `cargo xtask test` installs it");
        return None;
    };
    let records: String = names.iter().map(|name| format!("{name} {}\n", house.dns.text(name).unwrap())).collect();
    let script = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/python").join(script);
    let mut child = Command::new(python)
        .arg(script)
        .env("RECORDS", records)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(message).unwrap();
    let output = child.wait_with_output().unwrap();
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[test]
fn only_our_own_names_are_signed_for() {
    let far = Remote::start(vec![Manner::default()]);
    let house = house_towards(&far);
    let mut smtp = house.submission(BOB);
    let foreign = letter("boss@elsewhere.test", "friend@far.test", "for the boss", "x");
    assert!(smtp.deliver(BOB, &["friend@far.test"], &foreign).is("250"));
    let text = String::from_utf8_lossy(&far.wait_for(1)[0].bytes).into_owned();
    assert!(!text.contains("DKIM-Signature"), "{text}");
}

#[test]
fn new_keys_wait_until_dns_knows_them() {
    let house = House::with(|settings| settings.set("dkim_signing", "true"));
    let list = || house.cli_ok(&["domain", "dkim", "list", "comentum.test"]);
    assert_eq!(list().matches("signs  ").count(), 2, "{}", list());
    let said = house.cli_ok(&["domain", "dkim", "rotate", "comentum.test"]);
    assert_eq!(said.matches("._domainkey.comentum.test. IN TXT").count(), 4, "old and new: {said}");
    assert_eq!(list().matches("signs from").count(), 2, "{}", list());
    house.cli_ok(&["domain", "dkim", "rotate", "comentum.test", "--now"]);
    assert!(list().contains("retired"), "{}", list());
}

#[test]
fn what_dns_says_is_held_against_what_it_should() {
    let house = House::with(|settings| settings.set("dkim_signing", "true"));
    let check = || {
        let output = house.cli(&["domain", "dns", "comentum.test", "--check"]);
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (fine, said) = check();
    assert!(!fine && said.contains("; DNS: missing") && said.contains("v=spf1 mx -all"), "{said}");
    publish(&house, &said);
    let spf = Says::Txt("v=spf1 mx -all".into());
    house.dns.set("comentum.test", &[Says::Mx(vec![(5, "mail.comentum.test")]), spf]);
    for line in said.lines().filter(|line| line.starts_with('_')) {
        let (name, text) = line.split_once(". IN TXT ").unwrap();
        house.dns.set(name, &[Says::Txt(text.trim_matches('"').to_owned())]);
    }
    // A question that DNS did not answer in time is no verdict: it is asked again.
    let said = eventually("what DNS should say", || {
        let (fine, said) = check();
        assert!(!said.contains("missing"), "{said}");
        fine.then_some(said)
    });
    assert!(!said.contains("does not answer"), "{said}");
}

//! ValiMail's ARC suite for signing, whole: the same key, the same time, and the same signatures come out.

use super::*;
use crate::inbound::checks::arc::suite::nodes::{self, Node};
use rsa::pkcs1::DecodeRsaPrivateKey;
use rsa::{Pkcs1v15Sign, RsaPrivateKey};

const SIGNING: usize = 17;
/// RFC 8017 §9.2: what says that a hash is SHA-256.
const SHA_256: [u8; 19] =
    [0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20];

/// With the suite's key, which is too short for the library that signs for us.
fn signer(pem: &str) -> impl Fn(&[u8]) -> Result<Vec<u8>, String> {
    let text: String = pem.lines().filter(|line| !line.starts_with("-----")).map(str::trim).collect();
    let key = RsaPrivateKey::from_pkcs1_der(&STANDARD.decode(text).unwrap()).unwrap();
    move |bytes| {
        let hash = ring::digest::digest(&ring::digest::SHA256, bytes);
        let scheme = Pkcs1v15Sign { hash_len: Some(32), prefix: SHA_256.into() };
        key.sign(scheme, hash.as_ref()).map_err(|error| error.to_string())
    }
}

/// The results of `server` that stand in the message, together.
fn results_of(message: &Message<'_>, server: &str) -> String {
    let ours =
        message.0.headers.iter().filter(|(name, _)| is(name, "Authentication-Results")).filter_map(|(_, value)| {
            let (by, found) = std::str::from_utf8(value).unwrap().trim().split_once(';')?;
            (by == server).then_some(found.trim())
        });
    format!("{server}; {}", ours.collect::<Vec<_>>().join(";\r\n "))
}

/// A field's value without a difference that relaxed reading does not see.
fn plain(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn tags(value: &str) -> Vec<(String, String)> {
    let tight = |text: &str| text.chars().filter(|char| !char.is_whitespace()).collect::<String>();
    let mut tags: Vec<_> = value
        .split(';')
        .filter_map(|tag| tag.split_once('='))
        .map(|(name, value)| (tight(name), tight(value)))
        .collect();
    tags.sort();
    tags
}

fn behind<'a>(field: &'a str, name: &str) -> &'a str {
    field.strip_prefix(name).unwrap().strip_prefix(':').unwrap()
}

fn check(document: &Node, test: &Node) -> Result<(), String> {
    let raw = test.text("message").replace('\n', "\r\n");
    let message = Message::read(raw.as_bytes()).unwrap();
    let results = results_of(&message, test.text("srv-id"));
    let found = results.split(';').find_map(|part| Chain::of(part.trim().strip_prefix("arc=")?));
    let names: Vec<&str> = test.text("sig-headers").split(':').collect();
    let chain = found.unwrap_or(Chain::Fail);
    let Some(instance) = message.next_instance(chain) else {
        return if test.text("AS").trim().is_empty() { Ok(()) } else { Err("no set was written".to_owned()) };
    };
    let seal = Seal {
        instance,
        chain,
        results: &results,
        names: &names,
        domain: document.text("domain"),
        selector: document.text("sel"),
        at: test.text("t").parse().unwrap(),
        line: 1_000,
    };
    let written = seal.write(&message, signer(document.text("privatekey")))?;
    let same = |name: &str, ours: &str, theirs: &str| match tags(behind(ours, name)) == tags(theirs) {
        true => Ok(()),
        false => Err(format!("{name} is\n{ours}instead of\n{theirs}")),
    };
    same(SIGNATURE, &written.signature, test.text("AMS"))?;
    match plain(behind(&written.results, RESULTS)) == plain(test.text("AAR")) {
        true => {}
        false => return Err(format!("{RESULTS} is\n{}instead of\n{}", written.results, test.text("AAR"))),
    }
    same(SEAL, &written.seal, test.text("AS"))
}

#[test]
fn every_set_of_the_suite_is_written_as_it_should_be() {
    let Some(documents) = nodes::documents("arc-sign-tests.yml") else { return };
    let (mut passed, mut complaints) = (0, Vec::new());
    for document in &documents {
        for (name, test) in document.get("tests").unwrap().entries() {
            match check(document, test) {
                Ok(()) => passed += 1,
                Err(why) => complaints.push(format!("{name}: {why}")),
            }
        }
    }
    println!("ARC signing suite: {passed} of {} passed", passed + complaints.len());
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    assert_eq!(passed, SIGNING, "all of the suite was read");
}

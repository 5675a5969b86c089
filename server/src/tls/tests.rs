//! Certificates as an operator meets them.

use super::*;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

fn put(dir: &Path, file: &str, names: &[&str]) -> (PathBuf, PathBuf) {
    let made = rcgen::generate_simple_self_signed(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
    let made = made.unwrap();
    let (certificate, key) = (dir.join(format!("{file}.pem")), dir.join(format!("{file}.key")));
    fs::write(&certificate, made.cert.pem()).unwrap();
    fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    (certificate, key)
}

fn with(pairs: &[(PathBuf, PathBuf)], data: &Path) -> Config {
    let (tls_certificate, tls_key) = pairs.iter().cloned().unzip();
    Config { tls_certificate, tls_key, data: data.to_owned(), ..Config::default() }
}

#[test]
fn a_certificate_is_made_once_and_its_key_is_for_the_owner_only() {
    let dir = tempfile::tempdir().unwrap();
    let config = Config { data: dir.path().to_owned(), ..Config::default() };
    Tls::new(&config).unwrap();
    let key = dir.path().join("tls/key.pem");
    assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    let before = fs::read(&key).unwrap();
    Tls::new(&config).unwrap();
    assert_eq!(fs::read(&key).unwrap(), before);
}

#[test]
fn a_certificate_that_is_not_one_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("bad.pem");
    fs::write(&file, "nothing").unwrap();
    let config = with(&[(file.clone(), file)], dir.path());
    assert!(Tls::new(&config).err().unwrap().to_string().contains("bad.pem"));
}

#[test]
fn a_key_of_another_certificate_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (certificate, _) = put(dir.path(), "one", &["one.test"]);
    let (_, key) = put(dir.path(), "two", &["two.test"]);
    assert!(Pair::read(&certificate, &key).err().unwrap().to_string().contains("one.pem"));
}

#[test]
fn each_host_is_shown_its_own_certificate_and_a_stranger_the_first() {
    let dir = tempfile::tempdir().unwrap();
    let pairs = [put(dir.path(), "one", &["mail.one.test", "*.one.test"]), put(dir.path(), "two", &["Mail.Two.test"])];
    let sources = Sources::new(&with(&pairs, dir.path()));
    let read = sources.read().unwrap();
    assert_eq!(read[0].names, ["mail.one.test", "*.one.test"]);
    for (name, first) in [
        ("mail.one.test", true),
        ("pop.one.test", true),
        ("a.b.one.test", false),
        ("one.test", false),
        (".one.test", false),
    ] {
        assert_eq!(read[0].is_for(name), first, "{name}");
    }
    assert!(read[1].is_for("MAIL.two.TEST"));
    assert!(!dir.path().join("tls").exists(), "none of our own is made beside the operator's");
}

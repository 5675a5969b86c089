//! SCRAM-SHA-256 (RFC 7677) on the real program: no password travels, and each side proves that it knows it.

use crate::harness::{BOB, House, PASSWORD, Pop3, Smtp};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::{digest, hmac, pbkdf2};
use std::num::NonZeroU32;

const NONCE: &str = "rOprNGfwEbeRWgbNEkqO";

fn first(user: &str) -> String {
    STANDARD.encode(format!("n,,n={user},r={NONCE}"))
}

/// The client's last word, and what the server has to prove itself with.
fn last(user: &str, password: &str, challenge: &str) -> (String, String) {
    let challenge = String::from_utf8(STANDARD.decode(challenge).unwrap()).unwrap();
    let field = |name: &str| challenge.split(',').find_map(|field| field.strip_prefix(name)).unwrap().to_owned();
    let (nonce, salt, rounds) = (field("r="), STANDARD.decode(field("s=")).unwrap(), field("i="));
    assert!(nonce.starts_with(NONCE) && nonce.len() > NONCE.len(), "{challenge}");
    let rounds: u32 = rounds.parse().unwrap();
    assert!(rounds >= 4096);
    let mut salted = [0; 32];
    let rounds = NonZeroU32::new(rounds).unwrap();
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, rounds, &salt, password.as_bytes(), &mut salted);
    let by = |key: &[u8], text: &str| hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes());
    let without_proof = format!("c=biws,r={nonce}");
    let auth = format!("n={user},r={NONCE},{challenge},{without_proof}");
    let client = by(&salted, "Client Key");
    let stored = digest::digest(&digest::SHA256, client.as_ref());
    let proof: Vec<u8> =
        client.as_ref().iter().zip(by(stored.as_ref(), &auth).as_ref()).map(|(key, sign)| key ^ sign).collect();
    let servers = by(by(&salted, "Server Key").as_ref(), &auth);
    let last = STANDARD.encode(format!("{without_proof},p={}", STANDARD.encode(proof)));
    (last, STANDARD.encode(format!("v={}", STANDARD.encode(servers))))
}

fn sends(house: &House, user: &str, password: &str) -> bool {
    let mut smtp = Smtp::connect(house.ports.submission);
    assert!(smtp.say("EHLO client.example.test").lines.iter().any(|line| line.contains("SCRAM-SHA-256")));
    let asked = smtp.say(&format!("AUTH SCRAM-SHA-256 {}", first(user)));
    assert!(asked.is("334 "), "{:?}", asked.lines);
    let (answer, servers_proof) = last(user, password, &asked.lines[0][4..]);
    let judged = smtp.say(&answer);
    if judged.is("535 5.7.8") {
        return false;
    }
    assert_eq!(judged.lines[0], format!("334 {servers_proof}"), "the server knows it too");
    smtp.expect("", "235");
    smtp.expect(&format!("MAIL FROM:<{BOB}>"), "250");
    true
}

fn collects(house: &House, user: &str, password: &str) -> bool {
    let mut pop3 = Pop3::connect(house.ports.pop3);
    assert!(pop3.listing("CAPA").iter().any(|line| line.starts_with("SASL ") && line.contains("SCRAM-SHA-256")));
    let asked = pop3.say(&format!("AUTH SCRAM-SHA-256 {}", first(user)));
    let (answer, servers_proof) = last(user, password, asked.strip_prefix("+ ").expect("a challenge"));
    let judged = pop3.say(&answer);
    if judged.starts_with("-ERR") {
        return false;
    }
    assert_eq!(judged, format!("+ {servers_proof}"));
    pop3.ok("");
    pop3.stat();
    pop3.quit();
    true
}

#[test]
fn a_password_is_proved_at_both_doors_and_a_wrong_one_is_not() {
    let house = House::start();
    assert!(sends(&house, BOB, PASSWORD) && collects(&house, BOB, PASSWORD));
    assert!(!sends(&house, BOB, "wrong") && !collects(&house, BOB, "wrong"));
    assert!(!sends(&house, "nobody@comentum.test", PASSWORD), "asked like somebody, and refused");
    house.cli_ok(&["account", "suspend", BOB]);
    assert!(!sends(&house, BOB, PASSWORD));
}

#[test]
fn a_new_password_is_proved_from_then_on_and_the_old_one_no_more() {
    let house = House::start();
    let output = house.cli_with(&["account", "password", BOB, "--password-stdin"], "battery staple horse");
    assert!(output.status.success());
    assert!(sends(&house, BOB, "battery staple horse") && !sends(&house, BOB, PASSWORD));
}

#[test]
fn a_programs_own_password_is_proved_too() {
    let house = House::start();
    let said = house.cli_ok(&["account", "device", "add", BOB, "laptop"]);
    let laptop = said.lines().find_map(|line| line.strip_prefix("password: ")).unwrap().to_owned();
    assert!(sends(&house, BOB, &laptop) && collects(&house, BOB, &laptop) && sends(&house, BOB, PASSWORD));
    house.cli_ok(&["account", "device", "revoke", BOB, "laptop"]);
    assert!(!sends(&house, BOB, &laptop) && !collects(&house, BOB, &laptop));
    assert!(house.log().contains("program=\"laptop\""), "the log says whose it was");
}

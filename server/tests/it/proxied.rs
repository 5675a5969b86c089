//! Behind a proxy: the client is who the proxy says, and only a proxy that the operator named is believed.

use crate::harness::wire::Wire;
use crate::harness::{BOB, House, PASSWORD, Pop3, Smtp, letter};
use std::net::SocketAddr;

fn behind_proxies() -> House {
    House::with(|settings| settings.set("proxy_protocol_from", "[\"127.0.0.0/8\"]").set("connections_per_peer", 2))
}

/// Connects as a proxy does: first the header, then the client's conversation.
fn through(door: SocketAddr, header: &[u8]) -> Wire {
    let mut wire = Wire::connect(door);
    wire.raw(header);
    wire
}

fn v1(client: &str) -> Vec<u8> {
    format!("PROXY TCP4 {client} 198.51.100.25 40000 25\r\n").into_bytes()
}

/// Version 2 over IPv6, with a TLV behind the addresses.
fn v2() -> Vec<u8> {
    let address = |text: &str| text.parse::<std::net::Ipv6Addr>().unwrap().octets();
    let rest =
        [address("2001:db8::77").as_slice(), &address("2001:db8::25"), &[0x9C, 0x40, 0, 25], &[0x02, 0, 4], b"mail"]
            .concat();
    let length = u16::try_from(rest.len()).unwrap().to_be_bytes();
    [b"\r\n\r\n\0\r\nQUIT\n\x21\x21".as_slice(), &length, &rest].concat()
}

fn deliver(door: SocketAddr, header: &[u8], subject: &str) {
    let mut smtp = Smtp::over(through(door, header));
    assert!(smtp.reply().is("220"), "{}", smtp.transcript());
    smtp.expect("EHLO client.example.test", "250");
    assert!(smtp.deliver("lisa@far.test", &[BOB], &letter("lisa@far.test", BOB, subject, "x")).is("250"));
    smtp.quit();
}

#[test]
fn received_names_the_client_that_the_proxy_names() {
    let mut house = behind_proxies();
    deliver(house.ports.smtp, &v1("192.0.2.77"), "by version 1");
    deliver(house.ports.smtp, &v2(), "by version 2");
    deliver(house.ports.smtp, b"PROXY UNKNOWN\r\n", "by the proxy itself");
    // POP3 has to come through it as well; without it, the mail can be collected by anybody again.
    let mut pop3 = through(house.ports.pop3, &v1("192.0.2.77"));
    assert!(pop3.text().starts_with("+OK"));
    house.change("proxy_protocol_from", "[]");
    let mail: Vec<String> =
        house.pop3(BOB).all().iter().map(|mail| String::from_utf8_lossy(mail).into_owned()).collect();
    for (text, client) in mail.iter().zip(["([192.0.2.77])", "([IPv6:2001:db8::77])", "([127."]) {
        assert!(text.contains(client), "{client} is not in\n{text}");
    }
}

#[test]
fn limits_count_the_clients_and_not_the_proxy() {
    let house = behind_proxies();
    let connect = |client: &str| {
        let mut smtp = Smtp::over(through(house.ports.smtp, &v1(client)));
        (smtp.try_reply().map(|reply| reply.code), smtp)
    };
    let mut held: Vec<_> = (1..=6).map(|last| connect(&format!("192.0.2.{last}"))).collect();
    assert!(held.iter().all(|(code, _)| *code == Some(220)), "six clients, one proxy");
    let (second, _kept) = connect("192.0.2.1");
    let (third, _kept_too) = connect("192.0.2.1");
    assert_eq!((second, third), (Some(220), Some(220)));
    assert_eq!(held[0].1.reply().code, 421, "the first of that client made room for the third");
    held[1].1.expect("NOOP", "250");
}

#[test]
fn a_proxy_that_says_something_else_or_nothing_is_not_let_in() {
    let house = behind_proxies();
    for header in [
        &b"EHLO client.example.test\r\n"[..],
        b"PROXY TCP4 192.0.2.300 198.51.100.25 40000 25\r\n",
        b"PROXY TCP4 192.0.2.7 198.51.100.25 40000 25\nEHLO x\r\n",
        b"\r\n\r\n\0\r\nQUIT\n\x31\x11\0\0",
    ] {
        let mut wire = through(house.ports.smtp, header);
        assert!(wire.is_closed(), "{}", wire.transcript());
    }
    // Silence has an end, and does not keep the next one waiting.
    let mut silent = Wire::connect(house.ports.smtp);
    let mut half = through(house.ports.smtp, b"PROXY TCP4 192.0.2.7");
    deliver(house.ports.smtp, &v1("192.0.2.8"), "meanwhile");
    assert!(silent.is_closed() && half.is_closed());
    assert!(house.log().contains("not-introduced"));
}

#[test]
fn from_everybody_else_a_header_is_a_wrong_command() {
    let house = House::with(|settings| settings.set("proxy_protocol_from", "\"203.0.113.7\""));
    let mut smtp = Smtp::connect(house.ports.smtp);
    smtp.expect("PROXY TCP4 192.0.2.77 198.51.100.25 40000 25", "500");
    smtp.expect("EHLO client.example.test", "250");
    assert!(smtp.deliver("lisa@far.test", &[BOB], &letter("lisa@far.test", BOB, "as itself", "x")).is("250"));
    let mail = String::from_utf8_lossy(&Pop3::sign_in(house.ports.pop3, BOB, PASSWORD).retr(1)).into_owned();
    assert!(!mail.contains("192.0.2.77") && mail.contains("([127."), "{mail}");
}

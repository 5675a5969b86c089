//! The header a server adds and reads: Received, Return-Path (RFC 5321 §4.4).

use crate::Domain;
use crate::date;
use crate::envelope::{ForwardPath, Greeting, ReversePath};
use crate::message::header;
use std::fmt::Write;
use std::net::IpAddr;
use std::time::SystemTime;

/// What one Received field says.
pub struct Received<'a> {
    /// None: from the webmail.
    pub greeting: Option<&'a Greeting>,
    pub peer: Option<IpAddr>,
    pub by: &'a Domain,
    /// `ESMTP`, `ESMTPS`, `ESMTPA`, `ESMTPSA`, `SMTP`, `HTTP` (RFC 3848).
    pub with: &'a str,
    pub id: &'a str,
    /// Named only when it is the one recipient.
    pub recipient: Option<&'a ForwardPath>,
    pub at: SystemTime,
}

impl Received<'_> {
    /// A folded header field, ending in CRLF.
    pub fn write(&self) -> String {
        let mut field = String::from("Received: ");
        // RFC 5321 §4.4: what the client called itself is a claim; the address beside it is what we saw.
        let claimed = match self.greeting {
            Some(Greeting::Domain(domain)) => Some(domain.as_str().to_owned()),
            Some(Greeting::Literal(literal)) => Some(token(literal)),
            None => None,
        };
        let seen = self.peer.map(|peer| match peer.to_canonical() {
            IpAddr::V4(ip) => format!("[{ip}]"),
            IpAddr::V6(ip) => format!("[IPv6:{ip}]"),
        });
        let from = match (claimed, seen) {
            (Some(claimed), Some(seen)) => Some(format!("{claimed} ({seen})")),
            (Some(only), None) | (None, Some(only)) => Some(only),
            (None, None) => None,
        };
        if let Some(from) = from {
            let _ = write!(field, "from {from}\r\n\t");
        }
        let _ = write!(field, "by {} with {} id {}", self.by, token(self.with), token(self.id));
        match self.recipient {
            Some(ForwardPath::Address(address)) => {
                let _ = write!(field, "\r\n\tfor <{address}>");
            }
            Some(ForwardPath::Postmaster) => field.push_str("\r\n\tfor <postmaster>"),
            None => {}
        }
        let _ = write!(field, ";\r\n\t{}\r\n", date::rfc5322(self.at));
        field
    }
}

/// Nothing that could end a line, a comment or a clause: the greeting's literal is the client's text.
fn token(text: &str) -> String {
    text.chars().filter(|char| char.is_ascii_graphic() && !"()<>;\\\"".contains(*char)).take(255).collect()
}

/// The Return-Path field of final delivery (RFC 5321 §4.4), ending in CRLF.
pub fn return_path(path: &ReversePath) -> String {
    match path {
        ReversePath::Null => "Return-Path: <>\r\n".to_owned(),
        ReversePath::Address(address) => format!("Return-Path: <{address}>\r\n"),
    }
}

/// Received fields in the header: a message with 100 or more goes round (RFC 5321 §6.3). Stops at the end of the header.
pub fn hops(raw: &[u8]) -> usize {
    header::fields(raw).filter(|field| field.is("Received")).count()
}

/// Which of the fields every message must have are missing: (Date, Message-ID, From).
pub fn missing_fields(raw: &[u8]) -> Missing {
    let mut missing = Missing { date: true, message_id: true, from: true };
    for field in header::fields(raw) {
        missing.date &= !field.is("Date");
        missing.message_id &= !field.is("Message-ID");
        missing.from &= !field.is("From");
        if missing == Missing::default() {
            break;
        }
    }
    missing
}

/// True: the field is not in the header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Missing {
    pub date: bool,
    pub message_id: bool,
    pub from: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Address;
    use std::time::{Duration, UNIX_EPOCH};

    fn domain(text: &str) -> Domain {
        Domain::parse(text).unwrap()
    }

    #[test]
    fn received_tells_who_by_what_and_for_whom() {
        let by = domain("mx.comentum.test");
        let greeting = Greeting::Domain(domain("out.otherisp.test"));
        let recipient = ForwardPath::Address(Address::parse("bob@comentum.test").unwrap());
        let received = Received {
            greeting: Some(&greeting),
            peer: Some("192.0.2.7".parse().unwrap()),
            by: &by,
            with: "ESMTPS",
            id: "a1b2",
            recipient: Some(&recipient),
            at: UNIX_EPOCH + Duration::from_secs(86_400),
        };
        assert_eq!(
            received.write(),
            "Received: from out.otherisp.test ([192.0.2.7])\r\n\tby mx.comentum.test with ESMTPS id a1b2\r\n\t\
             for <bob@comentum.test>;\r\n\tFri, 2 Jan 1970 00:00:00 +0000\r\n"
        );
        let webmail = Received { greeting: None, peer: None, with: "HTTP", recipient: None, ..received };
        assert_eq!(
            webmail.write(),
            "Received: by mx.comentum.test with HTTP id a1b2;\r\n\tFri, 2 Jan 1970 00:00:00 +0000\r\n"
        );
    }

    #[test]
    fn an_ipv6_peer_is_tagged_and_a_mapped_one_is_ipv4() {
        let by = domain("mx.test");
        let mut received = Received {
            greeting: None,
            peer: Some("2001:db8::1".parse().unwrap()),
            by: &by,
            with: "ESMTP",
            id: "x",
            recipient: Some(&ForwardPath::Postmaster),
            at: UNIX_EPOCH,
        };
        assert!(received.write().starts_with("Received: from [IPv6:2001:db8::1]\r\n\tby"));
        assert!(received.write().contains("for <postmaster>;"));
        received.peer = Some("::ffff:192.0.2.1".parse().unwrap());
        assert!(received.write().starts_with("Received: from [192.0.2.1]\r\n"));
    }

    #[test]
    fn a_greeting_cannot_write_a_second_field() {
        let by = domain("mx.test");
        let greeting = Greeting::Literal("[192.0.2.1]\r\nX-Evil: 1 (a)".to_owned());
        let received = Received {
            greeting: Some(&greeting),
            peer: None,
            by: &by,
            with: "ESMTP",
            id: "1\r\n\r\nbody",
            recipient: None,
            at: UNIX_EPOCH,
        };
        for line in received.write().split("\r\n").skip(1) {
            assert!(line.is_empty() || line.starts_with('\t'), "{line:?}");
        }
    }

    #[test]
    fn the_return_path_of_a_bounce_is_empty() {
        assert_eq!(return_path(&ReversePath::Null), "Return-Path: <>\r\n");
        let anna = ReversePath::Address(Address::parse("anna@x.test").unwrap());
        assert_eq!(return_path(&anna), "Return-Path: <anna@x.test>\r\n");
    }

    #[test]
    fn hops_are_counted_in_the_header_only() {
        let raw = b"Received: a\r\n\tb\r\nreceived : c\r\nX-Received: d\r\nSubject: x\r\n\r\nReceived: body\r\n";
        assert_eq!(hops(raw), 2);
        assert_eq!(hops(b""), 0);
        assert_eq!(hops("Received: x\r\n".repeat(150).as_bytes()), 150);
    }

    #[test]
    fn missing_fields_are_named() {
        assert_eq!(missing_fields(b""), Missing { date: true, message_id: true, from: true });
        assert_eq!(missing_fields(b"DATE: x\r\nMessage-Id: <a>\r\nFrom: b\r\n\r\n"), Missing::default());
        let in_body = missing_fields(b"From: b\r\n\r\nDate: x\r\n");
        assert_eq!(in_body, Missing { date: true, message_id: true, from: false });
    }
}

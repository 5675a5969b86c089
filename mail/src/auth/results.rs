//! Authentication-Results (RFC 8601): what we found, for those who read the message after us; and the fields of that
//! name that only pretend to be ours.

use super::dkim::Signature;
use super::dmarc::DmarcResult;
use super::findings::{Findings, token};
use super::iprev::Iprev;
use super::spf::Identity;
use crate::Domain;
use crate::message::header;
use std::net::IpAddr;
use std::ops::Range;

const NAME: &str = "Authentication-Results";

/// The field, folded, ending in CRLF.
pub fn write(findings: &Findings, authserv_id: &Domain, peer: IpAddr) -> String {
    let mut results: Vec<String> = Vec::new();
    if let Some(iprev) = &findings.iprev {
        let name = if let Iprev::Pass(name) = iprev { format!(" ({})", token(name)) } else { String::new() };
        results.push(format!("iprev={}{name} policy.iprev={}", iprev.word(), address(peer)));
    }
    if let Some(spf) = &findings.spf {
        let property = match spf.identity {
            Identity::MailFrom => "smtp.mailfrom",
            Identity::Helo => "smtp.helo",
        };
        results.push(format!("spf={}{}", spf.result, property_of(property, &spf.domain)));
    }
    match &findings.dkim {
        Some(signatures) if signatures.is_empty() => results.push("dkim=none".to_owned()),
        Some(signatures) => results.extend(signatures.iter().map(dkim)),
        None => {}
    }
    if let Some(dmarc) = &findings.dmarc {
        let policy = match dmarc.result {
            DmarcResult::Pass | DmarcResult::Fail => format!(" (p={})", dmarc.policy.word()),
            _ => String::new(),
        };
        results.push(format!("dmarc={}{policy}{}", dmarc.result.word(), property_of("header.from", &dmarc.domain)));
    }
    if let Some(arc) = &findings.arc {
        results.push(format!("arc={}", arc.word()));
    }
    if results.is_empty() {
        // RFC 8601 §2.2: nothing was asked.
        results.push("none".to_owned());
    }
    format!("{NAME}: {authserv_id};\r\n\t{}\r\n", results.join(";\r\n\t"))
}

fn dkim(signature: &Signature) -> String {
    let reason = signature.result.fault().map(|fault| format!(" reason=\"{}\"", fault.words())).unwrap_or_default();
    let domain = property_of("header.d", &signature.domain);
    let selector = property_of("header.s", &signature.selector);
    let algorithm = property_of("header.a", &signature.algorithm);
    format!("dkim={}{reason}{domain}{selector}{algorithm}", signature.result)
}

/// Nothing when there is no value: the grammar wants one.
fn property_of(name: &str, value: &str) -> String {
    let value = token(value);
    if value.is_empty() { String::new() } else { format!(" {name}={value}") }
}

/// RFC 8601 §2.2 pvalue: IPv6 has colons, and is quoted.
fn address(peer: IpAddr) -> String {
    match peer.to_canonical() {
        IpAddr::V4(four) => four.to_string(),
        IpAddr::V6(six) => format!("\"{six}\""),
    }
}

/// Where fields stand that claim to be ours (RFC 8601 §5): they go before anybody reads them. In order, in octets from
/// the start of `raw`.
pub fn forged(raw: &[u8], authserv_id: &Domain) -> Vec<Range<usize>> {
    let start = raw.as_ptr().addr();
    header::fields(raw)
        .filter(|field| field.is(NAME) && claims(field.value, authserv_id.as_str()))
        .map(|field| {
            let value = field.value.as_ptr().addr() - start;
            field.begins_at() - start..value + field.value.len()
        })
        .collect()
}

/// Whether a value begins with this authserv-id, whatever comments and quotes stand about it (RFC 8601 §2.2).
fn claims(value: &[u8], authserv_id: &str) -> bool {
    let mut rest = value;
    let mut depth = 0_usize;
    while let Some((first, after)) = rest.split_first() {
        match first {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            b'\\' if depth > 0 => {
                rest = after.get(1..).unwrap_or_default();
                continue;
            }
            b' ' | b'\t' | b'\r' | b'\n' | b'"' => {}
            _ if depth > 0 => {}
            _ => break,
        }
        rest = after;
    }
    let end = rest.iter().position(|byte| b" \t\r\n;\"(/".contains(byte)).unwrap_or(rest.len());
    let named = rest[..end].strip_suffix(b".").unwrap_or(&rest[..end]);
    named.eq_ignore_ascii_case(authserv_id.as_bytes())
}

/// Puts `field` at `at` and takes out what was `forged`, without a second copy of the message. `forged` is in order
/// and behind `at`.
pub fn stamp(message: &mut Vec<u8>, at: usize, field: &str, forged: &[Range<usize>]) {
    let mut kept = forged.first().map_or(message.len(), |first| first.start);
    for (index, gone) in forged.iter().enumerate() {
        let next = forged.get(index + 1).map_or(message.len(), |next| next.start);
        message.copy_within(gone.end..next, kept);
        kept += next - gone.end;
    }
    message.truncate(kept);
    // A large message must not be given twice its room for a few octets more.
    message.reserve_exact(field.len());
    message.splice(at..at, field.bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::findings::tests::all;

    fn ours() -> Domain {
        Domain::parse("mail.comentum.test").unwrap()
    }

    #[test]
    fn every_finding_is_written_as_rfc_8601_wants_it() {
        assert_eq!(
            write(&all(), &ours(), "192.0.2.7".parse().unwrap()),
            "Authentication-Results: mail.comentum.test;\r\n\t\
             iprev=pass (mx.far.test) policy.iprev=192.0.2.7;\r\n\t\
             spf=pass smtp.mailfrom=far.test;\r\n\t\
             dkim=pass header.d=far.test header.s=s1 header.a=rsa-sha256;\r\n\t\
             dkim=policy reason=\"only the beginning of the text is signed\" header.d=list.test header.s=s1 header.a=rsa-sha256;\r\n\t\
             dmarc=pass (p=reject) header.from=news.far.test;\r\n\t\
             arc=pass\r\n"
        );
        let none = write(&Findings::default(), &ours(), "::1".parse().unwrap());
        assert_eq!(none, "Authentication-Results: mail.comentum.test;\r\n\tnone\r\n");
    }

    #[test]
    fn fields_that_claim_to_be_ours_are_found_and_others_are_not() {
        for (field, found) in [
            ("Authentication-Results: mail.comentum.test; spf=pass", true),
            ("authentication-results : MAIL.Comentum.Test ; spf=pass", true),
            ("Authentication-Results: (hello (you)) mail.comentum.test 1; none", true),
            ("Authentication-Results:\r\n\tmail.comentum.test;\r\n\tdmarc=pass", true),
            ("Authentication-Results: \"mail.comentum.test\"; none", true),
            ("Authentication-Results: mail.comentum.test.; none", true),
            ("Authentication-Results: mail.comentum.test/1; none", true),
            ("Authentication-Results: mail.comentum.test", true),
            ("Authentication-Results: other.test; spf=pass (mail.comentum.test)", false),
            ("Authentication-Results: xmail.comentum.test; none", false),
            ("Authentication-Results:", false),
            ("X-Authentication-Results: mail.comentum.test; none", false),
            ("ARC-Authentication-Results: i=1; mail.comentum.test; none", false),
        ] {
            let raw = format!("{field}\r\nSubject: x\r\n\r\nAuthentication-Results: mail.comentum.test; none\r\n");
            let expected = found.then(|| 0..field.len() + 2);
            let places = forged(raw.as_bytes(), &ours());
            assert!(places.len() < 2, "what stands in the text is text: {field}");
            assert_eq!(places.first(), expected.as_ref(), "{field}");
        }
    }

    #[test]
    fn stamping_takes_out_what_was_forged_and_leaves_every_other_octet() {
        let evil = "Authentication-Results: mail.comentum.test; dmarc=pass\r\n";
        let (head, rest) = ("Received: ours\r\n", ["From: a@b.test\r\n", "Subject: x\r\n", "To: c\r\n\r\nbody\r\n"]);
        let mut message = format!("{head}{}{evil}{}{evil}{evil}{}", rest[0], rest[1], rest[2]).into_bytes();
        let found: Vec<_> = forged(&message[head.len()..], &ours())
            .into_iter()
            .map(|range| range.start + head.len()..range.end + head.len())
            .collect();
        assert_eq!(found.len(), 3);
        stamp(&mut message, head.len(), "Stamp: y\r\n", &found);
        assert_eq!(String::from_utf8(message).unwrap(), format!("{head}Stamp: y\r\n{}", rest.concat()));
        let mut plain = b"a\r\nb".to_vec();
        stamp(&mut plain, 3, "S\r\n", &[]);
        assert_eq!(plain, b"a\r\nS\r\nb");
    }
}

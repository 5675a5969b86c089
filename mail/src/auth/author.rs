//! The author domain: what stands in From, which is what people see (RFC 7489 §3.1.2, §6.6.1).

use crate::message::header;

/// Of whom a message says that it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Author {
    /// No From, or no domain in it.
    Nobody,
    /// Lower case; other scripts as A-labels (RFC 5890).
    One(String),
    /// More domains than one, or more fields than one: no policy can be asked.
    Several,
}

/// Reads From. A second From field counts too: some programs show that one.
pub fn author(raw: &[u8]) -> Author {
    let mut domain: Option<String> = None;
    for field in header::fields(raw).filter(|field| field.is("From")).take(3) {
        for person in header::people(field.value) {
            let Some(found) = person.address.rsplit_once('@').and_then(|(_, domain)| a_label(domain)) else { continue };
            match &domain {
                Some(known) if *known != found => return Author::Several,
                _ => domain = Some(found),
            }
        }
    }
    domain.map_or(Author::Nobody, Author::One)
}

/// As DNS knows it.
fn a_label(domain: &str) -> Option<String> {
    let domain = domain.trim().trim_end_matches('.');
    let ascii = if domain.is_ascii() { domain.to_ascii_lowercase() } else { idna::domain_to_ascii(domain).ok()? };
    (!ascii.is_empty() && ascii.len() <= 253).then_some(ascii)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_domain_of_from_is_the_author() {
        for (raw, expected) in [
            ("From: Lisa <lisa@Far.Test>\r\n\r\n", Author::One("far.test".into())),
            ("From: lisa@far.test, anna@far.test\r\n\r\n", Author::One("far.test".into())),
            ("From: lisa@far.test, anna@near.test\r\n\r\n", Author::Several),
            ("From: lisa@far.test\r\nFrom: anna@near.test\r\n\r\n", Author::Several),
            ("Subject: x\r\n\r\nFrom: lisa@far.test\r\n", Author::Nobody),
            ("From: Lisa\r\n\r\n", Author::Nobody),
            ("From: x@m\u{fc}nchen.test\r\n\r\n", Author::One("xn--mnchen-3ya.test".into())),
        ] {
            assert_eq!(author(raw.as_bytes()), expected, "{raw:?}");
        }
    }
}

//! Who wrote a message, and which fields it has: what a signature has to know.

use crate::Address;
use crate::message::header;

/// The first author, where there is one From and no more (RFC 5322 §3.6).
pub fn author(raw: &[u8]) -> Option<Address> {
    let mut from = header::fields(raw).filter(|field| field.is("From"));
    let only = from.next()?;
    if from.next().is_some() {
        return None;
    }
    let first = header::people(only.value).into_iter().next()?;
    Address::parse(&first.address).ok()
}

/// Those of `names` that the header has.
pub fn present<'n>(raw: &[u8], names: &[&'n str]) -> Vec<&'n str> {
    let mut found = vec![false; names.len()];
    for field in header::fields(raw) {
        for (name, found) in names.iter().zip(&mut found) {
            *found |= field.is(name);
        }
    }
    names.iter().zip(found).filter(|(_, found)| *found).map(|(name, _)| *name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_author_or_none() {
        let of = |raw: &str| author(raw.as_bytes()).map(|author| author.to_string());
        assert_eq!(of("From: \"Bob\" <Bob@Comentum.test>\r\n\r\n").as_deref(), Some("Bob@comentum.test"));
        assert_eq!(of("From: a@x.test, b@y.test\r\n\r\n").as_deref(), Some("a@x.test"));
        for none in
            ["Subject: x\r\n\r\nFrom: a@x.test", "From: a@x.test\r\nfrom: b@x.test\r\n\r\n", "From: nobody\r\n\r\n"]
        {
            assert_eq!(of(none), None, "{none}");
        }
    }

    #[test]
    fn fields_are_found_whatever_their_case() {
        let raw = b"subject: x\r\nCC : a\r\n b\r\n\r\nReply-To: body\r\n";
        assert_eq!(present(raw, &["Cc", "Reply-To", "Subject"]), ["Cc", "Subject"]);
    }
}

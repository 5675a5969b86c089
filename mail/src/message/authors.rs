//! Whom a message says it is from, read strictly: what a program of ours may claim is judged by this.

use crate::Address;
use crate::message::header::{self, Field};

/// A longer field is not read to its end: what stands there could not be judged.
const LONGEST: usize = 64 * 1024;

/// The people in From, and whoever is named in Sender.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Authors {
    /// Empty: there is no From.
    pub from: Vec<Address>,
    pub sender: Option<Address>,
}

/// What stands there is not clear enough to be judged: readers would each see something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("whom the message is from is not clear")]
pub struct Unclear;

impl Authors {
    /// # Errors
    /// Two From or two Sender fields (RFC 5322 §3.6), one in which something is no address, or one without any.
    pub fn read(raw: &[u8]) -> Result<Authors, Unclear> {
        let mut authors = Authors::default();
        let (mut from_seen, mut sender_seen) = (false, false);
        for field in header::fields(raw) {
            if field.is("From") {
                if std::mem::replace(&mut from_seen, true) {
                    return Err(Unclear);
                }
                authors.from = addresses(&field)?;
            } else if field.is("Sender") {
                if std::mem::replace(&mut sender_seen, true) {
                    return Err(Unclear);
                }
                // RFC 5322 §3.6.2: one mailbox.
                let [one] = <[Address; 1]>::try_from(addresses(&field)?).map_err(|_| Unclear)?;
                authors.sender = Some(one);
            }
        }
        Ok(authors)
    }
}

/// Every one of them, or none: a piece that cannot be read may be what a reader shows.
fn addresses(field: &Field<'_>) -> Result<Vec<Address>, Unclear> {
    if field.value.len() > LONGEST {
        return Err(Unclear);
    }
    let people = header::people(field.value);
    let addresses: Result<Vec<Address>, _> = people.iter().map(|person| Address::parse(&person.address)).collect();
    match addresses {
        Ok(addresses) if !addresses.is_empty() => Ok(addresses),
        _ => Err(Unclear),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(header: &str) -> Result<(Vec<String>, Option<String>), Unclear> {
        let authors = Authors::read(format!("{header}\r\nSubject: x\r\n\r\nFrom: carol@x.test\r\n").as_bytes())?;
        Ok((authors.from.iter().map(Address::to_string).collect(), authors.sender.map(|sender| sender.to_string())))
    }

    #[test]
    fn everybody_who_is_named_is_found() {
        for (header, from, sender) in [
            ("From: bob@x.test", &["bob@x.test"][..], None),
            ("From: Bob <bob@x.test>, \"C, D\" <carol@x.test>", &["bob@x.test", "carol@x.test"], None),
            ("From: us: bob@x.test, carol@x.test;", &["bob@x.test", "carol@x.test"], None),
            ("From: bob@x.test\r\nsender: Carol <carol@x.test>", &["bob@x.test"], Some("carol@x.test")),
            ("from :\r\n bob@x.test", &["bob@x.test"], None),
            ("From: <carol@x.test", &["carol@x.test"], None),
            ("To: carol@x.test", &[], None),
        ] {
            let from: Vec<String> = from.iter().map(|one| (*one).to_owned()).collect();
            assert_eq!(read(header), Ok((from, sender.map(str::to_owned))), "{header:?}");
        }
    }

    #[test]
    fn what_is_not_clear_is_not_guessed() {
        for header in [
            "From: bob@x.test\r\nFrom: carol@x.test",
            "From: bob@x.test\r\nFROM : bob@x.test",
            "From: bob",
            "From:",
            "From: Bob <bob@x.test>, carol at x.test",
            "From: nobody:;",
            "From: bob@x.test\r\nSender: carol",
            "From: bob@x.test\r\nSender: bob@x.test, carol@x.test",
            "From: bob@x.test\r\nSender: bob@x.test\r\nSender: carol@x.test",
        ] {
            assert_eq!(read(header), Err(Unclear), "{header:?}");
        }
        let long = format!("From: {}carol@x.test", "bob@x.test, ".repeat(6_000));
        assert_eq!(read(&long), Err(Unclear));
    }
}

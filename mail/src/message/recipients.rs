//! The To, Cc and Bcc fields of a form: written by people, so read kindly.

use crate::Address;
use crate::message::clean;
use crate::message::show::Person;
use std::collections::HashSet;

/// What stands in a To, Cc or Bcc field: `Anna <anna@x.test>, bob@y.test; "C, D" <c@z.test>`.
/// Err has the pieces that are not addresses, as typed.
///
/// Commas, semicolons and line ends separate; empty pieces are nothing; of an address given twice the first counts.
pub fn parse_recipients(field: &str) -> Result<Vec<(String, Address)>, Vec<String>> {
    let mut recipients = Vec::new();
    let mut wrong = Vec::new();
    let mut seen = HashSet::new();
    for piece in pieces(field) {
        match recipient(piece) {
            Some((name, address)) => {
                if seen.insert(address.key()) {
                    recipients.push((name, address));
                }
            }
            None => wrong.push(piece.to_owned()),
        }
    }
    if wrong.is_empty() { Ok(recipients) } else { Err(wrong) }
}

/// Split at separators outside quotes and brackets. A quote that is never closed is a character like any other.
fn pieces(field: &str) -> impl Iterator<Item = &str> {
    let mut rest = field;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut at = 0;
        let end = loop {
            let Some(next) = rest[at..].find([',', ';', '\n', '"', '<']) else { break rest.len() };
            at += next;
            match rest.as_bytes()[at] {
                b'"' => at += closed(&rest[at..]).unwrap_or(1),
                b'<' => at += rest[at..].find(['>', '\n', '"']).unwrap_or(1).max(1),
                _ => break at,
            }
        };
        let piece = &rest[..end];
        rest = rest.get(end + 1..).unwrap_or_default();
        Some(piece.trim())
    })
    .filter(|piece| !piece.is_empty())
}

/// Length of the quoted string at the start, with its quotes. None: it is not closed on its line.
fn closed(quoted: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, char) in quoted.char_indices().skip(1) {
        match char {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(at + 1),
            '\n' => return None,
            _ => {}
        }
    }
    None
}

fn recipient(piece: &str) -> Option<(String, Address)> {
    if let Ok(address) = Address::parse(piece) {
        return Some((String::new(), address));
    }
    let (name, address) = piece.strip_suffix('>')?.rsplit_once('<')?;
    let address = Address::parse(address.trim()).ok()?;
    let name = name.trim();
    let name = match name.strip_prefix('"').and_then(|name| name.strip_suffix('"')) {
        Some(quoted) => unescaped(quoted),
        None => name.to_owned(),
    };
    Some((clean::line(&name), address))
}

fn unescaped(quoted: &str) -> String {
    let mut chars = quoted.chars();
    let mut text = String::with_capacity(quoted.len());
    while let Some(char) = chars.next() {
        text.extend(if char == '\\' { chars.next() } else { Some(char) });
    }
    text
}

/// A person as [`parse_recipients`] reads it.
pub(crate) fn written(person: &Person) -> String {
    let Person { name, address } = person;
    if name.is_empty() || name == address {
        return address.clone();
    }
    let plain = name.chars().all(|char| char.is_alphanumeric() || " '-_".contains(char) || !char.is_ascii());
    if plain {
        return format!("{name} <{address}>");
    }
    let escaped: String =
        name.chars().flat_map(|char| "\"\\".contains(char).then_some('\\').into_iter().chain([char])).collect();
    format!("\"{escaped}\" <{address}>")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(field: &str) -> Result<Vec<String>, Vec<String>> {
        let one = |(name, address): (String, Address)| format!("{name}|{address}");
        parse_recipients(field).map(|all| all.into_iter().map(one).collect())
    }

    #[test]
    fn people_write_addresses_in_many_ways() {
        for (field, people) in [
            ("", &[][..]),
            (" , ;; \r\n", &[]),
            ("anna@x.test", &["|anna@x.test"]),
            ("<anna@x.test>", &["|anna@x.test"]),
            ("Anna Berg <Anna@X.test>, bob@y.test;", &["Anna Berg|Anna@x.test", "|bob@y.test"]),
            ("\"C, D; E\" <c@z.test>; \"say \\\"hi\\\"\" < d@z.test >", &["C, D; E|c@z.test", "say \"hi\"|d@z.test"]),
            ("a@x.test\nb@x.test\r\n", &["|a@x.test", "|b@x.test"]),
            ("a@x.test, A@X.TEST, Anna <a@x.test>", &["|a@x.test"]),
            ("\"odd one\"@x.test", &["|\"odd one\"@x.test"]),
            ("Grüße <g@x.test>", &["Grüße|g@x.test"]),
            ("O'Neil, <o@x.test>", &[]),
        ] {
            let people: Vec<String> = people.iter().map(|text| (*text).to_owned()).collect();
            match read(field) {
                Ok(all) => assert_eq!(all, people, "{field}"),
                Err(wrong) => assert_eq!(wrong, ["O'Neil"], "{field}"),
            }
        }
    }

    #[test]
    fn what_is_no_address_is_named_as_typed() {
        assert_eq!(read("anna@x.test, bob, <c@>; d@x.test"), Err(vec!["bob".to_owned(), "<c@>".to_owned()]));
        assert_eq!(read("\"never closed <a@x.test>, b@x.test").unwrap().len(), 2);
        assert_eq!(read("a <b <c@x.test>"), Ok(vec!["a <b|c@x.test".to_owned()]));
    }

    proptest! {
        #[test]
        fn any_field_is_read_without_panic(field in "[\\PC\n\"<>,;@\\\\]{0,60}") {
            let _ = parse_recipients(&field);
        }

        #[test]
        fn what_is_written_is_read_back(name in "[ -~]{0,20}") {
            let name = clean::line(&name);
            let person = Person { name: name.clone(), address: "anna@x.test".to_owned() };
            let read = parse_recipients(&written(&person)).unwrap();
            prop_assert_eq!(read.len(), 1);
            prop_assert_eq!(&read[0].0, &name);
        }
    }
}

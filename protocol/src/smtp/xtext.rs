//! xtext (RFC 3461 §4): how any printable text travels as the value of a parameter, and the forms that original
//! recipients in other letters have (RFC 6533 §3).

use std::fmt::Write as _;

/// RFC 3461 §4.4: octets of ENVID as it stands in the command.
pub const LONGEST_ENVID: usize = 100;
/// RFC 3461 §4.2: octets of ORCPT's value, type and all.
pub const LONGEST_ORCPT: usize = 500;

/// `a+2Bb` is `a+b`. None: it is no xtext, or holds what is neither visible nor a space; so what comes out can stand in a
/// header field.
pub fn decode(text: &str) -> Option<String> {
    let decoded = String::from_utf8(octets(text)?).ok()?;
    decoded.bytes().all(|byte| matches!(byte, b' '..=b'~')).then_some(decoded)
}

fn octets(text: &str) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let byte = match byte {
            b'+' => hex(bytes.next()?)? * 16 + hex(bytes.next()?)?,
            b'=' => return None,
            b'!'..=b'~' => byte,
            _ => return None,
        };
        decoded.push(byte);
    }
    Some(decoded)
}

/// The other way. What is not ASCII has no place in it and becomes `?`.
pub fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '!'..='~' if !matches!(char, '+' | '=') => encoded.push(char),
            _ if char.is_ascii() => {
                // Writing to memory cannot fail.
                let _ = write!(encoded, "+{:02X}", u32::from(char));
            }
            _ => encoded.push('?'),
        }
    }
    encoded
}

/// The value of ORCPT, `type;address`, with the address decoded: a printable text in one line.
pub fn decode_orcpt(value: &str) -> Option<String> {
    if value.len() > LONGEST_ORCPT {
        return None;
    }
    let (kind, address) = value.split_once(';')?;
    let is_atom = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*-/?^_`{|}~.".contains(&byte);
    if kind.is_empty() || address.is_empty() || !kind.bytes().all(is_atom) {
        return None;
    }
    if is_utf8(kind) {
        return Some(format!("{kind};{}", decode_utf8(address)?));
    }
    match decode(address) {
        Some(address) => Some(format!("{kind};{address}")),
        None if kind.eq_ignore_ascii_case("rfc822") => Some(format!("utf-8;{}", decode_unnamed(address)?)),
        None => None,
    }
}

/// Postfix (3.7) writes UTF-8 as xtext of the type rfc822. To refuse that would be to refuse its mail for everybody here
/// with an address in other letters.
fn decode_unnamed(address: &str) -> Option<String> {
    let decoded = String::from_utf8(octets(address)?).ok()?;
    let breaks = |char: char| char.is_control() || matches!(char, '\u{2028}' | '\u{2029}');
    (!decoded.contains(breaks)).then_some(decoded)
}

/// The other way. ASCII always, so that it can be said to any server that offers DSN.
pub fn encode_orcpt(orcpt: &str) -> String {
    match orcpt.split_once(';') {
        Some((kind, address)) if is_utf8(kind) => format!("{kind};{}", encode_utf8(address)),
        Some((kind, address)) => format!("{kind};{}", encode(address)),
        None => format!("rfc822;{}", encode(orcpt)),
    }
}

/// RFC 6533 §3.
fn is_utf8(kind: &str) -> bool {
    kind.eq_ignore_ascii_case("utf-8")
}

/// RFC 6533 §3: `\x{E9}` is `é`; in a command that may hold UTF-8, `é` is too.
fn decode_utf8(mut text: &str) -> Option<String> {
    let mut decoded = String::with_capacity(text.len());
    while let Some(char) = text.chars().next() {
        text = &text[char.len_utf8()..];
        let char = match char {
            '\\' => {
                let (point, rest) = text.strip_prefix("x{")?.split_once('}')?;
                text = rest;
                if point.is_empty() || point.len() > 6 || !point.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                    return None;
                }
                char::from_u32(u32::from_str_radix(point, 16).ok()?)?
            }
            '+' | '=' | ' ' => return None,
            other => other,
        };
        if char.is_control() || matches!(char, '\u{2028}' | '\u{2029}') {
            return None;
        }
        decoded.push(char);
    }
    Some(decoded)
}

fn encode_utf8(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '!'..='~' if !matches!(char, '+' | '=' | '\\') => encoded.push(char),
            _ => {
                let _ = write!(encoded, "\\x{{{:02X}}}", u32::from(char));
            }
        }
    }
    encoded
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn plus_and_two_digits_are_any_printable_sign() {
        for (text, means) in [("QQ314159", "QQ314159"), ("a+2Bb", "a+b"), ("a+3Db+20c", "a=b c"), ("", "")] {
            assert_eq!(decode(text).as_deref(), Some(means), "{text}");
        }
        for text in ["a=b", "a b", "a+", "a+2", "a+2G", "a+0D+0Ab", "a+00", "a+7F", "a+C3", "é"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }

    #[test]
    fn an_original_recipient_has_a_type_and_an_address() {
        for (value, means) in [
            ("rfc822;Bob+2Btag@x.test", "rfc822;Bob+tag@x.test"),
            ("x400;/S=Smith".replace('=', "+3D").as_str(), "x400;/S=Smith"),
            (r"utf-8;ren\x{E9}e@x.test", "utf-8;renée@x.test"),
            ("UTF-8;renée@x.test", "UTF-8;renée@x.test"),
            (r"utf-8;a\x{2B}b@x.test", "utf-8;a+b@x.test"),
            ("rfc822;ren+C3+A9e@x.test", "utf-8;ren\u{e9}e@x.test"),
        ] {
            assert_eq!(decode_orcpt(value).as_deref(), Some(means), "{value}");
        }
        for value in [
            "bob@x.test",
            ";bob@x.test",
            "rfc822;",
            "rfc 822;bob@x.test",
            "rfc822;bob@x.test+0D+0AX-Evil:1",
            "rfc822;ren+C3+A9e+0D+0AX-Evil:1",
            "rfc822;ren+E9e@x.test",
            "rfc822;a+E2+80+A8b@x.test",
            "x400;ren+C3+A9e@x.test",
            "rfc822;renée@x.test",
            r"utf-8;a\x{D}b",
            r"utf-8;a\x{D800}b",
            r"utf-8;a\x{}b",
            r"utf-8;a\x41",
            "utf-8;a+41",
            &format!("rfc822;{}", "a".repeat(494)),
        ] {
            assert_eq!(decode_orcpt(value), None, "{value}");
        }
    }

    proptest! {
        #[test]
        fn what_is_encoded_comes_back(text in "[ -~]{0,60}", letters in "[!-~é用]{1,40}") {
            prop_assert_eq!(decode(&encode(&text)), Some(text));
            let orcpt = format!("utf-8;{letters}");
            let encoded = encode_orcpt(&orcpt);
            prop_assert!(encoded.is_ascii());
            prop_assert_eq!(decode_orcpt(&encoded), Some(orcpt));
        }

        #[test]
        fn nothing_that_is_decoded_breaks_a_line(text in "[+=\\\\x{}0-9A-F;a-z\\PC]{0,40}") {
            for decoded in [decode(&text), decode_orcpt(&format!("utf-8;{text}")), decode_orcpt(&text)] {
                prop_assert!(decoded.is_none_or(|text| !text.contains(char::is_control)));
            }
        }
    }
}

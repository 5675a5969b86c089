//! Addresses and domains: parsed at the door, trusted afterwards.

use std::fmt;
use std::str::FromStr;

/// RFC 5321 §4.5.3.1.1, in octets, quotes counted.
const LOCAL_MAX: usize = 64;
/// RFC 5321 §4.5.3.1.2.
const DOMAIN_MAX: usize = 255;
/// RFC 5321 §4.5.3.1.3: a path is at most 256 octets, and `<` and `>` are two of them.
const MAILBOX_MAX: usize = 254;
/// RFC 1035 §2.3.4.
const LABEL_MAX: usize = 63;

/// A DNS domain, lower case, checked (RFC 5321 §4.1.2, RFC 1035 §2.3.1). Non-ASCII labels are held as A-labels when SMTPUTF8 comes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Domain(String);

/// A mailbox address (RFC 5321 §4.1.2): local part as written, domain lower case.
///
/// A local part is quoted only when it must be, so `"anna"@x.test` and `anna@x.test` are equal.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Address {
    local: String,
    domain: Domain,
}

/// Why a text is no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[error("no @ between local part and domain")]
    NoAt,
    #[error("the part before the @ is not valid")]
    Local,
    #[error("the domain is not valid")]
    Domain,
    #[error("longer than RFC 5321 allows")]
    TooLong,
}

impl Domain {
    /// Letters, digits and hyphens in labels of 1 to 63; no trailing dot, no address literal.
    ///
    /// A last label of digits alone is refused (RFC 3696 §2): `192.0.2.1` without brackets is an address in a
    /// domain's clothes, and resolvers would connect to it.
    pub fn parse(text: &str) -> Result<Domain, AddressError> {
        if text.len() > DOMAIN_MAX {
            return Err(AddressError::TooLong);
        }
        let mut last_is_number = true;
        for label in text.split('.') {
            let bytes = label.as_bytes();
            if bytes.len() > LABEL_MAX {
                return Err(AddressError::TooLong);
            }
            let ends_well = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
            let all_ldh = bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
            if !ends_well(bytes.first()) || !ends_well(bytes.last()) || !all_ldh {
                return Err(AddressError::Domain);
            }
            last_is_number = bytes.iter().all(u8::is_ascii_digit);
        }
        if last_is_number {
            return Err(AddressError::Domain);
        }
        Ok(Domain(text.to_ascii_lowercase()))
    }

    /// Lower case, without a trailing dot.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Address {
    /// `local@domain`, with nothing around it: no brackets, no name, no source route.
    pub fn parse(text: &str) -> Result<Address, AddressError> {
        let (local, domain) = if text.starts_with('"') {
            let (unquoted, rest) = unquote(text)?;
            (quote_if_needed(unquoted), rest.strip_prefix('@').ok_or(AddressError::NoAt)?)
        } else {
            let (local, domain) = text.split_once('@').ok_or(AddressError::NoAt)?;
            if !is_dot_string(local) {
                return Err(AddressError::Local);
            }
            (local.to_owned(), domain)
        };
        if local.len() > LOCAL_MAX {
            return Err(AddressError::TooLong);
        }
        let domain = Domain::parse(domain)?;
        if local.len() + 1 + domain.0.len() > MAILBOX_MAX {
            return Err(AddressError::TooLong);
        }
        Ok(Address { local, domain })
    }

    /// As it stands before the `@`: quoted when it must be.
    pub fn local(&self) -> &str {
        &self.local
    }

    pub fn domain(&self) -> &Domain {
        &self.domain
    }

    /// Whoever is responsible for the domain's mail: such an address must always be taken (RFC 5321 §4.5.1).
    pub fn is_postmaster(&self) -> bool {
        self.local.eq_ignore_ascii_case("postmaster")
    }

    /// The whole in lower case: how this server compares addresses of its own.
    pub fn key(&self) -> String {
        let mut key = self.to_string();
        key.make_ascii_lowercase();
        key
    }
}

/// RFC 5322 §3.2.3 atext.
fn is_atext(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

/// RFC 5321 §4.1.2 Dot-string.
fn is_dot_string(text: &str) -> bool {
    text.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(is_atext))
}

/// RFC 5321 §4.1.2 Quoted-string at the start of `text`: what it means, and what follows it.
fn unquote(text: &str) -> Result<(String, &str), AddressError> {
    let mut meant = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, char)) = chars.next() {
        let char = match char {
            '"' => return Ok((meant, &text[at + 1..])),
            '\\' => chars.next().ok_or(AddressError::Local)?.1,
            other => other,
        };
        if !matches!(char, ' '..='~') {
            return Err(AddressError::Local);
        }
        meant.push(char);
    }
    Err(AddressError::Local)
}

/// The one spelling of a local part: without quotes where they say nothing, else with the fewest backslashes.
fn quote_if_needed(meant: String) -> String {
    if is_dot_string(&meant) {
        return meant;
    }
    let mut quoted = String::with_capacity(meant.len() + 2);
    quoted.push('"');
    for char in meant.chars() {
        if matches!(char, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(char);
    }
    quoted.push('"');
    quoted
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.local, self.domain)
    }
}

impl FromStr for Address {
    type Err = AddressError;
    fn from_str(text: &str) -> Result<Address, AddressError> {
        Address::parse(text)
    }
}

impl FromStr for Domain {
    type Err = AddressError;
    fn from_str(text: &str) -> Result<Domain, AddressError> {
        Domain::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parsed(text: &str) -> String {
        Address::parse(text).unwrap().to_string()
    }

    #[test]
    fn the_domain_is_lower_case_and_the_local_part_stays_as_written() {
        assert_eq!(parsed("Anna.Berg@Example.TEST"), "Anna.Berg@example.test");
        assert_eq!(Address::parse("Anna@Example.Test").unwrap().key(), "anna@example.test");
        assert_eq!(parsed("o'hara+tag=x@a-b.example"), "o'hara+tag=x@a-b.example");
    }

    #[test]
    fn quotes_that_say_nothing_are_dropped_and_others_stay() {
        assert_eq!(parsed(r#""anna"@x.test"#), "anna@x.test");
        assert_eq!(parsed(r#""an\na"@x.test"#), "anna@x.test");
        assert_eq!(parsed(r#""anna berg"@x.test"#), r#""anna berg"@x.test"#);
        assert_eq!(parsed(r#""a@b"@x.test"#), r#""a@b"@x.test"#);
        assert_eq!(parsed(r#""a\"b\\"@x.test"#), r#""a\"b\\"@x.test"#);
        assert_eq!(parsed(r#"""@x.test"#), r#"""@x.test"#);
        assert_eq!(parsed(r#""a..b"@x.test"#), r#""a..b"@x.test"#);
    }

    #[test]
    fn what_is_no_address_says_why() {
        use AddressError::*;
        for (text, why) in [
            ("", NoAt),
            ("anna", NoAt),
            (r#""anna""#, NoAt),
            (r#""anna"x@y.test"#, NoAt),
            ("@x.test", Local),
            (".anna@x.test", Local),
            ("anna.@x.test", Local),
            ("an..na@x.test", Local),
            ("an na@x.test", Local),
            ("anna\r\n@x.test", Local),
            ("anna\0@x.test", Local),
            ("<anna@x.test>", Local),
            (r#""anna@x.test"#, Local),
            ("\"an\tna\"@x.test", Local),
            ("\"an\\\nna\"@x.test", Local),
            ("änna@x.test", Local),
            ("anna@", Domain),
            ("anna@x.test.", Domain),
            ("anna@.test", Domain),
            ("anna@x..test", Domain),
            ("anna@-x.test", Domain),
            ("anna@x-.test", Domain),
            ("anna@x_y.test", Domain),
            ("anna@x.test@y.test", Domain),
            ("anna@[192.0.2.1]", Domain),
            ("anna@192.0.2.1", Domain),
            ("anna@münchen.test", Domain),
            ("anna@x.test\n", Domain),
            ("anna@x.test ", Domain),
            ("@relay.test:anna@x.test", Local),
            ("anna%x.test@", Domain),
        ] {
            assert_eq!(Address::parse(text), Err(why), "{text:?}");
        }
    }

    #[test]
    fn lengths_are_those_of_rfc_5321() {
        let ok = |local: usize, labels: &[usize]| {
            let domain = labels.iter().map(|n| "d".repeat(*n)).collect::<Vec<_>>().join(".");
            Address::parse(&format!("{}@{domain}", "l".repeat(local)))
        };
        assert!(ok(64, &[63]).is_ok());
        assert_eq!(ok(65, &[63]), Err(AddressError::TooLong));
        assert_eq!(ok(1, &[64]), Err(AddressError::TooLong));
        assert!(ok(64, &[63, 63, 61]).is_ok(), "254 octets and two brackets make 256");
        assert_eq!(ok(64, &[63, 63, 62]), Err(AddressError::TooLong));
        let labels = |n| vec!["d".repeat(63); n].join(".");
        assert!(Domain::parse(&labels(4)).is_ok(), "255 octets");
        assert_eq!(Domain::parse(&format!("{}.d", labels(4))), Err(AddressError::TooLong));
    }

    proptest! {
        #[test]
        fn parsing_never_panics(text in "\\PC{0,80}") {
            let _ = Address::parse(&text);
            let _ = Domain::parse(&text);
        }

        #[test]
        fn what_is_displayed_parses_to_the_same(local in "[ -~]{0,30}", domain in "[a-zA-Z0-9.-]{1,30}") {
            let quoted = format!("\"{}\"@{domain}", local.replace('\\', "\\\\").replace('"', "\\\""));
            for text in [format!("{local}@{domain}"), quoted] {
                if let Ok(address) = Address::parse(&text) {
                    prop_assert_eq!(Address::parse(&address.to_string()), Ok(address));
                }
            }
        }
    }
}

//! Addresses and domains: parsed at the door, trusted afterwards.
//!
//! A local part may be UTF-8 (RFC 6531 §3.3, RFC 6532 §3.2). A domain that is written in other letters than ASCII is held
//! as DNS knows it, in A-labels (RFC 5890 §2.3.2.1).

mod international;

use std::borrow::Cow;
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// RFC 5321 §4.5.3.1.1, in octets of UTF-8 (RFC 6531 §3.1), quotes counted.
const LOCAL_MAX: usize = 64;
/// RFC 5321 §4.5.3.1.2.
const DOMAIN_MAX: usize = 255;
/// RFC 5321 §4.5.3.1.3: a path is at most 256 octets, and `<` and `>` are two of them.
const MAILBOX_MAX: usize = 254;
/// RFC 1035 §2.3.4.
const LABEL_MAX: usize = 63;

/// A DNS domain, lower case, checked (RFC 5321 §4.1.2, RFC 1035 §2.3.1). ASCII always: `münchen.test` is held as
/// `xn--mnchen-3ya.test`.
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
    /// Letters, digits and hyphens in labels of 1 to 63; no trailing dot, no address literal. Labels in other letters
    /// become A-labels, as UTS 46 maps them.
    ///
    /// A last label of digits alone is refused (RFC 3696 §2): `192.0.2.1` without brackets is an address in a
    /// domain's clothes, and resolvers would connect to it.
    pub fn parse(text: &str) -> Result<Domain, AddressError> {
        if text.is_ascii() {
            Domain::parse_ascii(text)
        } else {
            Domain::parse_ascii(&international::to_a_labels(text)?)
        }
    }

    fn parse_ascii(text: &str) -> Result<Domain, AddressError> {
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

    /// `[192.0.2.1]` or `[IPv6:2001:db8::1]` (RFC 5321 §4.1.3).
    fn parse_literal(text: &str) -> Result<Domain, AddressError> {
        let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).ok_or(AddressError::Domain)?;
        let tagged = inner.split_at_checked(5).filter(|(tag, _)| tag.eq_ignore_ascii_case("IPv6:"));
        match tagged {
            Some((_, six)) => six.parse::<Ipv6Addr>().map(|six| Domain(format!("[ipv6:{six}]"))),
            None => inner.parse::<Ipv4Addr>().map(|four| Domain(format!("[{four}]"))),
        }
        .map_err(|_| AddressError::Domain)
    }

    /// Whether it is an address in brackets and no name: DNS knows nothing of it. Only senders may have one.
    pub fn is_literal(&self) -> bool {
        self.0.starts_with('[')
    }

    /// Lower case, without a trailing dot.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// For people: A-labels as the letters they stand for. What stands for nothing stays as it is.
    pub fn to_unicode(&self) -> Cow<'_, str> {
        international::to_u_labels(&self.0)
    }
}

impl Address {
    /// `local@domain`, with nothing around it: no brackets, no name, no source route.
    pub fn parse(text: &str) -> Result<Address, AddressError> {
        Address::parse_with(text, Domain::parse)
    }

    /// The same, of a sender: a machine without a name writes as `root@[192.0.2.1]`, and is to be heard.
    pub fn parse_sender(text: &str) -> Result<Address, AddressError> {
        let domain = |text: &str| if text.starts_with('[') { Domain::parse_literal(text) } else { Domain::parse(text) };
        Address::parse_with(text, domain)
    }

    fn parse_with(
        text: &str,
        parse_domain: impl FnOnce(&str) -> Result<Domain, AddressError>,
    ) -> Result<Address, AddressError> {
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
        if !local.is_ascii() {
            // What it is compared by must be an address as well.
            let folded = folded(&local);
            if folded.len() > LOCAL_MAX {
                return Err(AddressError::TooLong);
            }
            if !international::is_plain(&folded) {
                return Err(AddressError::Local);
            }
        }
        let domain = parse_domain(domain)?;
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

    /// Whether it can be named only to a server that offers SMTPUTF8 (RFC 6531 §3.3). Its domain can always.
    pub fn needs_utf8(&self) -> bool {
        !self.local.is_ascii()
    }

    /// The whole in lower case, and one spelling of what can be composed in several (NFC): how this server compares
    /// addresses of its own.
    pub fn key(&self) -> String {
        if self.needs_utf8() {
            return format!("{}@{}", folded(&self.local), self.domain);
        }
        let mut key = self.to_string();
        key.make_ascii_lowercase();
        key
    }
}

/// A local part in its one spelling, lower case and composed. Composing may make quotes needless, or needed.
fn folded(local: &str) -> String {
    match local.starts_with('"').then(|| unquote(local)) {
        Some(Ok((meant, _))) => quote_if_needed(international::fold(&meant)),
        _ => quote_if_needed(international::fold(local)),
    }
}

/// RFC 5322 §3.2.3 atext.
fn is_atext(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

/// RFC 5321 §4.1.2 Dot-string, its atoms extended by RFC 6531 §3.3.
fn is_dot_string(text: &str) -> bool {
    let ascii = text.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(|byte| is_atext(byte) || byte >= 0x80));
    ascii && (text.is_ascii() || international::is_plain(text))
}

/// RFC 5321 §4.1.2 Quoted-string at the start of `text`: what it means, and what follows it.
fn unquote(text: &str) -> Result<(String, &str), AddressError> {
    let mut meant = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, char)) = chars.next() {
        let char = match char {
            '"' if meant.is_ascii() || international::is_plain(&meant) => return Ok((meant, &text[at + 1..])),
            '"' => return Err(AddressError::Local),
            '\\' => chars.next().ok_or(AddressError::Local)?.1,
            other => other,
        };
        if !matches!(char, ' '..='~') && char.is_ascii() {
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
mod tests;

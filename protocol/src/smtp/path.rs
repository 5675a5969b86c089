//! Paths and parameters of MAIL and RCPT (RFC 5321 §4.1.2, §4.1.1.11).

use super::{Reply, replies};
use crate::smtp::server::Body;
use mail::Address;
use mail::envelope::{ForwardPath, ReversePath};

/// What MAIL may carry beside the address.
#[derive(Default)]
pub(super) struct Parameters {
    pub size: Option<u64>,
    pub body: Option<Body>,
}

/// Takes `FROM:<inner> parameters` apart. A space after the colon is against the RFC and common: tolerated.
pub(super) fn split<'a>(keyword: &str, argument: &'a str) -> Option<(&'a str, &'a str)> {
    let (head, rest) = argument.split_at_checked(keyword.len())?;
    if !head.eq_ignore_ascii_case(keyword) {
        return None;
    }
    let rest = rest.trim_start_matches(' ').strip_prefix('<')?;
    let end = closing(rest)?;
    let (inner, parameters) = (&rest[..end], &rest[end + 1..]);
    if !parameters.is_empty() && !parameters.starts_with(' ') {
        return None;
    }
    Some((inner, parameters.trim_start_matches(' ')))
}

/// Where the path's `>` is: one within a quoted local part is not it (RFC 5321 §4.1.2 Quoted-string).
fn closing(text: &str) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'>' if !quoted => return Some(at),
            _ => {}
        }
    }
    None
}

pub(super) fn reverse(inner: &str) -> Option<ReversePath> {
    if inner.is_empty() {
        return Some(ReversePath::Null);
    }
    Address::parse(inner).ok().map(ReversePath::Address)
}

pub(super) fn forward(inner: &str) -> Option<ForwardPath> {
    if inner.eq_ignore_ascii_case("postmaster") {
        return Some(ForwardPath::Postmaster);
    }
    Address::parse(inner).ok().map(ForwardPath::Address)
}

pub(super) fn mail_parameters(text: &str) -> Result<Parameters, Reply> {
    let mut found = Parameters::default();
    let mut auth_seen = false;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let (name, value) = word.split_once('=').unwrap_or((word, ""));
        let twice = if name.eq_ignore_ascii_case("SIZE") {
            found.size.replace(octets(value).ok_or(replies::BAD_PARAMETER)?).is_some()
        } else if name.eq_ignore_ascii_case("BODY") {
            found.body.replace(body(value).ok_or(replies::BAD_PARAMETER)?).is_some()
        } else if name.eq_ignore_ascii_case("AUTH") {
            // RFC 4954 §5: who submitted it first. We trust nobody's word for that, as the RFC allows.
            std::mem::replace(&mut auth_seen, true) || value.is_empty()
        } else {
            return Err(replies::UNKNOWN_PARAMETER);
        };
        if twice {
            return Err(replies::BAD_PARAMETER);
        }
    }
    Ok(found)
}

/// RFC 1870 §4: 1 to 20 digits. What does not fit 64 bits is too big in any case.
fn octets(value: &str) -> Option<u64> {
    let digits = (1..=20).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| value.parse().unwrap_or(u64::MAX))
}

fn body(value: &str) -> Option<Body> {
    if value.eq_ignore_ascii_case("8BITMIME") {
        Some(Body::EightBitMime)
    } else if value.eq_ignore_ascii_case("7BIT") {
        Some(Body::SevenBit)
    } else {
        None
    }
}

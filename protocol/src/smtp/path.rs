//! Paths of MAIL and RCPT (RFC 5321 §4.1.2).

use mail::Address;
use mail::envelope::{ForwardPath, ReversePath};

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
    Address::parse_sender(inner).ok().map(ReversePath::Address)
}

pub(super) fn forward(inner: &str) -> Option<ForwardPath> {
    if inner.eq_ignore_ascii_case("postmaster") {
        return Some(ForwardPath::Postmaster);
    }
    Address::parse(inner).ok().map(ForwardPath::Address)
}

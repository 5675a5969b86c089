//! Prefix lengths, and whether an address is within them (RFC 7208 §5.6, §12 dual-cidr-length).

use std::net::IpAddr;

/// How many bits of an address count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cidr {
    pub v4: u8,
    pub v6: u8,
}

/// A number without leading zeros, at most `most`.
pub(super) fn prefix(text: &str, most: u8) -> Option<u8> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let plain = text == "0" || !text.starts_with('0');
    if !digits || !plain {
        return None;
    }
    text.parse().ok().filter(|bits| *bits <= most)
}

/// Takes `/24`, `//64` or `/24//64` off the end. A slash that is followed by anything else belongs to the domain.
pub(super) fn cut_cidr(text: &str) -> Option<(&str, Cidr)> {
    let mut cidr = Cidr { v4: 32, v6: 128 };
    let mut rest = text;
    if let Some(at) = rest.rfind("//").filter(|at| only_digits(&rest[at + 2..])) {
        cidr.v6 = prefix(&rest[at + 2..], 128)?;
        rest = &rest[..at];
    }
    if let Some(at) = rest.rfind('/').filter(|at| only_digits(&rest[at + 1..])) {
        cidr.v4 = prefix(&rest[at + 1..], 32)?;
        rest = &rest[..at];
    }
    // A slash at the end announces a length that is not there.
    (!rest.ends_with('/')).then_some((rest, cidr))
}

fn only_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether the first `bits` of both are the same. Never across families.
pub(super) fn within(address: IpAddr, network: IpAddr, bits: u8) -> bool {
    let bits = u32::from(bits);
    match (address, network) {
        (IpAddr::V4(one), IpAddr::V4(other)) => {
            (one.to_bits() ^ other.to_bits()).checked_shr(32 - bits.min(32)).unwrap_or(0) == 0
        }
        (IpAddr::V6(one), IpAddr::V6(other)) => {
            (one.to_bits() ^ other.to_bits()).checked_shr(128 - bits.min(128)).unwrap_or(0) == 0
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_cut_off_the_end() {
        for (text, rest, v4, v6) in [
            ("", "", 32, 128),
            ("/24", "", 24, 128),
            ("//64", "", 32, 64),
            (":x.test/24//64", ":x.test", 24, 64),
            (":%{d1/}.x.test/0", ":%{d1/}.x.test", 0, 128),
        ] {
            assert_eq!(cut_cidr(text), Some((rest, Cidr { v4, v6 })), "{text}");
        }
        for text in ["/33", "//129", "/024", "/", "//", "/24/", ":x.test/00"] {
            assert_eq!(cut_cidr(text), None, "{text}");
        }
    }

    #[test]
    fn an_address_is_within_its_network_and_no_other() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        assert!(within(ip("192.0.2.200"), ip("192.0.2.1"), 24));
        assert!(!within(ip("192.0.3.1"), ip("192.0.2.1"), 24));
        assert!(within(ip("10.0.0.1"), ip("192.0.2.1"), 0));
        assert!(within(ip("2001:db8::1"), ip("2001:db8::ffff"), 64));
        assert!(!within(ip("2001:db8::1"), ip("2001:db8::2"), 128));
        assert!(!within(ip("192.0.2.1"), ip("::ffff:192.0.2.1"), 0));
    }
}

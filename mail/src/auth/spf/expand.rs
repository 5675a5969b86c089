//! What a macro stands for (RFC 7208 §7.2, §7.3).

use super::macros::{Macro, Piece, Text};
use std::fmt::Write;
use std::net::IpAddr;

/// RFC 1035 §2.3.4, without the final dot.
const LONGEST_NAME: usize = 253;
/// Of an explanation: no SMTP reply is longer.
const LONGEST_TEXT: usize = 450;

/// The values of macros.
pub(super) struct Values<'a> {
    pub ip: IpAddr,
    /// `local@domain`.
    pub sender: &'a str,
    pub helo: &'a str,
    /// The domain under evaluation: it changes with include and redirect.
    pub domain: &'a str,
    /// The name the address points to, once it was looked for.
    pub validated: &'a str,
    pub receiver: &'a str,
    /// Unix seconds.
    pub now: u64,
}

impl Text {
    /// Whether `%{p}` stands in it: only then is it worth asking DNS.
    pub fn needs_validated(&self) -> bool {
        self.0.iter().any(|piece| matches!(piece, Piece::Macro(Macro { letter: b'p', .. })))
    }

    fn expand(&self, values: &Values<'_>, longest: usize) -> String {
        let mut out = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Literal(literal) => out.push_str(literal),
                Piece::Macro(one) => out.push_str(&one.expand(values)),
            }
            // A sender may be long, and a record may name it a hundred times.
            if out.len() > 16 * longest {
                break;
            }
        }
        out
    }

    /// A domain name; of one that is too long the left labels go (RFC 7208 §7.3).
    pub fn name(&self, values: &Values<'_>) -> String {
        let whole = self.expand(values, LONGEST_NAME);
        let mut name = whole.strip_suffix('.').unwrap_or(&whole);
        while name.len() > LONGEST_NAME {
            match name.split_once('.') {
                Some((_, rest)) => name = rest,
                None => return String::new(),
            }
        }
        name.to_owned()
    }

    /// An explanation, cut where a reply would end.
    pub fn words(&self, values: &Values<'_>) -> String {
        self.expand(values, LONGEST_TEXT).chars().take(LONGEST_TEXT).collect()
    }
}

impl Macro {
    fn expand(&self, values: &Values<'_>) -> String {
        let value = self.value(values);
        let mut parts: Vec<&str> = value.split(|char| self.delimiters.contains(&char)).collect();
        if self.reversed {
            parts.reverse();
        }
        if let Some(keep) = self.keep {
            parts.drain(..parts.len().saturating_sub(keep));
        }
        let joined = parts.join(".");
        if self.escaped { escape(&joined) } else { joined }
    }

    fn value(&self, values: &Values<'_>) -> String {
        let (local, domain) = values.sender.rsplit_once('@').unwrap_or(("postmaster", values.sender));
        match self.letter {
            b's' => values.sender.to_owned(),
            b'l' => local.to_owned(),
            b'o' => domain.to_owned(),
            b'd' => values.domain.to_owned(),
            b'i' => dotted(values.ip),
            b'p' => values.validated.to_owned(),
            b'v' => if values.ip.is_ipv4() { "in-addr" } else { "ip6" }.to_owned(),
            b'h' => values.helo.to_owned(),
            b'c' => values.ip.to_string(),
            b'r' => values.receiver.to_owned(),
            _ => values.now.to_string(),
        }
    }
}

/// IPv4 as ever, IPv6 as 32 nibbles with dots between.
fn dotted(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(four) => four.to_string(),
        IpAddr::V6(six) => {
            let nibbles: Vec<String> =
                six.octets().iter().flat_map(|o| [o >> 4, o & 15]).map(|n| format!("{n:X}")).collect();
            nibbles.join(".")
        }
    }
}

/// RFC 3986 §2.3: what is not unreserved.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

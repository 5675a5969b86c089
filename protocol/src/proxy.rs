//! The PROXY protocol, versions 1 and 2 (HAProxy's proxy-protocol.txt): what a proxy in front of us says before the
//! client's first byte, so that we know who the client is.
//!
//! Only for connections from proxies that the operator has named: anybody can write these bytes.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

/// §2.1: the longest line of version 1, CRLF included.
const LONGEST_LINE: usize = 107;
/// §2.2: what every version 2 header begins with.
const SIGNATURE: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";
/// Signature, version and command, family, length.
const FIXED: usize = 16;
/// What may follow, addresses and TLVs: as much as §2.2 lets a sender count on.
const LONGEST_REST: usize = 536;
/// The shortest header of all: `PROXY UNKNOWN` and CRLF.
const SHORTEST: usize = 15;

/// Who the connection is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The proxy passes on a client of its own.
    Client { source: SocketAddr, destination: SocketAddr },
    /// Go by the socket's own addresses: a health check of the proxy's (LOCAL), or nothing it can tell (UNKNOWN,
    /// UNSPEC, a unix socket).
    Itself,
}

/// What the bytes so far come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// At least so many more octets belong to the header: reading no more than that takes nothing of what follows.
    Needs(usize),
    /// The header is whole, and this long.
    Whole(Origin, usize),
}

/// This is no PROXY header: close the connection (§2: nothing else may come from a proxy).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a PROXY header")]
pub struct NoHeader;

/// Reads what has come from the connection's first byte on.
///
/// # Errors
/// As soon as it cannot become a header any more.
pub fn read(bytes: &[u8]) -> Result<Progress, NoHeader> {
    let begins = |start: &[u8]| bytes.iter().zip(start).all(|(byte, expected)| byte == expected);
    if !begins(b"PROXY ") && !begins(SIGNATURE) {
        return Err(NoHeader);
    }
    if bytes.len() < SHORTEST {
        return Ok(Progress::Needs(SHORTEST - bytes.len()));
    }
    if bytes.starts_with(SIGNATURE) { read_v2(bytes) } else { read_v1(bytes) }
}

fn read_v1(bytes: &[u8]) -> Result<Progress, NoHeader> {
    let within = &bytes[..bytes.len().min(LONGEST_LINE)];
    let Some(end) = within.iter().position(|&byte| byte == b'\n') else {
        return if within.len() < LONGEST_LINE { Ok(Progress::Needs(1)) } else { Err(NoHeader) };
    };
    let line = within[..end].strip_suffix(b"\r").and_then(|line| std::str::from_utf8(line).ok()).ok_or(NoHeader)?;
    let mut words = line.split(' ').skip(1);
    let origin = match words.next() {
        Some("TCP4") => client::<Ipv4Addr>(words)?,
        Some("TCP6") => client::<Ipv6Addr>(words)?,
        // §2.1: whatever else stands there is not looked at.
        Some("UNKNOWN") => Origin::Itself,
        _ => return Err(NoHeader),
    };
    Ok(Progress::Whole(origin, end + 1))
}

/// `source destination port port`, one space between, and nothing more.
fn client<'a, A: FromStr + Into<IpAddr>>(mut words: impl Iterator<Item = &'a str>) -> Result<Origin, NoHeader> {
    let mut address = || words.next().and_then(|word| word.parse::<A>().ok()).map(Into::into).ok_or(NoHeader);
    let (source, destination) = (address()?, address()?);
    let mut port = || words.next().and_then(port).ok_or(NoHeader);
    let (source_port, destination_port) = (port()?, port()?);
    if words.next().is_some() {
        return Err(NoHeader);
    }
    let (source, destination) = (SocketAddr::new(source, source_port), SocketAddr::new(destination, destination_port));
    Ok(Origin::Client { source, destination })
}

/// §2.1: 1 to 5 digits without a leading zero.
fn port(word: &str) -> Option<u16> {
    let plain = word.bytes().all(|byte| byte.is_ascii_digit()) && (word == "0" || !word.starts_with('0'));
    if plain { word.parse().ok() } else { None }
}

fn read_v2(bytes: &[u8]) -> Result<Progress, NoHeader> {
    let Some((fixed, rest)) = bytes.split_first_chunk::<FIXED>() else {
        return Ok(Progress::Needs(FIXED - bytes.len()));
    };
    let length = usize::from(u16::from_be_bytes([fixed[14], fixed[15]]));
    if length > LONGEST_REST {
        return Err(NoHeader);
    }
    // Command and family are wrong or right whatever follows.
    let local = match fixed[12] {
        0x20 => true,
        0x21 => false,
        _ => return Err(NoHeader),
    };
    let addresses = match fixed[13] {
        0x00 => 0,
        0x11 => 12,
        0x21 => 36,
        0x31 => 216,
        // Datagrams, and what is not known yet: no client of ours comes so.
        _ if local => 0,
        _ => return Err(NoHeader),
    };
    if !local && length < addresses {
        return Err(NoHeader);
    }
    let Some(rest) = rest.get(..length) else {
        return Ok(Progress::Needs(length - rest.len()));
    };
    // §2.2.1: what follows the addresses are TLVs, none of which we need.
    let origin = match fixed[13] {
        _ if local => Origin::Itself,
        0x11 => pair::<4>(rest).ok_or(NoHeader)?,
        0x21 => pair::<16>(rest).ok_or(NoHeader)?,
        _ => Origin::Itself,
    };
    Ok(Progress::Whole(origin, FIXED + length))
}

/// Source, destination, and their ports, each in network order.
fn pair<const N: usize>(bytes: &[u8]) -> Option<Origin>
where
    IpAddr: From<[u8; N]>,
{
    let (source, rest) = bytes.split_first_chunk::<N>()?;
    let (destination, rest) = rest.split_first_chunk::<N>()?;
    let (source_port, rest) = rest.split_first_chunk::<2>()?;
    let (destination_port, _) = rest.split_first_chunk::<2>()?;
    let at = |address: [u8; N], port: [u8; 2]| SocketAddr::new(address.into(), u16::from_be_bytes(port));
    Some(Origin::Client { source: at(*source, *source_port), destination: at(*destination, *destination_port) })
}

#[cfg(test)]
mod tests;

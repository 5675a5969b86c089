//! How values are written: lengths of time, sizes, lists and tables, the same in file, environment and flags.

use super::TlsDemand;
use mail::Domain;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// A TOML value as it would stand in a flag: lists and tables with commas.
pub fn flat(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Array(items) => items.iter().map(flat).collect::<Vec<_>>().join(","),
        toml::Value::Table(table) => {
            table.iter().map(|(name, value)| format!("{name}={}", flat(value))).collect::<Vec<_>>().join(",")
        }
        other => other.to_string(),
    }
}

/// `off`, or an address and port.
pub fn listener(text: &str) -> Option<Option<SocketAddr>> {
    if text == "off" { Some(None) } else { text.parse().ok().map(Some) }
}

pub fn on_or_off(text: &str) -> Option<bool> {
    match text {
        "true" | "on" | "yes" => Some(true),
        "false" | "off" | "no" => Some(false),
        _ => None,
    }
}

/// `500ms`, `30s`, `5m`, `4h`, `5d`; `0` alone needs no unit.
pub fn duration(text: &str) -> Option<Duration> {
    if text == "0" {
        return Some(Duration::ZERO);
    }
    let unit_at = text.find(|char: char| !char.is_ascii_digit())?;
    let count: u64 = text[..unit_at].parse().ok()?;
    let milliseconds: u64 = match &text[unit_at..] {
        "ms" => 1,
        "s" => 1000,
        "m" => 60 * 1000,
        "h" => 60 * 60 * 1000,
        "d" => 24 * 60 * 60 * 1000,
        _ => return None,
    };
    // A century is more than any timer here means.
    let total = count.checked_mul(milliseconds).filter(|total| *total <= 36_500 * 24 * 60 * 60 * 1000)?;
    Some(Duration::from_millis(total))
}

pub fn positive_duration(text: &str) -> Option<Duration> {
    duration(text).filter(|duration| !duration.is_zero())
}

/// Octets: `1048576`, `256KiB`, `25MiB`, `2GiB`.
pub fn size(text: &str) -> Option<u64> {
    let unit_at = text.find(|char: char| !char.is_ascii_digit()).unwrap_or(text.len());
    let count: u64 = text[..unit_at].parse().ok()?;
    let unit: u64 = match text[unit_at..].trim() {
        "" | "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    count.checked_mul(unit).filter(|total| i64::try_from(*total).is_ok())
}

/// A whole number of at least `least`.
pub fn number<N: std::str::FromStr + PartialOrd>(text: &str, least: N) -> Option<N> {
    text.parse().ok().filter(|number| *number >= least)
}

/// A whole number of at least `least` and at most `most`.
pub fn between(text: &str, least: u32, most: u32) -> Option<u32> {
    number(text, least).filter(|number| *number <= most)
}

/// The sign before an address' detail; `off`: none.
pub fn separator(text: &str) -> Option<Option<char>> {
    match text {
        "off" => Some(None),
        "+" | "-" | "_" | "=" | "." | "#" => Some(text.chars().next()),
        _ => None,
    }
}

/// Comma-separated; an empty text is an empty list.
pub fn list<T>(text: &str, item: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(item).collect()
}

/// An address, with port 53 when none is named.
pub fn name_server(text: &str) -> Option<SocketAddr> {
    text.parse().ok().or_else(|| Some(SocketAddr::from((text.parse::<IpAddr>().ok()?, 53))))
}

/// `domain=host:port,…`; the host is a name or an address (IPv6 in brackets).
pub fn next_hops(text: &str) -> Option<HashMap<String, (String, u16)>> {
    let hop = |text: &str| {
        let (domain, hop) = text.split_once('=')?;
        let domain = Domain::parse(domain.trim()).ok()?.as_str().to_owned();
        Some((domain, host_and_port(hop)?))
    };
    Some(list(text, hop)?.into_iter().collect())
}

/// The same, with `*` for all other domains.
pub fn smarthosts(text: &str) -> Option<HashMap<String, (String, u16)>> {
    let hop = |text: &str| {
        let (domain, hop) = text.split_once('=')?;
        Some((domain_or_all(domain)?, host_and_port(hop)?))
    };
    Some(list(text, hop)?.into_iter().collect())
}

/// `domain=verified,…`, with `*` for all other domains.
pub fn tls_policies(text: &str) -> Option<HashMap<String, TlsDemand>> {
    let policy = |text: &str| {
        let (domain, demand) = text.split_once('=')?;
        let demand = match demand.trim() {
            "never" => TlsDemand::Never,
            "opportunistic" => TlsDemand::Opportunistic,
            "encrypted" => TlsDemand::Encrypted,
            "verified" => TlsDemand::Verified,
            _ => return None,
        };
        Some((domain_or_all(domain)?, demand))
    };
    Some(list(text, policy)?.into_iter().collect())
}

fn domain_or_all(text: &str) -> Option<String> {
    match text.trim() {
        "*" => Some("*".to_owned()),
        domain => Some(Domain::parse(domain).ok()?.as_str().to_owned()),
    }
}

fn host_and_port(text: &str) -> Option<(String, u16)> {
    let (host, port) = text.trim().rsplit_once(':')?;
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let known = bare.parse::<IpAddr>().is_ok() || Domain::parse(bare).is_ok();
    known.then_some((bare.to_ascii_lowercase(), number(port, 1)?))
}

/// `http://host` or `https://host:port`, without a path.
pub fn web_url(text: &str) -> Option<String> {
    let text = text.trim_end_matches('/');
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let plain = |char: char| char.is_ascii_alphanumeric() || "-.:[]".contains(char);
    (!host.is_empty() && host.chars().all(plain)).then(|| text.to_owned())
}

/// `https://host/path`, for a program to fetch.
pub fn https_url(text: &str) -> Option<String> {
    let url: http::Uri = text.parse().ok()?;
    (url.scheme_str() == Some("https") && url.host().is_some()).then(|| text.to_owned())
}

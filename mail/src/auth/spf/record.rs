//! The record: `v=spf1` and its terms (RFC 7208 §4.5, §4.6.1, §12). One term that is no term spoils all of it.

use super::macros::{DomainSpec, Text};
use super::target::{Cidr, cut_cidr, prefix};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// More than this of a record is not SPF any more: each term may cost a question.
const LONGEST: usize = 16 * 1024;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub directives: Vec<Directive>,
    pub redirect: Option<DomainSpec>,
    pub exp: Option<DomainSpec>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Directive {
    pub qualifier: Qualifier,
    pub mechanism: Mechanism,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Qualifier {
    Pass,
    Fail,
    SoftFail,
    Neutral,
}

/// A mechanism; without a domain of its own it means the one that is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mechanism {
    All,
    Include(DomainSpec),
    A(Option<DomainSpec>, Cidr),
    Mx(Option<DomainSpec>, Cidr),
    Ptr(Option<DomainSpec>),
    /// An address and how many of its bits count.
    Ip(IpAddr, u8),
    Exists(DomainSpec),
}

/// Which of the TXT records is the policy. `Err`: more than one (RFC 7208 §4.5).
pub(super) fn choose(records: &[Vec<u8>]) -> Result<Option<&[u8]>, ()> {
    let is_spf = |record: &&Vec<u8>| {
        let version = record.get(..6).is_some_and(|start| start.eq_ignore_ascii_case(b"v=spf1"));
        version && matches!(record.get(6), None | Some(b' '))
    };
    let mut found = records.iter().filter(is_spf);
    match (found.next(), found.next()) {
        (_, Some(_)) => Err(()),
        (first, None) => Ok(first.map(Vec::as_slice)),
    }
}

impl Record {
    /// None: a syntax error somewhere (permerror), whether or not the evaluation would have come there.
    pub fn parse(record: &[u8]) -> Option<Record> {
        let text = std::str::from_utf8(record).ok().filter(|text| text.is_ascii() && text.len() <= LONGEST)?;
        let mut parsed = Record { directives: Vec::new(), redirect: None, exp: None };
        // Spaces alone part the terms: a tab or a line end is an error within one.
        for term in text[6..].split(' ').filter(|term| !term.is_empty()) {
            match modifier(term) {
                Some((name, value)) => parsed.modify(name, value)?,
                None => parsed.directives.push(directive(term)?),
            }
        }
        Some(parsed)
    }

    fn modify(&mut self, name: &str, value: &str) -> Option<()> {
        let place = if name.eq_ignore_ascii_case("redirect") {
            &mut self.redirect
        } else if name.eq_ignore_ascii_case("exp") {
            &mut self.exp
        } else {
            // RFC 7208 §6: unknown ones are passed over, if they are written as they must be.
            return Text::parse(value).map(|_| ());
        };
        // RFC 7208 §6: each at most once.
        if place.is_some() {
            return None;
        }
        *place = Some(DomainSpec::parse(value)?);
        Some(())
    }
}

/// `name=value`; mechanisms have `:` or `/` before any `=`.
fn modifier(term: &str) -> Option<(&str, &str)> {
    let (name, value) = term.split_once('=')?;
    let mut bytes = name.bytes();
    let begins = bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic());
    let goes_on = bytes.all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    (begins && goes_on).then_some((name, value))
}

fn directive(term: &str) -> Option<Directive> {
    let (qualifier, rest) = match term.as_bytes().first()? {
        b'+' => (Qualifier::Pass, &term[1..]),
        b'-' => (Qualifier::Fail, &term[1..]),
        b'~' => (Qualifier::SoftFail, &term[1..]),
        b'?' => (Qualifier::Neutral, &term[1..]),
        _ => (Qualifier::Pass, term),
    };
    Some(Directive { qualifier, mechanism: mechanism(rest)? })
}

fn mechanism(text: &str) -> Option<Mechanism> {
    let end = text.find([':', '/']).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    // An argument that is announced by a colon must be there.
    let argument = rest.strip_prefix(':');
    match name.to_ascii_lowercase().as_str() {
        "all" => rest.is_empty().then_some(Mechanism::All),
        "include" => Some(Mechanism::Include(DomainSpec::parse(argument?)?)),
        "exists" => Some(Mechanism::Exists(DomainSpec::parse(argument?)?)),
        "ptr" if rest.is_empty() => Some(Mechanism::Ptr(None)),
        "ptr" => Some(Mechanism::Ptr(Some(DomainSpec::parse(argument?)?))),
        "a" => with_cidr(rest).map(|(domain, cidr)| Mechanism::A(domain, cidr)),
        "mx" => with_cidr(rest).map(|(domain, cidr)| Mechanism::Mx(domain, cidr)),
        "ip4" => {
            let (address, bits) = network(argument?, 32)?;
            // Four decimal numbers, no fewer.
            Some(Mechanism::Ip(address.parse::<Ipv4Addr>().ok()?.into(), bits))
        }
        "ip6" => {
            let (address, bits) = network(argument?, 128)?;
            Some(Mechanism::Ip(address.parse::<Ipv6Addr>().ok()?.into(), bits))
        }
        _ => None,
    }
}

/// What follows `a` and `mx`: `[":" domain-spec] [dual-cidr-length]`.
fn with_cidr(rest: &str) -> Option<(Option<DomainSpec>, Cidr)> {
    let (domain, cidr) = cut_cidr(rest)?;
    let domain = match domain.strip_prefix(':') {
        Some(domain) => Some(DomainSpec::parse(domain)?),
        None if domain.is_empty() => None,
        None => return None,
    };
    Some((domain, cidr))
}

fn network(text: &str, most: u8) -> Option<(&str, u8)> {
    match text.split_once('/') {
        Some((address, bits)) => Some((address, prefix(bits, most)?)),
        None => Some((text, most)),
    }
}

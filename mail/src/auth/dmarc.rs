//! DMARC (RFC 7489): does anything that was verified belong to the domain in From, and what does that domain want to
//! be done when nothing does?

use super::author::Author;
use super::dkim::{DkimResult, Signature};
use super::lookup::{Failure, Lookup};
use super::organisation::organisation;
use super::spf::{Spf, SpfResult};

/// What the domain asks for (RFC 7489 §6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Policy {
    None,
    Quarantine,
    Reject,
}

/// What came of it (RFC 7489 §11.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DmarcResult {
    /// The domain publishes nothing.
    None,
    Pass,
    Fail,
    TempError,
    /// There is no one author domain to ask.
    PermError,
}

/// The finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dmarc {
    pub result: DmarcResult,
    /// The domain in From; empty when there is none, or more than one.
    pub domain: String,
    /// Whose record it is: that domain, or the one it belongs to.
    pub organisation: String,
    /// What is asked for this message, the domain's percentage considered.
    pub policy: Policy,
    pub spf_aligned: bool,
    pub dkim_aligned: bool,
}

impl Policy {
    pub fn word(self) -> &'static str {
        match self {
            Policy::None => "none",
            Policy::Quarantine => "quarantine",
            Policy::Reject => "reject",
        }
    }

    pub fn from_word(word: &str) -> Option<Policy> {
        [Policy::None, Policy::Quarantine, Policy::Reject].into_iter().find(|p| p.word().eq_ignore_ascii_case(word))
    }

    /// One step milder: what the rest of a percentage gets (RFC 7489 §6.6.4).
    fn milder(self) -> Policy {
        match self {
            Policy::Reject => Policy::Quarantine,
            Policy::Quarantine | Policy::None => Policy::None,
        }
    }
}

impl DmarcResult {
    pub const ALL: [DmarcResult; 5] = {
        use DmarcResult::*;
        [None, Pass, Fail, TempError, PermError]
    };

    pub fn word(self) -> &'static str {
        match self {
            DmarcResult::None => "none",
            DmarcResult::Pass => "pass",
            DmarcResult::Fail => "fail",
            DmarcResult::TempError => "temperror",
            DmarcResult::PermError => "permerror",
        }
    }

    pub fn from_word(word: &str) -> Option<DmarcResult> {
        DmarcResult::ALL.into_iter().find(|result| result.word() == word)
    }
}

/// A domain's record, as far as a receiver needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Record {
    policy: Policy,
    subdomains: Policy,
    strict_dkim: bool,
    strict_spf: bool,
    percent: u8,
}

impl Record {
    /// RFC 7489 §6.3, §6.4. None: it is no DMARC record.
    fn parse(text: &[u8]) -> Option<Record> {
        let text = std::str::from_utf8(text).ok()?;
        let mut tags = text.split(';').map(|tag| {
            let (name, value) = tag.split_once('=').unwrap_or((tag, ""));
            (name.trim().to_ascii_lowercase(), value.trim())
        });
        // The version comes first, and in this spelling.
        if tags.next()? != ("v".to_owned(), "DMARC1") {
            return None;
        }
        let (mut policy, mut subdomains, mut reports) = (None, None, false);
        let mut record = Record {
            policy: Policy::None,
            subdomains: Policy::None,
            strict_dkim: false,
            strict_spf: false,
            percent: 100,
        };
        for (name, value) in tags {
            match name.as_str() {
                "p" => policy = Policy::from_word(value),
                "sp" => subdomains = Policy::from_word(value),
                "adkim" => record.strict_dkim = value.eq_ignore_ascii_case("s"),
                "aspf" => record.strict_spf = value.eq_ignore_ascii_case("s"),
                "pct" => record.percent = value.parse().ok().filter(|percent| *percent <= 100).unwrap_or(100),
                "rua" => reports = value.to_ascii_lowercase().contains("mailto:"),
                _ => {}
            }
        }
        // RFC 7489 §6.6.3: without a valid policy it counts only if it asks for reports, and then as `none`.
        record.policy = policy.or(reports.then_some(Policy::None))?;
        record.subdomains = subdomains.unwrap_or(record.policy);
        Some(record)
    }
}

/// Asks the author domain, and sets what was found against it. `dice` is of 0 to 99 (RFC 7489 §6.3 `pct`).
pub async fn check<L: Lookup>(dns: &L, author: &Author, spf: Option<&Spf>, dkim: &[Signature], dice: u8) -> Dmarc {
    let mut found = Dmarc {
        result: DmarcResult::None,
        domain: String::new(),
        organisation: String::new(),
        policy: Policy::None,
        spf_aligned: false,
        dkim_aligned: false,
    };
    let domain = match author {
        Author::One(domain) => domain,
        // RFC 7489 §6.6.1: nobody to ask.
        Author::Nobody => return found,
        Author::Several => {
            found.result = DmarcResult::PermError;
            return found;
        }
    };
    found.domain = domain.clone();
    found.organisation = organisation(domain).to_owned();
    let record = match discover(dns, domain, &found.organisation).await {
        Ok(Some(record)) => record,
        Ok(None) => return found,
        Err(()) => {
            found.result = DmarcResult::TempError;
            return found;
        }
    };
    found.policy = if dice < record.percent { record.policy } else { record.policy.milder() };
    align(&mut found, &record, spf, dkim);
    found
}

/// RFC 7489 §6.6.3: the domain's own record, else that of its organisation. `Err`: not to be had now.
async fn discover<L: Lookup>(dns: &L, domain: &str, organisation: &str) -> Result<Option<Record>, ()> {
    if let Some(record) = record_at(dns, domain).await? {
        return Ok(Some(record));
    }
    if organisation == domain {
        return Ok(None);
    }
    let record = record_at(dns, organisation).await?;
    Ok(record.map(|record| Record { policy: record.subdomains, ..record }))
}

async fn record_at<L: Lookup>(dns: &L, domain: &str) -> Result<Option<Record>, ()> {
    match dns.txt(&format!("_dmarc.{domain}")).await {
        Ok(records) => {
            let mut found = records.iter().filter_map(|record| Record::parse(record));
            // Two policies are none (RFC 7489 §6.6.3).
            Ok(found.next().filter(|_| found.next().is_none()))
        }
        Err(Failure::NoSuchDomain | Failure::NoRecord) => Ok(None),
        Err(Failure::NotNow) => Err(()),
    }
}

/// RFC 7489 §3.1: identifiers that were verified and are the author's. One is enough.
fn align(found: &mut Dmarc, record: &Record, spf: Option<&Spf>, dkim: &[Signature]) {
    let mut not_now = false;
    if let Some(spf) = spf.filter(|spf| aligned(&spf.domain, &found.domain, record.strict_spf)) {
        found.spf_aligned = spf.result == SpfResult::Pass;
        not_now |= spf.result == SpfResult::TempError;
    }
    for signature in dkim.iter().filter(|one| aligned(&one.domain, &found.domain, record.strict_dkim)) {
        found.dkim_aligned |= signature.result == DkimResult::Pass;
        not_now |= signature.result == DkimResult::TempError;
    }
    found.result = match (found.spf_aligned || found.dkim_aligned, not_now) {
        (true, _) => DmarcResult::Pass,
        // What could not be looked up might have been the one that counts.
        (false, true) => DmarcResult::TempError,
        (false, false) => DmarcResult::Fail,
    };
}

/// Strict: the same domain. Relaxed: the same organisation.
fn aligned(identifier: &str, author: &str, strict: bool) -> bool {
    let identifier = identifier.to_ascii_lowercase();
    identifier == author || !strict && !identifier.is_empty() && organisation(&identifier) == organisation(author)
}

#[cfg(test)]
mod tests;

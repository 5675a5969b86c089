//! What DNS has to say about a domain of ours, so that others find us and believe us; and what it says now.

use crate::config::Config;
use crate::dkim;
use crate::dns::{Dns, DnsFailure};
use store::{DkimKey, Millis};

/// One record to be copied into the domain's zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub purpose: Purpose,
    /// Without a trailing dot.
    pub name: String,
    /// A TXT record's text, an MX record's preference and host.
    pub value: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Mx,
    Spf,
    Dkim,
    Dmarc,
    MtaSts,
    TlsReports,
}

/// What DNS says of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    Right,
    /// There is something else.
    Other(Vec<String>),
    Missing,
    /// Nobody answers.
    NotNow,
}

impl Purpose {
    pub fn name(self) -> &'static str {
        match self {
            Purpose::Mx => "MX",
            Purpose::Spf => "SPF",
            Purpose::Dkim => "DKIM",
            Purpose::Dmarc => "DMARC",
            Purpose::MtaSts => "MTA-STS",
            Purpose::TlsReports => "TLS-RPT",
        }
    }

    /// Why it is wanted, for whoever copies it.
    pub fn why(self) -> &'static str {
        match self {
            Purpose::Mx => "where others bring mail for the domain",
            Purpose::Spf => "which servers send its mail",
            Purpose::Dkim => "the key that its signatures are checked with",
            Purpose::Dmarc => "what to do with mail that only pretends to be its own, and where to report it",
            Purpose::MtaSts => "that mail to it is to be encrypted (needs a certificate for mta-sts.<domain>, too)",
            Purpose::TlsReports => "where others report when encryption fails",
        }
    }
}

impl Record {
    pub fn kind(&self) -> &'static str {
        if self.purpose == Purpose::Mx { "MX" } else { "TXT" }
    }

    /// As a zone file has it. A string of a TXT record is at most 255 octets (RFC 1035 §3.3.14).
    pub fn zone_line(&self) -> String {
        if self.purpose == Purpose::Mx {
            return format!("{}. IN MX {}.", self.name, self.value);
        }
        let strings: Vec<String> =
            self.value.as_bytes().chunks(250).map(|part| format!("\"{}\"", String::from_utf8_lossy(part))).collect();
        format!("{}. IN TXT {}", self.name, strings.join(" "))
    }
}

/// The records that `domain` should have.
pub fn expected(config: &Config, domain: &str, keys: &[DkimKey], now: Millis) -> Vec<Record> {
    let record = |purpose, name: String, value: String| Record { purpose, name, value };
    let reports = format!("mailto:postmaster@{domain}");
    let mut records = vec![
        record(Purpose::Mx, domain.to_owned(), format!("10 {}", config.hostname)),
        record(Purpose::Spf, domain.to_owned(), "v=spf1 mx -all".to_owned()),
    ];
    // Those that are to sign later as well: DNS has to know them before.
    for key in keys.iter().filter(|key| key.will_sign(now)) {
        let text = dkim::record(key).unwrap_or_default();
        records.push(record(Purpose::Dkim, dkim::record_name(key), text));
    }
    records.extend([
        record(Purpose::Dmarc, format!("_dmarc.{domain}"), format!("v=DMARC1; p=quarantine; rua={reports}")),
        record(Purpose::MtaSts, format!("_mta-sts.{domain}"), format!("v=STSv1; id={}", policy_id(config))),
        record(Purpose::TlsReports, format!("_smtp._tls.{domain}"), format!("v=TLSRPTv1; rua={reports}")),
    ]);
    records
}

/// Our own policy (RFC 8461 §3.2), the same for all our domains.
pub fn policy(config: &Config) -> String {
    format!("version: STSv1\r\nmode: enforce\r\nmx: {}\r\nmax_age: 604800\r\n", config.hostname)
}

/// Another policy has another id.
fn policy_id(config: &Config) -> String {
    blake3::hash(policy(config).as_bytes()).to_hex()[..16].to_owned()
}

/// What DNS says of a record now.
pub async fn look_up(dns: &Dns, record: &Record) -> Found {
    let answer = match record.purpose {
        Purpose::Mx => dns
            .mx(&record.name)
            .await
            .map(|found| found.into_iter().map(|mx| format!("{} {}", mx.preference, mx.host)).collect::<Vec<String>>()),
        _ => dns.texts(&record.name).await,
    };
    match answer {
        Ok(found) => compare(record, found),
        Err(DnsFailure::NoRecord | DnsFailure::NoSuchDomain) => Found::Missing,
        Err(DnsFailure::NotNow) => Found::NotNow,
    }
}

/// Of several texts at one name only those of the same kind count.
fn compare(record: &Record, found: Vec<String>) -> Found {
    let version = record.value.split([';', ' ']).next().unwrap_or_default();
    let same_kind = |text: &String| record.purpose == Purpose::Mx || text.starts_with(version);
    let found: Vec<String> = found.into_iter().filter(same_kind).collect();
    let right = |text: &String| match record.purpose {
        // The preference is the operator's to choose.
        Purpose::Mx => text.split(' ').nth(1) == record.value.split(' ').nth(1),
        // Any policy of their own that is one.
        Purpose::Dmarc | Purpose::TlsReports => true,
        Purpose::Spf => text.split(' ').any(|word| matches!(word, "mx" | "+mx")) || *text == record.value,
        Purpose::Dkim | Purpose::MtaSts => without_spaces(text) == without_spaces(&record.value),
    };
    if found.iter().any(right) {
        Found::Right
    } else if found.is_empty() {
        Found::Missing
    } else {
        Found::Other(found)
    }
}

fn without_spaces(text: &str) -> String {
    text.trim_end_matches(';').chars().filter(|char| !char.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(purpose: Purpose, value: &str) -> Record {
        Record { purpose, name: "comentum.test".to_owned(), value: value.to_owned() }
    }

    #[test]
    fn what_is_in_dns_is_right_other_or_missing() {
        for (purpose, value, found, expected) in [
            (Purpose::Mx, "10 mx.test", vec!["20 mx.test"], Found::Right),
            (Purpose::Mx, "10 mx.test", vec!["5 a.test"], Found::Other(vec!["5 a.test".to_owned()])),
            (Purpose::Spf, "v=spf1 mx -all", vec!["x", "v=spf1 include:y.test mx ~all"], Found::Right),
            (Purpose::Spf, "v=spf1 mx -all", vec!["google-site-verification=1"], Found::Missing),
            (Purpose::Spf, "v=spf1 mx -all", vec!["v=spf1 -all"], Found::Other(vec!["v=spf1 -all".to_owned()])),
            (Purpose::Dkim, "v=DKIM1; k=rsa; p=AB", vec!["v=DKIM1;k=rsa;p=A B;"], Found::Right),
            (Purpose::Dkim, "v=DKIM1; p=AB", vec!["v=DKIM1; p=AC"], Found::Other(vec!["v=DKIM1; p=AC".to_owned()])),
            (Purpose::Dmarc, "v=DMARC1; p=quarantine", vec!["v=DMARC1; p=reject"], Found::Right),
        ] {
            let found = found.into_iter().map(str::to_owned).collect();
            assert_eq!(compare(&record(purpose, value), found), expected, "{purpose:?} {value}");
        }
    }

    #[test]
    fn a_long_text_is_cut_for_the_zone() {
        let line = record(Purpose::Dkim, &"x".repeat(400)).zone_line();
        assert_eq!(line, format!("comentum.test. IN TXT \"{}\" \"{}\"", "x".repeat(250), "x".repeat(150)));
        assert_eq!(record(Purpose::Mx, "10 mx.test").zone_line(), "comentum.test. IN MX 10 mx.test.");
    }

    #[test]
    fn our_own_policy_is_one_and_has_an_id() {
        let config = Config::default();
        let policy = mail::sts::Policy::parse(&policy(&config)).unwrap();
        assert!(policy.covers("localhost"));
        let records = expected(&config, "x.test", &[], 0);
        let sts = records.iter().find(|record| record.purpose == Purpose::MtaSts).unwrap();
        assert!(mail::sts::record_id(&sts.value).is_some(), "{sts:?}");
    }
}

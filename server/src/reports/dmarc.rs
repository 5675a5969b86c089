//! An aggregate report (RFC 7489 §7.2): what was found of the mail that claimed to be a domain's.

use super::daily::{Sent, deliver, mailboxes, report_id};
use crate::clock::span;
use crate::house::House;
use mail::Address;
use mail::auth::dkim;
use mail::auth::findings::Findings;
use mail::auth::lookup::{Failure, Lookup};
use mail::auth::organisation::organisation;
use mail::auth::spf::{Identity, SpfResult};
use mail_auth::common::parse::TxtRecordParser;
use mail_auth::dmarc::Dmarc;
use mail_auth::report::{
    ActionDisposition, DKIMAuthResult, DkimResult, DmarcResult, PolicyPublished, Record, Report, SPFAuthResult,
    SPFDomainScope, SpfResult as ToldSpf,
};
use store::{DmarcOutcome, Millis};

/// Lines of one report.
const LINES: i64 = 10_000;

pub async fn send(house: &House, from: &Address, begins: Millis, domain: &str) -> Sent {
    let published = match published(house, &format!("_dmarc.{domain}")).await {
        Ok(Some(published)) => published,
        Ok(None) | Err(Failure::NoSuchDomain | Failure::NoRecord) => return Sent::Done,
        Err(Failure::NotNow) => return Sent::NotNow("DNS does not answer".to_owned()),
    };
    let mut wanted = Vec::new();
    for uri in published.rua() {
        let Some(to) = mailboxes(std::iter::once(uri.uri())).pop() else { continue };
        match is_welcome(house, domain, &to).await {
            Ok(true) => wanted.push((to, uri.max_size())),
            Ok(false) => {}
            Err(Failure::NotNow) => return Sent::NotNow("DNS does not answer".to_owned()),
            Err(_) => {}
        }
    }
    if wanted.is_empty() {
        return Sent::Done;
    }
    let outcomes = match house.store.dmarc_outcomes(begins, domain, LINES).await {
        Ok(outcomes) => outcomes,
        Err(error) => return Sent::NotNow(error.to_string()),
    };
    let report = report(house, from, begins, (domain, &published), &outcomes);
    let mut bytes = Vec::new();
    let all: Vec<String> = wanted.iter().map(|(to, _)| to.to_string()).collect();
    let (submitter, from) = (house.config.hostname.as_str(), from.to_string());
    if let Err(error) = report.write_rfc5322(submitter, from.as_str(), all.iter().map(String::as_str), &mut bytes) {
        return Sent::NotNow(error.to_string());
    }
    // RFC 7489 §6.3: not to those who take no report so large.
    let fits = |(_, most): &(Address, usize)| *most == 0 || bytes.len() <= *most;
    let to: Vec<Address> = wanted.into_iter().filter(fits).map(|(to, _)| to).collect();
    if to.is_empty() { Sent::Done } else { deliver(house, to, bytes).await }
}

async fn published(house: &House, name: &str) -> Result<Option<Dmarc>, Failure> {
    let texts = house.dns.txt(name).await?;
    Ok(texts.iter().filter(|text| text.starts_with(b"v=DMARC1")).find_map(|text| Dmarc::parse(text).ok()))
}

/// RFC 7489 §7.1: somebody else's domain must say that it takes reports about this one, or anybody's mailbox could be
/// filled by a record.
async fn is_welcome(house: &House, domain: &str, to: &Address) -> Result<bool, Failure> {
    let there = to.domain().as_str();
    if organisation(there).eq_ignore_ascii_case(organisation(domain)) {
        return Ok(true);
    }
    let texts = house.dns.txt(&format!("{domain}._report._dmarc.{there}")).await?;
    Ok(texts.iter().any(|text| text.starts_with(b"v=DMARC1")))
}

fn report(
    house: &House,
    from: &Address,
    begins: Millis,
    (domain, published): (&str, &Dmarc),
    outcomes: &[DmarcOutcome],
) -> Report {
    let seconds = |at: Millis| u64::try_from(at / 1000).unwrap_or_default();
    let mut report = Report::new()
        .with_version(1.0)
        .with_org_name(house.config.hostname.as_str())
        .with_email(from.to_string())
        .with_report_id(report_id(house, begins, domain))
        .with_date_range_begin(seconds(begins))
        .with_date_range_end(seconds(begins + span(house.config.report_period)) - 1)
        .with_policy_published(PolicyPublished::from_record(domain, published));
    outcomes.iter().for_each(|outcome| report.add_record(record(outcome)));
    report
}

fn record(outcome: &DmarcOutcome) -> Record {
    let findings = Findings::parse(&outcome.findings);
    let aligned = |is: bool| if is { DmarcResult::Pass } else { DmarcResult::Fail };
    let dmarc = findings.dmarc.as_ref();
    let mut record = Record::new()
        .with_count(u32::try_from(outcome.messages).unwrap_or(u32::MAX))
        .with_action_disposition(match outcome.disposition {
            0 => ActionDisposition::None,
            1 => ActionDisposition::Quarantine,
            _ => ActionDisposition::Reject,
        })
        .with_dmarc_dkim_result(aligned(dmarc.is_some_and(|dmarc| dmarc.dkim_aligned)))
        .with_dmarc_spf_result(aligned(dmarc.is_some_and(|dmarc| dmarc.spf_aligned)))
        .with_header_from(&outcome.header_from)
        .with_envelope_from(&outcome.envelope_from);
    if let Ok(source) = outcome.source.parse() {
        record = record.with_source_ip(source);
    }
    for signature in findings.dkim.iter().flatten() {
        let told = DKIMAuthResult::new().with_domain(&signature.domain).with_selector(&signature.selector);
        record = record.with_dkim_auth_result(told.with_result(dkim_result(signature.result)));
    }
    if let Some(spf) = &findings.spf {
        let scope = if spf.identity == Identity::MailFrom { SPFDomainScope::MailFrom } else { SPFDomainScope::Helo };
        let told = SPFAuthResult::new().with_domain(&spf.domain).with_scope(scope).with_result(spf_result(spf.result));
        record = record.with_spf_auth_result(told);
    }
    record
}

fn dkim_result(found: dkim::DkimResult) -> DkimResult {
    match found {
        dkim::DkimResult::Pass => DkimResult::Pass,
        dkim::DkimResult::Fail(_) => DkimResult::Fail,
        dkim::DkimResult::Policy(_) => DkimResult::Policy,
        dkim::DkimResult::Neutral(_) => DkimResult::Neutral,
        dkim::DkimResult::TempError => DkimResult::TempError,
        dkim::DkimResult::PermError(_) => DkimResult::PermError,
    }
}

fn spf_result(found: SpfResult) -> ToldSpf {
    match found {
        SpfResult::None => ToldSpf::None,
        SpfResult::Neutral => ToldSpf::Neutral,
        SpfResult::Pass => ToldSpf::Pass,
        SpfResult::Fail => ToldSpf::Fail,
        SpfResult::SoftFail => ToldSpf::SoftFail,
        SpfResult::TempError => ToldSpf::TempError,
        SpfResult::PermError => ToldSpf::PermError,
    }
}

//! A TLS report (RFC 8460 §4): how our sessions with a domain's servers were encrypted, or why not.

use super::daily::{Sent, deliver, mailboxes, report_id};
use crate::clock::span;
use crate::house::House;
use mail::Address;
use mail::auth::lookup::{Failure, Lookup};
use mail::sts::Policy as StsPolicy;
use mail_auth::common::parse::TxtRecordParser;
use mail_auth::mta_sts::{ReportUri, TlsRpt};
use mail_auth::report::tlsrpt::{
    DateRange, FailureDetails, Policy, PolicyDetails, PolicyType, ResultType, Summary, TlsReport,
};
use store::{Millis, TlsOutcome, TlsRule};

/// Lines of one report.
const LINES: i64 = 5_000;

pub async fn send(house: &House, from: &Address, begins: Millis, domain: &str) -> Sent {
    let texts = match house.dns.txt(&format!("_smtp._tls.{domain}")).await {
        Ok(texts) => texts,
        Err(Failure::NotNow) => return Sent::NotNow("DNS does not answer".to_owned()),
        Err(_) => return Sent::Done,
    };
    // RFC 8460 §3: one such record, or none counts.
    let wanted: Vec<_> = texts.iter().filter(|text| text.starts_with(b"v=TLSRPTv1")).collect();
    let [only] = wanted[..] else { return Sent::Done };
    let Ok(wanted) = TlsRpt::parse(only) else { return Sent::Done };
    let to = mailboxes(wanted.rua.iter().filter_map(|uri| match uri {
        ReportUri::Mail(address) => Some(address.as_str()),
        ReportUri::Http(_) => None,
    }));
    if to.is_empty() {
        return Sent::Done;
    }
    let outcomes = match house.store.tls_outcomes(begins, domain, LINES).await {
        Ok(outcomes) => outcomes,
        Err(error) => return Sent::NotNow(error.to_string()),
    };
    let report = TlsReport {
        organization_name: Some(house.config.hostname.to_string()),
        date_range: DateRange::from_timestamps(begins / 1000, (begins + span(house.config.report_period)) / 1000 - 1),
        contact_info: Some(from.to_string()),
        report_id: report_id(house, begins, domain),
        policies: policies(house, domain, &outcomes).await,
    };
    let mut bytes = Vec::new();
    let (submitter, from) = (house.config.hostname.as_str(), from.to_string());
    let all: Vec<String> = to.iter().map(Address::to_string).collect();
    let written = report.write_rfc5322(domain, submitter, from.as_str(), all.iter().map(String::as_str), &mut bytes);
    match written {
        Ok(()) => deliver(house, to, bytes).await,
        Err(error) => Sent::NotNow(error.to_string()),
    }
}

async fn policies(house: &House, domain: &str, outcomes: &[TlsOutcome]) -> Vec<Policy> {
    let mut policies = Vec::new();
    for (rule, kind) in [
        (TlsRule::NoPolicyFound, PolicyType::NoPolicyFound),
        (TlsRule::Sts, PolicyType::Sts),
        (TlsRule::Tlsa, PolicyType::Tlsa),
    ] {
        let own: Vec<&TlsOutcome> = outcomes.iter().filter(|outcome| outcome.policy == rule).collect();
        if own.is_empty() {
            continue;
        }
        let mut details = PolicyDetails::new(kind, domain);
        if rule == TlsRule::Sts
            && let Ok(Some(kept)) = house.store.sts_policy(domain).await
        {
            details.policy_string = kept.policy.lines().map(str::to_owned).collect();
            details.mx_host = StsPolicy::parse(&kept.policy).map(|policy| policy.hosts).unwrap_or_default();
        }
        let count = |outcome: &TlsOutcome| u32::try_from(outcome.sessions).unwrap_or(u32::MAX);
        let (good, bad): (Vec<&TlsOutcome>, Vec<&TlsOutcome>) =
            own.into_iter().partition(|outcome| outcome.failure.is_empty());
        let total = |of: &[&TlsOutcome]| of.iter().fold(0_u32, |sum, outcome| sum.saturating_add(count(outcome)));
        policies.push(Policy {
            policy: details,
            summary: Summary { total_success: total(&good), total_failure: total(&bad) },
            failure_details: bad.into_iter().map(|outcome| failure(outcome, count(outcome))).collect(),
        });
    }
    policies
}

fn failure(outcome: &TlsOutcome, sessions: u32) -> FailureDetails {
    let known: Option<ResultType> = serde_json::from_value(outcome.failure.as_str().into()).ok();
    let mut details = FailureDetails::new(known.unwrap_or(ResultType::ValidationFailure));
    details.receiving_mx_hostname = Some(outcome.host.clone());
    details.failed_session_count = sessions;
    details
}

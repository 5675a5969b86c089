//! A report that came in: about a domain of ours, to the postmaster that our DNS records name, from somebody whose domain
//! vouches for it. The letter itself stays in the mailbox whatever becomes of this.

use crate::house::House;
use crate::inbound::judged::Judged;
use crate::inbound::session::Incoming;
use mail::Domain;
use mail::auth::verdict::Disposition;
use mail::envelope::ForwardPath;
use mail_auth::report::tlsrpt::TlsReport;
use mail_auth::report::{ActionDisposition, DmarcResult, Report};
use serde::{Deserialize, Serialize};
use store::{Millis, ReceivedReport, ReportKind};
use tokio::sync::Semaphore;

/// A larger letter is not read as a report. Octets.
const LARGEST: u64 = 1024 * 1024;
/// Nor what unpacks to more.
const UNPACKED: usize = 4 * 1024 * 1024;
/// Lines kept of one report.
const LINES: usize = 500;
/// Of a text in it. Characters.
const TEXT: usize = 255;
static AT_WORK: Semaphore = Semaphore::const_new(2);

/// One line of a report, as it is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The server that sent the mail, or the server of ours that was spoken with.
    pub source: String,
    pub count: i64,
    /// What was done: `none`, `quarantine`, `reject`; or why TLS failed, empty for success.
    pub what: String,
    /// From, and who vouched for it; or the policy.
    pub about: String,
    pub passed: bool,
}

/// Looks whether a message that has been taken is a report, and keeps what it says.
pub async fn look(house: &House, incoming: &Incoming, judged: &Judged) {
    let Some(proved) = judged.proved().filter(|_| judged.verdict.disposition == Disposition::Accept) else { return };
    let to_postmaster = incoming.envelope.paths().any(|path| match path {
        ForwardPath::Postmaster => true,
        ForwardPath::Address(address) => address.is_postmaster(),
    });
    if !to_postmaster || incoming.message.size() > LARGEST {
        return;
    }
    let Ok(read) = house.spool.read(&incoming.message).await else { return };
    let Ok(_turn) = AT_WORK.acquire().await else { return };
    let now = house.clock.now_ms();
    let proved = proved.to_owned();
    let reading = tokio::task::spawn_blocking(move || reports_in(&read.bytes, &proved, now));
    for report in reading.await.unwrap_or_default() {
        keep(house, report).await;
    }
}

/// Only about a domain of ours.
async fn keep(house: &House, report: ReceivedReport) {
    let Ok(domain) = Domain::parse(&report.domain) else { return };
    if house.store.domain_named(&domain).await.is_err() {
        return;
    }
    if let Err(error) = house.store.keep_report(ReceivedReport { domain: domain.to_string(), ..report }).await {
        tracing::warn!(%error, "a report could not be kept");
    }
}

fn reports_in(message: &[u8], proved: &str, now: Millis) -> Vec<ReceivedReport> {
    if let Ok(report) = Report::parse_rfc5322(message, UNPACKED)
        && !report.domain().is_empty()
    {
        return vec![of_dmarc(&report, proved, now)];
    }
    TlsReport::parse_rfc5322(message, UNPACKED).map(|report| of_tls(&report, proved, now)).unwrap_or_default()
}

fn of_dmarc(report: &Report, proved: &str, now: Millis) -> ReceivedReport {
    let (mut passed, mut failed, mut lines) = (0, 0, Vec::new());
    for record in report.records() {
        let pass = |result| result == DmarcResult::Pass;
        let (dkim, spf) = (pass(record.dmarc_dkim_result()), pass(record.dmarc_spf_result()));
        let count = i64::from(record.count());
        if dkim || spf {
            passed += count
        } else {
            failed += count
        }
        if lines.len() < LINES {
            let word = |passed: bool| if passed { "pass" } else { "fail" };
            lines.push(Line {
                source: record.source_ip().map(|ip| ip.to_string()).unwrap_or_default(),
                count,
                what: match record.action_disposition() {
                    ActionDisposition::Quarantine => "quarantine",
                    ActionDisposition::Reject => "reject",
                    _ => "none",
                }
                .to_owned(),
                about: cut(&format!("{}, DKIM {}, SPF {}", record.header_from(), word(dkim), word(spf))),
                passed: dkim || spf,
            });
        }
    }
    let moment = |seconds: u64| i64::try_from(seconds).unwrap_or_default().saturating_mul(1000);
    ReceivedReport {
        id: 0,
        kind: ReportKind::Dmarc,
        domain: cut(report.domain()).to_ascii_lowercase(),
        reporter: cut(report.org_name()),
        proved: cut(proved),
        report_id: cut(report.report_id()),
        begins: moment(report.date_range_begin()),
        ends: moment(report.date_range_end()),
        passed,
        failed,
        lines: serde_json::to_string(&lines).unwrap_or_default(),
        received_at: now,
    }
}

/// One for each domain that it is about.
fn of_tls(report: &TlsReport, proved: &str, now: Millis) -> Vec<ReceivedReport> {
    let mut found: Vec<(ReceivedReport, Vec<Line>)> = Vec::new();
    for policy in report.policies.iter().take(LINES) {
        let domain = cut(&policy.policy.policy_domain).to_ascii_lowercase();
        let at = found.iter().position(|(known, _)| known.domain == domain).unwrap_or_else(|| {
            found.push((blank(report, &domain, proved, now), Vec::new()));
            found.len() - 1
        });
        let (known, lines) = &mut found[at];
        let (good, bad) = (i64::from(policy.summary.total_success), i64::from(policy.summary.total_failure));
        known.passed += good;
        known.failed += bad;
        let about = word(&policy.policy.policy_type);
        if good > 0 && lines.len() < LINES {
            lines.push(Line { count: good, about: about.clone(), passed: true, ..Line::default() });
        }
        for failure in policy.failure_details.iter().take(LINES.saturating_sub(lines.len())) {
            lines.push(Line {
                source: cut(failure.receiving_mx_hostname.as_deref().unwrap_or_default()),
                count: i64::from(failure.failed_session_count),
                what: word(&failure.result_type),
                about: about.clone(),
                passed: false,
            });
        }
    }
    let told = found.into_iter();
    told.map(|(known, lines)| ReceivedReport { lines: serde_json::to_string(&lines).unwrap_or_default(), ..known })
        .collect()
}

fn blank(report: &TlsReport, domain: &str, proved: &str, now: Millis) -> ReceivedReport {
    ReceivedReport {
        id: 0,
        kind: ReportKind::Tls,
        domain: domain.to_owned(),
        reporter: cut(report.organization_name.as_deref().unwrap_or_default()),
        proved: cut(proved),
        report_id: cut(&report.report_id),
        begins: report.date_range.start_datetime.to_timestamp().saturating_mul(1000),
        ends: report.date_range.end_datetime.to_timestamp().saturating_mul(1000),
        passed: 0,
        failed: 0,
        lines: String::new(),
        received_at: now,
    }
}

/// As RFC 8460 names it.
fn word(named: &impl Serialize) -> String {
    serde_json::to_value(named).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn cut(text: &str) -> String {
    text.chars().filter(|char| !char.is_control()).take(TEXT).collect()
}

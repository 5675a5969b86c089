//! The part for machines (RFC 3464 §2): fields about the message, then a block for each recipient.

use super::words::{enhanced, folded, one_line, typed};
use super::{Action, Report, Reported};
use crate::{Domain, date};
use std::fmt::Write;

pub(super) fn part(report: &Report<'_>) -> Vec<u8> {
    let global = report.is_global();
    let mut status = String::from(match global {
        true => "Content-Type: message/global-delivery-status\r\nContent-Transfer-Encoding: 8bit\r\n\r\n",
        false => "Content-Type: message/delivery-status\r\n\r\n",
    });
    // RFC 3464 §2.2.1: the sender's own mark, without which it may not know which message this is about.
    if let Some(envelope) = report.envelope.map(one_line).filter(|envelope| !envelope.is_empty()) {
        let _ = write!(status, "{}\r\n", folded(&format!("Original-Envelope-Id: {envelope}")));
    }
    let _ = write!(status, "Reporting-MTA: dns; {}\r\n", report.reporting);
    let _ = write!(status, "Arrival-Date: {}\r\n", date::rfc5322(report.arrived));
    for reported in report.recipients {
        block(&mut status, reported, global);
    }
    status.into_bytes()
}

fn block(status: &mut String, reported: &Reported, global: bool) {
    let typed = |kind: &str, address: &str| typed(kind, address, global);
    status.push_str("\r\n");
    if let Some((kind, address)) = reported.original.as_deref().and_then(|original| original.split_once(';')) {
        let _ = write!(status, "{}\r\n", folded(&format!("Original-Recipient: {}", typed(kind, address))));
    }
    let recipient = reported.recipient.to_string();
    let _ = write!(status, "{}\r\n", folded(&format!("Final-Recipient: {}", typed("rfc822", &recipient))));
    let (action, class) = match reported.action {
        Action::Failed => ("failed", '5'),
        Action::Delayed { .. } => ("delayed", '4'),
        Action::Relayed => ("relayed", '2'),
        Action::Delivered => ("delivered", '2'),
    };
    let _ = write!(status, "Action: {action}\r\nStatus: {}\r\n", enhanced(&reported.status, class));
    if let Some(host) = reported.remote.as_deref().and_then(|remote| Domain::parse(remote).ok()) {
        // `smtp` names the kind of remote and not a host.
        if host.as_str() != "smtp" {
            let _ = write!(status, "Remote-MTA: dns; {host}\r\n");
        }
    }
    let kind = if reported.remote.is_some() { "smtp" } else { "x-local" };
    let diagnostic = one_line(&reported.diagnostic);
    if !diagnostic.is_empty() {
        let _ = write!(status, "{}\r\n", folded(&format!("Diagnostic-Code: {kind}; {diagnostic}")));
    }
    let _ = write!(status, "Last-Attempt-Date: {}\r\n", date::rfc5322(reported.last_attempt));
    if let Action::Delayed { until } = reported.action {
        let _ = write!(status, "Will-Retry-Until: {}\r\n", date::rfc5322(until));
    }
}

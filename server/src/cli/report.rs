//! `restante report`: what other providers tell of mail in our domains' names, and of mail to them.

use super::{Desk, Failure, failed, table};
use crate::reports::Line;
use store::{ReceivedReport, ReportKind};

/// Reports of one list.
const MOST: i64 = 500;

#[derive(clap::Subcommand)]
pub enum Command {
    /// The newest first.
    List {
        /// About this domain only.
        domain: Option<String>,
    },
    /// One of them, line by line.
    Show {
        /// Its number, as `list` prints it.
        id: i64,
    },
}

pub async fn obey(command: Command, desk: &Desk) -> Result<(), Failure> {
    match command {
        Command::List { domain } => {
            let domain = domain.unwrap_or_default().to_ascii_lowercase();
            let found = desk.store.received_reports(&domain, None, MOST).await;
            let found = found.map_err(|error| failed("report", error))?;
            let rows: Vec<Vec<String>> = found.iter().map(row).collect();
            let head = ["ID", "DOMAIN", "ABOUT", "FROM", "SENT BY", "BEGINS", "ENDS", "PASSED", "FAILED"];
            table::print(&head, &rows, "no report has come");
        }
        Command::Show { id } => {
            let report = desk.store.received_report(id).await.map_err(|error| failed("report", error))?;
            let lines: Vec<Line> = serde_json::from_str(&report.lines).unwrap_or_default();
            let line = |line: &Line| {
                vec![
                    table::plain(&line.source),
                    line.count.to_string(),
                    if line.passed { "passed" } else { "failed" }.to_owned(),
                    table::plain(&line.what),
                    table::plain(&line.about),
                ]
            };
            let rows: Vec<Vec<String>> = lines.iter().map(line).collect();
            println!("{}: {}", about(report.kind), table::plain(&report.domain));
            table::print(&["SOURCE", "COUNT", "RESULT", "WHAT", "ABOUT"], &rows, "it has no lines");
        }
    }
    Ok(())
}

fn about(kind: ReportKind) -> &'static str {
    match kind {
        ReportKind::Dmarc => "DMARC",
        ReportKind::Tls => "TLS",
    }
}

fn row(report: &ReceivedReport) -> Vec<String> {
    vec![
        report.id.to_string(),
        table::plain(&report.domain),
        about(report.kind).to_owned(),
        table::plain(&report.reporter),
        table::plain(&report.proved),
        table::moment(report.begins),
        table::moment(report.ends),
        report.passed.to_string(),
        report.failed.to_string(),
    ]
}

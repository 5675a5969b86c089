//! Reports of other providers, as pages show them.

use super::Office;
use crate::reports::Line;
use crate::web::refused::refused;
use api::{Refusal, ReportAbout, ReportLine, ReportView, ReportedLine, ReportsAsk, ReportsPage};
use store::{ReceivedReport, ReportKind};

/// Reports on a page.
const PAGE: i64 = 50;

impl Office {
    pub(super) async fn reports_page(&self, ask: ReportsAsk) -> Result<ReportsPage, Refusal> {
        let domain = ask.domain.trim().to_ascii_lowercase();
        let before = ask.cursor.parse().ok();
        let found = self.house.store.received_reports(&domain, before, PAGE + 1).await;
        let mut found = found.map_err(refused)?;
        let more = found.len() as i64 > PAGE;
        found.truncate(PAGE as usize);
        let next = found.last().filter(|_| more).map(|last| last.id.to_string());
        Ok(ReportsPage { reports: found.iter().map(|report| self.report_line(report)).collect(), next })
    }

    pub(super) async fn report_view(&self, id: i64) -> Result<ReportView, Refusal> {
        let report = self.house.store.received_report(id).await.map_err(refused)?;
        let lines: Vec<Line> = serde_json::from_str(&report.lines).unwrap_or_default();
        let shown = |Line { source, count, what, about, passed }| ReportedLine { source, count, what, about, passed };
        Ok(ReportView {
            line: self.report_line(&report),
            report_id: report.report_id,
            lines: lines.into_iter().map(shown).collect(),
        })
    }

    fn report_line(&self, report: &ReceivedReport) -> ReportLine {
        ReportLine {
            id: report.id,
            about: match report.kind {
                ReportKind::Dmarc => ReportAbout::Dmarc,
                ReportKind::Tls => ReportAbout::Tls,
            },
            domain: report.domain.clone(),
            reporter: report.reporter.clone(),
            proved: report.proved.clone(),
            begins: self.when(report.begins),
            ends: self.when(report.ends),
            passed: report.passed,
            failed: report.failed,
        }
    }
}

//! What other providers tell of mail in our domains' names (DMARC), and of mail sent to them (TLS).

use crate::When;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReportAbout {
    /// Mail in the domain's name.
    Dmarc,
    /// The encryption of mail to the domain.
    Tls,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportsAsk {
    /// Empty: of all domains.
    pub domain: String,
    /// `ReportsPage::next` of the page before; empty for the first.
    pub cursor: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportLine {
    pub id: i64,
    pub about: ReportAbout,
    pub domain: String,
    /// Who tells, in their own words.
    pub reporter: String,
    /// The domain that was proved to have sent it.
    pub proved: String,
    pub begins: When,
    pub ends: When,
    /// Messages, or sessions.
    pub passed: i64,
    pub failed: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportsPage {
    pub reports: Vec<ReportLine>,
    pub next: Option<String>,
}

/// One line of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedLine {
    pub source: String,
    pub count: i64,
    /// What was done with the mail, or why TLS failed.
    pub what: String,
    pub about: String,
    pub passed: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportView {
    pub line: ReportLine,
    pub report_id: String,
    pub lines: Vec<ReportedLine>,
}

//! Reports about mail (RFC 7489 §7.2, RFC 8460): what we count for others, and what others told us.

use crate::{Millis, Result, Store, TlsOutcome};

/// Lines of one period at most, of all domains: whoever sends from ever new addresses fills no disk.
const COUNTED: i64 = 100_000;
/// Reports kept at most.
const KEPT: i64 = 50_000;

/// Messages of one period of which the same was found.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct DmarcOutcome {
    /// When the period began.
    pub begins: Millis,
    /// Whose DMARC record it was.
    pub domain: String,
    pub source: String,
    pub header_from: String,
    /// Empty for the null sender.
    pub envelope_from: String,
    /// 0 none, 1 quarantine, 2 reject.
    pub disposition: i64,
    /// As verdicts hold it.
    pub findings: String,
    pub messages: i64,
}

/// What a report is about. Its number in the database never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, sqlx::Type)]
#[repr(i64)]
pub enum ReportKind {
    Dmarc = 0,
    Tls = 1,
}

/// A report that came in.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ReceivedReport {
    /// 0 for a new one.
    pub id: i64,
    pub kind: ReportKind,
    pub domain: String,
    /// Who tells, in their own words.
    pub reporter: String,
    /// The domain that was proved to have sent it.
    pub proved: String,
    pub report_id: String,
    pub begins: Millis,
    pub ends: Millis,
    /// Messages, or sessions.
    pub passed: i64,
    pub failed: i64,
    /// JSON.
    pub lines: String,
    pub received_at: Millis,
}

impl Store {
    /// Counts them all in one commit.
    pub async fn count_dmarc(&self, outcomes: Vec<DmarcOutcome>) -> Result<()> {
        self.act(move |tx| {
            let outcomes = outcomes.clone();
            Box::pin(async move {
                for one in outcomes {
                    sqlx::query(
                        "INSERT INTO dmarc_outcome (begins, domain, source, header_from, envelope_from, disposition, findings, messages)
                         SELECT $1, $2, $3, $4, $5, $6, $7, $8
                         WHERE (SELECT count(*) FROM dmarc_outcome WHERE begins = $1) < $9
                             OR EXISTS (SELECT 1 FROM dmarc_outcome WHERE begins = $1 AND domain = $2 AND source = $3
                                 AND header_from = $4 AND envelope_from = $5 AND disposition = $6 AND findings = $7)
                         ON CONFLICT (begins, domain, source, header_from, envelope_from, disposition, findings)
                         DO UPDATE SET messages = messages + excluded.messages",
                    )
                    .bind(one.begins)
                    .bind(one.domain)
                    .bind(one.source)
                    .bind(one.header_from)
                    .bind(one.envelope_from)
                    .bind(one.disposition)
                    .bind(one.findings)
                    .bind(one.messages)
                    .bind(COUNTED)
                    .execute(tx.db())
                    .await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// Periods that began before `before` of which a report is due: when each began, and whose domain it is about.
    pub async fn reports_due(&self, kind: ReportKind, before: Millis, limit: i64) -> Result<Vec<(Millis, String)>> {
        let due = match kind {
            ReportKind::Dmarc => sqlx::query_as(
                "SELECT DISTINCT begins, domain FROM dmarc_outcome WHERE begins < $1 ORDER BY 1, 2 LIMIT $2",
            ),
            ReportKind::Tls => sqlx::query_as(
                "SELECT DISTINCT begins, domain FROM tls_outcome WHERE begins < $1 ORDER BY 1, 2 LIMIT $2",
            ),
        };
        Ok(due.bind(before).bind(limit).fetch_all(&self.reads).await?)
    }

    /// What was counted, the most first.
    pub async fn dmarc_outcomes(&self, begins: Millis, domain: &str, limit: i64) -> Result<Vec<DmarcOutcome>> {
        let found = sqlx::query_as(
            "SELECT * FROM dmarc_outcome WHERE begins = $1 AND domain = $2 ORDER BY messages DESC, source LIMIT $3",
        );
        Ok(found.bind(begins).bind(domain).bind(limit).fetch_all(&self.reads).await?)
    }

    /// What was counted of sessions with a domain's servers.
    pub async fn tls_outcomes(&self, begins: Millis, domain: &str, limit: i64) -> Result<Vec<TlsOutcome>> {
        let found = sqlx::query_as(
            "SELECT * FROM tls_outcome WHERE begins = $1 AND domain = $2 ORDER BY policy, failure, host LIMIT $3",
        );
        Ok(found.bind(begins).bind(domain).bind(limit).fetch_all(&self.reads).await?)
    }

    /// The report is on its way, or nobody wants it.
    pub async fn forget_outcomes(&self, kind: ReportKind, begins: Millis, domain: &str) -> Result<()> {
        let domain = domain.to_owned();
        self.act(move |tx| {
            let domain = domain.clone();
            Box::pin(async move {
                let gone = match kind {
                    ReportKind::Dmarc => sqlx::query("DELETE FROM dmarc_outcome WHERE begins = $1 AND domain = $2"),
                    ReportKind::Tls => sqlx::query("DELETE FROM tls_outcome WHERE begins = $1 AND domain = $2"),
                };
                gone.bind(begins).bind(domain).execute(tx.db()).await?;
                Ok(())
            })
        })
        .await
    }

    /// Forgets what was counted in periods that began before `before`.
    pub async fn purge_outcomes(&self, before: Millis) -> Result<()> {
        self.act(move |tx| {
            Box::pin(async move {
                sqlx::query("DELETE FROM dmarc_outcome WHERE begins < $1").bind(before).execute(tx.db()).await?;
                sqlx::query("DELETE FROM tls_outcome WHERE begins < $1").bind(before).execute(tx.db()).await?;
                Ok(())
            })
        })
        .await
    }

    /// False: it is known already.
    pub async fn keep_report(&self, report: ReceivedReport) -> Result<bool> {
        self.act(move |tx| {
            let report = report.clone();
            Box::pin(async move {
                let kept = sqlx::query(
                    "INSERT INTO report (kind, domain, reporter, proved, report_id, begins, ends, passed, failed, lines, received_at)
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
                     ON CONFLICT (kind, domain, reporter, report_id) DO NOTHING",
                )
                .bind(report.kind)
                .bind(report.domain)
                .bind(report.reporter)
                .bind(report.proved)
                .bind(report.report_id)
                .bind(report.begins)
                .bind(report.ends)
                .bind(report.passed)
                .bind(report.failed)
                .bind(report.lines)
                .bind(report.received_at)
                .execute(tx.db())
                .await?;
                sqlx::query("DELETE FROM report WHERE id <= (SELECT max(id) FROM report) - $1")
                    .bind(KEPT)
                    .execute(tx.db())
                    .await?;
                Ok(kept.rows_affected() == 1)
            })
        })
        .await
    }

    /// The newest first; older than `before`, if there is one. `domain`: of one domain, or of all when it is empty.
    pub async fn received_reports(&self, domain: &str, before: Option<i64>, limit: i64) -> Result<Vec<ReceivedReport>> {
        let found = sqlx::query_as(
            "SELECT id, kind, domain, reporter, proved, report_id, begins, ends, passed, failed, '' AS lines, received_at
             FROM report WHERE ($1 = '' OR domain = $1) AND id < $2 ORDER BY id DESC LIMIT $3",
        );
        Ok(found.bind(domain).bind(before.unwrap_or(i64::MAX)).bind(limit).fetch_all(&self.reads).await?)
    }

    pub async fn received_report(&self, id: i64) -> Result<ReceivedReport> {
        Ok(sqlx::query_as("SELECT * FROM report WHERE id = $1").bind(id).fetch_one(&self.reads).await?)
    }

    pub async fn purge_reports(&self, before: Millis) -> Result<()> {
        self.act(move |tx| {
            Box::pin(async move {
                sqlx::query("DELETE FROM report WHERE received_at < $1").bind(before).execute(tx.db()).await?;
                Ok(())
            })
        })
        .await
    }
}

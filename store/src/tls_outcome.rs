//! What other domains demand of TLS, and how it went: policies kept for their time (RFC 8461), and a count a day
//! (RFC 8460), from which reports are written.

use crate::{Millis, Result, Store};

/// A policy as it was fetched.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct StsPolicy {
    pub domain: String,
    /// Of the TXT record: another one means another policy.
    pub id: String,
    /// Its text, as it came.
    pub policy: String,
    pub fetched_at: Millis,
    pub expires_at: Millis,
}

/// By which rule a session was judged (RFC 8460 §4.2). Its number in the database never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, sqlx::Type)]
#[repr(i64)]
pub enum TlsRule {
    NoPolicyFound = 0,
    Sts = 1,
    Tlsa = 2,
}

/// Sessions of one period with one outcome.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct TlsOutcome {
    /// When the period began.
    pub begins: Millis,
    pub domain: String,
    pub policy: TlsRule,
    /// As RFC 8460 §4.3 names it; empty for success.
    pub failure: String,
    pub host: String,
    pub sessions: i64,
}

impl Store {
    pub async fn sts_policy(&self, domain: &str) -> Result<Option<StsPolicy>> {
        let found = sqlx::query_as("SELECT * FROM sts_policy WHERE domain = $1");
        Ok(found.bind(domain).fetch_optional(&self.reads).await?)
    }

    pub async fn keep_sts_policy(&self, policy: StsPolicy) -> Result<()> {
        self.act(move |tx| {
            let policy = policy.clone();
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO sts_policy (domain, id, policy, fetched_at, expires_at) VALUES ($1, $2, $3, $4, $5)
                     ON CONFLICT (domain) DO UPDATE SET id = excluded.id, policy = excluded.policy,
                         fetched_at = excluded.fetched_at, expires_at = excluded.expires_at",
                )
                .bind(policy.domain)
                .bind(policy.id)
                .bind(policy.policy)
                .bind(policy.fetched_at)
                .bind(policy.expires_at)
                .execute(tx.db())
                .await?;
                Ok(())
            })
        })
        .await
    }

    /// Counts one session (`outcome.sessions` more).
    pub async fn count_tls(&self, outcome: TlsOutcome) -> Result<()> {
        self.act(move |tx| {
            let outcome = outcome.clone();
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO tls_outcome (begins, domain, policy, failure, host, sessions)
                     VALUES ($1, $2, $3, $4, $5, $6)
                     ON CONFLICT (begins, domain, policy, failure, host)
                     DO UPDATE SET sessions = sessions + excluded.sessions",
                )
                .bind(outcome.begins)
                .bind(outcome.domain)
                .bind(outcome.policy)
                .bind(outcome.failure)
                .bind(outcome.host)
                .bind(outcome.sessions)
                .execute(tx.db())
                .await?;
                Ok(())
            })
        })
        .await
    }

    /// Forgets policies that have ended.
    pub async fn purge_sts(&self, now: Millis) -> Result<()> {
        self.act(move |tx| {
            Box::pin(async move {
                sqlx::query("DELETE FROM sts_policy WHERE expires_at < $1").bind(now).execute(tx.db()).await?;
                Ok(())
            })
        })
        .await
    }
}

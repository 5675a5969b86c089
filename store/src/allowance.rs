//! How much an account may send in a day, and how much it has sent.

use crate::{Millis, Result, Store};

/// An account's own numbers. None: as all accounts; 0: no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Allowance {
    pub messages: Option<i64>,
    pub recipients: Option<i64>,
}

/// What an account has sent since a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Spent {
    pub messages: i64,
    /// People written to for the first time.
    pub recipients: i64,
}

impl Store {
    pub async fn allowance(&self, account: i64) -> Result<Allowance> {
        let found = sqlx::query_as("SELECT messages, recipients FROM allowance WHERE account_id = $1");
        Ok(found.bind(account).fetch_optional(&self.reads).await?.unwrap_or_default())
    }

    /// `NotFound` when there is no such account.
    pub async fn set_allowance(&self, account: i64, allowance: Allowance) -> Result<()> {
        self.act(move |tx| {
            Box::pin(async move {
                let put = sqlx::query(
                    "INSERT INTO allowance (account_id, messages, recipients) VALUES ($1, $2, $3)
                     ON CONFLICT (account_id) DO UPDATE SET messages = excluded.messages,
                         recipients = excluded.recipients",
                );
                put.bind(account).bind(allowance.messages).bind(allowance.recipients).execute(tx.db()).await?;
                Ok(())
            })
        })
        .await
    }

    /// How many of `recipients` the account has never written to.
    pub async fn strangers(&self, account: i64, recipients: &[String]) -> Result<i64> {
        let found = sqlx::query_scalar(
            "SELECT count(DISTINCT value) FROM json_each($2)
             WHERE value NOT IN (SELECT address FROM correspondent WHERE account_id = $1 AND address = value)",
        );
        Ok(found.bind(account).bind(listed(recipients)).fetch_one(&self.reads).await?)
    }

    pub async fn spent(&self, account: i64, since: Millis) -> Result<Spent> {
        let found = sqlx::query_as(
            "SELECT (SELECT count(*) FROM outgoing WHERE account_id = $1 AND at > $2) AS messages,
                    (SELECT count(*) FROM correspondent WHERE account_id = $1 AND first_at > $2) AS recipients",
        );
        Ok(found.bind(account).bind(since).fetch_one(&self.reads).await?)
    }

    /// One more message left, to these.
    pub async fn spend(&self, account: i64, recipients: &[String], now: Millis) -> Result<()> {
        let recipients = listed(recipients);
        self.act(move |tx| {
            let recipients = recipients.clone();
            Box::pin(async move {
                let sent = sqlx::query("INSERT INTO outgoing (account_id, at) VALUES ($1, $2)");
                sent.bind(account).bind(now).execute(tx.db()).await?;
                let met = sqlx::query(
                    "INSERT INTO correspondent (account_id, address, first_at)
                     SELECT $1, value, $3 FROM json_each($2) WHERE true ON CONFLICT DO NOTHING",
                );
                met.bind(account).bind(recipients).bind(now).execute(tx.db()).await?;
                Ok(())
            })
        })
        .await
    }

    /// Forgets what left before. Answers how many.
    pub async fn purge_outgoing(&self, before: Millis) -> Result<i64> {
        self.act(move |tx| {
            Box::pin(async move {
                let purge = sqlx::query("DELETE FROM outgoing WHERE at < $1").bind(before);
                Ok(purge.execute(tx.db()).await?.rows_affected() as i64)
            })
        })
        .await
    }
}

/// As JSON, in lower case: an address written otherwise is the same person.
fn listed(recipients: &[String]) -> String {
    let lower: Vec<String> = recipients.iter().map(|recipient| recipient.to_lowercase()).collect();
    serde_json::to_string(&lower).unwrap_or_default()
}

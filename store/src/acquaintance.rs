//! Who has been met at the door before. Only hashes are kept, so the table tells nobody who writes to whom.

use crate::{Millis, Result, Store};

/// Rows kept at most: under attack the oldest go first, and honest senders come again.
const MOST: i64 = 200_000;

/// When somebody was met first, and until when that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meeting {
    pub met: [u8; 16],
    pub first_at: Millis,
    pub expires_at: Millis,
}

impl Store {
    /// When they were first met; none: never, or too long ago.
    pub async fn first_met(&self, met: [u8; 16], now: Millis) -> Result<Option<Millis>> {
        let found = sqlx::query_scalar("SELECT first_at FROM acquaintance WHERE met = $1 AND expires_at > $2");
        Ok(found.bind(met.to_vec()).bind(now).fetch_optional(&self.reads).await?)
    }

    /// Keeps them all in one commit. One that is known keeps its first time and gets the later end.
    pub async fn note_meetings(&self, meetings: Vec<Meeting>, now: Millis) -> Result<()> {
        self.act(move |tx| {
            let meetings = meetings.clone();
            Box::pin(async move {
                for one in &meetings {
                    sqlx::query(
                        "INSERT INTO acquaintance (met, first_at, expires_at) VALUES ($1, $2, $3)
                         ON CONFLICT (met) DO UPDATE SET expires_at = max(expires_at, excluded.expires_at),
                             first_at = CASE WHEN expires_at > $4 THEN first_at ELSE excluded.first_at END",
                    )
                    .bind(one.met.to_vec())
                    .bind(one.first_at)
                    .bind(one.expires_at)
                    .bind(now)
                    .execute(tx.db())
                    .await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// Forgets what has expired, and the soonest to expire beyond the bound. Answers how many.
    pub async fn purge_meetings(&self, now: Millis) -> Result<i64> {
        self.act(move |tx| {
            Box::pin(async move {
                let expired = sqlx::query("DELETE FROM acquaintance WHERE expires_at <= $1").bind(now);
                let expired = expired.execute(tx.db()).await?.rows_affected();
                let beyond = sqlx::query(
                    "DELETE FROM acquaintance WHERE met IN (SELECT met FROM acquaintance ORDER BY expires_at
                     LIMIT max(0, (SELECT count(*) FROM acquaintance) - $1))",
                );
                let beyond = beyond.bind(MOST).execute(tx.db()).await?.rows_affected();
                Ok((expired + beyond) as i64)
            })
        })
        .await
    }
}

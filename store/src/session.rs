//! Web sessions.

use crate::{Millis, Result, Store};

#[derive(Clone, Debug)]
pub struct SessionRow {
    /// The session id hashed (BLAKE3): what lies in the database opens no door.
    pub id: [u8; 32],
    pub account: Option<i64>,
    pub data: Vec<u8>,
    pub expires_at: Millis,
}

const CREATE: &str = "INSERT INTO session (id, account_id, data, expires_at) VALUES ($1, $2, $3, $4)";
const SAVE: &str = "UPDATE session SET account_id = $2, data = $3, expires_at = $4 WHERE id = $1";

impl Store {
    /// `Taken` when the id exists.
    pub async fn create_session(&self, row: SessionRow) -> Result<()> {
        self.put_session(CREATE, row).await
    }

    /// Only what is there: a session that has ended meanwhile stays ended.
    pub async fn save_session(&self, row: SessionRow) -> Result<()> {
        self.put_session(SAVE, row).await
    }

    fn put_session(&self, put: &'static str, row: SessionRow) -> impl Future<Output = Result<()>> + Send {
        self.act(move |tx| {
            let put =
                sqlx::query(put).bind(row.id.to_vec()).bind(row.account).bind(row.data.clone()).bind(row.expires_at);
            Box::pin(async move {
                put.execute(tx.db()).await?;
                Ok(())
            })
        })
    }

    /// None when it has expired.
    pub async fn session(&self, id: [u8; 32], now: Millis) -> Result<Option<SessionRow>> {
        let found: Option<(Option<i64>, Vec<u8>, Millis)> =
            sqlx::query_as("SELECT account_id, data, expires_at FROM session WHERE id = $1 AND expires_at > $2")
                .bind(id.to_vec())
                .bind(now)
                .fetch_optional(&self.reads)
                .await?;
        Ok(found.map(|(account, data, expires_at)| SessionRow { id, account, data, expires_at }))
    }

    pub async fn delete_session(&self, id: [u8; 32]) -> Result<()> {
        self.act(move |tx| {
            Box::pin(async move {
                sqlx::query("DELETE FROM session WHERE id = $1").bind(id.to_vec()).execute(tx.db()).await?;
                Ok(())
            })
        })
        .await
    }

    pub async fn delete_sessions_of(&self, account: i64) -> Result<()> {
        self.act(move |tx| {
            Box::pin(async move {
                sqlx::query("DELETE FROM session WHERE account_id = $1").bind(account).execute(tx.db()).await?;
                Ok(())
            })
        })
        .await
    }

    /// Removes those that have expired. Answers how many.
    pub async fn purge_sessions(&self, now: Millis) -> Result<i64> {
        self.act(move |tx| {
            Box::pin(async move {
                let purge = sqlx::query("DELETE FROM session WHERE expires_at <= $1").bind(now);
                Ok(purge.execute(tx.db()).await?.rows_affected() as i64)
            })
        })
        .await
    }
}

//! What SCRAM needs of an account (RFC 5802 §3): its salt, and the keys of its own password.

use crate::credential::exactly;
use crate::{Result, ScramKeys, Store};

#[derive(Clone, Debug)]
pub struct Scram {
    pub salt: Vec<u8>,
    pub iterations: u32,
    /// Of the account's own password; none until it is set, or used, again.
    pub keys: Option<ScramKeys>,
}

type Row = (Vec<u8>, u32, Option<Vec<u8>>, Option<Vec<u8>>);

const LOOK: &str = "SELECT salt, iterations, stored_key, server_key FROM scram WHERE account_id = $1";

fn read((salt, iterations, stored, server): Row) -> Result<Scram> {
    let keys = match (stored, server) {
        (Some(stored), Some(server)) => Some(ScramKeys { stored: exactly(stored)?, server: exactly(server)? }),
        _ => None,
    };
    Ok(Scram { salt, iterations, keys })
}

impl Store {
    /// None when the account has no salt yet.
    pub async fn scram(&self, account: i64) -> Result<Option<Scram>> {
        let row: Option<Row> = sqlx::query_as(LOOK).bind(account).fetch_optional(&self.reads).await?;
        row.map(read).transpose()
    }

    /// The account's salt: `fresh` when it had none. `NotFound` when there is no such account.
    pub async fn scram_salt(&self, account: i64, fresh: [u8; 16], iterations: u32) -> Result<Scram> {
        if let Some(kept) = self.scram(account).await? {
            return Ok(kept);
        }
        let row: Row = self
            .act(move |tx| {
                Box::pin(async move {
                    sqlx::query(
                        "INSERT INTO scram (account_id, salt, iterations) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                    )
                    .bind(account)
                    .bind(fresh.to_vec())
                    .bind(iterations)
                    .execute(tx.db())
                    .await?;
                    Ok(sqlx::query_as(LOOK).bind(account).fetch_one(tx.db()).await?)
                })
            })
            .await?;
        read(row)
    }

    /// Keeps the keys of the account's own password, unless that was changed meanwhile: `password_hash` is the one that
    /// they belong to.
    pub async fn set_scram_keys(&self, account: i64, password_hash: String, keys: ScramKeys) -> Result<()> {
        self.act(move |tx| {
            let update = sqlx::query(
                "UPDATE scram SET stored_key = $2, server_key = $3 WHERE account_id = $1
                 AND EXISTS (SELECT 1 FROM account WHERE id = $1 AND password_hash = $4)",
            );
            let update = update.bind(account).bind(keys.stored.to_vec()).bind(keys.server.to_vec());
            let update = update.bind(password_hash.clone());
            Box::pin(async move {
                update.execute(tx.db()).await?;
                Ok(())
            })
        })
        .await
    }
}

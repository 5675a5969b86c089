//! Passwords of programs, and the random bytes that hashes of them are keyed with.

use crate::{Millis, Result, Store, StoreError};

/// An account may have so many at once: a sign-in looks at all of them.
pub const CREDENTIALS: i64 = 50;

/// What a credential opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scopes(i64);

impl Scopes {
    /// Handing mail in.
    pub const SMTP: Scopes = Scopes(1);
    /// Collecting it.
    pub const POP3: Scopes = Scopes(2);
    pub const BOTH: Scopes = Scopes(3);

    pub fn has(self, other: Scopes) -> bool {
        self.0 & other.0 == other.0
    }
}

/// What SCRAM keeps of a password (RFC 5802 §3).
#[derive(Clone, PartialEq, Eq)]
pub struct ScramKeys {
    pub stored: [u8; 32],
    pub server: [u8; 32],
}

impl std::fmt::Debug for ScramKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ScramKeys(…)")
    }
}

#[derive(Clone, Debug)]
pub struct NewCredential {
    pub account: i64,
    /// The owner's name for the program.
    pub name: String,
    pub hash: [u8; 32],
    pub scopes: Scopes,
    pub networks: String,
    pub keys: ScramKeys,
    pub expires_at: Option<Millis>,
}

/// One that was not revoked. It may have expired.
#[derive(Clone, Debug)]
pub struct Credential {
    pub id: i64,
    pub account: i64,
    pub name: String,
    pub hash: [u8; 32],
    pub scopes: Scopes,
    pub networks: String,
    pub keys: ScramKeys,
    pub created_at: Millis,
    pub expires_at: Option<Millis>,
    pub last_used_at: Option<Millis>,
    pub last_peer: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    account_id: i64,
    name: String,
    hash: Vec<u8>,
    scopes: i64,
    networks: String,
    stored_key: Vec<u8>,
    server_key: Vec<u8>,
    created_at: Millis,
    expires_at: Option<Millis>,
    last_used_at: Option<Millis>,
    last_peer: String,
}

impl TryFrom<Row> for Credential {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Credential> {
        Ok(Credential {
            id: row.id,
            account: row.account_id,
            name: row.name,
            hash: exactly(row.hash)?,
            scopes: Scopes(row.scopes),
            networks: row.networks,
            keys: ScramKeys { stored: exactly(row.stored_key)?, server: exactly(row.server_key)? },
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
            last_peer: row.last_peer,
        })
    }
}

/// A hash or a key as it was written.
pub(crate) fn exactly(bytes: Vec<u8>) -> Result<[u8; 32]> {
    bytes.try_into().map_err(|_| StoreError::Broken("a key in the database is not 32 octets long".to_owned()))
}

impl Store {
    /// `Taken` when the account has one of that name, `NotEmpty` when it has as many as one may have.
    pub async fn add_credential(&self, new: NewCredential, now: Millis) -> Result<i64> {
        self.act(move |tx| {
            let new = new.clone();
            Box::pin(async move {
                let live = "SELECT count(*) FROM credential WHERE account_id = $1 AND revoked_at IS NULL";
                let count: i64 = sqlx::query_scalar(live).bind(new.account).fetch_one(tx.db()).await?;
                if count >= CREDENTIALS {
                    return Err(StoreError::NotEmpty);
                }
                let insert = sqlx::query_scalar(
                    "INSERT INTO credential (account_id, name, kind, hash, scopes, networks, stored_key, server_key,
                         created_at, expires_at)
                     VALUES ($1, $2, 0, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
                );
                let insert = insert
                    .bind(new.account)
                    .bind(&new.name)
                    .bind(new.hash.to_vec())
                    .bind(new.scopes.0)
                    .bind(&new.networks)
                    .bind(new.keys.stored.to_vec())
                    .bind(new.keys.server.to_vec())
                    .bind(now)
                    .bind(new.expires_at);
                Ok(insert.fetch_one(tx.db()).await?)
            })
        })
        .await
    }

    /// Those of an account that were not revoked, oldest first.
    pub async fn credentials(&self, account: i64) -> Result<Vec<Credential>> {
        let rows: Vec<Row> =
            sqlx::query_as("SELECT * FROM credential WHERE account_id = $1 AND revoked_at IS NULL ORDER BY id")
                .bind(account)
                .fetch_all(&self.reads)
                .await?;
        rows.into_iter().map(Credential::try_from).collect()
    }

    /// Notes when and from where one was last used.
    pub async fn credential_used(&self, id: i64, peer: String, now: Millis) -> Result<()> {
        self.act(move |tx| {
            let used = sqlx::query("UPDATE credential SET last_used_at = $2, last_peer = $3 WHERE id = $1");
            let used = used.bind(id).bind(now).bind(peer.clone());
            Box::pin(async move {
                used.execute(tx.db()).await?;
                Ok(())
            })
        })
        .await
    }

    /// It opens nothing any more. `NotFound` when the account has none with that id.
    pub async fn revoke_credential(&self, account: i64, id: i64, now: Millis) -> Result<()> {
        self.act(move |tx| {
            Box::pin(async move {
                let revoked = sqlx::query(
                    "UPDATE credential SET revoked_at = $3 WHERE id = $2 AND account_id = $1 AND revoked_at IS NULL",
                );
                match revoked.bind(account).bind(id).bind(now).execute(tx.db()).await?.rows_affected() {
                    0 => Err(StoreError::NotFound),
                    _ => Ok(()),
                }
            })
        })
        .await
    }

    /// The random bytes of that name: `fresh` when there were none, else what was kept.
    pub async fn secret(&self, name: &'static str, fresh: [u8; 32]) -> Result<[u8; 32]> {
        let kept: Option<Vec<u8>> = sqlx::query_scalar("SELECT bytes FROM secret WHERE name = $1")
            .bind(name)
            .fetch_optional(&self.reads)
            .await?;
        if let Some(kept) = kept {
            return exactly(kept);
        }
        exactly(self.keep_secret(name, fresh).await?)
    }

    fn keep_secret(&self, name: &'static str, fresh: [u8; 32]) -> impl Future<Output = Result<Vec<u8>>> + Send {
        self.act(move |tx| {
            // Another process may have been quicker: what it wrote stays.
            let insert = "INSERT INTO secret (name, bytes) VALUES ($1, $2)
                 ON CONFLICT (name) DO UPDATE SET bytes = bytes RETURNING bytes";
            let insert = sqlx::query_scalar(insert).bind(name).bind(fresh.to_vec());
            Box::pin(async move { Ok(insert.fetch_one(tx.db()).await?) })
        })
    }
}

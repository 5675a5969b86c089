//! Keys that sign what leaves (RFC 6376): two of each domain at a time, one of each algorithm.

use crate::{Millis, Result, Store};

/// How a key signs. Its number in the database never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, sqlx::Type)]
#[repr(i64)]
pub enum Algorithm {
    RsaSha256 = 0,
    /// RFC 8463.
    Ed25519Sha256 = 1,
}

#[derive(Clone, sqlx::FromRow)]
pub struct DkimKey {
    pub id: i64,
    pub domain: String,
    pub selector: String,
    pub algorithm: Algorithm,
    /// PKCS#8. Never shown: what is public is derived from it.
    pub private: Vec<u8>,
    pub created_at: Millis,
    /// It signs from then on: DNS has to know it before.
    pub active_from: Millis,
    /// It signs no more; DNS should know it for some days still.
    pub retired_at: Option<Millis>,
}

/// A key that is to be kept.
#[derive(Clone)]
pub struct NewDkimKey {
    pub selector: String,
    pub algorithm: Algorithm,
    pub private: Vec<u8>,
}

impl Store {
    /// Keeps new keys of a domain, which sign from `active_from` on; those before them sign until then.
    pub async fn add_dkim_keys(
        &self,
        domain: &str,
        keys: Vec<NewDkimKey>,
        now: Millis,
        active_from: Millis,
    ) -> Result<()> {
        let domain = domain.to_owned();
        self.act(move |tx| {
            let (domain, keys) = (domain.clone(), keys.clone());
            Box::pin(async move {
                sqlx::query(
                    "UPDATE dkim_key SET retired_at = $2 WHERE domain = $1 AND (retired_at IS NULL OR retired_at > $2)",
                )
                .bind(&domain)
                .bind(active_from)
                .execute(tx.db())
                .await?;
                for key in &keys {
                    sqlx::query(
                        "INSERT INTO dkim_key (domain, selector, algorithm, private, created_at, active_from)
                         VALUES ($1, $2, $3, $4, $5, $6)",
                    )
                    .bind(&domain)
                    .bind(&key.selector)
                    .bind(key.algorithm)
                    .bind(&key.private)
                    .bind(now)
                    .bind(active_from)
                    .execute(tx.db())
                    .await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// Every key of a domain, the newest first.
    pub async fn dkim_keys(&self, domain: &str) -> Result<Vec<DkimKey>> {
        let found = sqlx::query_as("SELECT * FROM dkim_key WHERE domain = $1 ORDER BY id DESC");
        Ok(found.bind(domain).fetch_all(&self.reads).await?)
    }

    /// Forgets keys that were retired before `before`.
    pub async fn purge_dkim_keys(&self, before: Millis) -> Result<()> {
        self.act(move |tx| {
            Box::pin(async move {
                sqlx::query("DELETE FROM dkim_key WHERE retired_at < $1").bind(before).execute(tx.db()).await?;
                Ok(())
            })
        })
        .await
    }
}

impl DkimKey {
    pub fn signs_at(&self, now: Millis) -> bool {
        self.active_from <= now && self.will_sign(now)
    }

    /// At `now` or later. Others took the place of some before they ever signed.
    pub fn will_sign(&self, now: Millis) -> bool {
        self.retired_at.is_none_or(|retired| now.max(self.active_from) < retired)
    }
}

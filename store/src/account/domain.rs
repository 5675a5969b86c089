//! Our domains.

use crate::{Millis, Result, Store, StoreError};
use mail::Domain;

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct DomainRow {
    pub id: i64,
    pub name: String,
    pub active: bool,
    /// How many accounts it has.
    pub accounts: i64,
    pub created_at: Millis,
}

impl Store {
    /// `Taken` when it is here already.
    pub async fn add_domain(&self, name: &Domain, now: Millis) -> Result<DomainRow> {
        let name = name.as_str().to_owned();
        let id = self
            .act(move |tx| {
                let insert = sqlx::query_scalar("INSERT INTO domain (name, created_at) VALUES ($1, $2) RETURNING id");
                let insert = insert.bind(name.clone()).bind(now);
                Box::pin(async move { Ok(insert.fetch_one(tx.db()).await?) })
            })
            .await?;
        self.domain(id).await
    }

    /// By name.
    pub async fn domains(&self) -> Result<Vec<DomainRow>> {
        let found = sqlx::query_as(
            "SELECT d.id, d.name, d.active, d.created_at,
                 (SELECT count(*) FROM account a WHERE a.domain_id = d.id) AS accounts
             FROM domain d ORDER BY d.name",
        );
        Ok(found.fetch_all(&self.reads).await?)
    }

    pub async fn domain(&self, id: i64) -> Result<DomainRow> {
        let found = sqlx::query_as(
            "SELECT d.id, d.name, d.active, d.created_at,
                 (SELECT count(*) FROM account a WHERE a.domain_id = d.id) AS accounts
             FROM domain d WHERE d.id = $1",
        );
        Ok(found.bind(id).fetch_one(&self.reads).await?)
    }

    pub async fn set_domain_active(&self, id: i64, active: bool) -> Result<()> {
        self.act(move |tx| {
            Box::pin(async move {
                let update = sqlx::query_scalar("UPDATE domain SET active = $2 WHERE id = $1 RETURNING id");
                update.bind(id).bind(active).fetch_one(tx.db()).await.map(|_: i64| ()).map_err(StoreError::from)
            })
        })
        .await
    }

    /// `NotEmpty` while it has accounts.
    pub async fn remove_domain(&self, id: i64) -> Result<()> {
        self.act(move |tx| {
            Box::pin(async move {
                let used = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM account WHERE domain_id = $1)");
                if used.bind(id).fetch_one(tx.db()).await? {
                    return Err(StoreError::NotEmpty);
                }
                let delete = sqlx::query_scalar("DELETE FROM domain WHERE id = $1 RETURNING id");
                delete.bind(id).fetch_one(tx.db()).await.map(|_: i64| ()).map_err(StoreError::from)
            })
        })
        .await
    }
}

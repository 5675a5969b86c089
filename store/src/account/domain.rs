//! Our domains.

use super::DomainLimits;
use super::domain_alias::is_another_name;
use crate::{Millis, Result, Store, StoreError};
use mail::Domain;
use sqlx::AssertSqlSafe;

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct DomainRow {
    pub id: i64,
    pub name: String,
    /// False: takes no mail for now.
    pub active: bool,
    /// False: only sends.
    pub receives: bool,
    /// Who gets mail to names that nobody has.
    pub catch_all: Option<String>,
    /// The sign before a detail (`bob+news@`); none: the server's; empty: there are no details.
    pub separator: Option<String>,
    #[sqlx(flatten)]
    pub limits: DomainLimits,
    /// How many accounts it has, and aliases.
    pub accounts: i64,
    pub aliases: i64,
    /// What the quotas of its accounts come to.
    pub quota_sum: i64,
    pub created_at: Millis,
}

const ROW: &str = "SELECT d.*,
        (SELECT count(*) FROM account a WHERE a.domain_id = d.id) AS accounts,
        (SELECT count(*) FROM alias l WHERE l.domain_id = d.id) AS aliases,
        (SELECT coalesce(sum(a.quota), 0) FROM account a WHERE a.domain_id = d.id) AS quota_sum
    FROM domain d";

impl Store {
    /// `Taken` when it is here already, also as another name of a domain.
    pub async fn add_domain(&self, name: &Domain, now: Millis) -> Result<DomainRow> {
        let name = name.as_str().to_owned();
        let id = self
            .act(move |tx| {
                let name = name.clone();
                Box::pin(async move {
                    if is_another_name(tx, &name).await? {
                        return Err(StoreError::Taken);
                    }
                    let insert =
                        sqlx::query_scalar("INSERT INTO domain (name, created_at) VALUES ($1, $2) RETURNING id");
                    Ok(insert.bind(name).bind(now).fetch_one(tx.db()).await?)
                })
            })
            .await?;
        self.domain(id).await
    }

    /// By name.
    pub async fn domains(&self) -> Result<Vec<DomainRow>> {
        let found = sqlx::query_as(AssertSqlSafe(format!("{ROW} ORDER BY d.name")));
        Ok(found.fetch_all(&self.reads).await?)
    }

    pub async fn domain(&self, id: i64) -> Result<DomainRow> {
        let found = sqlx::query_as(AssertSqlSafe(format!("{ROW} WHERE d.id = $1")));
        Ok(found.bind(id).fetch_one(&self.reads).await?)
    }

    /// `NotFound` when it is not ours; another name of a domain is no domain.
    pub async fn domain_named(&self, name: &Domain) -> Result<DomainRow> {
        let found = sqlx::query_as(AssertSqlSafe(format!("{ROW} WHERE d.name = $1")));
        Ok(found.bind(name.as_str()).fetch_one(&self.reads).await?)
    }

    pub async fn set_domain_active(&self, id: i64, active: bool) -> Result<()> {
        self.change_domain(id, move |id| {
            sqlx::query("UPDATE domain SET active = $2 WHERE id = $1").bind(id).bind(active)
        })
        .await
    }

    /// Whether mail for it is taken at all. What was for its postmaster and abuse desk always is.
    pub async fn set_domain_receives(&self, id: i64, receives: bool) -> Result<()> {
        self.change_domain(id, move |id| {
            sqlx::query("UPDATE domain SET receives = $2 WHERE id = $1").bind(id).bind(receives)
        })
        .await
    }

    /// None: the server's own; empty: no details in this domain.
    pub async fn set_separator(&self, id: i64, sign: Option<String>) -> Result<()> {
        self.change_domain(id, move |id| {
            sqlx::query("UPDATE domain SET separator = $2 WHERE id = $1").bind(id).bind(sign.clone())
        })
        .await
    }

    /// What is there already stays, whatever the new limits are.
    pub async fn set_domain_limits(&self, id: i64, limits: DomainLimits) -> Result<()> {
        self.change_domain(id, move |id| {
            sqlx::query(
                "UPDATE domain SET most_accounts = $2, most_aliases = $3, most_quota = $4, default_quota = $5,
                     message_size = $6
                 WHERE id = $1",
            )
            .bind(id)
            .bind(limits.most_accounts)
            .bind(limits.most_aliases)
            .bind(limits.most_quota)
            .bind(limits.default_quota)
            .bind(limits.message_size)
        })
        .await
    }

    /// `NotFound` when it changes none.
    async fn change_domain<F>(&self, id: i64, mut update: F) -> Result<()>
    where
        F: FnMut(i64) -> sqlx::query::Query<'static, sqlx::Sqlite, sqlx::sqlite::SqliteArguments> + Send + 'static,
    {
        self.act(move |tx| {
            let update = update(id);
            Box::pin(async move {
                match update.execute(tx.db()).await?.rows_affected() {
                    0 => Err(StoreError::NotFound),
                    _ => Ok(()),
                }
            })
        })
        .await
    }

    /// `NotEmpty` while somebody has an address in it: an account, an alias; or while it has other names.
    pub async fn remove_domain(&self, id: i64) -> Result<()> {
        self.act(move |tx| {
            Box::pin(async move {
                let used = sqlx::query_scalar(
                    "SELECT EXISTS (SELECT 1 FROM account WHERE domain_id = $1)
                         OR EXISTS (SELECT 1 FROM alias WHERE domain_id = $1)
                         OR EXISTS (SELECT 1 FROM domain_alias WHERE domain_id = $1)
                         OR EXISTS (SELECT 1 FROM address s JOIN domain d ON s.address LIKE '%@' || d.name WHERE d.id = $1)",
                );
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

//! Aliases: one address for many. A loop is refused when it is written.

use super::Separator;
use super::expand::{DEPTH, MOST};
use super::walk::{Found, look};
use crate::writer::{Job, Tx};
use crate::{Millis, Result, Store, StoreError};
use mail::Address;
use std::collections::HashSet;

/// Targets of one alias at most.
const FAN_OUT: usize = 100;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AliasRow {
    /// Lower case.
    pub address: String,
    pub targets: Vec<String>,
    pub created_at: Millis,
}

#[derive(Clone, Debug, Default)]
pub struct AliasQuery {
    /// Domain name or empty.
    pub domain: String,
    /// Part of the alias or of a target.
    pub search: String,
    /// Alias after which to begin; empty for the first page.
    pub after: String,
    pub limit: i64,
}

/// How targets that are given go together with those that are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    /// They come to them; the alias is made when it is not there.
    Beside,
    /// They take their place; the alias must be there.
    Instead,
}

struct Write {
    address: Address,
    targets: Vec<Address>,
    how: How,
    separator: Separator,
    now: Millis,
}

impl Job for Write {
    type Answer = String;

    async fn run(&mut self, tx: &mut Tx) -> Result<String> {
        let (domain, name) = own_name(tx, &self.address).await?;
        let there: Option<i64> =
            sqlx::query_scalar("SELECT id FROM alias WHERE address = $1").bind(&name).fetch_optional(tx.db()).await?;
        let alias = match (there, self.how) {
            (Some(alias), How::Beside) => alias,
            (Some(alias), How::Instead) => {
                sqlx::query("DELETE FROM alias_target WHERE alias_id = $1").bind(alias).execute(tx.db()).await?;
                alias
            }
            (None, How::Instead) => return Err(StoreError::NotFound),
            (None, How::Beside) => {
                if belongs_to_an_account(tx, &name).await? {
                    return Err(StoreError::Taken);
                }
                let made: i64 = sqlx::query_scalar(
                    "INSERT INTO alias (domain_id, address, created_at) VALUES ($1, $2, $3) RETURNING id",
                )
                .bind(domain)
                .bind(&name)
                .bind(self.now)
                .fetch_one(tx.db())
                .await?;
                super::limits::check_aliases(tx, domain).await?;
                made
            }
        };
        for target in &self.targets {
            sqlx::query("INSERT INTO alias_target (alias_id, key, target) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
                .bind(alias)
                .bind(target.key())
                .bind(target.to_string())
                .execute(tx.db())
                .await?;
        }
        check_targets(tx, alias).await?;
        check_way(tx, self.separator, &name).await?;
        Ok(name)
    }
}

/// The domain of ours that an address belongs to, and how it is kept there: a domain's other name is not.
pub(super) async fn own_name(tx: &mut Tx, address: &Address) -> Result<(i64, String)> {
    let (id, domain): (i64, String) = sqlx::query_as(
        "SELECT id, name FROM domain WHERE name = $1
         UNION ALL SELECT d.id, d.name FROM domain_alias o JOIN domain d ON d.id = o.domain_id WHERE o.name = $1",
    )
    .bind(address.domain().as_str())
    .fetch_one(tx.db())
    .await?;
    let key = address.key();
    let local = key.rsplit_once('@').map_or("", |(local, _)| local);
    let name = format!("{local}@{domain}");
    // Under the longer name it may have become too long to be one.
    Address::parse(&name).map_err(|_| StoreError::Limit)?;
    Ok((id, name))
}

async fn belongs_to_an_account(tx: &mut Tx, name: &str) -> Result<bool> {
    let taken = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM address WHERE address = $1)");
    Ok(taken.bind(name).fetch_one(tx.db()).await?)
}

async fn check_targets(tx: &mut Tx, alias: i64) -> Result<()> {
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM alias_target WHERE alias_id = $1")
        .bind(alias)
        .fetch_one(tx.db())
        .await?;
    match usize::try_from(count).unwrap_or(usize::MAX) {
        0 => Err(StoreError::NotFound),
        count if count > FAN_OUT => Err(StoreError::Limit),
        _ => Ok(()),
    }
}

/// Walks on from the alias: it must not be met again, and neither what leads to it nor what it leads to may be endless.
async fn check_way(tx: &mut Tx, separator: Separator, name: &str) -> Result<()> {
    let mut seen = HashSet::new();
    let mut level = vec![super::recipient::parsed(name)?];
    for below in 0.. {
        // Not the first: it is what must not be met again.
        level.retain(|address| below == 0 || seen.insert(address.key()));
        if level.is_empty() {
            // What is above is counted last: in a loop it would have no end.
            let above = levels_above(tx, name).await?;
            return if above + below > DEPTH + 1 { Err(StoreError::Limit) } else { Ok(()) };
        }
        if seen.len() > MOST {
            return Err(StoreError::Limit);
        }
        let mut next = Vec::new();
        for place in look(tx.db(), separator, level).await? {
            match place.found {
                Found::Alias { name: met, .. } if below > 0 && met == name => return Err(StoreError::Loop),
                Found::Alias { targets, .. } => next.extend(targets),
                Found::CatchAll(target) => next.push(target),
                Found::Account(_) | Found::Role | Found::Nobody => {}
            }
        }
        level = next;
    }
    Ok(())
}

/// How many aliases stand one behind the other before this one.
async fn levels_above(tx: &mut Tx, name: &str) -> Result<usize> {
    let mut level = vec![name.to_owned()];
    for above in 0..=DEPTH {
        level = sqlx::query_scalar(
            "SELECT DISTINCT l.address FROM json_each($1) AS g CROSS JOIN alias_target t ON t.key = g.value
             JOIN alias l ON l.id = t.alias_id",
        )
        .bind(serde_json::to_string(&level).unwrap_or_default())
        .fetch_all(tx.db())
        .await?;
        if level.is_empty() {
            return Ok(above);
        }
    }
    Ok(DEPTH)
}

impl Store {
    /// Makes the alias, or adds to it. `NotFound`: not our domain, or no target; `Taken`: an account's address; `Loop`;
    /// `Limit`: more targets, aliases or steps than may be.
    pub async fn add_alias(&self, address: Address, targets: Vec<Address>, now: Millis) -> Result<AliasRow> {
        self.write_alias(address, targets, How::Beside, now).await
    }

    /// Gives an alias that is there other targets. Errors as for `add_alias`.
    pub async fn set_alias(&self, address: Address, targets: Vec<Address>, now: Millis) -> Result<AliasRow> {
        self.write_alias(address, targets, How::Instead, now).await
    }

    async fn write_alias(&self, address: Address, targets: Vec<Address>, how: How, now: Millis) -> Result<AliasRow> {
        let separator = self.separator;
        let name = self.write(Write { address, targets, how, separator, now }).await?;
        self.alias_named(&name).await
    }

    /// Takes targets away; with the last one, or when none is named, the whole alias. Answers whether it is gone.
    pub async fn remove_alias(&self, address: Address, targets: Vec<Address>) -> Result<bool> {
        let keys: Vec<String> = targets.iter().map(Address::key).collect();
        self.act(move |tx| {
            let (address, keys) = (address.clone(), keys.clone());
            Box::pin(async move {
                let (_, name) = own_name(tx, &address).await?;
                let alias: i64 = sqlx::query_scalar("SELECT id FROM alias WHERE address = $1")
                    .bind(&name)
                    .fetch_one(tx.db())
                    .await?;
                let gone = sqlx::query(
                    "DELETE FROM alias_target WHERE alias_id = $1
                     AND ($2 = '[]' OR key IN (SELECT value FROM json_each($2)))",
                )
                .bind(alias)
                .bind(serde_json::to_string(&keys).unwrap_or_default())
                .execute(tx.db())
                .await?;
                if gone.rows_affected() == 0 {
                    return Err(StoreError::NotFound);
                }
                Ok(clear_empty(tx).await? > 0)
            })
        })
        .await
    }

    pub async fn alias(&self, address: &Address) -> Result<AliasRow> {
        self.alias_named(&address.key()).await
    }

    async fn alias_named(&self, name: &str) -> Result<AliasRow> {
        let row = sqlx::query_as(
            "SELECT address, created_at, (SELECT json_group_array(target ORDER BY key) FROM alias_target WHERE alias_id = l.id)
             FROM alias l WHERE address = $1",
        );
        let row: (String, Millis, String) = row.bind(name).fetch_one(&self.reads).await?;
        Ok(AliasRow::from(row))
    }

    /// By address, ascending.
    pub async fn aliases(&self, query: AliasQuery) -> Result<Vec<AliasRow>> {
        let rows: Vec<(String, Millis, String)> = sqlx::query_as(
            "SELECT l.address, l.created_at,
                 (SELECT json_group_array(target ORDER BY key) FROM alias_target WHERE alias_id = l.id)
             FROM alias l JOIN domain d ON d.id = l.domain_id
             WHERE l.address > $1 AND ($2 = '' OR d.name = $2)
               AND (instr(l.address, $3) > 0
                   OR EXISTS (SELECT 1 FROM alias_target t WHERE t.alias_id = l.id AND instr(t.key, $3) > 0))
             ORDER BY l.address LIMIT $4",
        )
        .bind(query.after)
        .bind(query.domain)
        .bind(query.search.to_ascii_lowercase())
        .bind(query.limit)
        .fetch_all(&self.reads)
        .await?;
        Ok(rows.into_iter().map(AliasRow::from).collect())
    }
}

/// Aliases without a target are none.
pub(super) async fn clear_empty(tx: &mut Tx) -> Result<u64> {
    let clear = "DELETE FROM alias WHERE NOT EXISTS (SELECT 1 FROM alias_target WHERE alias_id = alias.id)";
    Ok(sqlx::query(clear).execute(tx.db()).await?.rows_affected())
}

impl From<(String, Millis, String)> for AliasRow {
    fn from((address, created_at, targets): (String, Millis, String)) -> AliasRow {
        AliasRow { address, created_at, targets: serde_json::from_str(&targets).unwrap_or_default() }
    }
}

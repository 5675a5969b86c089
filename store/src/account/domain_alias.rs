//! Other names of whole domains, and who gets what is for nobody.

use super::Separator;
use super::walk::{Found, look};
use crate::writer::{Job, Tx};
use crate::{Millis, Result, Store, StoreError};
use mail::{Address, Domain};

pub(super) async fn is_another_name(tx: &mut Tx, name: &str) -> Result<bool> {
    let known = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM domain_alias WHERE name = $1)");
    Ok(known.bind(name).fetch_one(tx.db()).await?)
}

struct SetCatchAll {
    domain: i64,
    target: Option<Address>,
    separator: Separator,
}

impl Job for SetCatchAll {
    type Answer = ();

    async fn run(&mut self, tx: &mut Tx) -> Result<()> {
        if let Some(target) = &self.target {
            // First without the one that was: what stands at the target must not hang on it.
            write(tx, self.domain, None).await?;
            for place in look(tx.db(), self.separator, vec![target.clone()]).await? {
                match (place.home, place.found) {
                    // A name that nobody has would go to the catch-all again.
                    (Some(_), Found::Nobody) => return Err(StoreError::Loop),
                    (Some(_), Found::CatchAll(_)) => return Err(StoreError::Loop),
                    _ => {}
                }
            }
        }
        write(tx, self.domain, self.target.as_ref().map(Address::to_string)).await
    }
}

async fn write(tx: &mut Tx, domain: i64, target: Option<String>) -> Result<()> {
    let set = sqlx::query("UPDATE domain SET catch_all = $2 WHERE id = $1").bind(domain).bind(target);
    match set.execute(tx.db()).await?.rows_affected() {
        0 => Err(StoreError::NotFound),
        _ => Ok(()),
    }
}

impl Store {
    /// `Taken` when the name is a domain here, or another domain's other name.
    pub async fn add_domain_alias(&self, name: &Domain, domain: i64, now: Millis) -> Result<()> {
        let name = name.as_str().to_owned();
        self.act(move |tx| {
            let name = name.clone();
            Box::pin(async move {
                let known = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM domain WHERE name = $1)");
                if known.bind(&name).fetch_one(tx.db()).await? {
                    return Err(StoreError::Taken);
                }
                sqlx::query("INSERT INTO domain_alias (name, domain_id, created_at) VALUES ($1, $2, $3)")
                    .bind(name)
                    .bind(domain)
                    .bind(now)
                    .execute(tx.db())
                    .await?;
                Ok(())
            })
        })
        .await
    }

    /// Mail to the name is refused from then on.
    pub async fn remove_domain_alias(&self, name: &Domain) -> Result<()> {
        let name = name.as_str().to_owned();
        self.act(move |tx| {
            let delete = sqlx::query("DELETE FROM domain_alias WHERE name = $1").bind(name.clone());
            Box::pin(async move {
                match delete.execute(tx.db()).await?.rows_affected() {
                    0 => Err(StoreError::NotFound),
                    _ => Ok(()),
                }
            })
        })
        .await
    }

    /// Other names of the domain, ascending.
    pub async fn domain_aliases(&self, domain: i64) -> Result<Vec<String>> {
        let found = sqlx::query_scalar("SELECT name FROM domain_alias WHERE domain_id = $1 ORDER BY name");
        Ok(found.bind(domain).fetch_all(&self.reads).await?)
    }

    /// Who gets mail to names of the domain that nobody has; none: they are refused. `Loop` for a name here that nobody
    /// has either.
    pub async fn set_catch_all(&self, domain: i64, target: Option<Address>) -> Result<()> {
        self.write(SetCatchAll { domain, target, separator: self.separator }).await
    }
}

//! An account's own addresses: what it is reached by, and may send as.

use super::alias::own_name;
use super::walk::{Found, look};
use crate::{Result, Store, StoreError};
use mail::Address;

impl Store {
    /// Gives the account one more address, in any domain of ours. `Taken`: an account or an alias has it; `NotFound`: no
    /// such account, or not our domain.
    pub async fn add_address(&self, account: i64, address: Address) -> Result<()> {
        self.act(move |tx| {
            let address = address.clone();
            Box::pin(async move {
                let (_, name) = own_name(tx, &address).await?;
                let alias = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM alias WHERE address = $1)");
                if alias.bind(&name).fetch_one(tx.db()).await? {
                    return Err(StoreError::Taken);
                }
                sqlx::query("INSERT INTO address (address, account_id) VALUES ($1, $2)")
                    .bind(&name)
                    .bind(account)
                    .execute(tx.db())
                    .await?;
                Ok(())
            })
        })
        .await
    }

    /// `Conflict` for the address that the account is named by.
    pub async fn remove_address(&self, account: i64, address: Address) -> Result<()> {
        self.act(move |tx| {
            let address = address.clone();
            Box::pin(async move {
                let (_, name) = own_name(tx, &address).await?;
                let named: String = sqlx::query_scalar("SELECT address FROM account WHERE id = $1")
                    .bind(account)
                    .fetch_one(tx.db())
                    .await?;
                if named == name {
                    return Err(StoreError::Conflict);
                }
                let gone = sqlx::query("DELETE FROM address WHERE address = $1 AND account_id = $2")
                    .bind(&name)
                    .bind(account)
                    .execute(tx.db())
                    .await?;
                if gone.rows_affected() == 0 {
                    return Err(StoreError::NotFound);
                }
                super::removal::forget_targets(tx, &[name]).await
            })
        })
        .await
    }

    /// Whose address it is, with a detail (`bob+news@`) or in another name of the domain too. Not whom an alias or a
    /// catch-all leads to.
    pub async fn owner(&self, address: &Address) -> Result<Option<i64>> {
        let places = look(&mut *self.reads.acquire().await?, self.separator, vec![address.clone()]).await?;
        Ok(places.into_iter().find_map(|place| match place.found {
            Found::Account(person) => Some(person.account),
            _ => None,
        }))
    }
}

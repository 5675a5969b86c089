//! Removing an account with all it has.

use crate::message::destroy;
use crate::writer::{Job, Tx};
use crate::{Result, Store, StoreError, draft};

/// Messages and drafts removed in one step, so that nobody waits long behind it.
const STEP: i64 = 500;

struct Remove {
    account: i64,
}

impl Job for Remove {
    /// True when the account is gone, false when there is more to remove.
    type Answer = bool;

    async fn run(&mut self, tx: &mut Tx) -> Result<bool> {
        // Nobody signs in from the first step on; if the rest is interrupted, the account is there to be removed again.
        let known = sqlx::query("UPDATE account SET active = FALSE WHERE id = $1").bind(self.account);
        if known.execute(tx.db()).await?.rows_affected() == 0 {
            return Err(StoreError::NotFound);
        }
        let boxes: Vec<i64> = sqlx::query_scalar("SELECT id FROM mailbox WHERE account_id = $1")
            .bind(self.account)
            .fetch_all(tx.db())
            .await?;
        for mailbox in boxes {
            let placements: Vec<i64> = sqlx::query_scalar("SELECT id FROM placement WHERE mailbox_id = $1 LIMIT $2")
                .bind(mailbox)
                .bind(STEP)
                .fetch_all(tx.db())
                .await?;
            if !placements.is_empty() {
                destroy::with_ledger(tx, self.account, &placements).await?;
                return Ok(false);
            }
        }
        let drafts: Vec<i64> = sqlx::query_scalar("SELECT id FROM draft WHERE account_id = $1 LIMIT $2")
            .bind(self.account)
            .bind(STEP)
            .fetch_all(tx.db())
            .await?;
        if !drafts.is_empty() {
            draft::discard(tx, &drafts).await?;
            return Ok(false);
        }
        let names: Vec<String> = sqlx::query_scalar("SELECT address FROM address WHERE account_id = $1")
            .bind(self.account)
            .fetch_all(tx.db())
            .await?;
        forget_targets(tx, &names).await?;
        for rest in [
            "DELETE FROM session WHERE account_id = $1",
            "DELETE FROM expunged WHERE mailbox_id IN (SELECT id FROM mailbox WHERE account_id = $1)",
            "DELETE FROM mailbox_gone WHERE account_id = $1",
            "UPDATE mailbox SET parent_id = NULL WHERE account_id = $1",
            "DELETE FROM mailbox WHERE account_id = $1",
            "DELETE FROM address WHERE account_id = $1",
            "DELETE FROM account WHERE id = $1",
        ] {
            sqlx::query(rest).bind(self.account).execute(tx.db()).await?;
        }
        Ok(true)
    }
}

/// Whoever has these addresses next must not get what aliases and catch-alls sent to those who had them.
pub(super) async fn forget_targets(tx: &mut Tx, names: &[String]) -> Result<()> {
    let names = serde_json::to_string(names).unwrap_or_default();
    for forget in [
        "DELETE FROM alias_target WHERE key IN (SELECT value FROM json_each($1))",
        "UPDATE domain SET catch_all = NULL WHERE lower(catch_all) IN (SELECT value FROM json_each($1))",
    ] {
        sqlx::query(forget).bind(&names).execute(tx.db()).await?;
    }
    super::alias::clear_empty(tx).await?;
    Ok(())
}

impl Store {
    /// Takes the account's mail, drafts and sessions with it. What it has in the queue still goes out.
    pub async fn remove_account(&self, id: i64) -> Result<()> {
        while !self.write(Remove { account: id }).await? {}
        Ok(())
    }
}

//! Adding accounts and changing them.

use super::{Account, NewAccount, Receives, limits};
use crate::writer::{Job, Tx};
use crate::{Millis, Result, Role, Store, StoreError, mailbox};
use sqlx::query::Query;
use sqlx::sqlite::{Sqlite, SqliteArguments};

/// What every account begins with.
const MAILBOXES: [(Role, &str); 6] = [
    (Role::Inbox, "Inbox"),
    (Role::Drafts, "Drafts"),
    (Role::Sent, "Sent"),
    (Role::Archive, "Archive"),
    (Role::Junk, "Junk"),
    (Role::Trash, "Trash"),
];

struct Add {
    new: NewAccount,
    now: Millis,
}

impl Job for Add {
    type Answer = i64;
    async fn run(&mut self, tx: &mut Tx) -> Result<i64> {
        let NewAccount { address, name, admin, password_hash, quota } = &self.new;
        let domain: i64 = sqlx::query_scalar("SELECT id FROM domain WHERE name = $1")
            .bind(address.domain().as_str())
            .fetch_one(tx.db())
            .await?;
        let id: i64 = sqlx::query_scalar(
            "INSERT INTO account (domain_id, address, name, admin, password_hash, quota, created_at, modseq)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 1) RETURNING id",
        )
        .bind(domain)
        .bind(address.key())
        .bind(name)
        .bind(admin)
        .bind(password_hash)
        .bind(quota)
        .bind(self.now)
        .fetch_one(tx.db())
        .await?;
        let alias = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM alias WHERE address = $1)");
        if alias.bind(address.key()).fetch_one(tx.db()).await? {
            return Err(StoreError::Taken);
        }
        sqlx::query("INSERT INTO address (address, account_id) VALUES ($1, $2)")
            .bind(address.key())
            .bind(id)
            .execute(tx.db())
            .await?;
        limits::check_accounts(tx, domain).await?;
        for (role, name) in MAILBOXES {
            mailbox::make(tx, id, role, name, self.now).await?;
        }
        Ok(id)
    }
}

impl Store {
    /// Makes the account, its address and its mailboxes (Inbox, Drafts, Sent, Archive, Junk, Trash).
    /// `NotFound` when the domain is not ours, `Taken` when the address is in use, `Limit` when the domain has all it may.
    pub async fn add_account(&self, new: NewAccount, now: Millis) -> Result<Account> {
        let id = self.write(Add { new, now }).await?;
        self.account(id).await
    }

    pub async fn set_account_active(&self, id: i64, active: bool) -> Result<()> {
        self.change_account(move || sqlx::query("UPDATE account SET active = $2 WHERE id = $1").bind(id).bind(active))
            .await
    }

    pub async fn set_password(&self, id: i64, hash: String) -> Result<()> {
        self.change_account(move || {
            sqlx::query("UPDATE account SET password_hash = $2 WHERE id = $1").bind(id).bind(hash.clone())
        })
        .await
    }

    /// The same password, hashed anew. `NotFound` when it has been changed meanwhile.
    pub async fn renew_password(&self, id: i64, old: String, new: String) -> Result<()> {
        self.change_account(move || {
            sqlx::query("UPDATE account SET password_hash = $3 WHERE id = $1 AND password_hash = $2")
                .bind(id)
                .bind(old.clone())
                .bind(new.clone())
        })
        .await
    }

    /// What becomes of mail for it. Signing in is another matter (`set_account_active`).
    pub async fn set_receives(&self, id: i64, receives: Receives) -> Result<()> {
        self.change_account(move || {
            sqlx::query("UPDATE account SET receives = $2 WHERE id = $1").bind(id).bind(receives)
        })
        .await
    }

    /// In bytes; 0 for none. `Limit` when the domain's accounts would come to more than they may; less is always taken.
    pub async fn set_quota(&self, id: i64, bytes: i64) -> Result<()> {
        self.act(move |tx| {
            Box::pin(async move {
                let (domain, before): (i64, i64) = sqlx::query_as("SELECT domain_id, quota FROM account WHERE id = $1")
                    .bind(id)
                    .fetch_one(tx.db())
                    .await?;
                sqlx::query("UPDATE account SET quota = $2 WHERE id = $1")
                    .bind(id)
                    .bind(bytes)
                    .execute(tx.db())
                    .await?;
                let less = bytes > 0 && (before == 0 || bytes <= before);
                if less { Ok(()) } else { limits::check_quota(tx, domain).await }
            })
        })
        .await
    }

    pub async fn signed_in(&self, id: i64, now: Millis) -> Result<()> {
        self.change_account(move || {
            sqlx::query("UPDATE account SET last_sign_in = $2 WHERE id = $1").bind(id).bind(now)
        })
        .await
    }

    /// `NotFound` when it changes nobody.
    async fn change_account<F>(&self, mut update: F) -> Result<()>
    where
        F: FnMut() -> Query<'static, Sqlite, SqliteArguments> + Send + 'static,
    {
        self.act(move |tx| {
            let update = update();
            Box::pin(async move {
                match update.execute(tx.db()).await?.rows_affected() {
                    0 => Err(StoreError::NotFound),
                    _ => Ok(()),
                }
            })
        })
        .await
    }
}

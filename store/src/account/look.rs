//! Looking accounts up, and counting.

use super::Account;
use crate::{Millis, Result, Role, Store, StoreError};
use mail::Address;

#[derive(Clone, Debug, Default)]
pub struct AccountQuery {
    /// Part of address or name.
    pub search: String,
    /// Domain name or empty.
    pub domain: String,
    /// Address after which to begin; empty for the first page.
    pub after: String,
    pub limit: i64,
}

#[derive(Clone, Copy, Debug, Default, sqlx::FromRow)]
pub struct Counts {
    pub domains: i64,
    pub accounts: i64,
    pub suspended: i64,
    pub messages: i64,
    pub queued: i64,
    /// Queued before `late_before`.
    pub late: i64,
}

impl AccountQuery {
    /// What LIKE looks for, its own signs taken literally.
    fn pattern(&self) -> String {
        let text = self.search.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        format!("%{text}%")
    }
}

impl Store {
    pub async fn account(&self, id: i64) -> Result<Account> {
        Ok(sqlx::query_as("SELECT * FROM account WHERE id = $1").bind(id).fetch_one(&self.reads).await?)
    }

    pub async fn account_by_address(&self, address: &Address) -> Result<Option<Account>> {
        let found =
            sqlx::query_as("SELECT a.* FROM address d JOIN account a ON a.id = d.account_id WHERE d.address = $1");
        Ok(found.bind(address.key()).fetch_optional(&self.reads).await?)
    }

    /// One of the password hashes that were made as most of them were; none without accounts.
    pub async fn common_password_hash(&self) -> Result<Option<String>> {
        // What stands before the salt: `$argon2id$v=19$m=19456,t=2,p=1$`, whose first part has 15 characters.
        let found = sqlx::query_scalar(
            "SELECT max(password_hash) FROM account
             GROUP BY substr(password_hash, 1, 15 + instr(substr(password_hash, 16), '$'))
             ORDER BY count(*) DESC LIMIT 1",
        );
        Ok(found.fetch_optional(&self.reads).await?)
    }

    /// Every address mail of this account may come from; the one it is named by first.
    pub async fn addresses(&self, account: i64) -> Result<Vec<Address>> {
        let found: Vec<String> = sqlx::query_scalar(
            "SELECT s.address FROM address s JOIN account a ON a.id = s.account_id
                 WHERE s.account_id = $1 ORDER BY s.address <> a.address, s.address",
        )
        .bind(account)
        .fetch_all(&self.reads)
        .await?;
        let parse = |text: String| Address::parse(&text).map_err(|_| StoreError::Broken(format!("address {text}")));
        found.into_iter().map(parse).collect()
    }

    /// By address, ascending.
    pub async fn accounts(&self, query: AccountQuery) -> Result<Vec<Account>> {
        let found = sqlx::query_as(
            "SELECT a.* FROM account a JOIN domain d ON d.id = a.domain_id
             WHERE a.address > $1 AND ($2 = '' OR d.name = $2)
               AND (a.address LIKE $3 ESCAPE '\\' OR a.name LIKE $3 ESCAPE '\\')
             ORDER BY a.address LIMIT $4",
        );
        let pattern = query.pattern();
        Ok(found.bind(query.after).bind(query.domain).bind(pattern).bind(query.limit).fetch_all(&self.reads).await?)
    }

    /// How many match `search` and `domain`.
    pub async fn count_accounts(&self, query: AccountQuery) -> Result<i64> {
        let found = sqlx::query_scalar(
            "SELECT count(*) FROM account a JOIN domain d ON d.id = a.domain_id
             WHERE ($1 = '' OR d.name = $1) AND (a.address LIKE $2 ESCAPE '\\' OR a.name LIKE $2 ESCAPE '\\')",
        );
        let pattern = query.pattern();
        Ok(found.bind(query.domain).bind(pattern).fetch_one(&self.reads).await?)
    }

    pub async fn counts(&self, late_before: Millis) -> Result<Counts> {
        let found = sqlx::query_as(
            "SELECT (SELECT count(*) FROM domain) AS domains,
                    (SELECT count(*) FROM account) AS accounts,
                    (SELECT count(*) FROM account WHERE NOT active) AS suspended,
                    (SELECT coalesce(sum(total), 0) FROM mailbox WHERE role <> $2) AS messages,
                    (SELECT count(*) FROM queue_recipient) AS queued,
                    (SELECT count(*) FROM queue_recipient r JOIN queue q ON q.id = r.queue_id
                     WHERE q.queued_at < $1) AS late",
        );
        Ok(found.bind(late_before).bind(Role::Drafts).fetch_one(&self.reads).await?)
    }
}

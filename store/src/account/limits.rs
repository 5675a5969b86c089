//! What a domain may have: accounts, aliases, space, the size of a message.

use crate::writer::Tx;
use crate::{Result, StoreError};

/// None is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct DomainLimits {
    pub most_accounts: Option<i64>,
    pub most_aliases: Option<i64>,
    /// Octets that the quotas of all accounts come to.
    pub most_quota: Option<i64>,
    /// Octets that a new account may hold, when nothing else is said; none: the server's own setting.
    pub default_quota: Option<i64>,
    /// Octets of a message that comes in.
    pub message_size: Option<i64>,
}

/// After an account was added, in the same change.
pub(super) async fn check_accounts(tx: &mut Tx, domain: i64) -> Result<()> {
    let over: bool = sqlx::query_scalar(
        "SELECT coalesce((SELECT count(*) FROM account WHERE domain_id = d.id) > d.most_accounts, FALSE)
         FROM domain d WHERE d.id = $1",
    )
    .bind(domain)
    .fetch_one(tx.db())
    .await?;
    if over { Err(StoreError::Limit) } else { check_quota(tx, domain).await }
}

/// After a quota grew, in the same change. An account without a quota is over any sum.
pub(super) async fn check_quota(tx: &mut Tx, domain: i64) -> Result<()> {
    let over: bool = sqlx::query_scalar(
        "SELECT coalesce(d.most_quota < (SELECT sum(quota) FROM account WHERE domain_id = d.id), FALSE)
             OR d.most_quota IS NOT NULL AND EXISTS (SELECT 1 FROM account WHERE domain_id = d.id AND quota = 0)
         FROM domain d WHERE d.id = $1",
    )
    .bind(domain)
    .fetch_one(tx.db())
    .await?;
    if over { Err(StoreError::Limit) } else { Ok(()) }
}

/// After an alias was added, in the same change.
pub(super) async fn check_aliases(tx: &mut Tx, domain: i64) -> Result<()> {
    let over: bool = sqlx::query_scalar(
        "SELECT coalesce((SELECT count(*) FROM alias WHERE domain_id = d.id) > d.most_aliases, FALSE)
         FROM domain d WHERE d.id = $1",
    )
    .bind(domain)
    .fetch_one(tx.db())
    .await?;
    if over { Err(StoreError::Limit) } else { Ok(()) }
}

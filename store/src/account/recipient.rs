//! Who gets mail to an address: asked for every RCPT.

use crate::{Result, Store};
use mail::Address;

/// What becomes of mail to an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipient {
    Local {
        account: i64,
        over_quota: bool,
    },
    /// Our domain, but nobody of that name (550 5.1.1).
    Unknown,
    /// Our domain, switched off for now (450 4.2.1).
    DomainSuspended,
    /// Not a domain of ours.
    Elsewhere,
}

impl Store {
    /// `postmaster@` one of our domains, without an account of that name, is the admin's (RFC 5321 §4.5.1).
    /// It is taken always: when the domain is switched off, and when the mailbox is full.
    pub async fn resolve(&self, address: &Address) -> Result<Recipient> {
        let found: Option<(bool, Option<i64>, Option<bool>)> = sqlx::query_as(
            "SELECT d.active, a.id, a.quota > 0 AND a.used >= a.quota
             FROM domain d
             LEFT JOIN address s ON s.address = $2
             LEFT JOIN account a ON a.id = s.account_id
             WHERE d.name = $1",
        )
        .bind(address.domain().as_str())
        .bind(address.key())
        .fetch_optional(&self.reads)
        .await?;
        match found {
            None => Ok(Recipient::Elsewhere),
            Some((_, Some(account), _)) if address.is_postmaster() => {
                Ok(Recipient::Local { account, over_quota: false })
            }
            Some((_, None, _)) if address.is_postmaster() => self.postmaster().await,
            Some((false, ..)) => Ok(Recipient::DomainSuspended),
            Some((true, Some(account), over)) => Ok(Recipient::Local { account, over_quota: over.unwrap_or_default() }),
            Some((true, None, _)) => Ok(Recipient::Unknown),
        }
    }

    /// `<postmaster>` without a domain: the oldest admin, one who can sign in before one who cannot. A house without any
    /// has nobody to read it.
    pub async fn postmaster(&self) -> Result<Recipient> {
        let found: Option<i64> =
            sqlx::query_scalar("SELECT id FROM account WHERE admin ORDER BY active DESC, id LIMIT 1")
                .fetch_optional(&self.reads)
                .await?;
        Ok(found.map_or(Recipient::Unknown, |account| Recipient::Local { account, over_quota: false }))
    }
}

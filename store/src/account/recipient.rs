//! Who gets mail to an address: asked for every RCPT.

use super::expand::expand;
use super::walk::is_role;
use crate::{Result, Store, StoreError};
use mail::Address;

/// What becomes of mail to an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// Somebody gets it.
    Reaches(Expansion),
    /// Our domain, but nobody of that name (550 5.1.1).
    Unknown,
    /// Everybody it is for takes no mail any more (550 5.2.1).
    Refused,
    /// Our domain, switched off for now (450 4.2.1).
    DomainSuspended,
    /// Our domain, which only sends (550 5.7.1).
    DomainTakesNone,
    /// Not a domain of ours.
    Elsewhere,
}

/// Everybody behind an address, each once, whichever way they were reached. Never empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expansion {
    pub locals: Vec<Local>,
    /// Addresses at other providers that it is sent on to.
    pub forwards: Vec<Address>,
    /// Addresses here that take nothing for now.
    pub waiting: Vec<Address>,
    /// Octets of a message at most: the least of the domains it goes through.
    pub size_limit: Option<i64>,
}

/// An account that gets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Local {
    pub account: i64,
    /// The account's own address that was reached in the end.
    pub address: Address,
    pub over_quota: bool,
    /// It is for a postmaster: taken where nothing else is.
    pub always: bool,
}

impl Local {
    pub(super) fn always(account: i64, address: Address) -> Local {
        Local { account, address, over_quota: false, always: true }
    }
}

impl Expansion {
    /// Whether somebody can be given the message at once.
    pub fn takes_now(&self) -> bool {
        !self.forwards.is_empty() || self.locals.iter().any(|local| !local.over_quota)
    }

    pub fn is_empty(&self) -> bool {
        self.locals.is_empty() && self.forwards.is_empty() && self.waiting.is_empty()
    }
}

impl From<Local> for Recipient {
    fn from(local: Local) -> Recipient {
        Recipient::Reaches(Expansion { locals: vec![local], ..Expansion::default() })
    }
}

/// What an account does with mail that comes. Its number in the database never changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::Type)]
#[repr(i64)]
pub enum Receives {
    #[default]
    Mail = 0,
    /// Senders try again (450).
    NothingNow = 1,
    /// Senders are told that it is over (550).
    Nothing = 2,
}

/// An account that is named itself is found by this one statement; so is a domain that is not ours.
pub(crate) const NAMED: &str = "
    SELECT d.active AND d.receives, d.message_size, a.id, a.quota > 0 AND a.used >= a.quota, a.receives
    FROM domain d LEFT JOIN address s ON s.address = $2 LEFT JOIN account a ON a.id = s.account_id
    WHERE d.name = $1
    UNION ALL
    SELECT FALSE, NULL, NULL, NULL, NULL FROM domain_alias WHERE name = $1
    LIMIT 1";

type Named = (bool, Option<i64>, Option<i64>, Option<bool>, Option<Receives>);

impl Store {
    /// Whom mail to `address` reaches: an account, an alias' many, or whoever takes what is for nobody.
    /// `postmaster@` and `abuse@` one of our domains are taken always, when the domain is switched off and when the mailbox
    /// is full; where nobody has the name, they are the admin's (RFC 5321 §4.5.1, RFC 2142 §5).
    pub async fn resolve(&self, address: &Address) -> Result<Recipient> {
        let named: Option<Named> = sqlx::query_as(NAMED)
            .bind(address.domain().as_str())
            .bind(address.key())
            .fetch_optional(&self.reads)
            .await?;
        match named {
            None => Ok(Recipient::Elsewhere),
            Some((true, size_limit, Some(account), over, Some(Receives::Mail))) if !is_role(address.local()) => {
                let over_quota = over.unwrap_or_default();
                let local = Local { account, address: address.clone(), over_quota, always: false };
                Ok(Recipient::Reaches(Expansion { locals: vec![local], size_limit, ..Expansion::default() }))
            }
            Some(_) => expand(&mut *self.reads.acquire().await?, self.separator, address).await,
        }
    }

    /// `<postmaster>` without a domain: the oldest admin, one who can sign in before one who cannot. A house without any
    /// has nobody to read it.
    pub async fn postmaster(&self) -> Result<Recipient> {
        Ok(postmaster(&mut *self.reads.acquire().await?).await?.map_or(Recipient::Unknown, Recipient::from))
    }
}

/// The oldest admin; of several, one who takes mail and can sign in first. A house without any has nobody to read it.
pub(super) async fn postmaster(db: &mut sqlx::SqliteConnection) -> Result<Option<Local>> {
    let found: Option<(i64, String)> = sqlx::query_as(
        "SELECT id, address FROM account WHERE admin ORDER BY receives = 0 DESC, active DESC, id LIMIT 1",
    )
    .fetch_optional(db)
    .await?;
    found.map(|(account, address)| Ok(Local::always(account, parsed(&address)?))).transpose()
}

/// An address that was checked before it was kept.
pub(super) fn parsed(text: &str) -> Result<Address> {
    Address::parse(text).map_err(|_| StoreError::Broken(format!("{text} is kept as an address and is none")))
}

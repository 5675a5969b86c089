//! Domains, accounts and their addresses.

mod alias;
mod change;
mod domain;
mod domain_alias;
mod expand;
mod identity;
mod limits;
mod look;
mod recipient;
mod removal;
mod walk;

pub use alias::{AliasQuery, AliasRow};
pub use domain::DomainRow;
pub use limits::DomainLimits;
pub use look::{AccountQuery, Counts};
#[cfg(test)]
pub(crate) use recipient::NAMED;
pub use recipient::{Expansion, Local, Receives, Recipient};

#[cfg(test)]
pub(crate) use walk::{HOMES, NAMES};

use crate::Millis;
use mail::Address;

/// The sign before an address' detail (`bob+news@`, RFC 5233); none: there are no details.
pub type Separator = Option<char>;

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Account {
    pub id: i64,
    pub domain_id: i64,
    /// Lower case.
    pub address: String,
    pub name: String,
    pub admin: bool,
    /// Whether it can sign in.
    pub active: bool,
    pub receives: Receives,
    /// PHC string (argon2id).
    pub password_hash: String,
    /// Bytes; 0 for none. Trash is not counted.
    pub quota: i64,
    pub used: i64,
    pub created_at: Millis,
    pub last_sign_in: Option<Millis>,
}

#[derive(Clone)]
pub struct NewAccount {
    pub address: Address,
    pub name: String,
    pub admin: bool,
    pub password_hash: String,
    pub quota: i64,
}

//! Domains, accounts and their addresses.

mod change;
mod domain;
mod look;
mod recipient;
mod removal;

pub use domain::DomainRow;
pub use look::{AccountQuery, Counts};
pub use recipient::Recipient;

use crate::Millis;
use mail::Address;

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Account {
    pub id: i64,
    pub domain_id: i64,
    /// Lower case.
    pub address: String,
    pub name: String,
    pub admin: bool,
    pub active: bool,
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

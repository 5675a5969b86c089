//! What an admin may ask about addresses: aliases, other names of domains, limits, what else an account is reached by.

use crate::{Refusal, When};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// One domain, with all that is decided for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainView {
    pub id: i64,
    pub name: String,
    pub active: bool,
    /// False: it only sends.
    pub receives: bool,
    pub accounts: i64,
    pub aliases: i64,
    /// What the quotas of its accounts come to.
    pub quota_sum: String,
    /// Other names of the whole domain.
    pub names: Vec<String>,
    /// Who gets what is for nobody; none: it is refused.
    pub catch_all: Option<String>,
    /// Its own sign before a detail; none: the server's; empty: there are no details.
    pub separator: Option<String>,
    /// The server's own sign; empty: none.
    pub usual_separator: String,
    pub limits: DomainLimits,
    pub created: When,
}

/// None is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainLimits {
    pub most_accounts: Option<i64>,
    pub most_aliases: Option<i64>,
    /// Whole MiB.
    pub most_quota_mib: Option<i64>,
    pub default_quota_mib: Option<i64>,
    pub message_size_mib: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AliasLine {
    pub address: String,
    pub targets: Vec<String>,
    pub created: When,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AliasesAsk {
    pub domain: String,
    /// Part of an alias or of a target; empty for all.
    pub search: String,
    /// `AliasesPage::next` of the page before; empty for the first.
    pub cursor: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AliasesPage {
    pub aliases: Vec<AliasLine>,
    pub next: Option<String>,
}

/// What becomes of mail for an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Receives {
    #[default]
    Mail,
    /// Senders try again.
    NothingNow,
    /// Senders are told.
    Nothing,
}

/// The part of the admin's desk where addresses are given out.
#[async_trait]
pub trait Addresses: Send + Sync {
    /// By name.
    async fn domain(&self, name: String) -> Result<DomainView, Refusal>;
    async fn set_domain_limits(&self, domain: i64, limits: DomainLimits) -> Result<(), Refusal>;
    async fn set_domain_receives(&self, domain: i64, receives: bool) -> Result<(), Refusal>;
    /// `usual`, `off`, or a sign.
    async fn set_separator(&self, domain: i64, sign: String) -> Result<(), Refusal>;
    /// Empty target: none.
    async fn set_catch_all(&self, domain: i64, target: String) -> Result<(), Refusal>;
    async fn add_domain_name(&self, domain: i64, name: String) -> Result<(), Refusal>;
    /// `confirm` is the name, typed.
    async fn remove_domain_name(&self, name: String, confirm: String) -> Result<(), Refusal>;
    async fn aliases(&self, ask: AliasesAsk) -> Result<AliasesPage, Refusal>;
    /// Targets one a line, or with commas or spaces between. Adds to an alias that is there.
    async fn add_alias(&self, address: String, targets: String) -> Result<(), Refusal>;
    /// These targets and no others.
    async fn set_alias(&self, address: String, targets: String) -> Result<(), Refusal>;
    async fn remove_alias(&self, address: String) -> Result<(), Refusal>;
    /// What an account is reached by; the one it is named by first.
    async fn addresses_of(&self, account: i64) -> Result<Vec<String>, Refusal>;
    async fn add_address(&self, account: i64, address: String) -> Result<(), Refusal>;
    async fn remove_address(&self, account: i64, address: String) -> Result<(), Refusal>;
    async fn set_receives(&self, account: i64, receives: Receives) -> Result<(), Refusal>;
}

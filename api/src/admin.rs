//! What an admin may ask.

use crate::{Addresses, Receives, Refusal, ReportView, ReportsAsk, ReportsPage, Role, When, ZonePage};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainLine {
    pub id: i64,
    pub name: String,
    pub active: bool,
    pub accounts: i64,
    pub created: When,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountLine {
    pub id: i64,
    pub address: String,
    pub name: String,
    pub role: Role,
    /// Whether it can sign in.
    pub active: bool,
    pub receives: Receives,
    pub used: String,
    pub quota: Option<String>,
    /// For the form: whole MiB, 0 for none.
    pub quota_mib: i64,
    pub percent: Option<u8>,
    pub created: When,
    pub last_sign_in: Option<When>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountsAsk {
    /// Part of an address or a name; empty for all.
    pub search: String,
    /// A domain's name; empty for all.
    pub domain: String,
    /// `AccountsPage::next` of the page before; empty for the first.
    pub cursor: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountsPage {
    pub accounts: Vec<AccountLine>,
    pub total: i64,
    pub next: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewAccount {
    pub address: String,
    pub name: String,
    /// Empty: the server makes one and shows it once.
    pub password: String,
    pub role: Role,
    /// Whole MiB, 0 for no limit. None: what the domain or the server gives a new account.
    pub quota_mib: Option<i64>,
}

/// An account made, or given a new password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewSecret {
    pub id: i64,
    pub address: String,
    /// The generated password, shown once; none when the admin chose it.
    pub password: Option<String>,
}

/// One recipient that waits in the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueLine {
    pub id: i64,
    pub sender: String,
    pub recipient: String,
    pub destination: String,
    pub attempts: i64,
    pub queued: When,
    pub next: When,
    /// The last reply or error, in the remote's words.
    pub last: String,
    pub size: String,
    /// Not tried before somebody lets it go.
    pub held: bool,
    /// How the last attempt was encrypted; empty when it was not.
    pub tls: String,
}

/// What to look for in the trace: parts of what was said at the door. All empty: the latest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceAsk {
    pub sender: String,
    pub recipient: String,
    pub message_id: String,
    /// The beginning of an address.
    pub ip: String,
}

/// What became of one message for one recipient, or of one attempt to bring it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceLine {
    pub when: When,
    /// Empty: the null sender.
    pub sender: String,
    pub recipient: String,
    /// The other server's address, and what it called itself.
    pub peer: String,
    pub helo: String,
    /// What we answered, in SMTP's words.
    pub reply: String,
    /// What that means.
    pub fate: TraceFate,
    /// Why, in a sentence; empty where the reply says all.
    pub why: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TraceFate {
    Delivered,
    Junk,
    /// The other server was asked to try again.
    Deferred,
    Refused,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overview {
    pub domains: i64,
    pub accounts: i64,
    pub suspended: i64,
    pub messages: i64,
    pub queued: i64,
    /// Waiting for more than four hours.
    pub late: i64,
}

#[async_trait]
pub trait Admin: Addresses + Send + Sync {
    async fn overview(&self) -> Result<Overview, Refusal>;
    async fn domains(&self) -> Result<Vec<DomainLine>, Refusal>;
    async fn add_domain(&self, name: String) -> Result<DomainLine, Refusal>;
    async fn set_domain_active(&self, domain: i64, active: bool) -> Result<(), Refusal>;
    /// `confirm` is the domain's name, typed.
    async fn remove_domain(&self, domain: i64, confirm: String) -> Result<(), Refusal>;
    async fn accounts(&self, ask: AccountsAsk) -> Result<AccountsPage, Refusal>;
    async fn account(&self, account: i64) -> Result<AccountLine, Refusal>;
    async fn add_account(&self, new: NewAccount) -> Result<NewSecret, Refusal>;
    async fn set_account_active(&self, account: i64, active: bool) -> Result<(), Refusal>;
    /// Empty password: the server makes one. Ends the account's sessions.
    async fn set_password(&self, account: i64, password: String) -> Result<NewSecret, Refusal>;
    async fn set_quota(&self, account: i64, quota_mib: i64) -> Result<(), Refusal>;
    /// `confirm` is the address, typed. Takes the account's mail with it.
    async fn remove_account(&self, account: i64, confirm: String) -> Result<(), Refusal>;
    /// Newest first, a hundred of each kind at most.
    async fn trace(&self, ask: TraceAsk) -> Result<Vec<TraceLine>, Refusal>;
    /// What other providers told of our domains, newest first.
    async fn reports(&self, ask: ReportsAsk) -> Result<ReportsPage, Refusal>;
    async fn report(&self, id: i64) -> Result<ReportView, Refusal>;
    async fn queue(&self) -> Result<Vec<QueueLine>, Refusal>;
    /// Tries again now.
    async fn retry(&self, recipient: i64) -> Result<(), Refusal>;
    /// Gives up and bounces to the sender.
    async fn cancel(&self, recipient: i64) -> Result<(), Refusal>;
    /// What DNS should say of a domain, and what it says.
    async fn zone(&self, domain: String) -> Result<ZonePage, Refusal>;
    /// Makes new keys to sign with; they sign in three days.
    async fn rotate_keys(&self, domain: String) -> Result<(), Refusal>;
}

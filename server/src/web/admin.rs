//! `api::Admin`: the office. Only an admin gets one (see `state`), so nothing here asks for the role again.

mod addresses;
mod held;
mod reports;

use crate::dkim;
use crate::house::House;
use crate::sign_in::scram::learn;
use crate::trace::search::{Fate, Found, search};
use crate::web::refused::refused;
use crate::web::{when, zone};
use api::{
    AccountLine, AccountsAsk, AccountsPage, Admin, DomainLine, NewAccount, NewSecret, Overview, QueueLine, Refusal,
    ReportView, ReportsAsk, ReportsPage, Role, TraceAsk, TraceFate, TraceLine, When, ZonePage,
};
use async_trait::async_trait;
use jiff::tz::TimeZone;
use mail::{Address, Domain};
use std::sync::Arc;
use store::{Account, AccountQuery, DomainRow, Millis, StoreError, TraceQuery, Waiting};

/// Accounts on a page, and rows of the queue at most.
const PAGE: i64 = 50;
const QUEUE: i64 = 500;
/// Rows of the trace, of each kind.
const TRACE: i64 = 100;
/// Waiting longer than this is late.
const LATE: Millis = 4 * 3_600_000;
const PASSWORD: usize = 10;
const MIB: i64 = 1024 * 1024;
/// 16 TiB: more is a slip of the finger.
const QUOTA_MIB: i64 = 16 * 1024 * 1024;

pub struct Office {
    house: Arc<House>,
    /// Who acts.
    admin: Arc<Account>,
    zone: TimeZone,
}

impl Office {
    pub fn new(house: Arc<House>, admin: Arc<Account>, zone: TimeZone) -> Self {
        Office { house, admin, zone }
    }

    fn now(&self) -> Millis {
        self.house.clock.now_ms()
    }

    fn when(&self, at: Millis) -> When {
        when::when(at, self.now(), &self.zone)
    }

    /// One line in the log for each change, since it was done in somebody's name.
    fn log(&self, event: &str, what: &str) {
        tracing::info!(target: "admin", event, by = self.admin.address, what);
    }

    fn domain_line(&self, row: DomainRow) -> DomainLine {
        let DomainRow { id, name, active, accounts, created_at, .. } = row;
        DomainLine { id, name, active, accounts, created: self.when(created_at) }
    }

    fn account_line(&self, account: Account) -> AccountLine {
        AccountLine {
            id: account.id,
            role: if account.admin { Role::Admin } else { Role::User },
            active: account.active,
            receives: addresses::receives(account.receives),
            used: when::size(account.used),
            quota: (account.quota > 0).then(|| when::size(account.quota)),
            quota_mib: account.quota / MIB,
            percent: when::percent(account.used, account.quota),
            created: self.when(account.created_at),
            last_sign_in: account.last_sign_in.map(|at| self.when(at)),
            address: account.address,
            name: account.name,
        }
    }

    fn queue_line(&self, waiting: Waiting) -> QueueLine {
        QueueLine {
            id: waiting.id,
            sender: waiting.sender,
            recipient: waiting.recipient,
            destination: waiting.destination,
            attempts: waiting.attempts,
            queued: self.when(waiting.queued_at),
            next: self.when(waiting.next_at),
            last: waiting.last_reply,
            size: when::size(waiting.size),
            held: waiting.held,
            tls: waiting.last_tls,
        }
    }

    fn trace_line(&self, found: Found) -> TraceLine {
        let Found { at, sender, recipient, peer, helo, reply, fate, why } = found;
        let fate = match fate {
            Fate::Delivered => TraceFate::Delivered,
            Fate::Junk => TraceFate::Junk,
            Fate::Deferred => TraceFate::Deferred,
            Fate::Refused => TraceFate::Refused,
        };
        TraceLine { when: self.when(at), sender, recipient, peer, helo, reply, fate, why }
    }

    /// The password's hash, the password itself, and whether that was made here.
    async fn secret(&self, typed: String) -> Result<(String, String, bool), Refusal> {
        let made = typed.is_empty();
        let password = if made { self.house.passwords.generate() } else { typed };
        if password.chars().count() < PASSWORD {
            return Err(Refusal::WeakPassword);
        }
        let hash = self.house.passwords.hash(&password).await.map_err(|_| Refusal::TryAgain)?;
        Ok((hash, password, made))
    }

    async fn find(&self, account: i64) -> Result<Account, Refusal> {
        self.house.store.account(account).await.map_err(refused)
    }
}

fn octets(quota_mib: i64) -> Result<i64, Refusal> {
    if (0..=QUOTA_MIB).contains(&quota_mib) { Ok(quota_mib * MIB) } else { Err(Refusal::BadNumber) }
}

fn confirmed(typed: &str, name: &str) -> Result<(), Refusal> {
    if typed.trim().eq_ignore_ascii_case(name) { Ok(()) } else { Err(Refusal::NotConfirmed) }
}

#[async_trait]
impl Admin for Office {
    async fn overview(&self) -> Result<Overview, Refusal> {
        let counts = self.house.store.counts(self.now() - LATE).await.map_err(refused)?;
        let store::Counts { domains, accounts, suspended, messages, queued, late } = counts;
        Ok(Overview { domains, accounts, suspended, messages, queued, late })
    }

    async fn domains(&self) -> Result<Vec<DomainLine>, Refusal> {
        let rows = self.house.store.domains().await.map_err(refused)?;
        Ok(rows.into_iter().map(|row| self.domain_line(row)).collect())
    }

    async fn add_domain(&self, name: String) -> Result<DomainLine, Refusal> {
        let name = Domain::parse(name.trim().trim_end_matches('.')).map_err(|_| Refusal::BadDomain)?;
        let row = self.house.store.add_domain(&name, self.now()).await.map_err(refused)?;
        self.log("domain-added", &row.name);
        if self.house.config.dkim_signing
            && let Err(error) = dkim::complete(&self.house.store, self.house.clock, &row.name).await
        {
            tracing::error!(%error, domain = row.name, "the domain has no keys to sign with yet");
        }
        Ok(self.domain_line(row))
    }

    async fn set_domain_active(&self, domain: i64, active: bool) -> Result<(), Refusal> {
        let row = self.house.store.domain(domain).await.map_err(refused)?;
        self.house.store.set_domain_active(domain, active).await.map_err(refused)?;
        self.log(if active { "domain-resumed" } else { "domain-suspended" }, &row.name);
        Ok(())
    }

    async fn remove_domain(&self, domain: i64, confirm: String) -> Result<(), Refusal> {
        let row = self.house.store.domain(domain).await.map_err(refused)?;
        confirmed(&confirm, &row.name)?;
        self.house.store.remove_domain(domain).await.map_err(refused)?;
        self.log("domain-removed", &row.name);
        Ok(())
    }

    async fn accounts(&self, ask: AccountsAsk) -> Result<AccountsPage, Refusal> {
        let query = AccountQuery {
            search: ask.search.trim().to_owned(),
            domain: ask.domain.trim().to_ascii_lowercase(),
            after: ask.cursor,
            // One more than a page shows tells whether there is another.
            limit: PAGE + 1,
        };
        let total = self.house.store.count_accounts(query.clone()).await.map_err(refused)?;
        let mut found = self.house.store.accounts(query).await.map_err(refused)?;
        let more = found.len() as i64 > PAGE;
        found.truncate(PAGE as usize);
        let next = found.last().filter(|_| more).map(|last| last.address.clone());
        Ok(AccountsPage {
            accounts: found.into_iter().map(|account| self.account_line(account)).collect(),
            total,
            next,
        })
    }

    async fn account(&self, account: i64) -> Result<AccountLine, Refusal> {
        Ok(self.account_line(self.find(account).await?))
    }

    async fn add_account(&self, new: NewAccount) -> Result<NewSecret, Refusal> {
        let address = Address::parse(new.address.trim()).map_err(|_| Refusal::BadAddress)?;
        let quota = match new.quota_mib {
            Some(mib) => octets(mib)?,
            None => self.quota_of_new(address.domain()).await?,
        };
        let (password_hash, password, shown) = self.secret(new.password).await?;
        let new = store::NewAccount {
            address,
            name: new.name.trim().to_owned(),
            admin: new.role == Role::Admin,
            password_hash,
            quota,
        };
        let made = self.house.store.add_account(new, self.now()).await.map_err(|error| match error {
            // The address is one, but not of a domain here.
            StoreError::NotFound => Refusal::BadDomain,
            other => refused(other),
        })?;
        learn(&self.house.store, self.house.clock, made.id, &made.password_hash, &password).await;
        self.log("account-added", &made.address);
        Ok(NewSecret { id: made.id, address: made.address, password: shown.then_some(password) })
    }

    async fn set_account_active(&self, account: i64, active: bool) -> Result<(), Refusal> {
        let found = self.find(account).await?;
        if found.id == self.admin.id && !active {
            return Err(Refusal::Yourself);
        }
        self.house.store.set_account_active(account, active).await.map_err(refused)?;
        if !active {
            self.house.store.delete_sessions_of(account).await.map_err(refused)?;
        }
        self.log(if active { "account-resumed" } else { "account-suspended" }, &found.address);
        Ok(())
    }

    async fn set_password(&self, account: i64, password: String) -> Result<NewSecret, Refusal> {
        let found = self.find(account).await?;
        let (hash, password, shown) = self.secret(password).await?;
        self.house.store.set_password(account, hash.clone()).await.map_err(refused)?;
        learn(&self.house.store, self.house.clock, account, &hash, &password).await;
        self.house.store.delete_sessions_of(account).await.map_err(refused)?;
        self.log("password-set", &found.address);
        Ok(NewSecret { id: found.id, address: found.address, password: shown.then_some(password) })
    }

    async fn set_quota(&self, account: i64, quota_mib: i64) -> Result<(), Refusal> {
        let found = self.find(account).await?;
        self.house.store.set_quota(account, octets(quota_mib)?).await.map_err(refused)?;
        self.log("quota-set", &found.address);
        Ok(())
    }

    async fn remove_account(&self, account: i64, confirm: String) -> Result<(), Refusal> {
        let found = self.find(account).await?;
        if found.id == self.admin.id {
            return Err(Refusal::Yourself);
        }
        confirmed(&confirm, &found.address)?;
        self.house.store.remove_account(account).await.map_err(refused)?;
        self.log("account-removed", &found.address);
        Ok(())
    }

    async fn zone(&self, domain: String) -> Result<ZonePage, Refusal> {
        zone::zone(&self.house, &domain).await
    }

    async fn rotate_keys(&self, domain: String) -> Result<(), Refusal> {
        let name = zone::rotate(&self.house, &domain).await?;
        self.log("keys-rotated", &name);
        Ok(())
    }

    async fn trace(&self, ask: TraceAsk) -> Result<Vec<TraceLine>, Refusal> {
        let bare = ask.message_id.trim().trim_start_matches('<').trim_end_matches('>').to_owned();
        let query = TraceQuery {
            sender: ask.sender.trim().to_owned(),
            recipient: ask.recipient.trim().to_owned(),
            message_id: bare,
            peer: ask.ip.trim().to_owned(),
            limit: TRACE,
        };
        let found = search(&self.house.store, &query).await.map_err(refused)?;
        Ok(found.into_iter().map(|found| self.trace_line(found)).collect())
    }

    async fn reports(&self, ask: ReportsAsk) -> Result<ReportsPage, Refusal> {
        self.reports_page(ask).await
    }

    async fn report(&self, id: i64) -> Result<ReportView, Refusal> {
        self.report_view(id).await
    }

    async fn queue(&self) -> Result<Vec<QueueLine>, Refusal> {
        let waiting = self.house.store.waiting(QUEUE).await.map_err(refused)?;
        Ok(waiting.into_iter().map(|waiting| self.queue_line(waiting)).collect())
    }

    async fn retry(&self, recipient: i64) -> Result<(), Refusal> {
        let waiting = self.house.store.waiting_one(recipient).await.map_err(refused)?;
        self.house.store.retry_now(recipient, self.now()).await.map_err(refused)?;
        self.house.queue_bell.notify_one();
        self.log("queue-retried", &waiting.recipient);
        Ok(())
    }

    async fn cancel(&self, recipient: i64) -> Result<(), Refusal> {
        let waiting = self.house.store.waiting_one(recipient).await.map_err(refused)?;
        self.house.store.cancel(recipient, self.now()).await.map_err(refused)?;
        self.house.queue_bell.notify_one();
        self.log("queue-cancelled", &waiting.recipient);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_a_sane_number_of_mib() {
        assert_eq!(octets(0), Ok(0));
        assert_eq!(octets(2048), Ok(2_147_483_648));
        assert_eq!(octets(-1), Err(Refusal::BadNumber));
        assert_eq!(octets(i64::MAX), Err(Refusal::BadNumber));
    }

    #[test]
    fn removing_takes_the_name_typed() {
        assert_eq!(confirmed(" Bob@Comentum.test ", "bob@comentum.test"), Ok(()));
        assert_eq!(confirmed("", "bob@comentum.test"), Err(Refusal::NotConfirmed));
        assert_eq!(confirmed("bob", "bob@comentum.test"), Err(Refusal::NotConfirmed));
    }
}

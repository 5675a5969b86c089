//! `api::Addresses`: aliases, other names of domains, limits, and what else an account is reached by.

use super::{MIB, Office, QUOTA_MIB, confirmed};
use crate::config::parse_separator;
use crate::web::refused::refused;
use crate::web::when;
use api::{Addresses, AliasLine, AliasesAsk, AliasesPage, DomainLimits, DomainView, Refusal};
use async_trait::async_trait;
use mail::{Address, Domain};
use store::{AliasQuery, AliasRow, DomainRow, StoreError};

/// Aliases on a page.
const PAGE: i64 = 50;
/// Accounts and aliases that a domain may be limited to; more is a slip of the finger.
const MOST: i64 = 1_000_000;

pub(super) fn receives(receives: store::Receives) -> api::Receives {
    match receives {
        store::Receives::Mail => api::Receives::Mail,
        store::Receives::NothingNow => api::Receives::NothingNow,
        store::Receives::Nothing => api::Receives::Nothing,
    }
}

impl Office {
    /// What a new account of the domain may hold: the domain's word before the server's.
    pub(super) async fn quota_of_new(&self, domain: &Domain) -> Result<i64, Refusal> {
        let usual = i64::try_from(self.house.config.quota).unwrap_or(i64::MAX);
        match self.house.store.domain_named(domain).await {
            Ok(row) => Ok(row.limits.default_quota.unwrap_or(usual)),
            Err(StoreError::NotFound) => Err(Refusal::BadDomain),
            Err(error) => Err(refused(error)),
        }
    }

    async fn domain_view(&self, row: DomainRow) -> Result<DomainView, Refusal> {
        let names = self.house.store.domain_aliases(row.id).await.map_err(refused)?;
        let mib = |octets: Option<i64>| octets.map(|octets| octets / MIB);
        Ok(DomainView {
            id: row.id,
            active: row.active,
            receives: row.receives,
            accounts: row.accounts,
            aliases: row.aliases,
            quota_sum: when::size(row.quota_sum),
            names,
            catch_all: row.catch_all,
            separator: row.separator,
            usual_separator: self.house.config.address_separator.map_or_else(String::new, String::from),
            limits: DomainLimits {
                most_accounts: row.limits.most_accounts,
                most_aliases: row.limits.most_aliases,
                most_quota_mib: mib(row.limits.most_quota),
                default_quota_mib: mib(row.limits.default_quota),
                message_size_mib: mib(row.limits.message_size),
            },
            created: self.when(row.created_at),
            name: row.name,
        })
    }

    fn alias_line(&self, row: AliasRow) -> AliasLine {
        AliasLine { address: row.address, targets: row.targets, created: self.when(row.created_at) }
    }
}

fn address(typed: &str) -> Result<Address, Refusal> {
    Address::parse(typed.trim()).map_err(|_| Refusal::BadAddress)
}

/// As people list addresses: one a line, or with commas or spaces between.
fn targets(typed: &str) -> Result<Vec<Address>, Refusal> {
    let words = typed.split(|sign: char| sign.is_whitespace() || ",;".contains(sign)).filter(|word| !word.is_empty());
    let all: Vec<Address> = words.map(address).collect::<Result<_, _>>()?;
    if all.is_empty() { Err(Refusal::NoRecipient) } else { Ok(all) }
}

/// The address is one, but not of a domain here.
fn not_ours(error: StoreError) -> Refusal {
    match error {
        StoreError::NotFound => Refusal::BadDomain,
        other => refused(other),
    }
}

fn limits(wanted: DomainLimits) -> Result<store::DomainLimits, Refusal> {
    let within = |limit: Option<i64>, most: i64| match limit {
        Some(limit) if !(0..=most).contains(&limit) => Err(Refusal::BadNumber),
        limit => Ok(limit),
    };
    let octets = |mib: Option<i64>| Ok(within(mib, QUOTA_MIB)?.map(|mib| mib * MIB));
    Ok(store::DomainLimits {
        most_accounts: within(wanted.most_accounts, MOST)?,
        most_aliases: within(wanted.most_aliases, MOST)?,
        most_quota: octets(wanted.most_quota_mib)?,
        default_quota: octets(wanted.default_quota_mib)?,
        message_size: octets(wanted.message_size_mib)?,
    })
}

#[async_trait]
impl Addresses for Office {
    async fn domain(&self, name: String) -> Result<DomainView, Refusal> {
        let name = Domain::parse(&name).map_err(|_| Refusal::NotFound)?;
        let row = self.house.store.domain_named(&name).await.map_err(refused)?;
        self.domain_view(row).await
    }

    async fn set_domain_limits(&self, domain: i64, wanted: DomainLimits) -> Result<(), Refusal> {
        let row = self.house.store.domain(domain).await.map_err(refused)?;
        self.house.store.set_domain_limits(domain, limits(wanted)?).await.map_err(refused)?;
        self.log("domain-limits-set", &row.name);
        Ok(())
    }

    async fn set_domain_receives(&self, domain: i64, receives: bool) -> Result<(), Refusal> {
        let row = self.house.store.domain(domain).await.map_err(refused)?;
        self.house.store.set_domain_receives(domain, receives).await.map_err(refused)?;
        self.log(if receives { "domain-receives" } else { "domain-only-sends" }, &row.name);
        Ok(())
    }

    async fn set_separator(&self, domain: i64, sign: String) -> Result<(), Refusal> {
        let row = self.house.store.domain(domain).await.map_err(refused)?;
        let own = match sign.trim() {
            "usual" => None,
            sign => Some(parse_separator(sign).ok_or(Refusal::NotFound)?.map_or_else(String::new, String::from)),
        };
        self.house.store.set_separator(domain, own).await.map_err(refused)?;
        self.log("separator-set", &row.name);
        Ok(())
    }

    async fn set_catch_all(&self, domain: i64, target: String) -> Result<(), Refusal> {
        let row = self.house.store.domain(domain).await.map_err(refused)?;
        let target = if target.trim().is_empty() { None } else { Some(address(&target)?) };
        self.house.store.set_catch_all(domain, target).await.map_err(refused)?;
        self.log("catch-all-set", &row.name);
        Ok(())
    }

    async fn add_domain_name(&self, domain: i64, name: String) -> Result<(), Refusal> {
        let name = Domain::parse(name.trim().trim_end_matches('.')).map_err(|_| Refusal::BadDomain)?;
        self.house.store.add_domain_alias(&name, domain, self.now()).await.map_err(refused)?;
        self.log("domain-name-added", name.as_str());
        Ok(())
    }

    async fn remove_domain_name(&self, name: String, confirm: String) -> Result<(), Refusal> {
        let name = Domain::parse(&name).map_err(|_| Refusal::NotFound)?;
        confirmed(&confirm, name.as_str())?;
        self.house.store.remove_domain_alias(&name).await.map_err(refused)?;
        self.log("domain-name-removed", name.as_str());
        Ok(())
    }

    async fn aliases(&self, ask: AliasesAsk) -> Result<AliasesPage, Refusal> {
        let query = AliasQuery {
            domain: ask.domain.trim().to_ascii_lowercase(),
            search: ask.search.trim().to_owned(),
            after: ask.cursor,
            // One more than a page shows tells whether there is another.
            limit: PAGE + 1,
        };
        let mut found = self.house.store.aliases(query).await.map_err(refused)?;
        let more = found.len() as i64 > PAGE;
        found.truncate(PAGE as usize);
        let next = found.last().filter(|_| more).map(|last| last.address.clone());
        Ok(AliasesPage { aliases: found.into_iter().map(|row| self.alias_line(row)).collect(), next })
    }

    async fn add_alias(&self, typed: String, to: String) -> Result<(), Refusal> {
        let (address, targets) = (address(&typed)?, targets(&to)?);
        let alias = self.house.store.add_alias(address, targets, self.now()).await.map_err(not_ours)?;
        self.log("alias-added", &alias.address);
        Ok(())
    }

    async fn set_alias(&self, typed: String, to: String) -> Result<(), Refusal> {
        let (address, targets) = (address(&typed)?, targets(&to)?);
        let alias = self.house.store.set_alias(address, targets, self.now()).await.map_err(refused)?;
        self.log("alias-set", &alias.address);
        Ok(())
    }

    async fn remove_alias(&self, typed: String) -> Result<(), Refusal> {
        let address = address(&typed)?;
        self.house.store.remove_alias(address.clone(), Vec::new()).await.map_err(refused)?;
        self.log("alias-removed", &address.to_string());
        Ok(())
    }

    async fn addresses_of(&self, account: i64) -> Result<Vec<String>, Refusal> {
        let own = self.house.store.addresses(account).await.map_err(refused)?;
        Ok(own.iter().map(Address::to_string).collect())
    }

    async fn add_address(&self, account: i64, typed: String) -> Result<(), Refusal> {
        let found = self.find(account).await?;
        let address = address(&typed)?;
        self.house.store.add_address(account, address.clone()).await.map_err(not_ours)?;
        self.log("address-added", &format!("{address} for {}", found.address));
        Ok(())
    }

    async fn remove_address(&self, account: i64, typed: String) -> Result<(), Refusal> {
        let found = self.find(account).await?;
        let address = address(&typed)?;
        self.house.store.remove_address(account, address.clone()).await.map_err(|error| match error {
            StoreError::Conflict => Refusal::NamedByIt,
            other => refused(other),
        })?;
        self.log("address-removed", &format!("{address} of {}", found.address));
        Ok(())
    }

    async fn set_receives(&self, account: i64, wanted: api::Receives) -> Result<(), Refusal> {
        let found = self.find(account).await?;
        let receives = match wanted {
            api::Receives::Mail => store::Receives::Mail,
            api::Receives::NothingNow => store::Receives::NothingNow,
            api::Receives::Nothing => store::Receives::Nothing,
        };
        self.house.store.set_receives(account, receives).await.map_err(refused)?;
        self.log("receiving-set", &found.address);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_listed_as_people_list_them() {
        let all = targets(" bob@x.test,anna@x.test;\r\ntom@y.test  lisa@z.test\n").unwrap();
        assert_eq!(all.len(), 4);
        assert_eq!(targets(" \n,"), Err(Refusal::NoRecipient));
        assert_eq!(targets("bob@x.test, anna"), Err(Refusal::BadAddress));
    }

    #[test]
    fn limits_are_sane_numbers_or_none() {
        let wanted = DomainLimits { most_quota_mib: Some(2), ..DomainLimits::default() };
        assert_eq!(limits(wanted).unwrap().most_quota, Some(2 * MIB));
        let wrong = DomainLimits { most_accounts: Some(-1), ..DomainLimits::default() };
        assert_eq!(limits(wrong), Err(Refusal::BadNumber));
        let wrong = DomainLimits { message_size_mib: Some(i64::MAX), ..DomainLimits::default() };
        assert_eq!(limits(wrong), Err(Refusal::BadNumber));
    }
}

//! One step of the way from an address to those behind it: what stands at each of a number of addresses.

use super::recipient::parsed;
use super::{Receives, Separator};
use crate::Result;
use mail::Address;
use sqlx::SqliteConnection;
use std::collections::HashMap;

/// An address, and what stands there.
pub(super) struct Place {
    pub address: Address,
    /// None: not a domain of ours.
    pub home: Option<Home>,
    pub found: Found,
}

/// What stands at an address here.
pub(super) enum Found {
    Account(Person),
    /// `name` is the alias' own address, as it is kept.
    Alias {
        name: String,
        targets: Vec<Address>,
    },
    /// A name that always reaches somebody.
    Role,
    CatchAll(Address),
    Nobody,
}

#[derive(Clone)]
pub(super) struct Person {
    pub account: i64,
    pub over_quota: bool,
    pub receives: Receives,
}

/// The domain that an address belongs to, by its own name or by another of its names.
#[derive(Clone, sqlx::FromRow)]
pub(super) struct Home {
    named: String,
    pub name: String,
    pub active: bool,
    pub receives: bool,
    pub separator: Option<String>,
    pub catch_all: Option<String>,
    pub message_size: Option<i64>,
}

pub(crate) const HOMES: &str = "
    SELECT g.value AS named, d.name, d.active, d.receives, d.separator, d.catch_all, d.message_size
    FROM json_each($1) AS g CROSS JOIN domain d ON d.name = g.value
    UNION ALL
    SELECT g.value, d.name, d.active, d.receives, d.separator, d.catch_all, d.message_size
    FROM json_each($1) AS g CROSS JOIN domain_alias o ON o.name = g.value JOIN domain d ON d.id = o.domain_id";

pub(crate) const NAMES: &str = "
    SELECT s.address, a.id, a.quota > 0 AND a.used >= a.quota, a.receives, NULL
    FROM json_each($1) AS g CROSS JOIN address s ON s.address = g.value JOIN account a ON a.id = s.account_id
    UNION ALL
    SELECT l.address, NULL, NULL, NULL, t.target
    FROM json_each($1) AS g CROSS JOIN alias l ON l.address = g.value JOIN alias_target t ON t.alias_id = l.id";

type Name = (String, Option<i64>, Option<bool>, Option<Receives>, Option<String>);

/// Accounts and aliases by address.
#[derive(Default)]
struct Names {
    people: HashMap<String, Person>,
    aliases: HashMap<String, Vec<Address>>,
}

impl Home {
    fn separator(&self, usual: Separator) -> Separator {
        match &self.separator {
            Some(own) => own.chars().next(),
            None => usual,
        }
    }

    /// What `address` may be kept as here: as it stands, then without what follows the separator.
    fn keys(&self, address: &Address, usual: Separator) -> Vec<String> {
        let key = address.key();
        let local = key.rsplit_once('@').map_or("", |(local, _)| local);
        let mut keys = vec![format!("{local}@{}", self.name)];
        let base = self.separator(usual).and_then(|sign| without_detail(local, sign));
        keys.extend(base.map(|base| format!("{base}@{}", self.name)));
        keys
    }
}

/// RFC 5233 §4: the user part of `user+detail`. Nothing is cut from a quoted local part, and nothing is cut to nothing.
fn without_detail(local: &str, sign: char) -> Option<&str> {
    let (user, _) = local.split_once(sign)?;
    (!user.is_empty() && !user.ends_with('.') && !local.starts_with('"')).then_some(user)
}

/// RFC 5321 §4.5.1, RFC 2142 §5: two names at which somebody is always reached.
pub(super) fn is_role(local: &str) -> bool {
    ["postmaster", "abuse"].iter().any(|role| local.eq_ignore_ascii_case(role))
}

/// What stands at each of `addresses`: two statements, however many they are.
pub(super) async fn look(db: &mut SqliteConnection, usual: Separator, addresses: Vec<Address>) -> Result<Vec<Place>> {
    let homes = homes(db, &addresses).await?;
    let keys: Vec<Vec<String>> = addresses
        .iter()
        .map(|address| homes.get(address.domain().as_str()).map_or_else(Vec::new, |home| home.keys(address, usual)))
        .collect();
    let names = names(db, &keys).await?;
    let place = |(address, keys): (Address, Vec<String>)| {
        let home = homes.get(address.domain().as_str()).cloned();
        let found = match &home {
            Some(home) => names.find(keys, &address, home)?,
            None => Found::Nobody,
        };
        Ok(Place { address, home, found })
    };
    addresses.into_iter().zip(keys).map(place).collect()
}

async fn homes(db: &mut SqliteConnection, addresses: &[Address]) -> Result<HashMap<String, Home>> {
    let mut domains: Vec<&str> = addresses.iter().map(|address| address.domain().as_str()).collect();
    domains.sort_unstable();
    domains.dedup();
    let domains = serde_json::to_string(&domains).unwrap_or_default();
    let found: Vec<Home> = sqlx::query_as(HOMES).bind(domains).fetch_all(db).await?;
    Ok(found.into_iter().map(|home| (home.named.clone(), home)).collect())
}

async fn names(db: &mut SqliteConnection, keys: &[Vec<String>]) -> Result<Names> {
    let mut all: Vec<&String> = keys.iter().flatten().collect();
    all.sort_unstable();
    all.dedup();
    let all = serde_json::to_string(&all).unwrap_or_default();
    let rows: Vec<Name> = sqlx::query_as(NAMES).bind(all).fetch_all(db).await?;
    let mut names = Names::default();
    for (name, account, over, receives, target) in rows {
        if let (Some(account), Some(receives)) = (account, receives) {
            names.people.insert(name, Person { account, over_quota: over.unwrap_or_default(), receives });
        } else if let Some(target) = target {
            names.aliases.entry(name).or_default().push(parsed(&target)?);
        }
    }
    Ok(names)
}

impl Names {
    /// The more exact name before the less exact, and whoever takes the rest last.
    fn find(&self, keys: Vec<String>, address: &Address, home: &Home) -> Result<Found> {
        for name in keys {
            if let Some(person) = self.people.get(&name) {
                return Ok(Found::Account(person.clone()));
            }
            if let Some(targets) = self.aliases.get(&name) {
                return Ok(Found::Alias { name, targets: targets.clone() });
            }
        }
        Ok(match &home.catch_all {
            _ if is_role(address.local()) => Found::Role,
            Some(target) => Found::CatchAll(parsed(target)?),
            None => Found::Nobody,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_detail_is_cut_off_once_and_never_leaves_nothing() {
        for (local, base) in [
            ("bob+news", Some("bob")),
            ("bob+a+b", Some("bob")),
            ("bob+", Some("bob")),
            ("+bob", None),
            ("bob.+x", None),
            ("bob", None),
            (r#""bob+x y""#, None),
        ] {
            assert_eq!(without_detail(local, '+'), base, "{local}");
        }
        assert_eq!(without_detail("bob-news", '-'), Some("bob"));
    }
}

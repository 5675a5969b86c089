//! From one address to everybody behind it: level by level, each address once, so that a loop ends by itself.

use super::recipient::postmaster;
use super::walk::{Found, Home, Person, Place, is_role, look};
use super::{Expansion, Local, Receives, Recipient, Separator};
use crate::{Result, StoreError};
use mail::Address;
use sqlx::SqliteConnection;
use std::collections::HashSet;

/// Aliases that stand one behind the other, at most.
pub(super) const DEPTH: usize = 8;
/// Addresses that one address may come to in all.
pub(super) const MOST: usize = 1000;

#[derive(Default)]
struct Gathered {
    expansion: Expansion,
    accounts: HashSet<i64>,
    /// Somebody was reached who takes nothing any more.
    refused: bool,
}

pub(super) async fn expand(db: &mut SqliteConnection, usual: Separator, address: &Address) -> Result<Recipient> {
    let mut gathered = Gathered::default();
    let mut seen = HashSet::new();
    let mut level = vec![address.clone()];
    let mut first = true;
    // Each alias may lead to a domain's catch-all, which is a step too; and what the last one names is looked at as well.
    for _ in 0..2 * DEPTH + 2 {
        level.retain(|address| seen.insert(address.key()));
        if level.is_empty() {
            if gathered.expansion.is_empty() && is_role(address.local()) {
                postmaster(db).await?.into_iter().for_each(|local| gathered.reach(local));
            }
            return Ok(gathered.end());
        }
        if seen.len() > MOST {
            return Err(StoreError::Broken(format!("{address} comes to more than {MOST} addresses")));
        }
        let mut next = Vec::new();
        for place in look(db, usual, level).await? {
            if first && let Some(closed) = closed(&place) {
                return Ok(closed);
            }
            first = false;
            next.extend(gathered.take(db, place).await?);
        }
        level = next;
    }
    Err(StoreError::Broken(format!("{address} goes through more than {DEPTH} aliases")))
}

/// The domain that is asked for takes nothing. Those whose names are prescribed are reached all the same.
fn closed(place: &Place) -> Option<Recipient> {
    match &place.home {
        None => Some(Recipient::Elsewhere),
        Some(_) if is_role(place.address.local()) => None,
        Some(Home { active: false, .. }) => Some(Recipient::DomainSuspended),
        Some(Home { receives: false, .. }) => Some(Recipient::DomainTakesNone),
        Some(_) => None,
    }
}

impl Gathered {
    /// Notes who was reached; answers where the way goes on.
    async fn take(&mut self, db: &mut SqliteConnection, place: Place) -> Result<Vec<Address>> {
        let Place { address, home, found } = place;
        let Some(home) = home else {
            self.expansion.forwards.push(address);
            return Ok(Vec::new());
        };
        let role = is_role(address.local());
        match &found {
            Found::Role => {
                postmaster(db).await?.into_iter().for_each(|local| self.reach(local));
                return Ok(Vec::new());
            }
            Found::Account(person) if role => {
                self.reach(Local::always(person.account, address));
                return Ok(Vec::new());
            }
            _ => {}
        }
        // Behind an alias: the domain of one of its targets is switched off.
        if !home.active && !role {
            self.expansion.waiting.push(address);
            return Ok(Vec::new());
        }
        if !home.receives && !role {
            self.refused = true;
            return Ok(Vec::new());
        }
        if let Some(limit) = home.message_size {
            let least = self.expansion.size_limit.map_or(limit, |least| least.min(limit));
            self.expansion.size_limit = Some(least);
        }
        match found {
            Found::Account(person) => match person.receives {
                Receives::Mail => {
                    let Person { account, over_quota, .. } = person;
                    self.reach(Local { account, address, over_quota, always: false });
                }
                Receives::NothingNow => self.expansion.waiting.push(address),
                Receives::Nothing => self.refused = true,
            },
            Found::Alias { targets, .. } => return Ok(targets),
            Found::CatchAll(target) => return Ok(vec![target]),
            Found::Role | Found::Nobody => {}
        }
        Ok(Vec::new())
    }

    /// Each account once, by the address that was met first.
    fn reach(&mut self, local: Local) {
        if self.accounts.insert(local.account) {
            self.expansion.locals.push(local);
        }
    }

    fn end(self) -> Recipient {
        if !self.expansion.is_empty() {
            Recipient::Reaches(self.expansion)
        } else if self.refused {
            Recipient::Refused
        } else {
            Recipient::Unknown
        }
    }
}

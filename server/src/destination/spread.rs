//! Everybody a message is for, each once, however many addresses led to them.

use mail::Address;
use mail::envelope::ForwardPath;
use std::collections::HashSet;
use store::{Copy, Expansion, Flags, Local, Role};

#[derive(Default)]
pub struct Spread {
    locals: Vec<Local>,
    waiting: Vec<Address>,
    /// Addresses at other providers that it is sent on to.
    pub forwards: Vec<Address>,
    /// The addresses here that it is sent on for.
    pub by: Vec<Address>,
    pub size_limit: Option<i64>,
    /// What comes is let in where nothing else is.
    always: bool,
    accounts: HashSet<i64>,
    keys: HashSet<String>,
}

impl Spread {
    /// Of a message that tells somebody that theirs did not arrive.
    pub fn of_bounce() -> Spread {
        Spread { always: true, ..Spread::default() }
    }

    fn has_room(&self, local: &Local) -> bool {
        self.always || local.always || !local.over_quota
    }

    /// Whether all who are behind an address are here, and can be given it now.
    pub fn reaches_all_now(&self, expansion: &Expansion) -> bool {
        expansion.forwards.is_empty()
            && expansion.waiting.is_empty()
            && expansion.locals.iter().all(|local| self.has_room(local))
    }

    /// `named`: what stood in RCPT.
    pub fn add(&mut self, named: &ForwardPath, expansion: &Expansion) {
        for local in &expansion.locals {
            if self.accounts.insert(local.account) {
                self.locals.push(local.clone());
            } else if local.always {
                self.locals
                    .iter_mut()
                    .filter(|known| known.account == local.account)
                    .for_each(|known| known.always = true);
            }
        }
        for address in &expansion.waiting {
            if self.keys.insert(address.key()) {
                self.waiting.push(address.clone());
            }
        }
        if let (ForwardPath::Address(named), false) = (named, expansion.forwards.is_empty()) {
            self.by.push(named.clone());
        }
        for address in &expansion.forwards {
            if self.keys.insert(address.key()) {
                self.forwards.push(address.clone());
            }
        }
        self.size_limit = match (self.size_limit, expansion.size_limit) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
    }

    /// Copies for those who have room, and for whom no room is needed.
    pub fn copies(&self, role: Role) -> Vec<Copy> {
        let copy = |local: &Local| {
            let quota = !self.always && !local.always;
            Copy { account: local.account, role, flags: Flags::default(), quota }
        };
        self.locals.iter().filter(|local| self.has_room(local)).map(copy).collect()
    }

    /// Those here who cannot be given it now.
    pub fn later(&self) -> Vec<String> {
        let full = self.locals.iter().filter(|local| !self.has_room(local)).map(|local| &local.address);
        full.chain(&self.waiting).map(Address::to_string).collect()
    }

    /// What is judged junk is not sent on: whom it would have reached elsewhere.
    pub fn keep_here(&mut self) -> Vec<Address> {
        self.by.clear();
        std::mem::take(&mut self.forwards)
    }

    /// Somebody has filled up since: the queue finds out who, one by one.
    pub fn nobody_now(&mut self) {
        self.locals.iter_mut().for_each(|local| local.over_quota = true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Address {
        Address::parse(text).unwrap()
    }

    fn path(text: &str) -> ForwardPath {
        ForwardPath::Address(address(text))
    }

    fn expansion(accounts: &[(i64, bool)], forwards: &[&str], size_limit: Option<i64>) -> Expansion {
        let local = |(account, over_quota): &(i64, bool)| Local {
            account: *account,
            address: address(&format!("a{account}@comentum.test")),
            over_quota: *over_quota,
            always: false,
        };
        Expansion {
            locals: accounts.iter().map(local).collect(),
            forwards: forwards.iter().map(|text| address(text)).collect(),
            waiting: Vec::new(),
            size_limit,
        }
    }

    #[test]
    fn each_is_there_once_whatever_led_to_them() {
        let mut spread = Spread::default();
        spread.add(&path("sales@comentum.test"), &expansion(&[(1, false), (2, true)], &["lisa@far.test"], None));
        spread.add(&path("info@comentum.test"), &expansion(&[(2, true), (3, false)], &["LISA@far.test"], Some(9)));
        spread.add(&path("a3@comentum.test"), &expansion(&[(3, false)], &[], Some(7)));
        assert_eq!(spread.copies(Role::Inbox).iter().map(|copy| copy.account).collect::<Vec<_>>(), [1, 3]);
        assert_eq!(spread.later(), ["a2@comentum.test"]);
        assert_eq!(spread.forwards, [address("lisa@far.test")]);
        assert_eq!(spread.by.len(), 2);
        assert_eq!(spread.size_limit, Some(7));
        spread.nobody_now();
        assert!(spread.copies(Role::Inbox).is_empty());
        assert_eq!(spread.later().len(), 3);
    }

    #[test]
    fn a_bounce_and_what_is_for_the_postmaster_are_let_in_where_nothing_else_is() {
        let full = expansion(&[(1, true)], &[], None);
        let mut bounce = Spread::of_bounce();
        bounce.add(&path("a1@comentum.test"), &full);
        assert_eq!(
            (bounce.copies(Role::Inbox).len(), bounce.copies(Role::Inbox)[0].quota, bounce.later().len()),
            (1, false, 0)
        );
        let mut spread = Spread::default();
        spread.add(&path("a1@comentum.test"), &full);
        assert!(spread.copies(Role::Inbox).is_empty());
        let postmaster = Local { always: true, ..full.locals[0].clone() };
        spread.add(&ForwardPath::Postmaster, &Expansion { locals: vec![postmaster], ..Expansion::default() });
        assert_eq!(
            (spread.copies(Role::Inbox).len(), spread.copies(Role::Inbox)[0].quota),
            (1, false),
            "one account by two names"
        );
    }
}

//! For tests: a DNS that is a table, and futures that never wait.

use super::lookup::{Failure, Family, Lookup};
use std::collections::HashMap;
use std::net::IpAddr;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

#[derive(Default)]
pub struct Table {
    txt: HashMap<String, Vec<Vec<u8>>>,
    addresses: HashMap<String, Vec<IpAddr>>,
    pointers: HashMap<IpAddr, Vec<String>>,
    broken: Vec<String>,
}

impl Table {
    pub fn txt(mut self, name: &str, text: &str) -> Table {
        self.txt.entry(name.to_owned()).or_default().push(text.as_bytes().to_vec());
        self
    }

    pub fn address(mut self, name: &str, address: &str) -> Table {
        self.addresses.entry(name.to_owned()).or_default().push(address.parse().unwrap());
        self
    }

    pub fn pointer(mut self, address: &str, name: &str) -> Table {
        self.pointers.entry(address.parse().unwrap()).or_default().push(name.to_owned());
        self
    }

    /// SERVFAIL.
    pub fn broken(mut self, name: &str) -> Table {
        self.broken.push(name.to_owned());
        self
    }

    fn answer<T: Clone>(&self, name: &str, found: Option<&Vec<T>>) -> Result<Vec<T>, Failure> {
        if self.broken.iter().any(|broken| broken == name) {
            return Err(Failure::NotNow);
        }
        found.cloned().ok_or(Failure::NoSuchDomain)
    }
}

impl Lookup for Table {
    async fn txt(&self, name: &str) -> Result<Vec<Vec<u8>>, Failure> {
        self.answer(name, self.txt.get(name))
    }

    async fn addresses(&self, name: &str, family: Family) -> Result<Vec<IpAddr>, Failure> {
        let all = self.answer(name, self.addresses.get(name))?;
        let found: Vec<IpAddr> = all.into_iter().filter(|address| Family::of(*address) == family).collect();
        if found.is_empty() { Err(Failure::NoRecord) } else { Ok(found) }
    }

    async fn exchanges(&self, name: &str) -> Result<Vec<String>, Failure> {
        self.answer(name, None)
    }

    async fn pointers(&self, address: IpAddr) -> Result<Vec<String>, Failure> {
        self.answer(&address.to_string(), self.pointers.get(&address))
    }
}

/// The answer of a future that waits for nothing.
pub fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => panic!("a table answers at once"),
    }
}

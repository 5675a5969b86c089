//! Public keys for `mail-auth`: asked by us, within our limits, so that the library does cryptography and no more.

use super::within;
use mail::auth::lookup::{Failure, Lookup};
use mail_auth::common::parse::TxtRecordParser;
use mail_auth::common::verify::DomainKey;
use mail_auth::hickory_resolver::proto::op::ResponseCode;
use mail_auth::{DnsError, Error, ResolverCache, Txt};
use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::time::{Duration, Instant};

/// RFC 8301 §3.2: RSA of 1024 bits as it stands in a record is 140 octets or more, in either form.
const SHORTEST_RSA: usize = 140;

/// Keys by the name they stand at. What was not asked for is an error: nothing is ever asked behind our back.
pub struct Keys {
    known: HashMap<Box<str>, Txt>,
    weak: Vec<String>,
}

impl Keys {
    /// Asks for all at once. Names end in a dot, as the library has them.
    pub async fn fetch<L: Lookup>(dns: &L, mut names: Vec<String>, limit: Duration) -> Keys {
        names.iter_mut().for_each(|name| name.make_ascii_lowercase());
        names.sort_unstable();
        names.dedup();
        let asking = names.iter().map(|name| async move {
            let asking = dns.txt(name.trim_end_matches('.'));
            within(limit, asking, || Err(Failure::NotNow)).await
        });
        let answers = futures::future::join_all(asking).await;
        let mut keys = Keys { known: HashMap::new(), weak: Vec::new() };
        for (name, answer) in names.into_iter().zip(answers) {
            if answer.iter().flatten().any(|record| is_weak(record)) {
                keys.weak.push(name.clone());
            }
            keys.known.insert(name.into_boxed_str(), key(answer));
        }
        keys
    }

    /// Whether the key is too short to prove anything.
    pub fn is_weak(&self, name: &str) -> bool {
        self.weak.iter().any(|weak| weak.eq_ignore_ascii_case(name))
    }
}

fn key(answer: Result<Vec<Vec<u8>>, Failure>) -> Txt {
    match answer {
        Ok(records) => {
            let mut parsed = records.iter().map(|record| DomainKey::parse(record));
            let first = parsed.next().unwrap_or(Err(Error::Dns(DnsError::InvalidRecordType)));
            match first {
                Ok(key) => key.into(),
                // Another record at the name may be the key (RFC 6376 §3.6.2.2: undefined; the kind reading).
                Err(error) => parsed.find_map(Result::ok).map_or(Txt::Error(error), Txt::from),
            }
        }
        Err(Failure::NoSuchDomain | Failure::NoRecord) => {
            Txt::Error(Error::Dns(DnsError::RecordNotFound(ResponseCode::NXDomain)))
        }
        Err(Failure::NotNow) => Txt::Error(not_now()),
    }
}

fn not_now() -> Error {
    Error::Dns(DnsError::Resolver("no answer".to_owned()))
}

/// A key of RSA (the default of `k=`) that is shorter than one of 1024 bits can be.
fn is_weak(record: &[u8]) -> bool {
    let text = String::from_utf8_lossy(record);
    let tag = |name: &str| {
        let mut tags = text.split(';').filter_map(|tag| tag.split_once('='));
        tags.find(|(tag, _)| tag.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value)
    };
    if tag("k").is_some_and(|kind| !kind.trim().eq_ignore_ascii_case("rsa")) {
        return false;
    }
    let signs =
        tag("p").unwrap_or_default().bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=').count();
    signs > 0 && signs * 3 / 4 < SHORTEST_RSA
}

impl ResolverCache<Box<str>, Txt> for Keys {
    fn get<Q>(&self, name: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        Some(self.known.get(name).cloned().unwrap_or_else(|| Txt::Error(not_now())))
    }

    fn remove<Q>(&self, _name: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        None
    }

    fn insert(&self, _name: Box<str>, _value: Txt, _until: Instant) {}
}

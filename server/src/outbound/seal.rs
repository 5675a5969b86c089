//! ARC (RFC 8617): when a message is passed on, we say what we found when it came, and seal it with our key, so that the
//! next server may believe us where the first sender's own signature or address no longer holds.

mod set;

use super::leave::with_whole_line_ends;
use super::sign::Key;
use crate::house::House;
use bytes::Bytes;
use mail::auth::arc::{Arc, MOST_SETS};
use mail::auth::tags;
use mail_auth::common::crypto::{Algorithm, SigningKey};
use set::{Chain, LINE, Seal, Written};

/// Sealing a larger message takes longer than an async thread should be held. Octets.
const INLINE: usize = 64 * 1024;
/// The name of the field that we write for those who read the message here.
const RESULTS: &str = "Authentication-Results:";

/// What was found at the door, which the seal answers for.
pub struct Found<'a> {
    /// Our Authentication-Results field.
    pub results: &'a str,
    /// What came of the seals that the message had.
    pub chain: Option<&'a Arc>,
}

/// `leaving` with a set of ours before it, sealed by `domain`, one of ours. As it was when the domain has no key that
/// everybody reads, when the chain says itself that it is broken, and when nobody knows now whether it is.
pub async fn sealed(house: &House, domain: &str, leaving: Vec<u8>, found: &Found<'_>) -> Vec<u8> {
    let Some(results) = found.results.strip_prefix(RESULTS) else { return leaving };
    let chain = match found.chain {
        None | Some(Arc::None) => Chain::None,
        Some(Arc::Pass(_)) => Chain::Pass,
        Some(Arc::Fail) => Chain::Fail,
        Some(Arc::TempError) => return leaving,
    };
    put(house, domain, leaving, results.trim(), chain).await
}

/// As `sealed`, of a message that begins with a set of ours and was changed behind it: into 7 bits, for a server that
/// takes no more. A message that begins with none is left alone; what others hand in begins with a Received of ours.
pub async fn again(house: &House, message: Bytes) -> Bytes {
    let Some((before, rest)) = set::first(&message) else { return message };
    let Some(tags) = tags::parse(before.seal) else { return message };
    let (Some(domain), Some(chain)) = (tags::get(&tags, "d"), tags::get(&tags, "cv").and_then(Chain::of)) else {
        return message;
    };
    let results = String::from_utf8_lossy(before.results);
    // Behind its instance.
    let Some((_, results)) = results.split_once(';') else { return message };
    put(house, domain, rest.to_vec(), results.trim(), chain).await.into()
}

/// A seal is a help and no duty: what cannot be sealed goes without.
async fn put(house: &House, domain: &str, leaving: Vec<u8>, results: &str, chain: Chain) -> Vec<u8> {
    if !house.config.dkim_signing {
        return leaving;
    }
    let unsealed = |error: &str| tracing::warn!(error, domain, "a message is sent on without a seal");
    let key = match house.signers.of(&house.store, house.clock, domain).await {
        Ok(keys) => keys.into_iter().find(is_widely_read),
        Err(error) => {
            unsealed(&error);
            None
        }
    };
    let Some(key) = key else { return leaving };
    // What is sealed must be what is sent. One copy at a time: it may be large.
    let leaving = with_whole_line_ends(leaving.into());
    let at = house.clock.now_ms() / 1000;
    let (message, results) = (leaving.clone(), results.to_owned());
    let write = move || write(&key, &message, &results, chain, at);
    let written = match leaving.len() <= INLINE {
        true => write(),
        false => tokio::task::spawn_blocking(write).await.unwrap_or_else(|error| Err(error.to_string())),
    };
    let set = written.unwrap_or_else(|error| {
        unsealed(&error);
        String::new()
    });
    let mut leaving: Vec<u8> = leaving.into();
    leaving.reserve_exact(set.len());
    leaving.splice(..0, set.bytes());
    leaving
}

/// RFC 8617 knows RSA; not everybody who reads ARC knows Ed25519.
fn is_widely_read(key: &Key) -> bool {
    key.algorithm() == Algorithm::RsaSha256
}

/// The three fields, in the order they are put; empty when there is to be no set.
fn write(key: &Key, message: &[u8], results: &str, chain: Chain, at: i64) -> Result<String, String> {
    let Some(message) = set::Message::read(message) else { return Ok(String::new()) };
    let names = message.covered();
    let Some(instance) = message.next_instance(chain).filter(|_| !names.is_empty()) else { return Ok(String::new()) };
    debug_assert!(instance <= MOST_SETS);
    let (domain, selector) = (&key.domain, &key.selector);
    let seal = Seal { instance, chain, results, names: &names, domain, selector, at, line: LINE };
    let sign = |bytes: &[u8]| SigningKey::sign(key, bytes).map_err(|error| error.to_string());
    let Written { seal, signature, results } = seal.write(&message, sign)?;
    Ok(seal + &signature + &results)
}

//! Keys that sign what leaves (RFC 6376, RFC 8463): how they are made, and what DNS has to say of them.

use crate::clock::{Clock, span};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mail_auth::common::crypto::Ed25519Key;
use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey, EncodePublicKey};
use rsa::rand_core::{CryptoRng, Error, RngCore};
use rsa::{RsaPrivateKey, RsaPublicKey};
use std::time::Duration;
use store::{Algorithm, DkimKey, NewDkimKey, Store, StoreError};

/// RFC 8301 §3.2: at least 1024, should be 2048. A longer one does not fit into one string of DNS.
const RSA_BITS: usize = 2048;
/// A key that signs no more is known for so long: mail under way may be checked late.
pub const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("a key could not be made: {0}")]
    Made(String),
    #[error("{0}")]
    Store(#[from] StoreError),
}

/// Makes a key of each kind for `domain`, which sign after `wait`: DNS has to know them before.
pub async fn make(store: &Store, clock: Clock, domain: &str, wait: Duration) -> Result<(), KeyError> {
    let made = tokio::task::spawn_blocking(move || pair(clock)).await;
    let (rsa, ed25519) = made.map_err(|error| KeyError::Made(error.to_string()))??;
    let now = clock.now_ms();
    // Unlike any before: verifiers keep what DNS said for a while. The month, and a little chance.
    let mark = format!("{}-{}", month(now), &clock.id()[..4]);
    let key = |letter: char, algorithm, private| NewDkimKey { selector: format!("{letter}{mark}"), algorithm, private };
    let keys = vec![key('r', Algorithm::RsaSha256, rsa), key('e', Algorithm::Ed25519Sha256, ed25519)];
    store.add_dkim_keys(domain, keys, now, now + span(wait)).await?;
    Ok(())
}

/// Makes keys for a domain that has none.
pub async fn complete(store: &Store, clock: Clock, domain: &str) -> Result<(), KeyError> {
    if store.dkim_keys(domain).await?.iter().any(|key| key.retired_at.is_none()) {
        return Ok(());
    }
    make(store, clock, domain, Duration::ZERO).await
}

/// Takes a second on a slow machine: not for an async thread.
fn pair(clock: Clock) -> Result<(Vec<u8>, Vec<u8>), KeyError> {
    let failed = |error: &dyn std::fmt::Display| KeyError::Made(error.to_string());
    let rsa = RsaPrivateKey::new(&mut Dice(clock), RSA_BITS).map_err(|error| failed(&error))?;
    let rsa = rsa.to_pkcs8_der().map_err(|error| failed(&error))?.as_bytes().to_vec();
    let ed25519 = Ed25519Key::generate_pkcs8().map_err(|error| failed(&error))?;
    Ok((rsa, ed25519))
}

/// The record's text (RFC 6376 §3.6.1). None: the key cannot be read.
pub fn record(key: &DkimKey) -> Option<String> {
    let (kind, public) = match key.algorithm {
        Algorithm::RsaSha256 => {
            let private = RsaPrivateKey::from_pkcs8_der(&key.private).ok()?;
            ("rsa", RsaPublicKey::from(&private).to_public_key_der().ok()?.as_bytes().to_vec())
        }
        // RFC 8463 §4: the bare 32 octets.
        Algorithm::Ed25519Sha256 => {
            ("ed25519", Ed25519Key::from_pkcs8_maybe_unchecked_der(&key.private).ok()?.public_key())
        }
    };
    Some(format!("v=DKIM1; k={kind}; p={}", STANDARD.encode(public)))
}

/// The record's name.
pub fn record_name(key: &DkimKey) -> String {
    format!("{}._domainkey.{}", key.selector, key.domain)
}

/// `202611`.
fn month(now: i64) -> String {
    jiff::Timestamp::from_millisecond(now).map_or_else(|_| "0".to_owned(), |at| at.strftime("%Y%m").to_string())
}

/// The house's dice, as the `rsa` crate holds them.
struct Dice(Clock);

impl RngCore for Dice {
    fn next_u32(&mut self) -> u32 {
        u32::from_le_bytes(self.0.random())
    }

    fn next_u64(&mut self) -> u64 {
        u64::from_le_bytes(self.0.random())
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        for piece in bytes.chunks_mut(32) {
            let dice: [u8; 32] = self.0.random();
            piece.copy_from_slice(&dice[..piece.len()]);
        }
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

impl CryptoRng for Dice {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_can_be_read_back_and_told_to_dns() {
        let (rsa, ed25519) = pair(Clock).unwrap();
        let key = |algorithm, private| DkimKey {
            id: 1,
            domain: "comentum.test".to_owned(),
            selector: "r202611-abcd".to_owned(),
            algorithm,
            private,
            created_at: 0,
            active_from: 0,
            retired_at: None,
        };
        let rsa = record(&key(Algorithm::RsaSha256, rsa)).unwrap();
        assert!(rsa.starts_with("v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A"), "{rsa}");
        let ed25519 = record(&key(Algorithm::Ed25519Sha256, ed25519)).unwrap();
        let public = ed25519.strip_prefix("v=DKIM1; k=ed25519; p=").unwrap();
        assert_eq!(STANDARD.decode(public).unwrap().len(), 32);
        assert_eq!(month(1_795_000_000_000), "202611");
        assert_eq!(record(&key(Algorithm::RsaSha256, b"no key".to_vec())), None);
    }
}

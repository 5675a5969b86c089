//! Signing what leaves for elsewhere (RFC 6376): once with each key of the domain that stands in From, where that domain
//! is ours. The stored bytes never change.

use crate::clock::Clock;
use bytes::Bytes;
use mail::message::author::{author, present};
use mail_auth::common::crypto::{Algorithm as How, DkimKey as Pair, Ed25519Key, RsaKey, Sha256, SigningKey};
use mail_auth::common::headers::{HeaderWriter, Writable};
use mail_auth::dkim::DkimSigner;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::{Algorithm, DkimKey, Store};
use tokio::time::Instant;

/// Signed as often as they are there: a list may add its own (RFC 6376 §5.4.1).
const SIGNED: [&str; 14] = [
    "Reply-To",
    "Sender",
    "Cc",
    "In-Reply-To",
    "References",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "Content-ID",
    "Content-Description",
    "Resent-Date",
    "Resent-From",
    "Resent-To",
    "Resent-Message-ID",
];
/// Signed once more than they are there: one put in on the way breaks the signature (RFC 6376 §8.15).
const OVERSIGNED: [&str; 5] = ["From", "To", "Subject", "Date", "Message-ID"];
/// How long the keys of a domain are believed to be the same: a command in another process may rotate them.
const BELIEVED: Duration = Duration::from_secs(20);
/// Domains of which keys are held in memory.
const HELD: usize = 1_000;
/// Signing a larger message takes longer than an async thread should be held. Octets.
const INLINE: usize = 64 * 1024;

/// A key in memory, shared by all that are signed with it.
#[derive(Clone)]
pub struct Key {
    pair: Arc<Pair>,
    pub domain: String,
    pub selector: String,
}

impl Key {
    pub fn read(key: &DkimKey) -> Result<Key, String> {
        let pair = match key.algorithm {
            Algorithm::RsaSha256 => {
                let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(&key.private[..]));
                RsaKey::<Sha256>::from_key_der(private).map(Pair::Rsa)
            }
            Algorithm::Ed25519Sha256 => Ed25519Key::from_pkcs8_maybe_unchecked_der(&key.private).map(Pair::Ed25519),
        };
        let pair =
            pair.map_err(|error| format!("the key {} of {} cannot be read: {error}", key.selector, key.domain))?;
        Ok(Key { pair: Arc::new(pair), domain: key.domain.clone(), selector: key.selector.clone() })
    }

    fn sign(&self, message: &[u8]) -> Result<String, String> {
        let fields = OVERSIGNED.iter().flat_map(|name| [*name; 2]).chain(present(message, &SIGNED));
        let signer = DkimSigner::from_key(self.clone()).domain(&self.domain).selector(&self.selector).headers(fields);
        Ok(signer.sign(message).map_err(|error| error.to_string())?.to_header())
    }
}

impl SigningKey for Key {
    type Hasher = Sha256;

    fn sign(&self, input: impl Writable) -> mail_auth::Result<Vec<u8>> {
        self.pair.sign(input)
    }

    fn algorithm(&self) -> How {
        self.pair.algorithm()
    }
}

/// Domains with the keys that sign for them now, and until when that is believed.
#[derive(Default)]
pub struct Signers {
    held: Mutex<HashMap<String, (Instant, Vec<Key>)>>,
}

impl Signers {
    /// What is to be put before the message; empty when nothing of ours stands in From, or it has no key.
    pub async fn sign(&self, store: &Store, clock: Clock, message: &Bytes) -> Result<String, String> {
        let Some(author) = author(message) else { return Ok(String::new()) };
        let keys = self.of(store, clock, author.domain().as_str()).await?;
        if keys.is_empty() || message.len() <= INLINE {
            return sign(&keys, message);
        }
        let message = message.clone();
        let signed = tokio::task::spawn_blocking(move || sign(&keys, &message)).await;
        signed.map_err(|error| error.to_string())?
    }

    /// The keys that sign for a domain now.
    pub async fn of(&self, store: &Store, clock: Clock, domain: &str) -> Result<Vec<Key>, String> {
        let now = clock.instant();
        {
            let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((_, keys)) = held.get(domain).filter(|(until, _)| now < *until) {
                return Ok(keys.clone());
            }
        }
        let kept = store.dkim_keys(domain).await.map_err(|error| error.to_string())?;
        let at = clock.now_ms();
        let keys = kept.iter().filter(|key| key.signs_at(at)).map(Key::read).collect::<Result<Vec<_>, _>>()?;
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= HELD {
            held.clear();
        }
        held.insert(domain.to_owned(), (now + BELIEVED, keys.clone()));
        Ok(keys)
    }
}

fn sign(keys: &[Key], message: &[u8]) -> Result<String, String> {
    keys.iter().map(|key| key.sign(message)).collect()
}

//! The certificates that are shown, and which to whom (SNI, RFC 6066 §3). Changed while the doors are open.

use super::{ACME_TLS, Pair};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

#[derive(Debug, Default)]
pub struct Keyring {
    held: RwLock<Vec<Pair>>,
    answers: RwLock<Answers>,
}

/// What an ACME authority is told while it looks whether a name is ours.
#[derive(Debug, Default)]
struct Answers {
    /// By name: the certificate that says so (RFC 8737 §3).
    certificates: HashMap<String, Arc<CertifiedKey>>,
    /// By token: the words at `/.well-known/acme-challenge/` (RFC 8555 §8.3).
    words: HashMap<String, String>,
}

impl Keyring {
    /// From now on these, the first one to whoever names no host, or one that nobody has.
    pub fn hold(&self, pairs: Vec<Pair>) {
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = pairs;
    }

    pub fn answer_by_certificate(&self, name: &str, certificate: CertifiedKey) {
        self.answers_mut().certificates.insert(name.to_ascii_lowercase(), Arc::new(certificate));
    }

    pub fn answer_by_words(&self, token: &str, words: &str) {
        self.answers_mut().words.insert(token.to_owned(), words.to_owned());
    }

    /// The words for `token`, while the authority is expected.
    pub fn words(&self, token: &str) -> Option<String> {
        self.answers.read().unwrap_or_else(PoisonError::into_inner).words.get(token).cloned()
    }

    /// The authority has looked, or will not.
    pub fn answer_no_more(&self) {
        *self.answers_mut() = Answers::default();
    }

    fn answers_mut(&self) -> std::sync::RwLockWriteGuard<'_, Answers> {
        self.answers.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn choose(&self, name: Option<&str>) -> Option<Arc<CertifiedKey>> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        let meant = name.and_then(|name| held.iter().find(|pair| pair.is_for(name)));
        meant.or(held.first()).map(|pair| Arc::clone(&pair.key))
    }

    fn answer(&self, name: Option<&str>) -> Option<Arc<CertifiedKey>> {
        let answers = self.answers.read().unwrap_or_else(PoisonError::into_inner);
        answers.certificates.get(&name?.to_ascii_lowercase()).cloned()
    }
}

impl ResolvesServerCert for Keyring {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        // RFC 8737 §3: who asks so offers nothing else, and a name that is not being looked at is refused.
        if hello.alpn().is_some_and(|mut offered| offered.all(|protocol| protocol == ACME_TLS)) {
            return self.answer(hello.server_name());
        }
        self.choose(hello.server_name())
    }
}

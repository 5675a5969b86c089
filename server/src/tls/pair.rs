//! A certificate with its key, read and understood.

use super::TlsError;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use std::path::Path;
use std::sync::Arc;
use store::Millis;
use x509_parser::extensions::GeneralName;

/// What is shown to whoever asks for one of its names.
#[derive(Clone, Debug)]
pub struct Pair {
    pub key: Arc<CertifiedKey>,
    /// In lower case; a wildcard keeps its `*.`.
    pub names: Vec<String>,
    pub not_before: Millis,
    pub not_after: Millis,
}

impl Pair {
    /// From PEM files; both may be the same one. The error names the file that is wrong.
    pub fn read(certificate: &Path, key: &Path) -> Result<Pair, TlsError> {
        let wrong = |file: &Path, error: &dyn std::fmt::Display| TlsError(format!("{}: {error}", file.display()));
        let chain = CertificateDer::pem_file_iter(certificate)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| wrong(certificate, &error))?;
        if chain.is_empty() {
            return Err(wrong(certificate, &"no certificate is in it"));
        }
        let private = PrivateKeyDer::from_pem_file(key).map_err(|error| wrong(key, &error))?;
        Pair::new(chain, private).map_err(|error| wrong(certificate, &error))
    }

    fn new(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Result<Pair, TlsError> {
        let told = |error: rustls::Error| TlsError(error.to_string());
        let key = CertifiedKey::from_der(chain, key, &rustls::crypto::ring::default_provider()).map_err(told)?;
        let first = key.end_entity_cert().map_err(told)?;
        let (_, read) = x509_parser::parse_x509_certificate(first).map_err(|error| TlsError(error.to_string()))?;
        let alternatives = read.subject_alternative_name().ok().flatten();
        let names = alternatives.into_iter().flat_map(|all| &all.value.general_names);
        let names = names.filter_map(|name| match name {
            GeneralName::DNSName(name) => Some(name.to_ascii_lowercase()),
            _ => None,
        });
        let (names, validity) = (names.collect(), read.validity());
        let (not_before, not_after) = (validity.not_before.timestamp() * 1000, validity.not_after.timestamp() * 1000);
        Ok(Pair { key: Arc::new(key), names, not_before, not_after })
    }

    /// Whether it is for the host `name` (RFC 6125 §6.4.3: a wildcard is one whole label).
    pub fn is_for(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        self.names.iter().any(|own| match own.strip_prefix("*.") {
            Some(parent) => name.split_once('.').is_some_and(|(first, rest)| !first.is_empty() && rest == parent),
            None => *own == name,
        })
    }
}

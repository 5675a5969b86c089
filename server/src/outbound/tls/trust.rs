//! Who may sign other servers' certificates: the operator's list, or the system's.

use super::verifier::{Check, Judge};
use crate::config::Config;
use rustls::client::WebPkiServerVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use std::sync::{Arc, OnceLock};
use tokio_rustls::TlsConnector;

pub struct Trust {
    provider: Arc<CryptoProvider>,
    /// Read at the first use: the system's list has a hundred and fifty certificates.
    roots: OnceLock<Option<Arc<WebPkiServerVerifier>>>,
}

impl Trust {
    /// The error is one line for the operator.
    pub fn new(config: &Config) -> Result<Trust, String> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let trust = Trust { provider, roots: OnceLock::new() };
        if let Some(file) = &config.outbound_roots {
            let roots = from_file(file).map_err(|error| format!("outbound_roots: {}: {error}", file.display()))?;
            let verifier = trust.verifier(roots);
            if verifier.is_none() {
                return Err(format!("outbound_roots: {} has no certificate", file.display()));
            }
            let _ = trust.roots.set(verifier);
        }
        Ok(trust)
    }

    fn verifier(&self, roots: RootCertStore) -> Option<Arc<WebPkiServerVerifier>> {
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&self.provider)).build().ok()
    }

    /// None: nobody is trusted, since the system knows nobody.
    pub fn roots(&self) -> Option<Arc<WebPkiServerVerifier>> {
        self.roots
            .get_or_init(|| {
                let mut roots = RootCertStore::empty();
                let found = rustls_native_certs::load_native_certs();
                for error in found.errors {
                    tracing::warn!(%error, "a certificate that the system trusts cannot be read");
                }
                roots.add_parsable_certificates(found.certs);
                let verifier = self.verifier(roots);
                if verifier.is_none() {
                    tracing::warn!("this system trusts no certificate authority: see outbound_roots");
                }
                verifier
            })
            .clone()
    }

    /// A connector whose handshake is judged by `check`; what was found is in the judge.
    pub fn connector(&self, check: Check, strict: bool) -> Result<(TlsConnector, Arc<Judge>), rustls::Error> {
        let judge = Arc::new(Judge::new(check, strict, Arc::clone(&self.provider)));
        let mut config = ClientConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(Arc::clone(&judge) as _)
            .with_no_client_auth();
        // A session that is resumed would not be judged again.
        config.resumption = rustls::client::Resumption::disabled();
        Ok((Arc::new(config).into(), judge))
    }
}

fn from_file(file: &std::path::Path) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).map_err(|error| error.to_string())? {
        let certificate = certificate.map_err(|error| error.to_string())?;
        roots.add(certificate).map_err(|error| error.to_string())?;
    }
    Ok(roots)
}

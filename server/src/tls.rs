//! TLS: our certificates, and the client side.
//!
//! Certificates come from the operator's files, from an ACME authority, or for a trial from ourselves. Whatever their
//! origin they lie in files, and the files are watched: a new one is shown from the next handshake on.

mod acme;
mod keep;
mod keyring;
mod pair;
mod self_signed;
mod sources;

pub use acme::{Acme, run as fetch_certificates};
pub use keyring::Keyring;
pub use pair::Pair;
pub use self_signed::make as make_self_signed;
pub use sources::{Origin, Sources};

use crate::config::Config;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ResolvesServerCert;
use rustls::{ClientConfig, DigitallySignedStruct, ServerConfig, SignatureScheme};
use std::sync::Arc;
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// What the authority speaks when it looks whether a name is ours (RFC 8737 §3).
pub const ACME_TLS: &[u8] = b"acme-tls/1";
const HTTP_1_1: &[u8] = b"http/1.1";

/// Both ends of TLS. TLS 1.2 and 1.3 only (RFC 8996).
#[derive(Clone)]
pub struct Tls {
    /// For the mail doors.
    pub acceptor: TlsAcceptor,
    /// For the web's door.
    pub web: TlsAcceptor,
    pub keyring: Arc<Keyring>,
    /// For mail to other servers: encrypts against listeners, and does not ask who it is. RFC 7435: better than
    /// plain, which is what a failed check would fall back to.
    pub opportunistic: TlsConnector,
}

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct TlsError(String);

impl Tls {
    /// Reads the certificates that there are. Without any one is made in the data directory on the first start.
    pub fn new(config: &Config) -> Result<Tls, TlsError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let keyring = Arc::new(Keyring::default());
        keyring.hold(Sources::new(config).read()?);
        let client = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| TlsError(error.to_string()))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Anybody(provider.signature_verification_algorithms)))
            .with_no_client_auth();
        Ok(Tls {
            acceptor: acceptor(&provider, &keyring, &[])?,
            web: acceptor(&provider, &keyring, &[HTTP_1_1, ACME_TLS])?,
            keyring,
            opportunistic: Arc::new(client).into(),
        })
    }
}

fn acceptor(
    provider: &Arc<CryptoProvider>,
    keyring: &Arc<Keyring>,
    protocols: &[&[u8]],
) -> Result<TlsAcceptor, TlsError> {
    let shown = Arc::clone(keyring) as Arc<dyn ResolvesServerCert>;
    let mut server = ServerConfig::builder_with_provider(Arc::clone(provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| TlsError(error.to_string()))?
        .with_no_client_auth()
        .with_cert_resolver(shown);
    server.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    Ok(Arc::new(server).into())
}

/// Takes any certificate, but checks that the other end holds its key.
#[derive(Debug)]
struct Anybody(WebPkiSupportedAlgorithms);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _certificate: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}

/// Other libraries in the program find the one provider here.
pub fn install_provider() {
    let _ = CryptoProvider::install_default(rustls::crypto::ring::default_provider());
}

#[cfg(test)]
mod tests;

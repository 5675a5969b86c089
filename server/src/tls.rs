//! TLS for the mail ports: our certificate, made by ourselves when the operator has none, and the client side.

use crate::config::Config;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, ServerConfig, SignatureScheme};
use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// Both ends of TLS. TLS 1.2 and 1.3 only (RFC 8996).
#[derive(Clone)]
pub struct Tls {
    pub acceptor: TlsAcceptor,
    /// For mail to other servers: encrypts against listeners, and does not ask who it is. RFC 7435: better than
    /// plain, which is what a failed check would fall back to.
    pub opportunistic: TlsConnector,
}

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct TlsError(String);

impl Tls {
    /// Reads the certificate of the configuration, or the one in the data directory, made on the first start.
    pub fn new(config: &Config) -> Result<Tls, TlsError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let (certificate, key) = match (&config.tls_certificate, &config.tls_key) {
            (Some(certificate), Some(key)) => (certificate.clone(), key.clone()),
            _ => self_signed(&config.data.join("tls"), config.hostname.as_str())?,
        };
        let wrong = |file: &Path, error: &dyn std::fmt::Display| TlsError(format!("{}: {error}", file.display()));
        let chain = CertificateDer::pem_file_iter(&certificate)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| wrong(&certificate, &error))?;
        let private = PrivateKeyDer::from_pem_file(&key).map_err(|error| wrong(&key, &error))?;
        let server = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, private))
            .map_err(|error| wrong(&certificate, &error))?;
        let client = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| TlsError(error.to_string()))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Anybody(provider.signature_verification_algorithms)))
            .with_no_client_auth();
        Ok(Tls { acceptor: Arc::new(server).into(), opportunistic: Arc::new(client).into() })
    }
}

/// The paths of certificate and key in `dir`, made when they are not there.
fn self_signed(dir: &Path, hostname: &str) -> Result<(PathBuf, PathBuf), TlsError> {
    let (certificate, key) = (dir.join("certificate.pem"), dir.join("key.pem"));
    if !certificate.exists() || !key.exists() {
        let failed = |error: &dyn std::fmt::Display| TlsError(format!("{}: {error}", dir.display()));
        let made = rcgen::generate_simple_self_signed([hostname.to_owned()]).map_err(|error| failed(&error))?;
        fs::create_dir_all(dir).map_err(|error| failed(&error))?;
        // The certificate last: a kill between the two leaves no pair that does not match.
        let _ = fs::remove_file(&certificate);
        let _ = fs::remove_file(&key);
        let private = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&key);
        private
            .and_then(|mut file| file.write_all(made.signing_key.serialize_pem().as_bytes()))
            .map_err(|error| failed(&error))?;
        fs::write(&certificate, made.cert.pem()).map_err(|error| failed(&error))?;
    }
    Ok((certificate, key))
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
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_made_once_and_its_key_is_for_the_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let config = Config { data: dir.path().to_owned(), ..Config::default() };
        Tls::new(&config).unwrap();
        let key = dir.path().join("tls/key.pem");
        assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
        let before = fs::read(&key).unwrap();
        Tls::new(&config).unwrap();
        assert_eq!(fs::read(&key).unwrap(), before);
    }

    #[test]
    fn a_certificate_that_is_not_one_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("bad.pem");
        fs::write(&file, "nothing").unwrap();
        let config = Config { tls_certificate: Some(file.clone()), tls_key: Some(file), ..Config::default() };
        assert!(Tls::new(&config).err().unwrap().to_string().contains("bad.pem"));
    }
}

//! Judges the other end's certificate during a handshake, and remembers what it found. Strict, it ends the handshake;
//! else the finding is all that comes of it.

use super::dane::{self, Tlsa};
use super::sealed::Failure;
use rustls::CertificateError;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, Error, SignatureScheme};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// By what a certificate is judged.
#[derive(Clone)]
pub enum Check {
    /// Whoever it is: not judged here.
    Anybody,
    /// For the server's name, by somebody whom we trust; none: nobody is trusted.
    Roots(Option<Arc<WebPkiServerVerifier>>),
    /// As the destination's DNS says (RFC 7672).
    Dane(Vec<Tlsa>),
}

pub struct Judge {
    check: Check,
    strict: bool,
    provider: Arc<CryptoProvider>,
    found: Mutex<Option<Failure>>,
}

impl Judge {
    pub fn new(check: Check, strict: bool, provider: Arc<CryptoProvider>) -> Judge {
        Judge { check, strict, provider, found: Mutex::default() }
    }

    pub fn found(&self) -> Option<Failure> {
        *self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn judge(
        &self,
        certificate: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        now: UnixTime,
    ) -> Result<(), Error> {
        match &self.check {
            Check::Anybody => Ok(()),
            Check::Roots(None) => Err(CertificateError::UnknownIssuer.into()),
            Check::Roots(Some(roots)) => roots.verify_server_cert(certificate, others, name, &[], now).map(drop),
            Check::Dane(records) => dane::verify(records, &self.provider, certificate, others, name, now),
        }
    }
}

impl fmt::Debug for Judge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Judge").field("strict", &self.strict).finish_non_exhaustive()
    }
}

/// As RFC 8460 §4.3 names it.
fn failure(error: &Error) -> Failure {
    match error {
        Error::InvalidCertificate(why) => match why {
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                Failure::CertificateHostMismatch
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => Failure::CertificateExpired,
            CertificateError::UnknownIssuer | CertificateError::BadSignature => Failure::CertificateNotTrusted,
            _ => Failure::NotValid,
        },
        _ => Failure::NotValid,
    }
}

impl ServerCertVerifier for Judge {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        _ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if let Err(error) = self.judge(certificate, others, name, now) {
            *self.found.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure(&error));
            if self.strict {
                return Err(error);
            }
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

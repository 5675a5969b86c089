//! DANE for SMTP (RFC 7672): the destination's DNS, proven by DNSSEC, names the certificate that its server must show.

use crate::dns::{Dns, DnsFailure};
use ring::digest::{SHA256, SHA512, digest};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, Error, RootCertStore};
use std::sync::Arc;

/// One record (RFC 6698 §2.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tlsa {
    pub usage: u8,
    pub selector: u8,
    pub matching: u8,
    pub data: Vec<u8>,
}

const TRUST_ANCHOR: u8 = 2;
const END_ENTITY: u8 = 3;

/// What DNS says of a server.
#[derive(Debug, PartialEq, Eq)]
pub enum Said {
    /// Nothing, or nothing that is proven.
    Nothing,
    /// Encrypt, whoever it is: there are records, and none that we can use (RFC 7672 §2.2).
    Encrypt,
    Records(Vec<Tlsa>),
    /// It cannot be told now, or is forged: not to be used (RFC 7672 §2.1.1).
    NotNow,
}

pub async fn ask(dns: &Dns, host: &str, port: u16) -> Said {
    match dns.tlsa(host, port).await {
        Ok((_, false)) | Err(DnsFailure::NoRecord | DnsFailure::NoSuchDomain) => Said::Nothing,
        Ok((records, true)) => {
            let usable: Vec<Tlsa> = records.into_iter().filter(is_usable).collect();
            if usable.is_empty() { Said::Encrypt } else { Said::Records(usable) }
        }
        Err(DnsFailure::NotNow) => Said::NotNow,
    }
}

/// RFC 7672 §3.1.3: the usages that need a public authority as well are not for SMTP.
fn is_usable(record: &Tlsa) -> bool {
    let length = match record.matching {
        0 => !record.data.is_empty(),
        1 => record.data.len() == 32,
        2 => record.data.len() == 64,
        _ => false,
    };
    matches!(record.usage, TRUST_ANCHOR | END_ENTITY) && record.selector <= 1 && length
}

/// One record that fits is enough (RFC 7672 §3.1).
pub fn verify(
    records: &[Tlsa],
    provider: &Arc<CryptoProvider>,
    certificate: &CertificateDer<'_>,
    others: &[CertificateDer<'_>],
    name: &ServerName<'_>,
    now: UnixTime,
) -> Result<(), Error> {
    // RFC 7672 §3.1.1: neither the name nor the date in it counts.
    if records.iter().any(|record| record.usage == END_ENTITY && fits(record, certificate)) {
        return Ok(());
    }
    let mut anchors = RootCertStore::empty();
    for record in records.iter().filter(|record| record.usage == TRUST_ANCHOR) {
        for other in others.iter().filter(|other| fits(record, other)) {
            let _ = anchors.add(other.clone().into_owned());
        }
        // RFC 7672 §3.1.2: the whole authority may stand in DNS, and need not be sent.
        if (record.selector, record.matching) == (0, 0) {
            let _ = anchors.add(CertificateDer::from(record.data.clone()));
        }
    }
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(anchors), Arc::clone(provider)).build();
    let verifier = verifier.map_err(|_| Error::from(CertificateError::UnknownIssuer))?;
    verifier.verify_server_cert(certificate, others, name, &[], now).map(drop)
}

fn fits(record: &Tlsa, certificate: &CertificateDer<'_>) -> bool {
    let chosen = match record.selector {
        0 => certificate.to_vec(),
        _ => match webpki::EndEntityCert::try_from(certificate) {
            Ok(parsed) => parsed.subject_public_key_info().to_vec(),
            Err(_) => return false,
        },
    };
    match record.matching {
        0 => chosen == record.data,
        1 => digest(&SHA256, &chosen).as_ref() == record.data,
        _ => digest(&SHA512, &chosen).as_ref() == record.data,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
    use std::time::Duration;

    fn record(usage: u8, selector: u8, matching: u8, data: &[u8]) -> Tlsa {
        let data = match matching {
            0 => data.to_vec(),
            1 => digest(&SHA256, data).as_ref().to_vec(),
            _ => digest(&SHA512, data).as_ref().to_vec(),
        };
        Tlsa { usage, selector, matching, data }
    }

    #[test]
    fn a_record_that_fits_is_enough_and_none_is_too_few() {
        let key = KeyPair::generate().unwrap();
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(authority, key).unwrap();
        let own = KeyPair::generate().unwrap();
        let server = CertificateParams::new(vec!["mx.far.test".to_owned()]).unwrap();
        let server = server.signed_by(&own, &authority).unwrap().der().clone();
        let top = authority.der().clone();
        let spki = webpki::EndEntityCert::try_from(&server).unwrap().subject_public_key_info().to_vec();
        let top_spki = webpki::EndEntityCert::try_from(&top).unwrap().subject_public_key_info().to_vec();

        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let now = UnixTime::since_unix_epoch(Duration::from_secs(1_790_000_000));
        let judge = |record: Tlsa, sent: &[CertificateDer<'_>], host: &str| {
            let name = ServerName::try_from(host.to_owned()).unwrap();
            verify(&[record], &provider, &server, sent, &name, now).is_ok()
        };
        let chain = [top.clone()];
        for (usage, selector, matching, data) in [
            (3, 0, 0, &server[..]),
            (3, 0, 1, &server[..]),
            (3, 1, 1, &spki[..]),
            (3, 1, 2, &spki[..]),
            (2, 0, 1, &top[..]),
            (2, 1, 1, &top_spki[..]),
        ] {
            assert!(
                judge(record(usage, selector, matching, data), &chain, "mx.far.test"),
                "{usage} {selector} {matching}"
            );
        }
        assert!(judge(record(2, 0, 0, &top), &[], "mx.far.test"), "the authority stands in DNS");
        assert!(judge(record(3, 1, 1, &spki), &[], "other.test"), "the name does not count");
        assert!(!judge(record(2, 0, 1, &top), &chain, "other.test"), "here it does");
        assert!(!judge(record(3, 1, 1, &top_spki), &chain, "mx.far.test"));
        assert!(!judge(record(2, 0, 1, &server), &chain, "mx.far.test"));
    }

    #[test]
    fn only_the_usages_for_smtp_count() {
        for (usage, selector, matching, length, usable) in [
            (3, 1, 1, 32, true),
            (2, 0, 2, 64, true),
            (3, 0, 0, 100, true),
            (0, 1, 1, 32, false),
            (1, 1, 1, 32, false),
            (3, 2, 1, 32, false),
            (3, 1, 3, 32, false),
            (3, 1, 1, 31, false),
        ] {
            let record = Tlsa { usage, selector, matching, data: vec![0; length] };
            assert_eq!(is_usable(&record), usable, "{record:?}");
        }
    }
}

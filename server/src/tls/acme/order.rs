//! One certificate, from the order to the chain (RFC 8555 §7.4).

use super::Acme;
use crate::config::AcmeChallenge;
use crate::house::House;
use crate::tls::keep::write_private;
use instant_acme::{
    Account, AccountBuilder, AccountCredentials, AuthorizationStatus, ChallengeHandle, ChallengeType, Identifier,
    NewAccount, NewOrder, Order, OrderStatus, RetryPolicy,
};
use rcgen::{CertificateParams, CustomExtension, DistinguishedName, KeyPair};
use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::PrivateKeyDer;
use rustls::sign::CertifiedKey;
use std::time::Duration;

/// Why there is no certificate, in a line for the operator.
#[derive(Debug, thiserror::Error)]
pub enum AcmeError {
    #[error("{0}")]
    Authority(#[from] instant_acme::Error),
    #[error("the authority does not offer {0} for {1}")]
    NotOffered(&'static str, String),
    #[error("the authority did not find that {0} is ours: {1}")]
    NotOurs(String, String),
    #[error("the account's key: {0}")]
    Account(String),
    #[error("a key or a certificate could not be made: {0}")]
    Made(String),
    #[error("the account could not be kept: {0}")]
    Kept(#[from] std::io::Error),
}

/// Chain and key, as PEM.
pub async fn obtain(house: &House, acme: &Acme) -> Result<String, AcmeError> {
    let account = account(house, acme).await?;
    let names: Vec<String> = house.config.acme.domains.iter().map(ToString::to_string).collect();
    let identifiers: Vec<Identifier> = names.iter().cloned().map(Identifier::Dns).collect();
    let mut order = account.new_order(&NewOrder::new(&identifiers)).await?;
    answer(house, &mut order).await?;
    let patience = RetryPolicy::new().initial_delay(Duration::from_millis(500)).timeout(Duration::from_secs(120));
    if order.poll_ready(&patience).await? != OrderStatus::Ready {
        return Err(reason(&mut order).await);
    }
    let key = KeyPair::generate().map_err(made)?;
    let mut wanted = CertificateParams::new(names).map_err(made)?;
    // Names stand in subjectAltName alone (RFC 8555 §7.4 allows it, and authorities prefer it).
    wanted.distinguished_name = DistinguishedName::new();
    let request = wanted.serialize_request(&key).map_err(made)?;
    order.finalize_csr(request.der()).await?;
    let chain = order.poll_certificate(&patience).await?;
    Ok(chain + &key.serialize_pem())
}

/// The account that was made before at this authority, or a new one: kept before anything is asked of it.
async fn account(house: &House, acme: &Acme) -> Result<Account, AcmeError> {
    let wanted = &house.config.acme;
    let builder = || -> Result<AccountBuilder, instant_acme::Error> {
        match &wanted.root {
            Some(root) => Account::builder_with_root(root),
            None => Account::builder(),
        }
    };
    if let Ok(text) = std::fs::read(acme.account()) {
        let kept: serde_json::Value =
            serde_json::from_slice(&text).map_err(|error| AcmeError::Account(error.to_string()))?;
        if kept.get("directory").and_then(|directory| directory.as_str()) == Some(wanted.directory.as_str()) {
            let credentials: AccountCredentials =
                serde_json::from_value(kept).map_err(|error| AcmeError::Account(error.to_string()))?;
            return Ok(builder()?.from_credentials(credentials).await?);
        }
    }
    let contact: Vec<String> = wanted.contact.iter().map(|address| format!("mailto:{address}")).collect();
    let contact: Vec<&str> = contact.iter().map(String::as_str).collect();
    let new = NewAccount { contact: &contact, terms_of_service_agreed: true, only_return_existing: false };
    let (account, credentials) = builder()?.create(&new, wanted.directory.clone(), None).await?;
    let text = serde_json::to_vec_pretty(&credentials).map_err(|error| AcmeError::Account(error.to_string()))?;
    write_private(&acme.account(), &text)?;
    Ok(account)
}

/// Puts up the answer for each name, and then says that the authority may look.
async fn answer(house: &House, order: &mut Order) -> Result<(), AcmeError> {
    let (kind, word) = match house.config.acme.challenge {
        AcmeChallenge::TlsAlpn => (ChallengeType::TlsAlpn01, "tls-alpn-01"),
        AcmeChallenge::Http => (ChallengeType::Http01, "http-01"),
    };
    let mut authorizations = order.authorizations();
    while let Some(authorization) = authorizations.next().await {
        let mut authorization = authorization?;
        let name = authorization.identifier().to_string();
        match authorization.status {
            AuthorizationStatus::Valid => continue,
            AuthorizationStatus::Pending => {}
            other => return Err(AcmeError::NotOurs(name, format!("{other:?}"))),
        }
        let Some(mut challenge) = authorization.challenge(kind.clone()) else {
            return Err(AcmeError::NotOffered(word, name));
        };
        put_up(house, &name, &challenge)?;
        challenge.set_ready().await?;
    }
    Ok(())
}

fn put_up(house: &House, name: &str, challenge: &ChallengeHandle<'_>) -> Result<(), AcmeError> {
    let proof = challenge.key_authorization();
    match house.config.acme.challenge {
        AcmeChallenge::Http => house.tls.keyring.answer_by_words(&challenge.token, proof.as_str()),
        AcmeChallenge::TlsAlpn => {
            let certificate = proving(name, proof.digest().as_ref())?;
            house.tls.keyring.answer_by_certificate(name, certificate);
        }
    }
    Ok(())
}

/// RFC 8737 §3: a self-signed certificate for the name alone, with the proof in a critical extension.
fn proving(name: &str, digest: &[u8]) -> Result<CertifiedKey, AcmeError> {
    let key = KeyPair::generate().map_err(made)?;
    let mut wanted = CertificateParams::new([name.to_owned()]).map_err(made)?;
    wanted.custom_extensions = vec![CustomExtension::new_acme_identifier(digest)];
    let certificate = wanted.self_signed(&key).map_err(made)?;
    let private = PrivateKeyDer::try_from(key.serialize_der()).map_err(|error| AcmeError::Made(error.to_owned()))?;
    // Not `from_der`, which reads the certificate, and takes none with a critical extension that it does not know.
    let key = any_supported_type(&private).map_err(|error| AcmeError::Made(error.to_string()))?;
    Ok(CertifiedKey::new(vec![certificate.der().clone()], key))
}

/// What the authority found when it looked.
async fn reason(order: &mut Order) -> AcmeError {
    let mut authorizations = order.authorizations();
    while let Some(Ok(mut authorization)) = authorizations.next().await {
        if authorization.refresh().await.is_err() {
            continue;
        }
        let name = authorization.identifier().to_string();
        let problem = authorization.challenges.iter().find_map(|challenge| challenge.error.as_ref());
        if let Some(problem) = problem {
            return AcmeError::NotOurs(name, problem.to_string());
        }
    }
    AcmeError::NotOurs("a name".to_owned(), "it did not say why".to_owned())
}

fn made(error: rcgen::Error) -> AcmeError {
    AcmeError::Made(error.to_string())
}

//! DKIM: which signatures are genuine. `mail-auth` does the cryptography; what counts as a signature is decided here.

use super::examine::Examined;
use super::keys::Keys;
use mail::auth::dkim::{DkimFault, DkimResult, MOST_SIGNATURES, Signature};
use mail::auth::lookup::Lookup;
use mail_auth::common::crypto::{Algorithm, CryptoError};
use mail_auth::common::verify::VerifySignature;
use mail_auth::dkim::{self, DkimError};
use mail_auth::{DnsError, Error, MessageAuthenticator, Parameters};
use std::time::Duration;

/// Names that one signature may cover: each is looked for in the whole header.
const MOST_NAMES: usize = 200;

/// None of them: the message is not signed.
pub async fn check<L: Lookup>(
    dns: &L,
    authenticator: &MessageAuthenticator,
    examined: &Examined,
    limit: Duration,
) -> Vec<Signature> {
    if examined.survey.signatures == 0 {
        return Vec::new();
    }
    let Some(mut message) = examined.message() else {
        return vec![unread(DkimFault::TooMany)];
    };
    let mut found: Vec<Signature> = Vec::new();
    // What could not be read, and what covers only a part of the text.
    for error in message.errors.drain(..).filter(|error| error.name.eq_ignore_ascii_case(b"DKIM-Signature")) {
        let partial = matches!(error.header, Error::Dkim(DkimError::SignatureLength));
        let signature = dkim::Signature::parse(error.value).ok().filter(|_| partial);
        found.push(match signature {
            Some(signature) => signed(&signature, DkimResult::Policy(DkimFault::Length)),
            None => unread(DkimFault::Syntax),
        });
    }
    message.dkim_headers.retain_mut(|field| {
        // RFC 6541 would ask about third parties; a signature stands for its own domain here.
        field.header.atps = None;
        let fault = fault(&field.header);
        found.extend(fault.map(|fault| signed(&field.header, DkimResult::Policy(fault))));
        fault.is_none()
    });
    found.truncate(MOST_SIGNATURES);
    let room = MOST_SIGNATURES - found.len();
    let too_many = message.dkim_headers.len() > room;
    message.dkim_headers.truncate(room);

    let names = message.dkim_headers.iter().map(|field| field.header.domain_key()).collect();
    let keys = Keys::fetch(dns, names, limit).await;
    let outputs = authenticator.verify_dkim(Parameters::new(&message).with_txt_cache(&keys)).await;
    found.extend(outputs.iter().filter_map(|output| {
        let signature = output.signature()?;
        let weak = signature.a != Algorithm::Ed25519Sha256 && keys.is_weak(&signature.domain_key());
        let result = if weak { DkimResult::Policy(DkimFault::WeakKey) } else { result(output.result()) };
        Some(signed(signature, result))
    }));
    if too_many {
        found.push(unread(DkimFault::TooMany));
    }
    found
}

/// Why a signature does not count, whatever its key says.
fn fault(signature: &dkim::Signature) -> Option<DkimFault> {
    if signature.a == Algorithm::RsaSha1 {
        return Some(DkimFault::WeakHash);
    }
    if signature.h.len() > MOST_NAMES {
        return Some(DkimFault::TooMany);
    }
    let from = signature.h.iter().any(|name| name.trim().eq_ignore_ascii_case("from"));
    (!from).then_some(DkimFault::FromNotSigned)
}

fn signed(signature: &dkim::Signature, result: DkimResult) -> Signature {
    let cut = |text: &str| text.chars().take(253).collect::<String>().to_ascii_lowercase();
    let algorithm = match signature.a {
        Algorithm::RsaSha1 => "rsa-sha1",
        Algorithm::RsaSha256 => "rsa-sha256",
        Algorithm::Ed25519Sha256 => "ed25519-sha256",
    };
    Signature { result, domain: cut(&signature.d), selector: cut(&signature.s), algorithm: algorithm.to_owned() }
}

fn unread(fault: DkimFault) -> Signature {
    let nothing = String::new;
    Signature { result: DkimResult::Neutral(fault), domain: nothing(), selector: nothing(), algorithm: nothing() }
}

fn result(result: &mail_auth::DkimResult) -> DkimResult {
    use mail_auth::DkimResult as Theirs;
    match result {
        Theirs::Pass => DkimResult::Pass,
        Theirs::TempError(_) => DkimResult::TempError,
        Theirs::Neutral(error) | Theirs::Fail(error) | Theirs::PermError(error) => match error {
            Error::Dkim(DkimError::FailedBodyHashMatch) => DkimResult::Fail(DkimFault::Body),
            Error::Dkim(DkimError::SignatureExpired) => DkimResult::Fail(DkimFault::Expired),
            Error::Dkim(DkimError::FailedAuidMatch) => DkimResult::PermError(DkimFault::Identity),
            Error::Crypto(CryptoError::IncompatibleAlgorithms) => DkimResult::PermError(DkimFault::BadKey),
            Error::Crypto(_) | Error::Io(_) => DkimResult::Fail(DkimFault::Header),
            Error::Dns(DnsError::Resolver(_)) => DkimResult::TempError,
            Error::Dns(DnsError::RecordNotFound(_)) => DkimResult::PermError(DkimFault::NoKey),
            _ => DkimResult::PermError(DkimFault::BadKey),
        },
        Theirs::None => DkimResult::Neutral(DkimFault::Syntax),
    }
}

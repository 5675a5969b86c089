//! ARC (RFC 8617): do all seals hold? `mail-auth` does the cryptography.

use super::examine::Examined;
use super::keys::Keys;
use mail::auth::arc::{Arc, Chain, MOST_SETS, is_message_signature, is_seal, says_dmarc_passed};
use mail::auth::lookup::Lookup;
use mail::auth::tags;
use mail_auth::arc::Signature;
use mail_auth::common::crypto::Algorithm;
use mail_auth::common::headers::Header;
use mail_auth::common::verify::VerifySignature;
use mail_auth::dkim::Canonicalization;
use mail_auth::{AuthenticatedMessage, DkimResult, Error, MessageAuthenticator, Parameters};
use std::time::Duration;

/// Names that one signature may cover.
const MOST_NAMES: usize = 200;
/// Keys of one chain: more hops than this have different keys in no mail that is honest.
const MOST_KEYS: usize = 20;

pub async fn check<L: Lookup>(
    dns: &L,
    authenticator: &MessageAuthenticator,
    examined: &Examined,
    limit: Duration,
) -> Arc {
    let fields = examined.survey.arc;
    if !fields.any() {
        return Arc::None;
    }
    if !fields.whole() || fields.seals > MOST_SETS {
        return Arc::Fail;
    }
    let Some(mut message) = examined.message() else { return Arc::Fail };
    complete(&mut message);
    if message.has_arc_errors || !is_written_well(&message) {
        return Arc::Fail;
    }
    let newest = message.ams_headers.iter().max_by_key(|field| field.header.i);
    if newest.is_none_or(|field| field.header.h.len() > MOST_NAMES) {
        return Arc::Fail;
    }
    let seals = message.as_headers.iter().map(|field| field.header.domain_key());
    let mut names: Vec<String> = seals.chain(newest.map(|field| field.header.domain_key())).collect();
    names.sort_unstable();
    names.dedup();
    if names.len() > MOST_KEYS {
        return Arc::Fail;
    }
    let keys = Keys::fetch(dns, names, limit).await;
    let output = authenticator.verify_arc(Parameters::new(&message).with_txt_cache(&keys)).await;
    match output.result() {
        DkimResult::Pass => Arc::Pass(Chain {
            sealers: output.sets().iter().map(|set| set.seal.header.d.to_ascii_lowercase()).collect(),
            dmarc_passed: output.sets().first().is_some_and(|set| says_dmarc_passed(set.results.value)),
        }),
        DkimResult::TempError(_) => Arc::TempError,
        _ => Arc::Fail,
    }
}

/// The library reads tag lists kindly; a seal has to be exact.
fn is_written_well(message: &AuthenticatedMessage<'_>) -> bool {
    message.as_headers.iter().all(|field| is_seal(field.value))
        && message.ams_headers.iter().all(|field| is_message_signature(field.value))
}

/// What the library does not take and the suite of ValiMail does: a signature that names no canonicalization is
/// relaxed, and one may sign no field at all.
fn complete(message: &mut AuthenticatedMessage<'_>) {
    let errors = std::mem::take(&mut message.errors);
    let of_arc =
        |field: &Header<'_, Error>| field.name.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(b"ARC-"));
    let mut unread = 0;
    for field in errors.into_iter().filter(of_arc) {
        match signs_nothing(field.value) {
            Some(header) if field.name.eq_ignore_ascii_case(b"ARC-Message-Signature") => {
                message.ams_headers.push(Header { name: field.name, value: field.value, header });
            }
            _ => unread += 1,
        }
    }
    message.has_arc_errors = unread > 0;
    for field in &mut message.ams_headers {
        if tags::parse(field.value).is_some_and(|tags| tags::get(&tags, "c").is_none()) {
            field.header.ch = Canonicalization::Relaxed;
            field.header.cb = Canonicalization::Relaxed;
        }
    }
    message.as_headers.sort_unstable_by_key(|field| field.header.i);
    message.ams_headers.sort_unstable_by_key(|field| field.header.i);
    message.aar_headers.sort_unstable_by_key(|field| field.header.i);
}

/// A signature whose `h=` is there and empty, of the one kind whose body hash is always at hand.
fn signs_nothing(value: &[u8]) -> Option<Signature> {
    let tags = tags::parse(value).filter(|tags| tags::get(tags, "h") == Some(""))?;
    let written = |(name, value): &(&str, &str)| format!("{name}={}", if *name == "h" { "from" } else { value });
    let named = tags.iter().map(written).collect::<Vec<_>>().join(";");
    let mut signature = Signature::parse(named.as_bytes()).ok()?;
    signature.h.clear();
    (signature.cb == Canonicalization::Relaxed && signature.a == Algorithm::RsaSha256 && signature.l == 0)
        .then_some(signature)
}

#[cfg(test)]
pub mod suite;

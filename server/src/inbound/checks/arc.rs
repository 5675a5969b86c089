//! ARC (RFC 8617): do all seals hold? `mail-auth` does the cryptography.

use super::examine::Examined;
use super::keys::Keys;
use mail::auth::arc::{Arc, Chain, MOST_SETS, says_dmarc_passed};
use mail::auth::lookup::Lookup;
use mail_auth::common::verify::VerifySignature;
use mail_auth::{DkimResult, MessageAuthenticator, Parameters};
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
    let Some(message) = examined.message() else { return Arc::Fail };
    if message.has_arc_errors || message.as_headers.len() != fields.seals {
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

#[cfg(test)]
mod suite;

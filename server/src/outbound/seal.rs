//! ARC (RFC 8617): when a message is passed on, we say what we found when it came, and seal it with our key, so that the
//! next server may believe us where the first sender's own signature or address no longer holds.

use super::sign::Key;
use crate::house::House;
use bytes::Bytes;
use mail::Domain;
use mail::auth::arc::Arc;
use mail_auth::arc::{ArcSealer, Set};
use mail_auth::common::crypto::{Algorithm, SigningKey};
use mail_auth::common::headers::{Header, HeaderWriter};
use mail_auth::{ArcOutput, AuthenticatedMessage, AuthenticationResults, DkimResult};

/// What the message signature covers. A list may change the others.
const COVERED: [&str; 8] =
    ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "DKIM-Signature"];
/// RFC 8617 §4.2.1: the instance of the newest set.
const MOST_SETS: usize = 50;
/// Sealing a larger message takes longer than an async thread should be held. Octets.
const INLINE: usize = 64 * 1024;

/// The fields to put before `message`, sealed by `domain`, one of ours. Empty when it has no key, when nobody looked at
/// the chain that the message came with, or when that chain is broken, which nobody can mend.
///
/// `results` is what we wrote into Authentication-Results when it came, from the authserv-id on.
pub async fn seal(
    house: &House,
    domain: &Domain,
    message: &Bytes,
    results: &str,
    chain: Option<&Arc>,
) -> Result<String, String> {
    if matches!(chain, Some(Arc::Fail | Arc::TempError)) {
        return Ok(String::new());
    }
    let keys = house.signers.of(&house.store, house.clock, domain.as_str()).await?;
    let Some(key) = keys.into_iter().find(is_widely_read) else { return Ok(String::new()) };
    let (results, passed) = (on_one_line(results), matches!(chain, Some(Arc::Pass(_))));
    if message.len() <= INLINE {
        return write(key, message, &results, passed);
    }
    let message = message.clone();
    let sealed = tokio::task::spawn_blocking(move || write(key, &message, &results, passed)).await;
    sealed.map_err(|error| error.to_string())?
}

/// RFC 8617 knows RSA; not everybody who reads ARC knows Ed25519.
fn is_widely_read(key: &Key) -> bool {
    key.algorithm() == Algorithm::RsaSha256
}

/// As a seal reads it (RFC 6376 §3.4.2, relaxed).
fn on_one_line(results: &str) -> String {
    results.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}

fn write(key: Key, raw: &[u8], results: &str, passed: bool) -> Result<String, String> {
    let message = AuthenticatedMessage::parse(raw).ok_or("the message cannot be read")?;
    let Some(chain) = chain(&message, passed) else { return Ok(String::new()) };
    let (domain, selector) = (key.domain.clone(), key.selector.clone());
    let sealer = ArcSealer::from_key(key).domain(domain).selector(selector).headers(COVERED);
    // The library writes its own findings behind the name of a host; ours are all in what it takes for the name.
    let results = AuthenticationResults::new(results);
    let set = sealer.seal(&message, &results, &chain).map_err(|error| error.to_string())?;
    Ok(folded(&set.to_header()))
}

/// The sets that are there, the first one first. None: they are not what was found when the message came.
fn chain<'m>(message: &'m AuthenticatedMessage<'m>, passed: bool) -> Option<ArcOutput<'m>> {
    let (mut seals, mut signatures, mut results) = (
        message.as_headers.iter().collect::<Vec<_>>(),
        message.ams_headers.iter().collect::<Vec<_>>(),
        message.aar_headers.iter().collect::<Vec<_>>(),
    );
    if !passed {
        let none = seals.is_empty() && signatures.is_empty() && results.is_empty() && !message.has_arc_errors;
        return none.then(ArcOutput::default);
    }
    let count = seals.len();
    if count == 0 || count >= MOST_SETS || signatures.len() != count || results.len() != count {
        return None;
    }
    seals.sort_unstable_by_key(|field| field.header.i);
    signatures.sort_unstable_by_key(|field| field.header.i);
    results.sort_unstable_by_key(|field| field.header.i);
    let sets = seals.into_iter().zip(signatures).zip(results);
    let sets = sets.map(|((seal, signature), results)| Set {
        signature: Header { name: signature.name, value: signature.value, header: &signature.header },
        seal: Header { name: seal.name, value: seal.value, header: &seal.header },
        results: Header { name: results.name, value: results.value, header: &results.header },
    });
    Some(sets.fold(ArcOutput::default().with_result(DkimResult::Pass), ArcOutput::with_set))
}

/// The results are one long line as they were sealed; folded they are the same to whoever checks.
fn folded(set: &str) -> String {
    const RESULTS: &str = "ARC-Authentication-Results: ";
    let Some(at) = set.find(RESULTS).map(|at| at + RESULTS.len()) else { return set.to_owned() };
    let end = set[at..].find("\r\n").map_or(set.len(), |end| at + end);
    format!("{}{}{}", &set[..at], set[at..end].replace("; ", ";\r\n\t"), &set[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_results_are_folded_and_nothing_else() {
        let set = "ARC-Seal: i=1; a=x;\r\n\tb=y\r\nARC-Authentication-Results: i=1; mail.a.test; spf=pass; dkim=none\r\nX: a; b\r\n";
        assert_eq!(
            folded(set),
            "ARC-Seal: i=1; a=x;\r\n\tb=y\r\nARC-Authentication-Results: i=1;\r\n\tmail.a.test;\r\n\tspf=pass;\r\n\tdkim=none\r\nX: a; b\r\n"
        );
    }

    #[test]
    fn what_is_sealed_has_one_blank_where_the_field_was_folded() {
        assert_eq!(on_one_line("mail.a.test;\r\n\tspf=pass  smtp.mailfrom=x"), "mail.a.test; spf=pass smtp.mailfrom=x");
    }
}

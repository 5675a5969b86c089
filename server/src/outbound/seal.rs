//! ARC (RFC 8617): when a message is passed on, we say what we found when it came, and seal it with our key, so that the
//! next server may believe us where the first sender's own signature or address no longer holds.

use super::sign::Key;
use crate::house::House;
use mail_auth::arc::ArcSealer;
use mail_auth::common::crypto::SigningKey;
use mail_auth::common::headers::HeaderWriter;
use mail_auth::{ArcOutput, AuthenticatedMessage, AuthenticationResults};

/// What the message signature covers. A list may change the others.
const COVERED: [&str; 8] =
    ["From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "DKIM-Signature"];

/// The fields to put before `raw`, sealed by `domain`, one of ours. Empty when it has no key, or when the message came
/// with a broken chain, which nobody can mend.
///
/// `results` and `chain` are what was found when it came (`inbound/checks`).
#[expect(dead_code, reason = "forwarding seals what it passes on; it comes with another change")]
pub async fn seal(
    house: &House,
    domain: &str,
    raw: &[u8],
    results: &AuthenticationResults<'_>,
    chain: &ArcOutput<'_>,
) -> Result<String, String> {
    let keys = house.signers.of(&house.store, house.clock, domain).await?;
    let Some(key) = keys.into_iter().find(is_widely_read) else { return Ok(String::new()) };
    if !chain.can_be_sealed() {
        return Ok(String::new());
    }
    let message = AuthenticatedMessage::parse(raw).ok_or("the message cannot be read")?;
    write(key, &message, results, chain)
}

/// RFC 8617 knows RSA; not everybody who reads ARC knows Ed25519.
fn is_widely_read(key: &Key) -> bool {
    key.algorithm() == mail_auth::common::crypto::Algorithm::RsaSha256
}

fn write(
    key: Key,
    message: &AuthenticatedMessage<'_>,
    results: &AuthenticationResults<'_>,
    chain: &ArcOutput<'_>,
) -> Result<String, String> {
    let (domain, selector) = (key.domain.clone(), key.selector.clone());
    let sealer = ArcSealer::from_key(key).domain(domain).selector(selector).headers(COVERED);
    let set = sealer.seal(message, results, chain).map_err(|error| error.to_string())?;
    Ok(set.to_header())
}

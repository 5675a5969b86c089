//! The checks of a whole message: signatures, seals, and what the domain in From says.

use super::examine::Examined;
use super::{arc, dkim, dmarc};
use crate::house::House;
use crate::spool::Spooled;
use mail::auth::arc::Arc;
use mail::auth::findings::Findings;
use mail_auth::MessageAuthenticator;
use store::StoreError;

/// Messages larger than this are read off the async threads.
const INLINE: usize = 64 * 1024;

/// Takes out of a message what the checks need. `head` octets of ours stand before it.
pub async fn examine(house: &House, message: &Spooled, head: usize) -> Result<Examined, StoreError> {
    let read = house.spool.read(message).await.map_err(|error| crate::inbound::deliver::unreadable(&error))?;
    let hostname = house.config.hostname.clone();
    let bytes = read.bytes.clone();
    let examine = move || Examined::of(bytes.get(head..).unwrap_or_default(), &hostname);
    if read.bytes.len() <= INLINE {
        return Ok(examine());
    }
    let examined = tokio::task::spawn_blocking(examine).await;
    examined.map_err(|error| StoreError::Broken(format!("examining the message failed: {error}")))
}

/// Adds what the message itself shows to what was found of its client and its sender.
pub async fn check(house: &House, examined: &Examined, before: Findings) -> Findings {
    let checks = &house.config.checks;
    let authenticator = MessageAuthenticator(house.dns.resolver().clone());
    let signatures = async {
        match checks.dkim {
            true => Some(dkim::check(&house.dns, &authenticator, examined, checks.timeout).await),
            false => None,
        }
    };
    let seals = async {
        match checks.arc {
            true => Some(arc::check(&house.dns, &authenticator, examined, checks.timeout).await),
            false => None,
        }
    };
    let (dkim, arc) = tokio::join!(signatures, seals);
    let signed = dkim.as_deref().unwrap_or_default();
    let dmarc = dmarc::check(house, &examined.survey.author, before.spf.as_ref(), signed).await;
    // A message that nobody sealed has nothing to say about it.
    Findings { dkim, dmarc, arc: arc.filter(|arc| *arc != Arc::None), ..before }
}

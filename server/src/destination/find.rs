//! Who is behind a forward-path.

use super::srs::{Returning, Srs, Wrong};
use crate::house::House;
use mail::Address;
use mail::envelope::ForwardPath;
use store::{Expansion, Recipient, StoreError};

/// What is known of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    Found(Recipient),
    /// A return address of mail that was forwarded, which we did not make, or too long ago.
    NoWayBack(Wrong),
}

/// A return address may stand in a return address of ours; deeper than this nobody has forwarded it honestly.
const NESTED: usize = 3;

pub async fn find(house: &House, path: &ForwardPath) -> Result<Destination, StoreError> {
    let address = match path {
        ForwardPath::Address(address) => address,
        ForwardPath::Postmaster => return Ok(Destination::Found(house.store.postmaster().await?)),
    };
    let mut way = address.clone();
    for nested in 0..NESTED {
        let found = house.resolve(&way).await?;
        // Ours first: another server's return addresses are its own affair.
        let back = match found {
            Recipient::Elsewhere => None,
            _ => back(house, &way).await?,
        };
        match (back, found) {
            (Some(Ok(sender)), _) => way = sender,
            (Some(Err(wrong)), _) => return Ok(Destination::NoWayBack(wrong)),
            // It was sent on from here, so what comes back for it is taken on from here.
            (None, Recipient::Elsewhere) if nested > 0 => {
                let expansion = Expansion { forwards: vec![way], ..Expansion::default() };
                return Ok(Destination::Found(Recipient::Reaches(expansion)));
            }
            (None, found) => return Ok(Destination::Found(found)),
        }
    }
    Ok(Destination::NoWayBack(Wrong::Forged))
}

/// The sender behind a return address of ours; none when it is not one.
async fn back(house: &House, address: &Address) -> Result<Option<Result<Address, Wrong>>, StoreError> {
    let now = house.clock.now_ms();
    match Srs::at(&house.srs_key, now).read(address) {
        None => Ok(None),
        Some(Err(wrong)) => Ok(Some(Err(wrong))),
        Some(Ok(Returning::To(sender))) => Ok(Some(Ok(sender))),
        Some(Ok(Returning::Kept(word))) => {
            let kept = house.store.kept_sender(&word, now).await?;
            Ok(Some(kept.and_then(|kept| Address::parse(&kept).ok()).ok_or(Wrong::Expired)))
        }
    }
}

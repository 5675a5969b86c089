//! A message's bytes on their way to a page or a file, with a bound on how much of that is in memory at once.

use crate::seats::{Seat, Seats};
use crate::web::refused::refused;
use api::Refusal;
use axum::body::Body;
use bytes::Bytes;
use futures::stream::{self, StreamExt};
use std::convert::Infallible;
use std::sync::Arc;
use store::{Listed, Store};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Octets from which a message is large: it waits for its turn to be read.
const LARGE: i64 = 1024 * 1024;
/// Large messages read at the same time.
const TURNS: usize = 4;
/// Large files that leave at the same time, in all and for one account: each is in memory until the last octet is gone,
/// and whoever fetches it decides how long that takes.
const LEAVING: usize = 24;
const LEAVING_FOR_ONE: usize = 4;
/// Octets handed to the connection at a time.
const CHUNK: usize = 64 * 1024;

/// The desk that hands out bytes. Made once.
pub struct Archive {
    store: Store,
    turns: Arc<Semaphore>,
    leaving: Seats<i64>,
}

/// All of a message, for as long as somebody works on it.
pub struct Raw {
    pub bytes: Bytes,
    _turn: Option<OwnedSemaphorePermit>,
}

impl Archive {
    pub fn new(store: Store) -> Self {
        Archive { store, turns: Arc::new(Semaphore::new(TURNS)), leaving: Seats::new(LEAVING, LEAVING_FOR_ONE) }
    }

    /// The bytes of a message of `account`'s, as they came.
    pub async fn read(&self, account: i64, listed: &Listed) -> Result<Raw, Refusal> {
        let turn = if listed.size > LARGE { Arc::clone(&self.turns).acquire_owned().await.ok() } else { None };
        let bytes = self.store.bytes(account, listed.id).await.map_err(refused)?;
        Ok(Raw { bytes, _turn: turn })
    }

    pub async fn read_by_id(&self, account: i64, message: i64) -> Result<Raw, Refusal> {
        let listed = self.store.message(account, message).await.map_err(refused)?;
        self.read(account, &listed).await
    }

    /// A body that counts as leaving until it has left. None when too much is leaving already.
    pub fn leaving(&self, account: i64, bytes: Bytes) -> Option<Body> {
        if bytes.len() <= LARGE as usize {
            return Some(Body::from(bytes));
        }
        let seat = self.leaving.take(account)?;
        Some(Body::from_stream(chunks(bytes, seat).map(Ok::<_, Infallible>)))
    }
}

fn chunks(bytes: Bytes, seat: Seat<i64>) -> impl futures::Stream<Item = Bytes> + Send {
    stream::unfold((bytes, seat), |(mut rest, seat)| async move {
        let next = rest.split_to(rest.len().min(CHUNK));
        (!next.is_empty()).then_some((next, (rest, seat)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_large_file_leaves_whole_and_then_gives_its_place_back() {
        let seats = Seats::new(1, 1);
        let bytes = Bytes::from(vec![7; 3 * CHUNK + 5]);
        let leaving = chunks(bytes.clone(), seats.take(1).unwrap());
        assert!(seats.take(1).is_none());
        let parts: Vec<Bytes> = leaving.collect().await;
        assert_eq!(parts.iter().map(Bytes::len).collect::<Vec<_>>(), [CHUNK, CHUNK, CHUNK, 5]);
        assert_eq!(parts.concat(), bytes);
        assert!(seats.take(1).is_some());
    }
}

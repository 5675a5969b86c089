//! Connections to one address at once: many domains may be served by one server, and ours is not the only mail it gets.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

pub struct SeatsOut {
    each: usize,
    taken: Mutex<HashMap<SocketAddr, Arc<Semaphore>>>,
}

/// Given back when dropped.
pub struct Seat {
    _permit: Option<OwnedSemaphorePermit>,
}

impl SeatsOut {
    pub fn new(each: usize) -> SeatsOut {
        SeatsOut { each, taken: Mutex::default() }
    }

    /// Waits for a place.
    pub async fn take(&self, address: SocketAddr) -> Seat {
        let seats = {
            let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
            // Those that nobody waits for are forgotten.
            taken.retain(|_, seats| Arc::strong_count(seats) > 1 || seats.available_permits() < self.each);
            Arc::clone(taken.entry(address).or_insert_with(|| Arc::new(Semaphore::new(self.each))))
        };
        Seat { _permit: seats.acquire_owned().await.ok() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test]
    async fn an_address_has_so_many_seats_and_others_have_their_own() {
        let seats = SeatsOut::new(1);
        let [one, other] = ["192.0.2.1:25", "192.0.2.2:25"].map(|address| address.parse().unwrap());
        let seat = seats.take(one).await;
        drop(seats.take(other).await);
        let waiting = tokio::time::timeout(Duration::from_millis(50), seats.take(one)).await;
        assert!(waiting.is_err());
        drop(seat);
        drop(seats.take(one).await);
        drop(seats.take(other).await);
        assert!(seats.taken.lock().unwrap().len() <= 2);
    }
}

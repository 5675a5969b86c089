//! Who is out with what: couriers under way, by destination, and how many more may go.

use std::collections::HashMap;
use store::Due;
use tokio::task::{Id, JoinSet};

/// Of all that may be out, this part is kept for mail that nobody has tried yet: a thousand dead destinations, tried
/// again and again, must not make fresh mail wait behind them.
const KEPT_FOR_FIRST: usize = 4;

pub struct Roster {
    most: usize,
    couriers: JoinSet<()>,
    trips: HashMap<Id, Trip>,
}

/// What a courier has with it.
pub struct Trip {
    destination: String,
    rows: Vec<i64>,
    /// Something of it was never tried before.
    first: bool,
}

impl Trip {
    pub fn new(destination: &str, rows: &[Due]) -> Self {
        let first = rows.iter().any(|row| row.attempts == 0);
        Trip { destination: destination.to_owned(), rows: rows.iter().map(|row| row.id).collect(), first }
    }
}

impl Roster {
    /// `most` couriers at once.
    pub fn new(most: usize) -> Self {
        Roster { most, couriers: JoinSet::new(), trips: HashMap::new() }
    }

    pub fn send_out(&mut self, trip: Trip, courier: impl Future<Output = ()> + Send + 'static) {
        let id = self.couriers.spawn(courier).id();
        self.trips.insert(id, trip);
    }

    /// Work that takes no rows along, and not a second one of its kind at the same time.
    pub fn send_out_once(&mut self, what: &str, work: impl Future<Output = ()> + Send + 'static) {
        if !self.trips.values().any(|trip| trip.destination == what) {
            self.send_out(Trip { destination: what.to_owned(), rows: Vec::new(), first: true }, work);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.trips.is_empty()
    }

    /// How many more may go, with whatever is due.
    pub fn free(&self) -> usize {
        self.most.saturating_sub(self.trips.len())
    }

    /// Of these, how many with mail that was tried before.
    pub fn free_for_any(&self) -> usize {
        let kept = if self.most > 1 { (self.most / KEPT_FOR_FIRST).max(1) } else { 0 };
        let again = self.trips.values().filter(|trip| !trip.first).count();
        (self.most - kept).saturating_sub(again).min(self.free())
    }

    /// Destinations that have `most` couriers already.
    pub fn full(&self, most: usize) -> Vec<String> {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for trip in self.trips.values() {
            *counts.entry(&trip.destination).or_default() += 1;
        }
        counts.into_iter().filter(|(_, count)| *count >= most).map(|(name, _)| name.to_owned()).collect()
    }

    /// Waits for one to come back; none is out: at once. Answers the rows of one that came to grief.
    pub async fn came_back(&mut self) -> Vec<i64> {
        let Some(back) = self.couriers.join_next_with_id().await else { return Vec::new() };
        match back {
            Ok((id, ())) => {
                self.trips.remove(&id);
                Vec::new()
            }
            Err(lost) => self.trips.remove(&lost.id()).map(|trip| trip.rows).unwrap_or_default(),
        }
    }

    /// Waits for all of them.
    pub async fn all_back(&mut self) {
        while self.couriers.join_next().await.is_some() {}
        self.trips.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: i64, attempts: i64) -> Due {
        Due {
            id,
            queue: id,
            sender: String::new(),
            recipient: "a@x.test".to_owned(),
            destination: "x.test".to_owned(),
            attempts,
            doubts: 0,
            priority: store::Priority::Personal,
            size: 1,
            queued_at: 1,
            expires_at: 2,
            message_wishes: Default::default(),
            wishes: Default::default(),
            last_reply: String::new(),
        }
    }

    #[tokio::test]
    async fn a_part_of_the_couriers_is_kept_for_first_attempts() {
        let mut roster = Roster::new(8);
        for id in 0..6 {
            assert_eq!(roster.free_for_any(), 6 - id as usize);
            roster.send_out(Trip::new(&format!("dead{id}.test"), &[row(id, 1)]), std::future::pending());
        }
        assert_eq!((roster.free_for_any(), roster.free()), (0, 2));
        roster.send_out(Trip::new("fresh.test", &[row(7, 0)]), std::future::pending());
        assert_eq!((roster.free_for_any(), roster.free()), (0, 1));
        assert_eq!(Roster::new(1).free_for_any(), 1, "a single one does all");
    }

    #[tokio::test]
    async fn it_knows_who_has_what_also_of_one_that_came_to_grief() {
        let mut roster = Roster::new(8);
        roster.send_out(Trip::new("x.test", &[row(1, 0), row(2, 0)]), async { panic!("of the test") });
        assert_eq!((roster.full(1), roster.full(2)), (vec!["x.test".to_owned()], Vec::new()));
        assert_eq!(roster.came_back().await, [1, 2]);
        roster.send_out(Trip::new("x.test", &[row(3, 0)]), async {});
        assert!(roster.came_back().await.is_empty());
        assert!(roster.is_empty());
    }
}

//! A bounded number of places, so that one guest cannot take them all.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

/// Places for guests: so many in all, and so many for one guest. Clones are the same room.
#[derive(Clone)]
pub struct Seats<K> {
    taken: Arc<Mutex<Taken<K>>>,
    in_all: usize,
    for_one: usize,
}

struct Taken<K> {
    in_all: usize,
    by: HashMap<K, usize>,
}

/// A place that is free again when this is dropped.
pub struct Seat<K: Eq + Hash + Clone> {
    room: Seats<K>,
    guest: K,
}

impl<K: Eq + Hash + Clone> Seats<K> {
    pub fn new(in_all: usize, for_one: usize) -> Self {
        Seats { taken: Arc::new(Mutex::new(Taken { in_all: 0, by: HashMap::new() })), in_all, for_one }
    }

    /// None when there is no place for this guest.
    pub fn take(&self, guest: K) -> Option<Seat<K>> {
        self.take_up_to(guest, self.for_one)
    }

    /// As `take`, for a guest who may have more, or fewer, than others.
    pub fn take_up_to(&self, guest: K, for_one: usize) -> Option<Seat<K>> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let own = taken.by.get(&guest).copied().unwrap_or(0);
        if taken.in_all >= self.in_all || own >= for_one {
            return None;
        }
        taken.in_all += 1;
        taken.by.insert(guest.clone(), own + 1);
        Some(Seat { room: self.clone(), guest })
    }

    /// How many places a guest has.
    pub fn held_by(&self, guest: &K) -> usize {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).by.get(guest).copied().unwrap_or(0)
    }
}

impl<K: Eq + Hash + Clone> Drop for Seat<K> {
    fn drop(&mut self) {
        let mut taken = self.room.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.in_all -= 1;
        match taken.by.get_mut(&self.guest) {
            Some(own) if *own > 1 => *own -= 1,
            _ => {
                taken.by.remove(&self.guest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_guest_cannot_take_all_and_leaves_no_trace() {
        let room = Seats::new(3, 2);
        let (first, second) = (room.take("a"), room.take("a"));
        assert!(first.is_some() && second.is_some());
        assert!(room.take("a").is_none(), "has two");
        let other = room.take("b");
        assert!(other.is_some());
        assert!(room.take("c").is_none(), "the room is full");
        drop((first, second, other));
        assert!(room.take("c").is_some());
        assert!(room.taken.lock().unwrap().by.is_empty());
    }
}

//! Who is inside, and who has to go when there is no more room.
//!
//! A thousand connections that only sit there must not keep the thousand-and-first out. So each guest has a standing:
//! who signed in or handed a message over stays; of the others, who has done nothing useful goes first, and of those
//! whoever has been here longest. Saying NOOP a thousand times does not help.

use crate::lifecycle::Shutdown;
use crate::peer::Peer;
use crate::seats::{Seat, Seats};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Somebody in the middle of something is let be for so long, however full it is.
const BUSY: Duration = Duration::from_secs(60);
/// For the last words to somebody who has to go. Their place is given away at once.
const LAST_WORDS: Duration = Duration::from_secs(3);

/// What a guest has shown so far; the lowest goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    /// Nothing yet.
    Stranger,
    /// In the middle of something: a transaction, a request.
    Busy,
    /// Signed in, or has handed a message over. Never sent away.
    Vouched,
}

/// Those inside one door.
#[derive(Clone)]
pub struct Crowd {
    seats: Seats<Peer>,
    for_one: usize,
    for_regulars: usize,
    inside: Arc<Mutex<Inside>>,
}

#[derive(Default)]
struct Inside {
    next: u64,
    guests: BTreeMap<Rank, Entry>,
}

/// In the order in which they would have to go.
type Rank = (Standing, u64);

struct Entry {
    peer: Peer,
    since: Instant,
    leave: Shutdown,
    out: CancellationToken,
    _seat: Seat<Peer>,
}

/// Somebody inside. Leaves when the last clone is dropped.
#[derive(Clone)]
pub struct Guest(Arc<Inner>);

struct Inner {
    rank: Mutex<Rank>,
    /// None: not counted here.
    inside: Option<Arc<Mutex<Inside>>>,
    leave: Shutdown,
    out: CancellationToken,
}

impl Crowd {
    /// So many in all, and so many from one peer.
    pub fn new(in_all: usize, for_one: usize) -> Crowd {
        let for_regulars = for_one.max(in_all / 2);
        Crowd { seats: Seats::new(in_all, for_one), for_one, for_regulars, inside: Arc::default() }
    }

    /// A place for one more from `peer`; a `regular` is somebody of whose address one of us is signed in. None: all that
    /// are inside have more right to be.
    pub fn enter(&self, peer: Peer, regular: bool, house: &Shutdown, now: Instant) -> Option<Guest> {
        let most = if regular { self.for_regulars } else { self.for_one };
        let mut inside = lock(&self.inside);
        let seat = match self.seats.take_up_to(peer, most) {
            Some(seat) => seat,
            None => {
                // Who has as many places as one may have makes room by one of their own.
                let own = (self.seats.held_by(&peer) >= most).then_some(peer);
                inside.make_room(own, now)?;
                self.seats.take_up_to(peer, most)?
            }
        };
        inside.next += 1;
        let rank = (Standing::Stranger, inside.next);
        let (leave, out) = (house.for_one(), CancellationToken::new());
        let entry = Entry { peer, since: now, leave: leave.clone(), out: out.clone(), _seat: seat };
        inside.guests.insert(rank, entry);
        let inner = Inner { rank: Mutex::new(rank), inside: Some(Arc::clone(&self.inside)), leave, out };
        Some(Guest(Arc::new(inner)))
    }
}

impl Inside {
    /// Sends away whoever has the least right to be here, of `peer` alone if one is named.
    fn make_room(&mut self, peer: Option<Peer>, now: Instant) -> Option<()> {
        let may_go = |rank: &Rank, entry: &Entry| match rank.0 {
            Standing::Stranger => true,
            Standing::Busy => now >= entry.since + BUSY,
            Standing::Vouched => false,
        };
        let mut in_order = self.guests.iter().filter(|(_, entry)| peer.is_none_or(|peer| entry.peer == peer));
        let (rank, _) = in_order.find(|(rank, entry)| may_go(rank, entry))?;
        let rank = *rank;
        self.send_away(rank);
        Some(())
    }

    fn send_away(&mut self, rank: Rank) {
        if let Some(entry) = self.guests.remove(&rank) {
            entry.out.cancel();
            entry.leave.begin();
        }
    }
}

impl Guest {
    /// Somebody who is not counted: a proxy of ours, that counts its own.
    pub fn uncounted(house: &Shutdown) -> Guest {
        let rank = Mutex::new((Standing::Stranger, 0));
        Guest(Arc::new(Inner { rank, inside: None, leave: house.for_one(), out: CancellationToken::new() }))
    }

    /// Tells this guest to leave, when the house closes or when somebody else needs the place.
    pub fn leave(&self) -> &Shutdown {
        &self.0.leave
    }

    /// Something useful has begun.
    pub fn is_busy(&self) {
        self.stand(Standing::Busy);
    }

    /// Signed in, or a message was taken: stays as long as it likes.
    pub fn is_vouched_for(&self) {
        self.stand(Standing::Vouched);
    }

    /// Asks to leave whoever nobody vouches for yet.
    pub fn hurry(&self) {
        let rank = *lock(&self.0.rank);
        if rank.0 == Standing::Vouched {
            return;
        }
        match &self.0.inside {
            Some(inside) => lock(inside).send_away(rank),
            None => self.0.leave.begin(),
        }
    }

    /// Returns when this guest was sent away and has had time for the last words.
    pub async fn gone(&self) {
        self.0.out.cancelled().await;
        tokio::time::sleep(LAST_WORDS).await;
    }

    fn stand(&self, standing: Standing) {
        let mut rank = lock(&self.0.rank);
        if rank.0 >= standing {
            return;
        }
        let before = *rank;
        *rank = (standing, before.1);
        let Some(inside) = &self.0.inside else { return };
        let mut inside = lock(inside);
        if let Some(entry) = inside.guests.remove(&before) {
            inside.guests.insert(*rank, entry);
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        let rank = *lock(&self.rank);
        if let Some(inside) = &self.inside {
            lock(inside).guests.remove(&rank);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use std::net::IpAddr;

    fn peer(last: u8) -> Peer {
        Peer::from(IpAddr::from([192, 0, 2, last]))
    }

    struct Room {
        crowd: Crowd,
        house: Shutdown,
        now: Instant,
    }

    impl Room {
        fn new(in_all: usize, for_one: usize) -> Room {
            Room { crowd: Crowd::new(in_all, for_one), house: Shutdown::default(), now: Clock.instant() }
        }

        fn enter(&self, last: u8) -> Option<Guest> {
            self.crowd.enter(peer(last), false, &self.house, self.now)
        }
    }

    #[test]
    fn who_only_sits_there_makes_room_the_longest_first() {
        let room = Room::new(3, 3);
        let guests: Vec<Guest> = (1..=3).map(|last| room.enter(last).unwrap()).collect();
        let fourth = room.enter(4).unwrap();
        let asked = |guest: &Guest| guest.leave().has_begun();
        assert!(asked(&guests[0]) && !asked(&guests[1]) && !asked(&guests[2]) && !asked(&fourth));
        drop(guests);
        assert_eq!(room.crowd.inside.lock().unwrap().guests.len(), 1, "nobody leaves twice");
        assert!(room.enter(5).is_some() && room.enter(6).is_some());
    }

    #[test]
    fn who_signed_in_stays_and_who_is_busy_stays_a_while() {
        let mut room = Room::new(2, 2);
        let (signed_in, sending) = (room.enter(1).unwrap(), room.enter(2).unwrap());
        signed_in.is_vouched_for();
        sending.is_busy();
        assert!(room.enter(3).is_none(), "both have more right to be here");
        room.now += BUSY;
        let third = room.enter(3).unwrap();
        assert!(sending.leave().has_begun() && !signed_in.leave().has_begun());
        third.is_vouched_for();
        room.now += BUSY * 100;
        assert!(room.enter(4).is_none());
        drop(third);
        assert!(room.enter(4).is_some());
    }

    #[test]
    fn one_peer_makes_room_for_itself_and_not_at_the_cost_of_others() {
        let room = Room::new(10, 2);
        let (other, first, second) = (room.enter(1).unwrap(), room.enter(2).unwrap(), room.enter(2).unwrap());
        let _third = room.enter(2).unwrap();
        assert!(first.leave().has_begun() && !second.leave().has_begun() && !other.leave().has_begun());
        second.is_vouched_for();
        _third.is_vouched_for();
        assert!(room.enter(2).is_none());
        assert!(room.crowd.enter(peer(2), true, &room.house, room.now).is_some(), "a regular's address has more room");
    }

    #[test]
    fn who_does_not_sign_in_in_time_is_asked_to_leave() {
        let room = Room::new(2, 2);
        let (slow, owner) = (room.enter(1).unwrap(), room.enter(2).unwrap());
        owner.is_vouched_for();
        slow.hurry();
        owner.hurry();
        assert!(slow.leave().has_begun() && !owner.leave().has_begun());
        assert_eq!(room.crowd.seats.held_by(&peer(1)), 0);
    }
}

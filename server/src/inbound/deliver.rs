//! Into the store: what a message says is read out once, its bytes are prepared, and one commit makes it true.

use crate::house::House;
use crate::spool::{Read, Spooled};
use mail::auth::arc::Arc;
use mail::auth::results;
use mail::message::parse::{Summary, summarize};
use mail::message::trace::hops;
use std::ops::Range;
use store::{
    Accepted, Copy, Event, Flags, Forwarded, Intake, NewQueued, PreparedBlob, Role, Settled, Source, StoreError,
};

/// Messages larger than this are read off the async threads.
const INLINE: usize = 64 * 1024;

/// A message read and prepared, not yet committed.
pub struct Weighed {
    pub summary: Summary,
    /// Servers that have had it, this one counted.
    pub hops: usize,
    /// What was decided and found at the door; empty for mail of our own people.
    pub verdict: String,
    blob: PreparedBlob,
}

/// RFC 5321 §6.3: so many servers have not had a message unless it goes round.
pub const MAX_HOPS: usize = 100;

/// Everything that becomes true with the message, or not at all.
pub struct Delivery {
    pub copies: Vec<Copy>,
    pub queued: Option<NewQueued>,
    pub forwarded: Option<Forwarded>,
    pub settled: Vec<Settled>,
    pub draft: Option<i64>,
    pub answers: Option<(i64, Flags)>,
    pub event: Event,
}

/// What is changed of a message's header before it is kept: our results go in, forged ones go out.
pub struct Stamp {
    /// Octets of our own fields before it, behind which the stamp goes.
    pub head: usize,
    pub field: String,
    /// From the message's start, in order.
    pub forged: Vec<Range<usize>>,
    /// What came of the seals that the message has; none when nobody asked or it has none.
    pub chain: Option<Arc>,
}

impl Stamp {
    /// What was a file is in memory once, and is changed in its place.
    pub fn put(&self, read: &mut Read) {
        let mut bytes: Vec<u8> = std::mem::take(&mut read.bytes).into();
        let forged: Vec<Range<usize>> =
            self.forged.iter().map(|place| place.start + self.head..place.end + self.head).collect();
        results::stamp(&mut bytes, self.head, &self.field, &forged);
        read.bytes = bytes.into();
    }
}

/// What a spool that cannot be read means.
pub fn unreadable(error: &std::io::Error) -> StoreError {
    match crate::spool::is_full(error) {
        true => StoreError::Full,
        false => StoreError::Broken(format!("spool: {error}")),
    }
}

/// Reads what lists and search need, and compresses the bytes.
pub async fn weigh(house: &House, message: &Spooled) -> Result<Weighed, StoreError> {
    let read = house.spool.read(message).await.map_err(|error| unreadable(&error))?;
    weigh_read(house, read).await
}

/// As `weigh`, of the message as it is to be kept.
pub async fn weigh_stamped(house: &House, message: &Spooled, stamp: &Stamp) -> Result<Weighed, StoreError> {
    let mut read = house.spool.read(message).await.map_err(|error| unreadable(&error))?;
    stamp.put(&mut read);
    weigh_read(house, read).await
}

async fn weigh_read(house: &House, read: Read) -> Result<Weighed, StoreError> {
    let bytes = read.bytes.clone();
    let (summary, hops) = if bytes.len() <= INLINE {
        (summarize(&bytes), hops(&bytes))
    } else {
        let reading = tokio::task::spawn_blocking(move || (summarize(&bytes), hops(&bytes)));
        reading.await.map_err(|error| StoreError::Broken(format!("reading the message failed: {error}")))?
    };
    // Still in its turn: compressing takes memory of its own, for each message at once.
    let blob = house.store.prepare(Source::Memory(read.bytes.clone())).await?;
    drop(read);
    Ok(Weighed { summary, hops, verdict: String::new(), blob })
}

/// Commits, and only then tells who waits for it. When this returns, the message is on disk.
pub async fn commit(house: &House, weighed: Weighed, delivery: Delivery) -> Result<Accepted, StoreError> {
    let copies: Vec<(i64, Role)> = delivery.copies.iter().map(|copy| (copy.account, copy.role)).collect();
    let intake = Intake {
        blob: weighed.blob,
        summary: weighed.summary,
        copies: delivery.copies,
        queued: delivery.queued,
        forwarded: delivery.forwarded,
        settled: delivery.settled,
        draft: delivery.draft,
        answers: delivery.answers,
        event: delivery.event,
        verdict: weighed.verdict,
        now: house.clock.now_ms(),
    };
    let accepted = house.store.accept(intake).await?;
    for (account, role) in copies {
        // One's own copy of what one sends is no news.
        if role == Role::Sent { house.notify.changed(account) } else { house.notify.arrived(account) }
    }
    if accepted.queue.is_some() {
        house.queue_bell.notify_one();
    }
    Ok(accepted)
}

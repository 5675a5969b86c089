//! Into the store: what a message says is read out once, its bytes are prepared, and one commit makes it true.

use crate::house::House;
use crate::spool::Spooled;
use mail::message::parse::{Summary, summarize};
use mail::message::trace::hops;
use store::{Accepted, Copy, Event, Flags, Intake, NewQueued, PreparedBlob, Role, Settled, Source, StoreError};

/// Messages larger than this are read off the async threads.
const INLINE: usize = 64 * 1024;

/// A message read and prepared, not yet committed.
pub struct Weighed {
    pub summary: Summary,
    /// Servers that have had it, this one counted.
    pub hops: usize,
    blob: PreparedBlob,
}

/// RFC 5321 §6.3: so many servers have not had a message unless it goes round.
pub const MAX_HOPS: usize = 100;

/// Everything that becomes true with the message, or not at all.
pub struct Delivery {
    pub copies: Vec<Copy>,
    pub queued: Option<NewQueued>,
    pub settled: Vec<Settled>,
    pub draft: Option<i64>,
    pub answers: Option<(i64, Flags)>,
    pub event: Event,
}

/// Reads what lists and search need, and compresses the bytes.
pub async fn weigh(house: &House, message: &Spooled) -> Result<Weighed, StoreError> {
    let read = house.spool.read(message).await.map_err(|error| match crate::spool::is_full(&error) {
        true => StoreError::Full,
        false => StoreError::Broken(format!("spool: {error}")),
    })?;
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
    Ok(Weighed { summary, hops, blob })
}

/// Commits, and only then tells who waits for it. When this returns, the message is on disk.
pub async fn commit(house: &House, weighed: Weighed, delivery: Delivery) -> Result<Accepted, StoreError> {
    let copies: Vec<(i64, Role)> = delivery.copies.iter().map(|copy| (copy.account, copy.role)).collect();
    let intake = Intake {
        blob: weighed.blob,
        summary: weighed.summary,
        copies: delivery.copies,
        queued: delivery.queued,
        settled: delivery.settled,
        draft: delivery.draft,
        answers: delivery.answers,
        event: delivery.event,
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

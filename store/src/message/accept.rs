//! Taking a message in: one job, one commit.

use super::list;
use crate::search::index;
use crate::writer::{Tx, Words};
use crate::{
    Event, Flags, Millis, NewQueued, PreparedBlob, Result, Role, Settled, Store, StoreError, blob, draft, ledger, queue,
};
use mail::message::parse::Summary;
use tokio::sync::oneshot;

/// One message taken in: everything that must be true together, in one commit.
pub struct Intake {
    pub blob: PreparedBlob,
    pub summary: Summary,
    /// Copies for accounts here. One blob, whatever their number.
    pub copies: Vec<Copy>,
    /// Recipients elsewhere.
    pub queued: Option<NewQueued>,
    /// What is sent on to other providers, as it leaves here.
    pub forwarded: Option<Forwarded>,
    /// Queue rows that this message settles (a bounce settles the failures it reports).
    pub settled: Vec<Settled>,
    /// A draft that this message was, removed with it.
    pub draft: Option<i64>,
    /// A placement to be flagged answered or forwarded.
    pub answers: Option<(i64, Flags)>,
    pub event: Event,
    /// What was decided and found at the door, one line; empty for mail of our own people.
    pub verdict: String,
    pub now: Millis,
}

/// A message sent on: its bytes are not those of the copies here (Delivered-To, a seal), nor is its sender.
pub struct Forwarded {
    pub blob: PreparedBlob,
    pub queued: NewQueued,
}

#[derive(Clone, Copy, Debug)]
pub struct Copy {
    pub account: i64,
    pub role: Role,
    pub flags: Flags,
    /// False: taken even if the account is full (bounces, the Sent copy).
    pub quota: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Accepted {
    /// Placement of each copy, in the order of `Intake::copies`.
    pub placements: Vec<i64>,
    pub queue: Option<i64>,
}

/// A message that waits for the writer.
pub(crate) struct Delivery {
    pub intake: Intake,
    pub words: Words,
    pub outcome: Result<Accepted>,
    pub caller: oneshot::Sender<Result<Accepted>>,
}

impl Store {
    /// Commits the message whole, or not at all (`QuotaFull`, `Full`, `Busy`; `NotFound` for an account that is not
    /// there). When this returns it is on disk.
    pub async fn accept(&self, mut intake: Intake) -> Result<Accepted> {
        if !self.has_room() {
            return Err(StoreError::Full);
        }
        // The words are cut here, not in the writer, which has one message after the other on its hands.
        let words = index::words(&intake.summary);
        // Not held twice while it waits.
        intake.summary.text = String::new();
        self.deliver(|caller| Delivery { intake, words, outcome: Ok(Accepted::default()), caller }).await
    }
}

/// All that an intake brings besides its copies.
pub(super) async fn the_rest(
    tx: &mut Tx,
    intake: &mut Intake,
    blob: Option<i64>,
    own_copy: Option<i64>,
) -> Result<Option<i64>> {
    let mut queued = match (&intake.queued, blob) {
        (Some(new), Some(blob)) => Some(queue::enqueue(tx, new, (blob, intake.blob.size), own_copy, intake.now).await?),
        _ => None,
    };
    if let (Some(queue), None) = (queued, own_copy) {
        // No copy here: its journey begins under the queue's number, made negative, and goes on there.
        ledger::write(tx, &list(&[-queue]), &intake.event, intake.now).await?;
    }
    if let Some(forwarded) = &mut intake.forwarded {
        let bytes = (blob::hold(tx, &mut forwarded.blob).await?, forwarded.blob.size);
        let queue = queue::enqueue(tx, &forwarded.queued, bytes, None, intake.now).await?;
        // There may be no copy here in whose journey it would stand.
        ledger::write(tx, &list(&[-queue]), &intake.event, intake.now).await?;
        queued = queued.or(Some(queue));
    }
    queue::settle(tx, &intake.settled, intake.now).await?;
    if let Some(draft) = intake.draft {
        draft::discard(tx, &[draft]).await?;
    }
    if let Some((placement, flags)) = intake.answers {
        answer(tx, placement, flags).await?;
    }
    Ok(queued)
}

/// Flags what a message answers. It may be gone by now: then there is nothing to flag.
async fn answer(tx: &mut Tx, placement: i64, flags: Flags) -> Result<()> {
    let account: Option<i64> = sqlx::query_scalar("SELECT account_id FROM placement WHERE id = $1")
        .bind(placement)
        .fetch_optional(tx.db())
        .await?;
    if let Some(account) = account {
        super::flag::change(tx, account, &[placement], flags, Flags::default()).await?;
    }
    Ok(())
}

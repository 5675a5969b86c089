//! Taking a message in: one job, one commit.

use super::flag;
use crate::blob::HOLD;
use crate::search::index;
use crate::writer::{Job, Tx};
use crate::{
    Event, Flags, Millis, NewQueued, PreparedBlob, Result, Role, Settled, Store, StoreError, chance, draft, queue,
};
use mail::message::parse::Summary;
use sqlx::Row;

/// One message taken in: everything that must be true together, in one commit.
pub struct Intake {
    pub blob: PreparedBlob,
    pub summary: Summary,
    /// Copies for accounts here. One blob, whatever their number.
    pub copies: Vec<Copy>,
    /// Recipients elsewhere.
    pub queued: Option<NewQueued>,
    /// Queue rows that this message settles (a bounce settles the failures it reports).
    pub settled: Vec<Settled>,
    /// A draft that this message was, removed with it.
    pub draft: Option<i64>,
    /// A placement to be flagged answered or forwarded.
    pub answers: Option<(i64, Flags)>,
    pub event: Event,
    pub now: Millis,
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

/// One copy for one account. Statements in one string cost one way to the database and back instead of five; each tells
/// by its first column which it is. $1 to $6 are those of `HOLD`.
macro_rules! copy {
    () => {
        "UPDATE account SET used = used + $11, modseq = modseq + 1
         WHERE id = $7 AND (NOT $9 OR quota = 0 OR used < quota) RETURNING 0, id;
         UPDATE mailbox SET uidnext = uidnext + 1, total = total + 1, unseen = unseen + $12, bytes = bytes + $2,
             modseq = (SELECT modseq FROM account WHERE id = $7)
         WHERE account_id = $7 AND role = $8 RETURNING 1, id;
         INSERT INTO message (account_id, blob_id, thread_id, msgid_hash, sent_at, has_attachment, from_name, from_address,
             recipients, subject, preview)
         VALUES ($7, (SELECT id FROM blob WHERE hash = $1),
             coalesce((SELECT thread_id FROM message WHERE account_id = $7
                 AND msgid_hash IN (SELECT value FROM json_each($27)) LIMIT 1), $15),
             $16, $17, $18, $19, $20, $21, $22, $23) RETURNING 2, id;
         INSERT INTO placement (account_id, mailbox_id, message_id, uid, flags, modseq, trashed, size, received_at, placed_at,
             uidl)
         SELECT $7, id, (SELECT max(id) FROM message), uidnext - 1, $10, modseq, $8 = 5, $2, $13, $13, $14
         FROM mailbox WHERE account_id = $7 AND role = $8 RETURNING 3, id;
         INSERT INTO ledger (message_id, at, kind, by_whom, detail)
         VALUES ((SELECT max(id) FROM message), $13, $24, $25, $26);"
    };
}
const COPY: &str = copy!();
const FIRST_COPY: &str = concat!(
    "INSERT INTO blob (hash, size, refs, coding, file, data) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (hash) DO UPDATE SET refs = refs + excluded.refs RETURNING 4, file;",
    copy!()
);

struct Accept(Intake);

impl Job for Accept {
    type Answer = Accepted;

    fn may_use_reserve(&self) -> bool {
        false
    }

    async fn run(&mut self, tx: &mut Tx) -> Result<Accepted> {
        let taken = take(tx, &mut self.0).await;
        if taken.is_err() {
            self.0.blob.settle(None);
        }
        taken
    }
}

async fn take(tx: &mut Tx, intake: &mut Intake) -> Result<Accepted> {
    let mut accepted = Accepted::default();
    let mut own_copy = None;
    for n in 0..intake.copies.len() {
        let copy = intake.copies[n];
        let (message, placement) = one_copy(tx, intake, copy, n == 0).await?;
        if copy.role == Role::Sent {
            own_copy = own_copy.or(Some(message));
        }
        tx.index(index::entry(copy.account, message, &intake.summary));
        accepted.placements.push(placement);
    }
    if let Some(queued) = &intake.queued {
        if intake.copies.is_empty() {
            let row = intake.blob.bind_hold(sqlx::query(HOLD), 1).fetch_one(tx.db()).await?;
            intake.blob.settle(row.get(1));
        }
        accepted.queue = Some(queue::enqueue(tx, queued, &intake.blob, own_copy, intake.now).await?);
    }
    queue::settle(tx, &intake.settled, intake.now).await?;
    if let Some(draft) = intake.draft {
        draft::discard(tx, &[draft]).await?;
    }
    if let Some((placement, flags)) = intake.answers {
        answer(tx, placement, flags).await?;
    }
    Ok(accepted)
}

/// Answers message and placement.
async fn one_copy(tx: &mut Tx, intake: &mut Intake, copy: Copy, first: bool) -> Result<(i64, i64)> {
    let refs = intake.copies.len() as i64 + i64::from(intake.queued.is_some());
    let Intake { blob, summary, event, now, .. } = intake;
    let threads = Threads::of(summary);
    let trashed = copy.role == Role::Trash;
    let rows = blob
        .bind_hold(sqlx::query(if first { FIRST_COPY } else { COPY }), refs)
        .bind(copy.account)
        .bind(copy.role)
        .bind(copy.quota)
        .bind(copy.flags)
        .bind(if trashed { 0 } else { blob.size })
        .bind(!copy.flags.has(Flags::SEEN))
        .bind(*now)
        .bind(chance::uidl())
        .bind(threads.thread)
        .bind(threads.own)
        .bind(summary.sent_at)
        .bind(summary.has_attachment)
        .bind(&summary.from_name)
        .bind(&summary.from_address)
        .bind(&summary.to)
        .bind(&summary.subject)
        .bind(&summary.preview)
        .bind(event.kind)
        .bind(&event.by)
        .bind(&event.detail)
        .bind(threads.ancestors)
        .fetch_all(tx.db())
        .await?;
    let mut found = [None; 4];
    for row in &rows {
        match row.get::<i64, _>(0) {
            4 => blob.settle(row.get(1)),
            step => found[step as usize] = Some(row.get(1)),
        }
    }
    match found {
        [Some(_), Some(_), Some(message), Some(placement)] => Ok((message, placement)),
        // The mailbox is there, so the account is: it has no room left.
        [None, Some::<i64>(_), ..] => Err(StoreError::QuotaFull),
        _ => Err(StoreError::NotFound),
    }
}

/// Flags what a message answers. It may be gone by now: then there is nothing to flag.
async fn answer(tx: &mut Tx, placement: i64, flags: Flags) -> Result<()> {
    let account: Option<i64> =
        sqlx::query_scalar("SELECT account_id FROM placement WHERE id = $1").bind(placement).fetch_optional(tx.db()).await?;
    if let Some(account) = account {
        flag::change(tx, account, &[placement], flags, Flags::default()).await?;
    }
    Ok(())
}

/// Where a message belongs among others of its account.
struct Threads {
    own: i64,
    /// The thread if no ancestor is here: named after the oldest one, so that an answer that comes before its question
    /// finds it too.
    thread: i64,
    /// As a JSON list; None without ancestors.
    ancestors: Option<String>,
}

impl Threads {
    fn of(summary: &Summary) -> Threads {
        // Without a Message-ID it is a thread of its own.
        let own = summary.message_id.as_deref().map_or_else(chance::uidl, hashed);
        let ancestors: Vec<i64> = summary.references.iter().map(|id| hashed(id)).collect();
        Threads {
            own,
            thread: ancestors.first().copied().unwrap_or(own),
            ancestors: (!ancestors.is_empty()).then(|| super::list(&ancestors)),
        }
    }
}

/// The first 63 bits of BLAKE3.
fn hashed(message_id: &str) -> i64 {
    let hash = blake3::hash(message_id.as_bytes());
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&hash.as_bytes()[..8]);
    i64::from_le_bytes(bytes) & i64::MAX
}

impl Store {
    /// Commits the message whole, or not at all (`QuotaFull`, `Full`, `Busy`). When this returns it is on disk.
    pub async fn accept(&self, intake: Intake) -> Result<Accepted> {
        if !self.has_room() {
            return Err(StoreError::Full);
        }
        self.write(Accept(intake)).await
    }
}

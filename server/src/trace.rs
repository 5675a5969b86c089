//! Notes taken at the door, written in the background and in batches: whoever is refused costs us no commit of their
//! own. When too much happens at once, notes are left out and counted; mail never waits for them.

pub mod search;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use store::{DmarcOutcome, Meeting, Refused, Store};
use tokio::sync::{Notify, mpsc, oneshot};

/// Notes that may wait, notes of one commit, and the pause behind it: some hundred a second at most.
const WAITING: usize = 2_048;
const BATCH: usize = 512;
const PAUSE: Duration = Duration::from_secs(1);
/// How long closing waits for the last commit.
const PATIENCE: Duration = Duration::from_secs(5);
/// Characters of what a stranger said.
const LONGEST: usize = 320;

enum Note {
    Refused(Box<Refused>),
    Met(Meeting),
    Dmarc(Box<DmarcOutcome>),
    Flush(oneshot::Sender<()>),
}

/// The way to the writer of notes. Clones share it.
#[derive(Clone)]
pub struct Trace {
    notes: mpsc::Sender<Note>,
    left_out: Arc<AtomicU64>,
    hurry: Arc<Notify>,
}

impl Trace {
    /// Takes notes from now on; ends with the last clone.
    pub fn start(store: Store) -> Trace {
        let (notes, waiting) = mpsc::channel(WAITING);
        let trace = Trace { notes, left_out: Arc::default(), hurry: Arc::default() };
        tokio::spawn(write(store, waiting, Arc::clone(&trace.left_out), Arc::clone(&trace.hurry)));
        trace
    }

    /// Somebody, or their message, was refused.
    pub fn refused(&self, refused: Refused) {
        let cut = |text: String| match text.chars().count() > LONGEST {
            true => text.chars().take(LONGEST).collect(),
            false => text,
        };
        let Refused { at, peer, helo, sender, recipient, message_id, reply, reason } = refused;
        self.note(Note::Refused(Box::new(Refused {
            at,
            peer,
            helo: cut(helo),
            sender: cut(sender),
            recipient: cut(recipient),
            message_id: cut(message_id),
            reply: cut(reply),
            reason,
        })));
    }

    /// Somebody was met.
    pub fn met(&self, meeting: Meeting) {
        self.note(Note::Met(meeting));
    }

    /// DMARC found something, and its domain may want to know.
    pub fn dmarc(&self, outcome: DmarcOutcome) {
        self.note(Note::Dmarc(Box::new(outcome)));
    }

    fn note(&self, note: Note) {
        if self.notes.try_send(note).is_err() {
            self.left_out.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Everything noted before is on disk, or given up.
    pub async fn flush(&self) {
        let (done, flushed) = oneshot::channel();
        self.hurry.notify_one();
        let flushing = async {
            if self.notes.send(Note::Flush(done)).await.is_ok() {
                let _ = flushed.await;
            }
        };
        let _ = tokio::time::timeout(PATIENCE, flushing).await;
    }
}

async fn write(store: Store, mut waiting: mpsc::Receiver<Note>, left_out: Arc<AtomicU64>, hurry: Arc<Notify>) {
    let mut batch = Vec::with_capacity(BATCH);
    while waiting.recv_many(&mut batch, BATCH).await > 0 {
        let (mut refused, mut met, mut dmarc, mut flushes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for note in batch.drain(..) {
            match note {
                Note::Refused(one) => refused.push(*one),
                Note::Met(one) => met.push(one),
                Note::Dmarc(one) => dmarc.push(*one),
                Note::Flush(done) => flushes.push(done),
            }
        }
        let now = met.iter().map(|one| one.first_at).max().unwrap_or_default();
        let written = match refused.is_empty() {
            true => Ok(()),
            false => store.note_refusals(refused).await,
        };
        let written = match met.is_empty() {
            true => written,
            false => written.and(store.note_meetings(met, now).await),
        };
        let written = match dmarc.is_empty() {
            true => written,
            false => written.and(store.count_dmarc(dmarc).await),
        };
        if let Err(error) = written {
            tracing::warn!(%error, "notes for the trace could not be kept");
        }
        let lost = left_out.swap(0, Ordering::Relaxed);
        if lost > 0 {
            tracing::warn!(lost, "more was refused at once than is noted for the trace");
        }
        let flushed = !flushes.is_empty();
        for done in flushes {
            let _ = done.send(());
        }
        if !flushed {
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                () = hurry.notified() => {}
            }
        }
    }
}

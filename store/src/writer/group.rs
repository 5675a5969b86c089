//! One commit's worth of work.

use super::Waiting;
use super::tx::{Mark, Tx};
use crate::message::{Delivery, deliver, reset, undo};
use crate::search::index;
use crate::{Result, StoreError};
use futures::FutureExt;
use std::panic::AssertUnwindSafe;

#[derive(Default)]
pub(super) struct Group {
    jobs: Vec<Entry>,
    deliveries: Vec<Delivery>,
}

/// A job and what became of it so far.
struct Entry {
    job: Box<dyn Waiting>,
    outcome: Result<()>,
}

impl Group {
    pub fn add(&mut self, job: Box<dyn Waiting>) {
        self.jobs.push(Entry { job, outcome: Ok(()) });
    }

    pub fn add_delivery(&mut self, delivery: Delivery) {
        self.deliveries.push(delivery);
    }

    pub fn len(&self) -> usize {
        self.jobs.len() + self.deliveries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Before the group is tried once more on a full disk: only what may use the reserve.
    pub fn refuse_new_mail(&mut self) {
        for entry in &mut self.jobs {
            match (entry.job.may_use_reserve(), &entry.outcome) {
                (true, _) => entry.outcome = Ok(()),
                (false, Ok(())) => entry.outcome = Err(StoreError::Full),
                (false, Err(_)) => (),
            }
        }
        undo(&mut unfailed(&mut self.deliveries), &StoreError::Full);
    }

    /// Everybody gets the group's error if it has one, else his own answer.
    pub fn tell(self, outcome: Result<()>) {
        for entry in self.jobs {
            entry.job.tell(entry.outcome.and(outcome.clone()));
        }
        for mut delivery in self.deliveries {
            if let (Ok(_), Err(error)) = (&delivery.outcome, &outcome) {
                // After an I/O error the commit may yet turn out to be on disk, naming the delivery's file: the sweep
                // at the next start decides. After any other it is not.
                match error {
                    StoreError::Broken(_) => delivery.outcome = Err(error.clone()),
                    _ => undo(&mut [&mut delivery], error),
                }
            }
            // A caller that went away wanted no answer; the message stands.
            let Delivery { outcome, caller, intake, .. } = delivery;
            // Its file, if nothing names it, is gone before anybody hears of the failure.
            drop(intake);
            let _ = caller.send(outcome);
        }
    }

    /// Begins in an open savepoint, ends after the commit. Few ways to the database and back: each costs as much as a
    /// statement.
    pub async fn run(&mut self, tx: &mut Tx) -> Result<()> {
        let mut fresh = true;
        for entry in self.jobs.iter_mut().filter(|entry| entry.outcome.is_ok()) {
            if !fresh {
                tx.say("RELEASE job; SAVEPOINT job").await?;
            }
            let mark = tx.notes.mark();
            let ran = AssertUnwindSafe(entry.job.run(tx)).catch_unwind().await;
            let ran = after(tx, mark, ran).await?;
            // Undone, the savepoint stays and serves the next job.
            fresh = ran.is_err();
            entry.outcome = ran;
        }
        let mut deliveries = unfailed(&mut self.deliveries);
        if !deliveries.is_empty() {
            if !fresh {
                tx.say("RELEASE job; SAVEPOINT job").await?;
            }
            let mark = tx.notes.mark();
            let ran = AssertUnwindSafe(deliver(tx, &mut deliveries)).catch_unwind().await;
            if let Err(error) = after(tx, mark, ran).await? {
                tracing::warn!(%error, messages = deliveries.len(), "messages are written one by one");
                one_by_one(tx, &mut deliveries).await?;
            }
        }
        index::finish(tx).await
    }
}

fn unfailed(deliveries: &mut [Delivery]) -> Vec<&mut Delivery> {
    deliveries.iter_mut().filter(|delivery| delivery.outcome.is_ok()).collect()
}

/// Something is wrong with one of them: each for itself, so that the others are taken.
async fn one_by_one(tx: &mut Tx, deliveries: &mut [&mut Delivery]) -> Result<()> {
    reset(deliveries);
    let mut fresh = true;
    for delivery in deliveries.chunks_mut(1) {
        if !fresh {
            tx.say("RELEASE job; SAVEPOINT job").await?;
        }
        let mark = tx.notes.mark();
        let ran = AssertUnwindSafe(deliver(tx, delivery)).catch_unwind().await;
        let ran = after(tx, mark, ran).await?;
        fresh = ran.is_err();
        if let Err(error) = ran {
            undo(delivery, &error);
        }
    }
    Ok(())
}

/// After a job: what it did is undone if it failed, and the savepoint is open again. The outer error is everybody's.
async fn after(tx: &mut Tx, mark: Mark, ran: std::thread::Result<Result<()>>) -> Result<Result<()>> {
    // A bug in one job must not take the writer down for all.
    let ran = ran.unwrap_or_else(|_| Err(StoreError::Broken("a change failed inside".into())));
    let Err(error) = ran else { return Ok(Ok(())) };
    // SQLite undoes the whole transaction by itself after some errors (disk full, I/O): then there is no savepoint any
    // more.
    tx.say("ROLLBACK TO job").await.map_err(|_| error.clone())?;
    tx.notes.cut_back(mark);
    match error {
        StoreError::Full => Err(error),
        error => Ok(Err(error)),
    }
}

//! Commits in groups, and what becomes of a group when something goes wrong.

use super::connection::options;
use super::tx::Tx;
use super::{Order, Waiting, upkeep};
use crate::disk::Disk;
use crate::search::index;
use crate::{Result, StoreError};
use futures::FutureExt;
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Jobs in one commit. More would only make the first wait longer.
const GROUP_MAX: usize = 256;
/// So long without work, and the writer tidies up.
const IDLE: Duration = Duration::from_millis(300);

pub(super) struct Grouping {
    database: PathBuf,
    /// None after a failure that leaves the connection in doubt; the next group opens a new one.
    connection: Option<SqliteConnection>,
    disk: Arc<Disk>,
    orders: mpsc::Receiver<Order>,
    /// Something was written since the last tidying.
    untidy: bool,
}

/// A job and what became of it so far.
struct Entry {
    job: Box<dyn Waiting>,
    outcome: Result<()>,
}

impl Grouping {
    pub fn new(
        database: PathBuf,
        connection: SqliteConnection,
        disk: Arc<Disk>,
        orders: mpsc::Receiver<Order>,
    ) -> Grouping {
        Grouping { database, connection: Some(connection), disk, orders, untidy: true }
    }

    pub async fn run(mut self) {
        let mut closing: Option<oneshot::Sender<()>> = None;
        while closing.is_none() {
            let Some(first) = self.next_order().await else { break };
            let mut group = Vec::new();
            let mut order = Some(first);
            while let Some(next) = order {
                match next {
                    Order::Run(job) => group.push(Entry { job, outcome: Ok(()) }),
                    Order::Close(done) => {
                        closing = Some(done);
                        break;
                    }
                }
                order = if group.len() < GROUP_MAX { self.orders.try_recv().ok() } else { None };
            }
            if !group.is_empty() {
                self.commit(group).await;
            }
        }
        if let Some(connection) = self.connection.take() {
            upkeep::last(connection).await;
        }
        if let Some(done) = closing {
            let _ = done.send(());
        }
    }

    /// Waits for an order, and tidies up when none comes. None when nobody can give one any more.
    async fn next_order(&mut self) -> Option<Order> {
        while self.untidy {
            match tokio::time::timeout(IDLE, self.orders.recv()).await {
                Ok(order) => return order,
                Err(_) => {
                    self.untidy = match &mut self.connection {
                        Some(connection) => upkeep::tidy(connection, &self.disk).await,
                        None => false,
                    }
                }
            }
        }
        self.orders.recv().await
    }

    async fn commit(&mut self, mut group: Vec<Entry>) {
        self.untidy = true;
        let mut outcome = self.attempt(&mut group).await;
        if matches!(outcome, Err(StoreError::Full)) {
            // What frees more than it takes may use the room that was held back; new mail may not.
            self.disk.let_go();
            for entry in &mut group {
                match (entry.job.may_use_reserve(), &entry.outcome) {
                    (true, _) => entry.outcome = Ok(()),
                    (false, Ok(())) => entry.outcome = Err(StoreError::Full),
                    (false, Err(_)) => (),
                }
            }
            outcome = self.attempt(&mut group).await;
        }
        if let Err(error) = &outcome {
            tracing::warn!(jobs = group.len(), %error, "a group of changes was not committed");
        }
        for entry in group {
            entry.job.tell(entry.outcome.and(outcome.clone()));
        }
    }

    /// Runs the jobs that have not failed yet in one transaction. An error means that nothing of it is acknowledged;
    /// after most of them the connection is in doubt and is given up.
    async fn attempt(&mut self, group: &mut [Entry]) -> Result<()> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => options(&self.database).connect().await?,
        };
        let mut tx = Tx::new(connection);
        if let Err(error) = tx.say("BEGIN IMMEDIATE").await {
            // Locked by another process: the connection is as good as before.
            self.give_back_or_up(tx, matches!(error, StoreError::Busy(_))).await;
            return Err(error);
        }
        match run_all(&mut tx, group).await {
            Ok(()) => {
                let unlink = std::mem::take(&mut tx.notes.unlink);
                self.connection = Some(tx.into_connection());
                self.unlink(unlink);
                Ok(())
            }
            Err(error) => {
                let _ = tx.say("ROLLBACK").await;
                self.give_back_or_up(tx, false).await;
                Err(error)
            }
        }
    }

    async fn give_back_or_up(&mut self, tx: Tx, sound: bool) {
        let connection = tx.into_connection();
        if sound {
            self.connection = Some(connection);
        } else if let Err(error) = connection.close_hard().await {
            tracing::warn!(%error, "a connection in doubt did not close cleanly");
        }
    }

    /// The rows are gone for sure, so the files may go. If this is interrupted, the sweep at the next start finds them.
    fn unlink(&self, files: Vec<String>) {
        if files.is_empty() {
            return;
        }
        let blobs = self.disk.dir.join("blobs");
        tokio::task::spawn_blocking(move || {
            for file in files {
                let _ = std::fs::remove_file(blobs.join(file));
            }
        });
    }
}

async fn run_all(tx: &mut Tx, group: &mut [Entry]) -> Result<()> {
    for entry in group.iter_mut().filter(|entry| entry.outcome.is_ok()) {
        tx.say("SAVEPOINT job").await?;
        let mark = tx.notes.mark();
        // A bug in one job must not take the writer down for all.
        let ran = AssertUnwindSafe(entry.job.run(tx)).catch_unwind().await;
        let ran = ran.unwrap_or_else(|_| Err(StoreError::Broken("a change failed inside".into())));
        if let Err(error) = ran {
            // SQLite undoes the whole transaction by itself after some errors (disk full, I/O): then there is no
            // savepoint any more, and the error is everybody's.
            tx.say("ROLLBACK TO job").await.map_err(|_| error.clone())?;
            tx.notes.cut_back(mark);
            if matches!(error, StoreError::Full) {
                return Err(error);
            }
            entry.outcome = Err(error);
        }
        tx.say("RELEASE job").await?;
    }
    index::write(tx).await?;
    tx.say("COMMIT").await
}

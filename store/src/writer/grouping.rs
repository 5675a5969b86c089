//! The writer's thread: it takes what waits, commits it, and answers.

use super::connection::writing;
use super::group::Group;
use super::tx::Tx;
use super::{Order, upkeep};
use crate::disk::Disk;
use crate::search::index::{self, Advance};
use crate::search::pending::Pending;
use crate::{Result, StoreError};
use futures::FutureExt;
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::{Notify, mpsc, oneshot};

/// Jobs in one commit. More would only make the first wait longer.
const GROUP_MAX: usize = 256;
/// A log of so many bytes is begun anew even while somebody reads.
const LOG_MAX: u64 = 64 << 20;
/// While a reader that stays keeps it from that: how much it grows before it is tried again.
const LOG_STEP: u64 = 16 << 20;
/// From here on the operator hears of it, and again whenever it has doubled.
const LOG_LARGE: u64 = 512 << 20;

pub(super) struct Grouping {
    database: PathBuf,
    log: PathBuf,
    /// None after a failure that leaves the connection in doubt; the next group opens a new one.
    connection: Option<SqliteConnection>,
    /// The size of the log at which it is begun anew, and the size at which the operator hears of it.
    log_max: u64,
    log_large: u64,
    disk: Arc<Disk>,
    pending: Arc<Pending>,
    /// The search index was found damaged by the last group.
    damaged: bool,
    orders: mpsc::Receiver<Order>,
    /// Told after each group: there may be something to tidy up.
    written: Arc<Notify>,
    runtime: Handle,
}

impl Grouping {
    pub fn new(
        database: PathBuf,
        connection: SqliteConnection,
        disk: Arc<Disk>,
        pending: Arc<Pending>,
        orders: mpsc::Receiver<Order>,
        written: Arc<Notify>,
    ) -> Grouping {
        let log = database.with_extension("db-wal");
        Grouping {
            database,
            log,
            connection: Some(connection),
            log_max: LOG_MAX,
            log_large: LOG_LARGE,
            disk,
            pending,
            damaged: false,
            orders,
            written,
            runtime: Handle::current(),
        }
    }

    /// Until the store is closed. Whatever fails inside, the writer begins anew: a server whose writer had ended would
    /// greet everybody and take nothing.
    pub async fn run(mut self) {
        self.written.notify_one();
        let closing = loop {
            match AssertUnwindSafe(self.serve()).catch_unwind().await {
                Ok(closing) => break closing,
                Err(_) => {
                    // What was open in it is undone with it; whoever waited is told to come back.
                    tracing::error!("the writer failed inside and begins anew");
                    self.connection = None;
                }
            }
        };
        while self.index().await.moved > 0 {}
        if let Some(connection) = self.connection.take() {
            upkeep::last(connection).await;
        }
        self.written.notify_one();
        if let Some(done) = closing {
            let _ = done.send(());
        }
    }

    /// Takes what waits, again and again. Answers who wants to hear that it has ended.
    async fn serve(&mut self) -> Option<oneshot::Sender<()>> {
        let mut closing: Option<oneshot::Sender<()>> = None;
        while closing.is_none() {
            let Some(first) = self.orders.recv().await else { break };
            let mut group = Group::default();
            let mut order = Some(first);
            while let Some(next) = order {
                match next {
                    Order::Run(job) => group.add(job),
                    Order::Deliver(delivery) => group.add_delivery(*delivery),
                    Order::Tidy(more) => self.tidy(group.is_empty(), more).await,
                    Order::MendIndex => self.mend_index().await,
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
        closing
    }

    /// Answers whether there is more to do. What waits for the index is moved there whoever else waits, for on a busy
    /// server somebody always does; the rest is for when nobody does.
    async fn tidy(&mut self, idle: bool, more: oneshot::Sender<bool>) {
        let words = self.index().await.more;
        let busy = !idle || !self.orders.is_empty();
        let left = match &mut self.connection {
            Some(connection) if !busy => upkeep::tidy(connection, &self.disk).await,
            _ => busy,
        };
        let _ = more.send(words || left);
    }

    /// Moves a batch of what waits into the search index. Nobody's message depends on it: what fails is tried again.
    async fn index(&mut self) -> Advance {
        let Some(connection) = &mut self.connection else { return Advance::default() };
        let error = match index::advance(connection, &self.pending).await {
            Ok(advance) => return advance,
            Err(error) => error,
        };
        tracing::warn!(%error, "mail could not be moved into the search index");
        let sound = sqlx::query("ROLLBACK").execute(&mut *connection).await.is_ok();
        if index::is_damage(&error) {
            self.begin_index_anew().await;
        } else if !sound && !matches!(StoreError::from(error), StoreError::Busy(_)) {
            self.connection = None;
        }
        Advance::default()
    }

    /// Asked for by each search that met the damage; done once.
    async fn mend_index(&mut self) {
        let Some(connection) = &mut self.connection else { return };
        if !index::is_new(connection).await.unwrap_or(false) {
            self.begin_index_anew().await;
        }
    }

    async fn begin_index_anew(&mut self) {
        let Some(connection) = &mut self.connection else { return };
        match index::begin_anew(connection).await {
            Ok(()) => tracing::error!("the search index was damaged: it is made anew from all mail, beside the work"),
            Err(error) => {
                let _ = sqlx::query("ROLLBACK").execute(connection).await;
                tracing::error!(%error, "the search index is damaged and could not be begun anew");
            }
        }
    }

    async fn commit(&mut self, mut group: Group) {
        let mut outcome = self.attempt(&mut group).await;
        if matches!(outcome, Err(StoreError::Full)) {
            // What frees more than it takes may use the room that was held back; new mail may not.
            self.disk.let_go();
            group.refuse_new_mail();
            outcome = self.attempt(&mut group).await;
        }
        if let Err(error) = &outcome {
            tracing::warn!(jobs = group.len(), %error, "a group of changes was not committed");
        }
        group.tell(outcome);
        self.written.notify_one();
        if std::mem::take(&mut self.damaged) {
            self.begin_index_anew().await;
        }
        if self.pending.is_due() {
            self.index().await;
        }
        self.bound_log().await;
    }

    /// The log must not grow for ever under readers that come and go, and nobody may wait for one that stays.
    async fn bound_log(&mut self) {
        let size = std::fs::metadata(&self.log).map_or(0, |log| log.len());
        let Some(connection) = &mut self.connection else { return };
        if size <= self.log_max {
            return;
        }
        if upkeep::begin_log_anew(connection).await {
            (self.log_max, self.log_large) = (LOG_MAX, LOG_LARGE);
            return;
        }
        self.log_max = size + LOG_STEP;
        if size > self.log_large {
            self.log_large = 2 * size;
            tracing::warn!(bytes = size, "the database's log grows: some program has been reading in it for very long");
        }
    }

    /// Runs the jobs that have not failed yet in one transaction. An error means that nothing of it is acknowledged;
    /// after most of them the connection is in doubt and is given up.
    async fn attempt(&mut self, group: &mut Group) -> Result<()> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => writing(&self.database).connect().await?,
        };
        let mut tx = Tx::new(connection);
        if let Err(error) = tx.say("BEGIN IMMEDIATE; SAVEPOINT job").await {
            // Locked by another process: the connection is as good as before.
            self.give_back_or_up(tx, matches!(error, StoreError::Busy(_))).await;
            return Err(error);
        }
        match group.run(&mut tx).await {
            Ok(()) => {
                let notes = std::mem::take(&mut tx.notes);
                self.connection = Some(tx.into_connection());
                self.pending.hold(notes.index);
                self.damaged |= notes.damaged;
                self.unlink(notes.unlink);
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
        self.runtime.spawn_blocking(move || {
            for file in files {
                let _ = std::fs::remove_file(blobs.join(file));
            }
        });
    }
}

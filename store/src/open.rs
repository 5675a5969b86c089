//! Opening the store, and closing it.

use crate::disk::Disk;
use crate::message::Delivery;
use crate::search::pending::Pending;
use crate::writer::{Act, Job, WaitingWords, Writer, reading, writing};
use crate::{Accepted, Result, Separator, StoreError, blob};
use blob::Files;
use sqlx::sqlite::{SqlitePool, SqlitePoolOptions};
use sqlx::{ConnectOptions, SqliteConnection};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::task::AbortHandle;

/// How long a reader waits for a connection before it is told that the store is busy.
const READ_PATIENCE: Duration = Duration::from_secs(10);
/// How long closing waits for what is being read.
const CLOSE_PATIENCE: Duration = Duration::from_secs(5);
/// Connections for searching, beside those for reading: somebody who looks for `com*` keeps no RCPT waiting.
const SEARCHERS: u32 = 2;

pub struct Options {
    /// The data directory: `restante.db`, `blobs/`, `spool/`.
    pub dir: PathBuf,
    /// Connections for reading.
    pub readers: u32,
    /// Free bytes of disk below which nothing new is accepted (`StoreError::Full`), so that deleting still works. A
    /// quarter of it is held in the file `reserve`, for deletions on a disk that others have filled.
    pub reserve: u64,
}

/// A handle; clones share one writer and one pool.
#[derive(Clone)]
pub struct Store {
    pub(crate) reads: SqlitePool,
    pub(crate) searches: SqlitePool,
    /// Mail that waits for the search index.
    pub(crate) pending: Arc<Pending>,
    pub(crate) files: Arc<Files>,
    writer: Writer,
    disk: Arc<Disk>,
    presence: Arc<Presence>,
    pub(crate) separator: Separator,
}

/// The sign of plus-addressing, where nothing else is said.
const SEPARATOR: Separator = Some('+');

/// Held as long as the store is open.
struct Presence {
    /// Locked (shared): tells others that the store is open.
    lock: File,
    sweep: OnceLock<AbortHandle>,
}

impl Drop for Presence {
    fn drop(&mut self) {
        if let Some(sweep) = self.sweep.get() {
            sweep.abort();
        }
    }
}

impl Store {
    /// Opens or makes the store and brings its schema up to date. Several processes may have it open (the server and its
    /// command line).
    pub async fn open(wanted: Options) -> Result<Store> {
        let Options { dir, readers, reserve } = wanted;
        std::fs::create_dir_all(&dir)?;
        let lock = lock(&dir)?;
        let database = dir.join("restante.db");
        let mut connection = writing(&database).connect().await?;
        sqlx::migrate!("migrations/sqlite").run(&mut connection).await.map_err(|error| match error {
            sqlx::migrate::MigrateError::Execute(error) => error.into(),
            other => StoreError::Broken(other.to_string()),
        })?;
        let files = Arc::new(Files::new(&dir, next_run(&mut connection).await?)?);
        // The database's name in its directory has to be on disk as well.
        crate::disk::sync_dir(&dir)?;
        let pool = |connections: u32| {
            SqlitePoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(READ_PATIENCE)
                .idle_timeout(None)
                .max_lifetime(None)
                // A connection to a file does not break while it rests.
                .test_before_acquire(false)
                .connect_lazy_with(reading(&database))
        };
        let (reads, searches) = (pool(readers.max(1)), pool(SEARCHERS));
        let disk = Arc::new(Disk::new(dir, reserve));
        disk.hold();
        let pending = Arc::new(Pending::default());
        let words = WaitingWords { pending: pending.clone(), reads: reads.clone(), files: files.clone() };
        let writer = Writer::start(database, connection, disk.clone(), words)?;
        let presence = Arc::new(Presence { lock, sweep: OnceLock::new() });
        Ok(Store { reads, searches, pending, files, writer, disk, presence, separator: SEPARATOR })
    }

    /// Clears away what a kill has left. Only for the one process that takes mail in: no other may be about to name the
    /// files that it finds. Earlier runs are over by then.
    pub fn clear_leftovers(&self) {
        blob::clear_new(&self.files);
        self.presence.sweep.get_or_init(|| {
            let sweep = blob::sweep(self.files.clone(), self.reads.clone());
            tokio::spawn(async move {
                if let Err(error) = sweep.await {
                    tracing::warn!(%error, "looking for files that nothing names did not succeed");
                }
            })
            .abort_handle()
        });
    }

    /// The same store, with another sign before an address' detail where a domain has none of its own.
    pub fn separated_by(self, separator: Separator) -> Store {
        Store { separator, ..self }
    }

    /// Finishes what waits to be written, checkpoints and closes.
    pub async fn close(&self) {
        // What somebody still reads is cut off in the end: nothing is lost by that.
        let closed = async { tokio::join!(self.reads.close(), self.searches.close()) };
        if tokio::time::timeout(CLOSE_PATIENCE, closed).await.is_err() {
            tracing::warn!("something is still being read, and is cut off");
        }
        self.writer.close().await;
        let _ = self.presence.lock.unlock();
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.disk.dir.join("restante.db")
    }

    /// Whether there is room to accept mail: cheap, may be asked for each message.
    pub fn has_room(&self) -> bool {
        self.disk.has_room()
    }

    pub(crate) async fn write<J: Job>(&self, job: J) -> Result<J::Answer> {
        self.writer.run(job).await
    }

    /// Hands a message to the writer.
    pub(crate) async fn deliver(
        &self,
        delivery: impl FnOnce(oneshot::Sender<Result<Accepted>>) -> Delivery,
    ) -> Result<Accepted> {
        self.writer.deliver(delivery).await
    }

    /// Asks for the search index to be made anew.
    pub(crate) fn mend_index(&self) {
        self.writer.mend_index();
    }

    /// Runs a closure as a job.
    pub(crate) async fn act<A, F>(&self, act: F) -> Result<A>
    where
        Act<F>: Job<Answer = A>,
    {
        self.writer.run(Act(act)).await
    }
}

/// The lock file, held by all who have the store open.
fn lock(dir: &Path) -> Result<File> {
    let lock = File::create(dir.join("lock"))?;
    lock.lock_shared()?;
    Ok(lock)
}

async fn next_run(connection: &mut SqliteConnection) -> Result<i64> {
    let next = sqlx::query_scalar(
        "INSERT INTO fact (name, value) VALUES ('run', 1) ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value",
    );
    Ok(next.fetch_one(connection).await?)
}

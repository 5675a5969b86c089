//! What the writer does when nobody waits: copies the log into the database, gives freed pages back to the disk, and
//! holds the reserve again.

use super::Order;
use super::connection::BUSY_PATIENCE;
use crate::Result;
use crate::blob::Files;
use crate::disk::Disk;
use crate::search::pending::{Pending, fill};
use sqlx::{AssertSqlSafe, Connection, SqliteConnection, SqlitePool};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, mpsc, oneshot};

/// So long after a change, and the writer is asked to tidy up.
const PAUSE: Duration = Duration::from_millis(300);

/// The same while words are cut anew for the index: a short breath for whoever delivers.
const BREATH: Duration = Duration::from_millis(10);

/// What it takes to cut the words of messages anew whose delivery nobody remembers.
pub(crate) struct WaitingWords {
    pub pending: Arc<Pending>,
    pub reads: SqlitePool,
    pub files: Arc<Files>,
}

/// Asks the writer to tidy up some time after it has written, until it says that nothing is left. Ends with the writer.
pub(super) async fn remind(orders: mpsc::WeakSender<Order>, written: Arc<Notify>, words: WaitingWords) {
    loop {
        written.notified().await;
        let mut more = true;
        let mut pause = PAUSE;
        while more {
            tokio::time::sleep(pause).await;
            let cut = fill(&words.reads, &words.files, &words.pending).await;
            pause = match cut {
                Ok(true) => BREATH,
                Ok(false) => PAUSE,
                Err(error) => {
                    tracing::debug!(%error, "words for the search index could not be cut anew");
                    PAUSE
                }
            };
            let (answer, left) = oneshot::channel();
            let Some(orders) = orders.upgrade() else { return };
            if orders.send(Order::Tidy(answer)).await.is_err() {
                return;
            }
            drop(orders);
            more = left.await.unwrap_or(false);
        }
    }
}

/// Free pages that are kept for the next messages.
const SPARE_PAGES: i64 = 256;

/// True when there is more to do at the next idle moment. Each step is short, so that a message never waits long.
pub(super) async fn tidy(connection: &mut SqliteConnection, disk: &Disk) -> bool {
    disk.hold();
    match step(connection).await {
        Ok(more) => more,
        Err(error) => {
            // On a full disk even this may fail; the next group that commits tries again.
            tracing::debug!(%error, "tidying up the database did not succeed");
            false
        }
    }
}

async fn step(connection: &mut SqliteConnection) -> Result<bool> {
    let free: i64 = sqlx::query_scalar("PRAGMA freelist_count").fetch_one(&mut *connection).await?;
    let more = free > SPARE_PAGES;
    if more {
        sqlx::query("PRAGMA incremental_vacuum(512)").fetch_all(&mut *connection).await?;
    }
    sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").fetch_all(&mut *connection).await?;
    Ok(more)
}

/// Begins the log anew, if nobody reads in it just now: without a wait, for every message would wait with us. Without this
/// a log that somebody always reads in would grow for ever. Whether it could be done.
pub(super) async fn begin_log_anew(connection: &mut SqliteConnection) -> bool {
    let patience = |millis: u128| AssertSqlSafe(format!("PRAGMA busy_timeout = {millis}"));
    let _ = sqlx::query(patience(0)).fetch_all(&mut *connection).await;
    let begun = sqlx::query_scalar::<_, i64>("PRAGMA wal_checkpoint(RESTART)").fetch_one(&mut *connection).await;
    let _ = sqlx::query(patience(BUSY_PATIENCE.as_millis())).fetch_all(&mut *connection).await;
    match begun {
        // The first column says whether somebody was in the way.
        Ok(busy) => busy == 0,
        Err(error) => {
            tracing::debug!(%error, "the database's log could not be begun anew");
            false
        }
    }
}

/// The last step before the store is closed. No ANALYZE: the plans stay the ones that are tested.
pub(super) async fn last(mut connection: SqliteConnection) {
    let _ = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_all(&mut connection).await;
    if let Err(error) = connection.close().await {
        tracing::warn!(%error, "the database did not close cleanly");
    }
}

//! How connections are set up: the pragmas, and why.

use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use std::path::Path;
use std::time::Duration;

/// A compressed small message is about 2 KiB, and a row of it lies in one page: pages of 4 KiB leave half of themselves
/// unused, pages of 8 a tenth, pages of 16 nearly nothing. Larger ones would make every commit write more.
const PAGE_SIZE: u32 = 16384;
/// Above this many pages in the log a commit copies them into the database: two fsyncs for hundreds of messages.
const CHECKPOINT_PAGES: &str = "1000";
/// The log's file is cut back to this after a busy time.
const LOG_BYTES: &str = "33554432";
/// Another process may hold the database (a backup, the command line): wait this long, then say Busy.
pub(super) const BUSY_PATIENCE: Duration = Duration::from_secs(5);

/// Pages that a reading connection keeps, in KiB.
const READ_CACHE: &str = "-4096";
/// The writer sorts new words into the whole of the search index: it keeps more.
const WRITE_CACHE: &str = "-32768";

pub(crate) fn writing(database: &Path) -> SqliteConnectOptions {
    // Asked for on every connection, `auto_vacuum` would be a write: a reader could then not be opened while the database
    // is locked or the disk is full.
    options(database).page_size(PAGE_SIZE).auto_vacuum(SqliteAutoVacuum::Incremental).pragma("cache_size", WRITE_CACHE)
}

pub(crate) fn reading(database: &Path) -> SqliteConnectOptions {
    options(database).pragma("cache_size", READ_CACHE).pragma("query_only", "1")
}

fn options(database: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(database)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // An acknowledged message is on disk: NORMAL would lose some in a power cut.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_PATIENCE)
        .pragma("temp_store", "memory")
        .pragma("wal_autocheckpoint", CHECKPOINT_PAGES)
        .pragma("journal_size_limit", LOG_BYTES)
        // Never mapped into memory: a disk that fails to read must be an error, not a SIGBUS.
        .pragma("mmap_size", "0")
        .disable_statement_logging()
}

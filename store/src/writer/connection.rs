//! How connections are set up: the pragmas, and why.

use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use std::path::Path;
use std::time::Duration;

/// A compressed small message is about 2 KiB: pages of 8 KiB leave less room unused beside such rows than pages of 4,
/// and pages of 16 make a lone commit write more than they save.
const PAGE_SIZE: u32 = 8192;
/// Above this many pages in the log a commit copies them into the database: two fsyncs for hundreds of messages.
const CHECKPOINT_PAGES: &str = "2000";
/// The log's file is cut back to this after a busy time.
const LOG_BYTES: &str = "33554432";
/// Another process may hold the database (a backup, the command line): wait this long, then say Busy.
const BUSY_PATIENCE: Duration = Duration::from_secs(5);

pub(crate) fn options(database: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(database)
        .create_if_missing(true)
        .page_size(PAGE_SIZE)
        .auto_vacuum(SqliteAutoVacuum::Incremental)
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

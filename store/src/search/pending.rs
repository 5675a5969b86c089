//! Mail that is committed and not in the index yet. FTS5 pays for every commit more than for every message, so messages
//! go into the index some dozens at a time, a moment later; how far it reaches is the fact `indexed`, a message's id.
//!
//! What makes a message found at once is its own row: whoever searches also looks through the rows beyond that id. Their
//! words are held in memory from the delivery until they are in the index. They are no more than a convenience: after a
//! kill, or when the index had to be begun anew, they are cut once more from the bytes of the message.

use super::index::{self, TABLE};
use crate::blob::{self, Files, Stored};
use crate::writer::{Indexed, Words};
use crate::{Result, Store, StoreError};
use mail::message::parse::{Summary, summarize};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqlitePool};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Messages, or bytes of words, that are worth a commit of their own.
const BATCH: usize = 64;
const BATCH_BYTES: usize = 1 << 20;
/// More is not held in memory: the bytes on disk say it again.
const HELD_MAX: usize = 1024;
const HELD_BYTES: usize = 8 << 20;
/// The youngest messages that a search looks through, of all accounts; and of those how many it cuts anew from their bytes.
/// Only while the index is begun anew are there more.
const LOOKED_AT: i64 = 4096;
const CUT_ANEW: usize = 64;

#[derive(Default)]
pub(crate) struct Pending(Mutex<Held>);

#[derive(Default)]
struct Held {
    words: BTreeMap<i64, Indexed>,
    bytes: usize,
}

impl Pending {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Holds the words of messages that are committed. Of too many the youngest are let go: the oldest come first.
    pub fn hold(&self, entries: impl IntoIterator<Item = Indexed>) {
        let mut held = self.held();
        for entry in entries {
            held.bytes += entry.words.size();
            if let Some(before) = held.words.insert(entry.message, entry) {
                held.bytes -= before.words.size();
            }
        }
        while held.words.len() > HELD_MAX || held.bytes > HELD_BYTES && held.words.len() > 1 {
            let Some((_, last)) = held.words.pop_last() else { break };
            held.bytes -= last.words.size();
        }
    }

    pub fn get(&self, message: i64) -> Option<Indexed> {
        self.held().words.get(&message).cloned()
    }

    /// They are in the index now, or gone.
    pub fn let_go(&self, up_to: i64) {
        let mut held = self.held();
        held.words = held.words.split_off(&(up_to + 1));
        held.bytes = held.words.values().map(|entry| entry.words.size()).sum();
    }

    pub fn is_held(&self) -> bool {
        !self.held().words.is_empty()
    }

    /// Whether there are enough for a commit of their own.
    pub fn is_due(&self) -> bool {
        let held = self.held();
        held.words.len() >= BATCH || held.bytes >= BATCH_BYTES
    }
}

/// Cuts the words of the oldest messages that wait and are not held. Whether there were any.
pub(crate) async fn fill(reads: &SqlitePool, files: &Files, pending: &Pending) -> Result<bool> {
    let next: Vec<(i64, i64)> = sqlx::query_as(
        "SELECT id, account_id FROM message WHERE id > (SELECT value FROM fact WHERE name = 'indexed')
         ORDER BY id LIMIT $1",
    )
    .bind(BATCH as i64)
    .fetch_all(reads)
    .await?;
    let mut cut = false;
    for (message, account) in next.into_iter().filter(|(message, _)| pending.get(*message).is_none()) {
        if let Some(words) = cut_anew(reads, files, message).await? {
            pending.hold([index::entry(account, message, &words)]);
            cut = true;
        }
    }
    Ok(cut)
}

/// From the bytes; where they are damaged, from what lists show. None when the message has gone meanwhile.
async fn cut_anew(reads: &SqlitePool, files: &Files, message: i64) -> Result<Option<Words>> {
    let row: Option<Stored> = sqlx::query_as(
        "SELECT b.hash, b.size, b.coding, b.file, b.data FROM message m JOIN blob b ON b.id = m.blob_id WHERE m.id = $1",
    )
    .bind(message)
    .fetch_optional(reads)
    .await?;
    let Some(row) = row else { return Ok(None) };
    match blob::open(reads, files, row).await {
        Ok(bytes) => {
            let words = tokio::task::spawn_blocking(move || index::words(&summarize(&bytes))).await;
            Ok(Some(words.map_err(|error| StoreError::Broken(error.to_string()))?))
        }
        Err(error) => {
            tracing::warn!(%error, message, "a message goes into the search index without its text");
            let shown: Option<(String, String, String)> =
                sqlx::query_as("SELECT from_name, from_address, subject FROM message WHERE id = $1")
                    .bind(message)
                    .fetch_optional(reads)
                    .await?;
            Ok(shown.map(|(from_name, from_address, subject)| {
                index::words(&Summary { from_name, from_address, subject, ..Summary::default() })
            }))
        }
    }
}

impl Store {
    /// Messages of the account that wait for the index and fit `words`, a question for FTS5.
    pub(super) async fn fresh(&self, account: i64, words: &str) -> Result<Vec<i64>> {
        // By the id alone: the account's own index would read all it has.
        let waiting: Vec<i64> = sqlx::query_scalar(
            "SELECT id FROM message WHERE +account_id = $1 AND id > max(
                 (SELECT value FROM fact WHERE name = 'indexed'),
                 (SELECT coalesce(max(id), 0) - $2 FROM message)) ORDER BY id DESC",
        )
        .bind(account)
        .bind(LOOKED_AT)
        .fetch_all(&self.searches)
        .await?;
        let mut entries = Vec::new();
        let mut cut = 0;
        for message in waiting {
            if let Some(entry) = self.pending.get(message) {
                entries.push(entry);
            } else if cut < CUT_ANEW {
                cut += 1;
                let words = cut_anew(&self.searches, &self.files, message).await?;
                entries.extend(words.map(|words| index::entry(account, message, &words)));
            }
        }
        look_through(entries, words).await
    }

    /// False while the index is begun anew: then a search finds the youngest mail only, and what has been read again.
    pub async fn search_is_complete(&self) -> Result<bool> {
        let complete = sqlx::query_scalar(
            "SELECT (SELECT coalesce(max(id), 0) FROM message) - (SELECT value FROM fact WHERE name = 'indexed') <= $1",
        );
        Ok(complete.bind(LOOKED_AT).fetch_one(&self.searches).await?)
    }
}

/// The same words understood by the same rules: a small index of them alone, in memory.
async fn look_through(entries: Vec<Indexed>, words: &str) -> Result<Vec<i64>> {
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    let mut memory = SqliteConnectOptions::new().filename(":memory:").disable_statement_logging().connect().await?;
    sqlx::query(TABLE).execute(&mut memory).await?;
    index::insert(&mut memory, entries).await?;
    let found = sqlx::query_scalar("SELECT rowid FROM search WHERE search MATCH $1").bind(words);
    let found = found.fetch_all(&mut memory).await?;
    memory.close().await?;
    Ok(found)
}

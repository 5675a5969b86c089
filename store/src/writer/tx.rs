//! What a job works with: the open transaction, and notes of what is to be done when its group commits.

use crate::Result;
use sqlx::SqliteConnection;
use std::sync::Arc;

/// A message's words, cut for the search index. Shared by its copies.
#[derive(Clone)]
pub(crate) struct Words {
    pub sender: Arc<str>,
    pub people: Arc<str>,
    pub subject: Arc<str>,
    pub body: Arc<str>,
}

impl Words {
    /// Bytes.
    pub fn size(&self) -> usize {
        self.sender.len() + self.people.len() + self.subject.len() + self.body.len()
    }
}

/// A row of the search index, on its way there.
#[derive(Clone)]
pub(crate) struct Indexed {
    pub message: i64,
    pub owner: String,
    pub words: Words,
}

pub(crate) struct Tx {
    connection: SqliteConnection,
    pub(super) notes: Notes,
}

#[derive(Default)]
pub(super) struct Notes {
    /// Messages whose words wait for the search index.
    pub index: Vec<Indexed>,
    /// Messages that are taken out of it once a group, after the last savepoint: FTS5 flushes a segment at every one.
    pub forget: Vec<i64>,
    /// The index was found damaged.
    pub damaged: bool,
    /// Files below `blobs/` that no row names any more.
    pub unlink: Vec<String>,
}

/// Where each list ends, to cut it back when a job fails.
pub(super) type Mark = (usize, usize, usize);

impl Notes {
    pub fn mark(&self) -> Mark {
        (self.index.len(), self.forget.len(), self.unlink.len())
    }

    pub fn cut_back(&mut self, (index, forget, unlink): Mark) {
        self.index.truncate(index);
        self.forget.truncate(forget);
        self.unlink.truncate(unlink);
    }
}

impl Tx {
    pub(super) fn new(connection: SqliteConnection) -> Tx {
        Tx { connection, notes: Notes::default() }
    }

    pub(super) fn into_connection(self) -> SqliteConnection {
        self.connection
    }

    pub fn db(&mut self) -> &mut SqliteConnection {
        &mut self.connection
    }

    /// Holds a message's words for the search index when the group has committed.
    pub fn index(&mut self, entry: Indexed) {
        self.notes.index.push(entry);
    }

    /// What is to be forgotten: the group's last work before its commit.
    pub fn take_forgotten(&mut self) -> Vec<i64> {
        std::mem::take(&mut self.notes.forget)
    }

    pub fn note_damage(&mut self) {
        self.notes.damaged = true;
    }

    /// Takes messages out of the search index when the group commits.
    pub fn forget(&mut self, messages: impl IntoIterator<Item = i64>) {
        self.notes.forget.extend(messages);
    }

    /// Removes a file once its row is gone for sure.
    pub fn unlink(&mut self, file: String) {
        self.notes.unlink.push(file);
    }

    /// Runs fixed words that take nothing and give nothing: `BEGIN`, `COMMIT`, savepoints.
    pub(super) async fn say(&mut self, words: &'static str) -> Result<()> {
        sqlx::query(words).execute(&mut self.connection).await?;
        Ok(())
    }
}

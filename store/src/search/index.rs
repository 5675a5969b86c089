//! What goes into the index, and out of it.

use super::pending::Pending;
use super::segment::{segment, take_out};
use crate::Result;
use crate::message::list;
use crate::writer::{Indexed, Tx, Words};
use mail::message::parse::Summary;
use sqlx::{AssertSqlSafe, SqliteConnection};

/// As the first migration makes it.
pub(super) const TABLE: &str = "CREATE VIRTUAL TABLE search USING fts5 (
    body, subject, people, sender, owner,
    content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
)";

macro_rules! insert {
    () => {
        "INSERT INTO search (rowid, body, subject, people, sender, owner) VALUES (?, ?, ?, ?, ?, ?);"
    };
}

/// Bytes of text that are indexed of one message. Long ones are lists and logs; nobody searches their end.
const BODY_MAX: usize = 64 * 1024;
/// Messages moved in one commit: whoever delivers meanwhile waits some dozen milliseconds, not more.
const STEP: i64 = 256;

/// The token that stands for an account in the column `owner`.
pub(super) fn owner(account: i64) -> String {
    format!("a{account}")
}

/// Cut for the index; done before the writer is asked, which has one message after the other on its hands.
pub(crate) fn words(summary: &Summary) -> Words {
    let sender = format!("{} {}", summary.from_name, summary.from_address);
    // `people` names the sender too; `to:` should not find it.
    let people = take_out(&take_out(&summary.people, &summary.from_address), &summary.from_name);
    Words {
        sender: segment(&sender),
        people: segment(&people),
        subject: segment(&summary.subject),
        body: segment(&summary.text[..summary.text.floor_char_boundary(BODY_MAX)]),
    }
}

pub(crate) fn entry(account: i64, message: i64, words: &Words) -> Indexed {
    Indexed { message, owner: owner(account), words: words.clone() }
}

/// One row of the index; eight of them in one string are one way to the database and back. As single rows: before a
/// statement that writes several, FTS5 flushes.
const INSERT: &str = insert!();
const INSERTS: &str = concat!(insert!(), insert!(), insert!(), insert!(), insert!(), insert!(), insert!(), insert!());

pub(super) async fn insert(connection: &mut SqliteConnection, entries: Vec<Indexed>) -> sqlx::Result<()> {
    let mut entries = entries.into_iter().peekable();
    while entries.peek().is_some() {
        let chunk: Vec<Indexed> = entries.by_ref().take(INSERTS.len() / INSERT.len()).collect();
        let mut query = sqlx::query(&INSERTS[..INSERT.len() * chunk.len()]);
        for entry in chunk {
            let Words { sender, people, subject, body } = entry.words;
            query = query.bind(entry.message).bind(body).bind(subject).bind(people).bind(sender).bind(entry.owner);
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

/// The end of a group: takes out of the index what is gone, and commits. An index that is damaged keeps no mail from
/// being removed: the group is committed without, and the note says that it is to be begun anew.
pub(crate) async fn finish(tx: &mut Tx) -> Result<()> {
    let forget = tx.take_forgotten();
    if forget.is_empty() {
        sqlx::query("RELEASE job; COMMIT").execute(tx.db()).await?;
        return Ok(());
    }
    let delete =
        "RELEASE job; SAVEPOINT words; DELETE FROM search WHERE rowid IN (SELECT value FROM json_each($1)); COMMIT";
    match sqlx::query(delete).bind(list(&forget)).execute(tx.db()).await {
        Ok(_) => Ok(()),
        Err(error) if is_damage(&error) => {
            tx.note_damage();
            sqlx::query("ROLLBACK TO words; COMMIT").execute(tx.db()).await?;
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

/// How far a step came.
#[derive(Clone, Copy, Default)]
pub(crate) struct Advance {
    /// Messages moved.
    pub moved: usize,
    /// Others wait still: for the next step, or for their words.
    pub more: bool,
}

/// Moves the oldest messages that wait into the index, in a commit of their own, as far as their words are held. Chosen
/// within the commit: another process may do the same.
pub(crate) async fn advance(connection: &mut SqliteConnection, pending: &Pending) -> sqlx::Result<Advance> {
    if !pending.is_held() {
        return Ok(Advance::default());
    }
    let next: Vec<i64> = sqlx::query_scalar(
        "BEGIN IMMEDIATE;
         SELECT id FROM message WHERE id > (SELECT value FROM fact WHERE name = 'indexed') ORDER BY id LIMIT $1",
    )
    .bind(STEP)
    .fetch_all(&mut *connection)
    .await?;
    let ready: Vec<Indexed> = next.iter().map_while(|message| pending.get(*message)).collect();
    let (moved, last) = (ready.len(), ready.last().map(|entry| entry.message));
    if let Some(last) = last {
        insert(connection, ready).await?;
        sqlx::query("UPDATE fact SET value = $1 WHERE name = 'indexed'").bind(last).execute(&mut *connection).await?;
    }
    sqlx::query("COMMIT").execute(&mut *connection).await?;
    match last {
        Some(last) => pending.let_go(last),
        // What is held still has been destroyed before it was moved, or moved by another.
        None if next.is_empty() => pending.let_go(i64::MAX - 1),
        None => {}
    }
    Ok(Advance { moved, more: moved < next.len() || next.len() as i64 == STEP })
}

/// Whether it has been thrown away just now.
pub(crate) async fn is_new(connection: &mut SqliteConnection) -> sqlx::Result<bool> {
    sqlx::query_scalar("SELECT value = 0 FROM fact WHERE name = 'indexed'").fetch_one(connection).await
}

/// Throws the index away: all mail waits to be taken in again.
pub(crate) async fn begin_anew(connection: &mut SqliteConnection) -> sqlx::Result<()> {
    let sql =
        ["BEGIN IMMEDIATE; DROP TABLE search; ", TABLE, "; UPDATE fact SET value = 0 WHERE name = 'indexed'; COMMIT"];
    sqlx::query(AssertSqlSafe(sql.concat())).execute(connection).await?;
    Ok(())
}

// SQLite's result codes (https://www.sqlite.org/rescode.html).
const ERROR: i32 = 1;
const CORRUPT: i32 = 11;
const CONSTRAINT: i32 = 19;

/// Whether a statement of ours failed because the index is not what FTS5 left: what it tells then are these.
pub(crate) fn is_damage(error: &sqlx::Error) -> bool {
    matches!(family(error), ERROR | CORRUPT | CONSTRAINT)
}

/// The same of a question: there an error may be the question's own.
pub(super) fn is_corrupt(error: &sqlx::Error) -> bool {
    family(error) == CORRUPT
}

fn family(error: &sqlx::Error) -> i32 {
    let code = error.as_database_error().and_then(|cause| cause.code());
    code.and_then(|code| code.parse::<i32>().ok()).map_or(0, |code| code & 0xff)
}

//! What goes into the index, and out of it.

use super::segment::{segment, take_out};
use crate::Result;
use crate::message::list;
use crate::writer::{Indexed, Tx, Words};
use mail::message::parse::Summary;
use sqlx::AssertSqlSafe;

macro_rules! insert {
    () => {
        "INSERT INTO search (rowid, body, subject, people, sender, owner) VALUES (?, ?, ?, ?, ?, ?);"
    };
}

/// Bytes of text that are indexed of one message. Long ones are lists and logs; nobody searches their end.
const BODY_MAX: usize = 64 * 1024;

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

/// Writes what a group noted, in one go and as the last thing it does: `first` and `last` are statements that go with
/// it, so that a group of one takes no way more than it must.
pub(crate) async fn write(tx: &mut Tx, first: &'static str, last: &'static str) -> Result<()> {
    let (index, forget) = tx.take_words();
    let mut index = index.into_iter().peekable();
    let mut before = first;
    while index.peek().is_some() {
        let chunk: Vec<Indexed> = index.by_ref().take(INSERTS.len() / INSERT.len()).collect();
        let after = if index.peek().is_none() && forget.is_empty() { last } else { "" };
        let sql = [before, &INSERTS[..INSERT.len() * chunk.len()], after].concat();
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for entry in chunk {
            let Words { sender, people, subject, body } = entry.words;
            query = query.bind(entry.message).bind(body).bind(subject).bind(people).bind(sender).bind(entry.owner);
        }
        query.execute(tx.db()).await?;
        before = "";
        if !after.is_empty() {
            return Ok(());
        }
    }
    let delete = match forget.is_empty() {
        true => "",
        false => "DELETE FROM search WHERE rowid IN (SELECT value FROM json_each($1));",
    };
    let sql = [before, delete, last].concat();
    sqlx::query(AssertSqlSafe(sql)).bind(list(&forget)).execute(tx.db()).await?;
    Ok(())
}

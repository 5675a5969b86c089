//! What goes into the index, and out of it.

use super::segment::{segment, take_out};
use crate::Result;
use crate::writer::{Indexed, Tx};
use mail::message::parse::Summary;

macro_rules! insert {
    () => {
        "INSERT INTO search (rowid, owner, sender, people, subject, body) VALUES (?, ?, ?, ?, ?, ?);"
    };
}

/// Bytes of text that are indexed of one message. Long ones are lists and logs; nobody searches their end.
const BODY_MAX: usize = 64 * 1024;

/// The token that stands for an account in the column `owner`.
pub(super) fn owner(account: i64) -> String {
    format!("a{account}")
}

pub(crate) fn entry(account: i64, message: i64, summary: &Summary) -> Indexed {
    let sender = format!("{} {}", summary.from_name, summary.from_address);
    // `people` names the sender too; `to:` should not find it.
    let people = take_out(&take_out(&summary.people, &summary.from_address), &summary.from_name);
    Indexed {
        message,
        owner: owner(account),
        sender: segment(&sender),
        people: segment(&people),
        subject: segment(&summary.subject),
        body: segment(&summary.text[..summary.text.floor_char_boundary(BODY_MAX)]),
    }
}

/// One row of the index; eight of them in one string are one way to the database and back.
const INSERT: &str = insert!();
const INSERTS: &str = concat!(
    insert!(),
    insert!(),
    insert!(),
    insert!(),
    insert!(),
    insert!(),
    insert!(),
    insert!()
);

/// Writes what a group noted, in one go. As single rows: before a statement that writes several, FTS5 flushes.
pub(crate) async fn write(tx: &mut Tx) -> Result<()> {
    let (index, forget) = tx.take_words();
    let mut index = index.into_iter().peekable();
    while index.peek().is_some() {
        let chunk: Vec<Indexed> = index.by_ref().take(INSERTS.len() / INSERT.len()).collect();
        let mut query = sqlx::query(&INSERTS[..INSERT.len() * chunk.len()]);
        for entry in chunk {
            query = query.bind(entry.message).bind(entry.owner).bind(entry.sender);
            query = query.bind(entry.people).bind(entry.subject).bind(entry.body);
        }
        query.execute(tx.db()).await?;
    }
    if !forget.is_empty() {
        let list = serde_json::to_string(&forget).unwrap_or_default();
        sqlx::query("DELETE FROM search WHERE rowid IN (SELECT value FROM json_each($1))")
            .bind(list)
            .execute(tx.db())
            .await?;
    }
    Ok(())
}

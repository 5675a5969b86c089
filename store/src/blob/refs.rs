//! Who holds a blob is counted; with the last holder it goes.

use super::{Body, PreparedBlob, hex};
use crate::Result;
use crate::writer::Tx;
use sqlx::Row;
use std::collections::HashMap;

type Query<'q> = sqlx::query::Query<'q, sqlx::Sqlite, sqlx::sqlite::SqliteArguments>;

impl PreparedBlob {
    /// Binds `hash, size, refs, coding, file, data`.
    pub(crate) fn bind<'q>(&self, query: Query<'q>, refs: i64) -> Query<'q> {
        let (file, data) = match &self.body {
            Body::Inline(data) => (None, Some(data.clone())),
            Body::File(file) => (Some(file.name.clone()), None),
        };
        query.bind(self.hash.to_vec()).bind(self.size).bind(refs).bind(self.coding).bind(file).bind(data)
    }

    /// Its file, if it is large.
    pub(crate) fn file(&self) -> Option<&str> {
        match &self.body {
            Body::Inline(_) => None,
            Body::File(file) => Some(&file.name),
        }
    }

    pub(crate) fn hex(&self) -> String {
        hex(&self.hash)
    }

    /// Takes note of which file the row names. Ours, when the content is new; else ours goes when this is dropped.
    pub(crate) fn settle(&mut self, row_file: Option<&str>) {
        if let Body::File(file) = &mut self.body {
            file.set_named(row_file == Some(file.name.as_str()));
        }
    }
}

/// Holds a blob once more, or for the first time. Answers its id.
pub(crate) async fn hold(tx: &mut Tx, blob: &mut PreparedBlob) -> Result<i64> {
    let row = sqlx::query(
        "INSERT INTO blob (hash, size, refs, coding, file, data) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (hash) DO UPDATE SET refs = refs + excluded.refs RETURNING id, file",
    );
    let row = blob.bind(row, 1).fetch_one(tx.db()).await?;
    blob.settle(row.get(1));
    Ok(row.get(0))
}

/// Holds each of these once less. What nobody holds is removed, its file when the group commits.
pub(crate) async fn let_go(tx: &mut Tx, blobs: impl IntoIterator<Item = i64>) -> Result<()> {
    let mut counts: HashMap<i64, i64> = HashMap::new();
    for blob in blobs {
        *counts.entry(blob).or_default() += 1;
    }
    if counts.is_empty() {
        return Ok(());
    }
    let list = serde_json::to_string(&counts.into_iter().collect::<Vec<_>>()).unwrap_or_default();
    // First what goes: a count changed in place would write the whole row, with its bytes, once more for nothing.
    let gone: Vec<Option<String>> = sqlx::query_scalar(
        "DELETE FROM blob WHERE id IN (
             SELECT b.id FROM json_each($1) AS given CROSS JOIN blob b ON b.id = given.value ->> 0
             WHERE b.refs <= given.value ->> 1
         ) RETURNING file",
    )
    .bind(&list)
    .fetch_all(tx.db())
    .await?;
    sqlx::query(
        "UPDATE blob SET refs = refs - (given.value ->> 1) FROM json_each($1) AS given WHERE blob.id = given.value ->> 0",
    )
    .bind(&list)
    .execute(tx.db())
    .await?;
    gone.into_iter().flatten().for_each(|file| tx.unlink(file));
    Ok(())
}

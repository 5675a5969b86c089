//! Reading a message.

use crate::blob::Stored;
use crate::mailbox::LISTED;
use crate::{Listed, Result, Store};
use bytes::Bytes;
use sqlx::AssertSqlSafe;

impl Store {
    pub async fn message(&self, account: i64, placement: i64) -> Result<Listed> {
        let found = format!(
            "SELECT {LISTED} FROM placement p JOIN message m ON m.id = p.message_id WHERE p.id = $2 AND p.account_id = $1"
        );
        Ok(sqlx::query_as(AssertSqlSafe(found)).bind(account).bind(placement).fetch_one(&self.reads).await?)
    }

    /// The bytes as they came. `Corrupt` when they are not any more.
    pub async fn bytes(&self, account: i64, placement: i64) -> Result<Bytes> {
        let row: Stored = sqlx::query_as(
            "SELECT b.hash, b.size, b.coding, b.file, b.data
             FROM placement p JOIN message m ON m.id = p.message_id JOIN blob b ON b.id = m.blob_id
             WHERE p.id = $2 AND p.account_id = $1",
        )
        .bind(account)
        .bind(placement)
        .fetch_one(&self.reads)
        .await?;
        self.open_blob(row).await
    }
}

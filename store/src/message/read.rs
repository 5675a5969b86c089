//! Reading a message.

use crate::blob::Stored;
use crate::mailbox::LISTED;
use crate::{Listed, Pieces, Result, Store};
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
        self.open_blob(self.blob_of(account, placement).await?).await
    }

    /// As `bytes`, for who takes them slowly.
    pub async fn pieces(&self, account: i64, placement: i64) -> Result<Pieces> {
        self.open_pieces(self.blob_of(account, placement).await?).await
    }

    async fn blob_of(&self, account: i64, placement: i64) -> Result<Stored> {
        Ok(sqlx::query_as(
            "SELECT b.hash, b.size, b.coding, b.file, b.data
             FROM placement p JOIN message m ON m.id = p.message_id JOIN blob b ON b.id = m.blob_id
             WHERE p.id = $2 AND p.account_id = $1",
        )
        .bind(account)
        .bind(placement)
        .fetch_one(&self.reads)
        .await?)
    }
}

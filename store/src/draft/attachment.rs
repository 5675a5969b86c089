//! What is attached to a draft.

use super::{DraftAttachment, room};
use crate::blob::{self, Stored};
use crate::writer::{Job, Tx};
use crate::{Millis, PreparedBlob, Result, Store, StoreError};
use bytes::Bytes;

struct Attach {
    account: i64,
    draft: i64,
    name: String,
    media_type: String,
    blob: PreparedBlob,
    now: Millis,
}

impl Job for Attach {
    type Answer = i64;

    fn may_use_reserve(&self) -> bool {
        false
    }

    /// No row names its file.
    fn undone(&mut self) {
        self.blob.settle(None);
    }

    async fn run(&mut self, tx: &mut Tx) -> Result<i64> {
        let touched = sqlx::query("UPDATE draft SET saved_at = $3 WHERE id = $2 AND account_id = $1");
        let touched = touched.bind(self.account).bind(self.draft).bind(self.now).execute(tx.db()).await?;
        if touched.rows_affected() == 0 {
            return Err(StoreError::NotFound);
        }
        room::check(tx, self.account, self.blob.size, 0).await?;
        let blob = blob::hold(tx, &mut self.blob).await?;
        let added = sqlx::query_scalar(
            "INSERT INTO draft_attachment (draft_id, blob_id, name, media_type, size) VALUES ($1, $2, $3, $4, $5) RETURNING id",
        )
        .bind(self.draft)
        .bind(blob)
        .bind(&self.name)
        .bind(&self.media_type)
        .bind(self.blob.size)
        .fetch_one(tx.db())
        .await;
        if added.is_err() {
            self.blob.settle(None);
        }
        Ok(added?)
    }
}

impl Store {
    /// The revision stays: what is attached is no field of the form. Answers the attachment's id. `QuotaFull` when the
    /// account has no room for it.
    pub async fn attach(
        &self,
        account: i64,
        draft: i64,
        name: String,
        media_type: String,
        blob: PreparedBlob,
        now: Millis,
    ) -> Result<i64> {
        if !self.has_room() {
            return Err(StoreError::Full);
        }
        self.write(Attach { account, draft, name, media_type, blob, now }).await
    }

    pub async fn detach(&self, account: i64, draft: i64, attachment: i64) -> Result<()> {
        self.act(move |tx| {
            Box::pin(async move {
                let blob: i64 = sqlx::query_scalar(
                    "DELETE FROM draft_attachment WHERE id = $3
                     AND draft_id = (SELECT id FROM draft WHERE id = $2 AND account_id = $1) RETURNING blob_id",
                )
                .bind(account)
                .bind(draft)
                .bind(attachment)
                .fetch_one(tx.db())
                .await?;
                blob::let_go(tx, [blob]).await
            })
        })
        .await
    }

    pub async fn attachment(&self, account: i64, draft: i64, attachment: i64) -> Result<(DraftAttachment, Bytes)> {
        let found: DraftAttachment = sqlx::query_as(
            "SELECT a.id, a.name, a.media_type, a.size FROM draft_attachment a JOIN draft d ON d.id = a.draft_id
             WHERE a.id = $3 AND d.id = $2 AND d.account_id = $1",
        )
        .bind(account)
        .bind(draft)
        .bind(attachment)
        .fetch_one(&self.reads)
        .await?;
        let row: Stored = sqlx::query_as(
            "SELECT b.hash, b.size, b.coding, b.file, b.data
             FROM draft_attachment a JOIN blob b ON b.id = a.blob_id WHERE a.id = $1",
        )
        .bind(attachment)
        .fetch_one(&self.reads)
        .await?;
        Ok((found, self.open_blob(row).await?))
    }
}

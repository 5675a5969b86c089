//! Drafts that somebody began and never wrote.

use super::discard;
use crate::{Millis, Result, Store};

/// As `begin` made it: nothing typed, nothing attached, no answer to anything.
const BLANK: &str = "
    SELECT id FROM draft
    WHERE revision = 1 AND answers IS NULL AND saved_at < $1
      AND recipients = '' AND cc = '' AND bcc = '' AND subject = '' AND body = ''
      AND NOT EXISTS (SELECT 1 FROM draft_attachment WHERE draft_id = draft.id)
    LIMIT 1000";

impl Store {
    /// Removes blank drafts begun before `before`. Answers how many.
    pub async fn sweep_blank_drafts(&self, before: Millis) -> Result<i64> {
        self.act(move |tx| {
            Box::pin(async move {
                let blank: Vec<i64> = sqlx::query_scalar(BLANK).bind(before).fetch_all(tx.db()).await?;
                discard(tx, &blank).await
            })
        })
        .await
    }
}

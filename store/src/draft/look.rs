//! Reading drafts.

use super::{Draft, DraftAttachment, DraftFields};
use crate::message::list;
use crate::{Edge, Flags, Millis, Result, Store};
use sqlx::AssertSqlSafe;
use std::collections::HashMap;

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    revision: i64,
    recipients: String,
    cc: String,
    bcc: String,
    subject: String,
    body: String,
    in_reply_to: Option<String>,
    ancestors: String,
    answers: Option<i64>,
    answer_flag: Flags,
    saved_at: Millis,
    sender: String,
}

impl Row {
    fn draft(self, attachments: Vec<DraftAttachment>) -> Draft {
        let Row { sender: from, recipients: to, cc, bcc, subject, body: text, .. } = self;
        Draft {
            id: self.id,
            revision: self.revision,
            fields: DraftFields { from, to, cc, bcc, subject, text },
            in_reply_to: self.in_reply_to,
            references: serde_json::from_str(&self.ancestors).unwrap_or_default(),
            answers: self.answers.map(|placement| (placement, self.answer_flag)),
            attachments,
            saved_at: self.saved_at,
        }
    }
}

const COLUMNS: &str =
    "id, revision, recipients, cc, bcc, subject, body, in_reply_to, ancestors, answers, answer_flag, saved_at, sender";

/// Words of a search in drafts at most.
const WORDS: usize = 16;

/// The pattern that finds a word anywhere.
fn like(word: &str) -> String {
    let mut pattern = String::from("%");
    for sign in word.chars() {
        if matches!(sign, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(sign);
    }
    pattern.push('%');
    pattern
}

impl Store {
    pub async fn draft(&self, account: i64, draft: i64) -> Result<Draft> {
        let row = format!("SELECT {COLUMNS} FROM draft WHERE id = $2 AND account_id = $1");
        let row: Row = sqlx::query_as(AssertSqlSafe(row)).bind(account).bind(draft).fetch_one(&self.reads).await?;
        let mut attachments = self.attachments(&[draft]).await?;
        let own = attachments.remove(&draft).unwrap_or_default();
        Ok(row.draft(own))
    }

    /// Newest first, without attachments' bytes. `skip` from the top.
    pub async fn drafts(&self, account: i64, skip: i64, limit: i64) -> Result<Vec<Draft>> {
        self.drafts_with(account, "", Edge::TOP, skip, limit).await
    }

    /// The same from an edge on, of drafts that have every one of these words in some field. Drafts change with every
    /// pause in typing, so no index holds them: they are looked through, an account's own and no others. A draft that is
    /// saved meanwhile goes to the top.
    pub async fn drafts_with(
        &self,
        account: i64,
        words: &str,
        edge: Edge,
        skip: i64,
        limit: i64,
    ) -> Result<Vec<Draft>> {
        let ((side, way), key) = (edge.sql(), edge.key());
        let words: Vec<String> = words.split_whitespace().take(WORDS).map(like).collect();
        let rows = format!(
            "SELECT {COLUMNS} FROM (
                 SELECT {COLUMNS} FROM draft WHERE account_id = $1 AND (saved_at, id) {side} ($5, $6) AND NOT EXISTS (
                     SELECT 1 FROM json_each($4) WHERE NOT (subject LIKE value ESCAPE '!' OR body LIKE value ESCAPE '!'
                         OR recipients LIKE value ESCAPE '!' OR cc LIKE value ESCAPE '!' OR bcc LIKE value ESCAPE '!'))
                 ORDER BY saved_at {way}, id {way} LIMIT $2 OFFSET $3)
             ORDER BY saved_at DESC, id DESC"
        );
        let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(rows))
            .bind(account)
            .bind(limit)
            .bind(skip)
            .bind(serde_json::to_string(&words).unwrap_or_default())
            .bind(key.received_at)
            .bind(key.id)
            .fetch_all(&self.reads)
            .await?;
        let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
        let mut attachments = self.attachments(&ids).await?;
        Ok(rows
            .into_iter()
            .map(|row| {
                let own = attachments.remove(&row.id).unwrap_or_default();
                row.draft(own)
            })
            .collect())
    }

    /// By draft, in the order in which they were attached.
    async fn attachments(&self, drafts: &[i64]) -> Result<HashMap<i64, Vec<DraftAttachment>>> {
        let rows: Vec<(i64, i64, String, String, i64)> = sqlx::query_as(
            "SELECT draft_id, id, name, media_type, size FROM draft_attachment
             WHERE draft_id IN (SELECT value FROM json_each($1)) ORDER BY id",
        )
        .bind(list(drafts))
        .fetch_all(&self.reads)
        .await?;
        let mut found: HashMap<i64, Vec<DraftAttachment>> = HashMap::new();
        for (draft, id, name, media_type, size) in rows {
            found.entry(draft).or_default().push(DraftAttachment { id, name, media_type, size });
        }
        Ok(found)
    }
}

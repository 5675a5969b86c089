//! Writing drafts.

use super::{DraftFields, NewDraft, room};
use crate::message::list;
use crate::writer::{Job, Tx};
use crate::{Millis, Result, Role, Store, StoreError, blob};

struct New {
    account: i64,
    new: NewDraft,
    now: Millis,
}

impl Job for New {
    type Answer = i64;

    fn may_use_reserve(&self) -> bool {
        false
    }

    async fn run(&mut self, tx: &mut Tx) -> Result<i64> {
        let NewDraft { fields, in_reply_to, references, answers } = &self.new;
        let id = sqlx::query_scalar(
            "INSERT INTO draft (account_id, revision, recipients, cc, bcc, subject, body, in_reply_to, ancestors, answers,
                 answer_flag, saved_at, sender)
             VALUES ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id",
        )
        .bind(self.account)
        .bind(&fields.to)
        .bind(&fields.cc)
        .bind(&fields.bcc)
        .bind(&fields.subject)
        .bind(&fields.text)
        .bind(in_reply_to)
        .bind(serde_json::to_string(references).unwrap_or_default())
        .bind(answers.map(|(placement, _)| placement))
        .bind(answers.map(|(_, flag)| flag).unwrap_or_default())
        .bind(self.now)
        .bind(&fields.from)
        .fetch_one(tx.db())
        .await?;
        count(tx, self.account, 1).await?;
        Ok(id)
    }
}

struct Save {
    account: i64,
    draft: i64,
    revision: i64,
    fields: DraftFields,
    now: Millis,
}

impl Job for Save {
    type Answer = i64;

    fn may_use_reserve(&self) -> bool {
        false
    }

    async fn run(&mut self, tx: &mut Tx) -> Result<i64> {
        let (revision, from, to, cc, bcc, subject, text): (i64, String, String, String, String, String, String) = sqlx::query_as(
            "SELECT revision, sender, recipients, cc, bcc, subject, body FROM draft WHERE id = $2 AND account_id = $1",
        )
        .bind(self.account)
        .bind(self.draft)
        .fetch_one(tx.db())
        .await?;
        let held = text.len() as i64;
        // A form sent twice is no conflict: it asks for what is there already.
        if (DraftFields { from, to, cc, bcc, subject, text }) == self.fields {
            return Ok(revision);
        }
        if revision != self.revision {
            return Err(StoreError::Conflict);
        }
        let more = self.fields.text.len() as i64 - held;
        if more > 0 {
            room::check(tx, self.account, 0, more).await?;
        }
        let saved = sqlx::query_scalar(
            "UPDATE draft SET revision = revision + 1, recipients = $2, cc = $3, bcc = $4, subject = $5, body = $6,
                 saved_at = $7, sender = $8
             WHERE id = $1 RETURNING revision",
        )
        .bind(self.draft)
        .bind(&self.fields.to)
        .bind(&self.fields.cc)
        .bind(&self.fields.bcc)
        .bind(&self.fields.subject)
        .bind(&self.fields.text)
        .bind(self.now)
        .bind(&self.fields.from)
        .fetch_one(tx.db())
        .await?;
        Ok(saved)
    }
}

/// Removes drafts with what is attached to them. One that is gone already is no error.
pub(crate) async fn discard(tx: &mut Tx, drafts: &[i64]) -> Result<i64> {
    let drafts = list(drafts);
    let blobs: Vec<i64> = sqlx::query_scalar(
        "DELETE FROM draft_attachment WHERE draft_id IN (SELECT value FROM json_each($1)) RETURNING blob_id",
    )
    .bind(&drafts)
    .fetch_all(tx.db())
    .await?;
    blob::let_go(tx, blobs).await?;
    let accounts: Vec<i64> =
        sqlx::query_scalar("DELETE FROM draft WHERE id IN (SELECT value FROM json_each($1)) RETURNING account_id")
            .bind(&drafts)
            .fetch_all(tx.db())
            .await?;
    for account in &accounts {
        count(tx, *account, -1).await?;
    }
    Ok(accounts.len() as i64)
}

/// Drafts are what the mailbox of that role counts.
async fn count(tx: &mut Tx, account: i64, by: i64) -> Result<()> {
    sqlx::query("UPDATE mailbox SET total = total + $3 WHERE account_id = $1 AND role = $2")
        .bind(account)
        .bind(Role::Drafts)
        .bind(by)
        .execute(tx.db())
        .await?;
    Ok(())
}

impl Store {
    pub async fn new_draft(&self, account: i64, new: NewDraft, now: Millis) -> Result<i64> {
        self.write(New { account, new, now }).await
    }

    /// Answers the new revision. `Conflict` unless `revision` is the newest; the same fields again change nothing.
    pub async fn save_draft(
        &self,
        account: i64,
        draft: i64,
        revision: i64,
        fields: DraftFields,
        now: Millis,
    ) -> Result<i64> {
        self.write(Save { account, draft, revision, fields, now }).await
    }

    pub async fn discard_draft(&self, account: i64, draft: i64) -> Result<()> {
        self.act(move |tx| {
            Box::pin(async move {
                let own = sqlx::query_scalar("SELECT id FROM draft WHERE id = $2 AND account_id = $1");
                let own: i64 = own.bind(account).bind(draft).fetch_one(tx.db()).await?;
                discard(tx, &[own]).await.map(|_| ())
            })
        })
        .await
    }

    /// Answers how many there were.
    pub(crate) async fn discard_all(&self, account: i64) -> Result<i64> {
        self.act(move |tx| {
            Box::pin(async move {
                let all = sqlx::query_scalar("SELECT id FROM draft WHERE account_id = $1");
                let all: Vec<i64> = all.bind(account).fetch_all(tx.db()).await?;
                discard(tx, &all).await
            })
        })
        .await
    }
}

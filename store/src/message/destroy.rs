//! Removing for ever: by its owner's word, or at the end of the retention period of Trash.

use super::list;
use super::placement::{Counters, Placed, expunge, placed};
use crate::writer::Tx;
use crate::{Event, Millis, Result, Role, Store, blob, ledger};

/// Placements removed in one step: a group behind it waits some milliseconds, not seconds.
const STEP: i64 = 500;

/// Removes placements, and messages that are nowhere any more with their bytes and words. Answers what was removed.
async fn remove(tx: &mut Tx, account: i64, placements: &[i64], now: Millis) -> Result<Vec<Placed>> {
    let going = placed(tx, account, placements).await?;
    if going.is_empty() {
        return Ok(going);
    }
    let mut counters = Counters::default();
    for placed in &going {
        counters.count(placed.mailbox_id, placed, placed.trashed, -1);
    }
    let modseq = counters.write(tx, account).await?;
    expunge(tx, &going, modseq, now).await?;
    let ids: Vec<i64> = going.iter().map(|placed| placed.id).collect();
    sqlx::query("DELETE FROM placement WHERE id IN (SELECT value FROM json_each($1))")
        .bind(list(&ids))
        .execute(tx.db())
        .await?;
    let messages: Vec<i64> = going.iter().map(|placed| placed.message_id).collect();
    let gone: Vec<(i64, i64)> = sqlx::query_as(
        "DELETE FROM message WHERE id IN (SELECT value FROM json_each($1))
         AND NOT EXISTS (SELECT 1 FROM placement p WHERE p.message_id = message.id) RETURNING id, blob_id",
    )
    .bind(list(&messages))
    .fetch_all(tx.db())
    .await?;
    tx.forget(gone.iter().map(|(message, _)| *message));
    blob::let_go(tx, gone.iter().map(|(_, blob)| *blob)).await?;
    Ok(going)
}

/// Removes messages with all that is known of them.
pub(crate) async fn with_ledger(tx: &mut Tx, account: i64, placements: &[i64]) -> Result<()> {
    // With the account goes all that is remembered of it, so the time is nobody's concern.
    let gone: Vec<i64> = remove(tx, account, placements, 0).await?.iter().map(|placed| placed.message_id).collect();
    sqlx::query("DELETE FROM ledger WHERE message_id IN (SELECT value FROM json_each($1))")
        .bind(list(&gone))
        .execute(tx.db())
        .await?;
    Ok(())
}

async fn destroy(tx: &mut Tx, account: i64, placements: &[i64], event: &Event, now: Millis) -> Result<i64> {
    let gone: Vec<i64> = remove(tx, account, placements, now).await?.iter().map(|placed| placed.message_id).collect();
    if !gone.is_empty() {
        ledger::write(tx, &list(&gone), event, now).await?;
    }
    Ok(gone.len() as i64)
}

/// What lies in Trash counts for no quota, but it takes no more room than the quota gives again: beyond, what has been
/// there longest goes first. Else whoever fills, throws away and fills again has the whole disk.
pub(super) async fn trim_trash(tx: &mut Tx, account: i64, trash: i64, now: Millis) -> Result<()> {
    let (quota, bytes): (i64, i64) =
        sqlx::query_as("SELECT a.quota, m.bytes FROM mailbox m JOIN account a ON a.id = m.account_id WHERE m.id = $1")
            .bind(trash)
            .fetch_one(tx.db())
            .await?;
    if quota == 0 || bytes <= quota {
        return Ok(());
    }
    let oldest: Vec<(i64, i64)> =
        sqlx::query_as("SELECT id, size FROM placement WHERE mailbox_id = $1 ORDER BY placed_at, id")
            .bind(trash)
            .fetch_all(tx.db())
            .await?;
    let mut over = bytes - quota;
    let going = oldest.into_iter().take_while(|(_, size)| {
        let goes = over > 0;
        over -= size;
        goes
    });
    let going: Vec<i64> = going.map(|(id, _)| id).collect();
    let detail = "Trash held as much as the quota".into();
    let event = Event { kind: crate::Kind::Destroyed, by: "retention".into(), detail };
    destroy(tx, account, &going, &event, now).await?;
    Ok(())
}

impl Store {
    /// Removes for ever, up to a thousand in one commit. Answers how many there were.
    pub async fn destroy(&self, account: i64, placements: Vec<i64>, event: Event, now: Millis) -> Result<i64> {
        self.destroy_in_steps(account, None, placements, event, now).await
    }

    /// As `destroy`, of those that are still in `mailbox`: what has been put elsewhere since is left there.
    pub async fn destroy_in(
        &self,
        account: i64,
        mailbox: i64,
        placements: Vec<i64>,
        event: Event,
        now: Millis,
    ) -> Result<i64> {
        self.destroy_in_steps(account, Some(mailbox), placements, event, now).await
    }

    async fn destroy_in_steps(
        &self,
        account: i64,
        mailbox: Option<i64>,
        placements: Vec<i64>,
        event: Event,
        now: Millis,
    ) -> Result<i64> {
        let mut destroyed = 0;
        for step in placements.chunks(super::STEP) {
            let (step, event) = (step.to_vec(), event.clone());
            destroyed += self
                .act(move |tx| {
                    let (step, event) = (step.clone(), event.clone());
                    Box::pin(async move {
                        let mut there = placed(tx, account, &step).await?;
                        there.retain(|placed| mailbox.is_none_or(|mailbox| placed.mailbox_id == mailbox));
                        let there: Vec<i64> = there.iter().map(|placed| placed.id).collect();
                        destroy(tx, account, &there, &event, now).await
                    })
                })
                .await?;
        }
        Ok(destroyed)
    }

    /// Removes all that is in the mailbox now, in bounded steps. In Drafts: the drafts too.
    pub async fn empty(&self, account: i64, mailbox: i64, event: Event, now: Millis) -> Result<i64> {
        let (role, last): (Role, Option<i64>) = sqlx::query_as(
            "SELECT role, (SELECT max(uid) FROM placement WHERE mailbox_id = $1) FROM mailbox
             WHERE id = $1 AND account_id = $2",
        )
        .bind(mailbox)
        .bind(account)
        .fetch_one(&self.reads)
        .await?;
        let mut removed = 0;
        if role == Role::Drafts {
            removed += self.discard_all(account).await?;
        }
        loop {
            // What comes in meanwhile was not meant.
            let step: Vec<i64> = sqlx::query_scalar(
                "SELECT id FROM placement WHERE mailbox_id = $1 AND uid <= $2 ORDER BY uid LIMIT $3",
            )
            .bind(mailbox)
            .bind(last.unwrap_or(0))
            .bind(STEP)
            .fetch_all(&self.reads)
            .await?;
            if step.is_empty() {
                return Ok(removed);
            }
            removed += self.destroy(account, step, event.clone(), now).await?;
        }
    }

    /// Removes for ever what has been in Trash since before `before` (all accounts), in bounded steps; and what the
    /// ledger says of messages that have been gone so long.
    pub async fn purge_trash(&self, before: Millis, now: Millis) -> Result<i64> {
        let mut removed = 0;
        loop {
            let step = self.act(move |tx| Box::pin(purge(tx, before, now))).await?;
            if step == 0 {
                break;
            }
            removed += step;
        }
        self.purge_ledger(before).await?;
        Ok(removed)
    }
}

async fn purge(tx: &mut Tx, before: Millis, now: Millis) -> Result<i64> {
    let old: Vec<(i64, i64)> = sqlx::query_as(
        "SELECT account_id, id FROM placement WHERE trashed = 1 AND placed_at < $1 ORDER BY placed_at LIMIT $2",
    )
    .bind(before)
    .bind(STEP)
    .fetch_all(tx.db())
    .await?;
    let mut accounts: std::collections::BTreeMap<i64, Vec<i64>> = std::collections::BTreeMap::new();
    for (account, placement) in old {
        accounts.entry(account).or_default().push(placement);
    }
    let event = Event { kind: crate::Kind::Destroyed, by: "retention".into(), detail: "in Trash for its time".into() };
    let mut removed = 0;
    for (account, placements) in accounts {
        removed += destroy(tx, account, &placements, &event, now).await?;
    }
    Ok(removed)
}

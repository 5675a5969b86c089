//! Moving from mailbox to mailbox.

use super::placement::{Counters, Placed, expunge, placed};
use super::{STEP, destroy, list};
use crate::writer::Tx;
use crate::{Event, Millis, Result, Role, Store, ledger};

async fn move_all(
    tx: &mut Tx,
    account: i64,
    placements: &[i64],
    (from, mailbox): (Option<i64>, i64),
    event: &Event,
    now: Millis,
) -> Result<i64> {
    let role: Role = sqlx::query_scalar("SELECT role FROM mailbox WHERE id = $1 AND account_id = $2")
        .bind(mailbox)
        .bind(account)
        .fetch_one(tx.db())
        .await?;
    let trashed = role == Role::Trash;
    let mut moving: Vec<Placed> = placed(tx, account, placements).await?;
    moving.retain(|placed| placed.mailbox_id != mailbox && from.is_none_or(|from| placed.mailbox_id == from));
    if moving.is_empty() {
        return Ok(0);
    }
    let mut counters = Counters::default();
    for placed in &moving {
        counters.count(placed.mailbox_id, placed, placed.trashed, -1);
        counters.count(mailbox, placed, trashed, 1);
    }
    let modseq = counters.write(tx, account).await?;
    expunge(tx, &moving, modseq, now).await?;
    let first: i64 =
        sqlx::query_scalar("UPDATE mailbox SET uidnext = uidnext + $2 WHERE id = $1 RETURNING uidnext - $2")
            .bind(mailbox)
            .bind(moving.len() as i64)
            .fetch_one(tx.db())
            .await?;
    let pairs: Vec<(i64, i64)> = moving.iter().map(|placed| placed.id).zip(first..).collect();
    sqlx::query(
        "UPDATE placement SET mailbox_id = $2, uid = given.value ->> 1, trashed = $3, modseq = $4, placed_at = $5
         FROM json_each($1) AS given WHERE placement.id = given.value ->> 0",
    )
    .bind(serde_json::to_string(&pairs).unwrap_or_default())
    .bind(mailbox)
    .bind(trashed)
    .bind(modseq)
    .bind(now)
    .execute(tx.db())
    .await?;
    let messages: Vec<i64> = moving.iter().map(|placed| placed.message_id).collect();
    ledger::write(tx, &list(&messages), event, now).await?;
    if trashed {
        destroy::trim_trash(tx, account, mailbox, now).await?;
    }
    Ok(moving.len() as i64)
}

impl Store {
    /// Keeps the placement id; gives a new uid in the target mailbox. Into and out of Trash changes what the quota
    /// counts. Up to a thousand in one commit. Answers how many moved; `NotFound` when the mailbox is not the account's.
    pub async fn move_to(
        &self,
        account: i64,
        placements: Vec<i64>,
        mailbox: i64,
        event: Event,
        now: Millis,
    ) -> Result<i64> {
        self.move_in_steps(account, placements, (None, mailbox), event, now).await
    }

    /// As `move_to`, of those that are still in `from`: what has been put elsewhere since is left there.
    pub async fn move_from(
        &self,
        account: i64,
        placements: Vec<i64>,
        (from, mailbox): (i64, i64),
        event: Event,
        now: Millis,
    ) -> Result<i64> {
        self.move_in_steps(account, placements, (Some(from), mailbox), event, now).await
    }

    async fn move_in_steps(
        &self,
        account: i64,
        placements: Vec<i64>,
        way: (Option<i64>, i64),
        event: Event,
        now: Millis,
    ) -> Result<i64> {
        let mut moved = 0;
        for step in placements.chunks(STEP) {
            let (step, event) = (step.to_vec(), event.clone());
            moved += self
                .act(move |tx| {
                    let (step, event) = (step.clone(), event.clone());
                    Box::pin(async move { move_all(tx, account, &step, way, &event, now).await })
                })
                .await?;
        }
        Ok(moved)
    }
}

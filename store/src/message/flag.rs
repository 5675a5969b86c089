//! Flags.

use super::placement::{Counters, Placed, placed};
use super::{STEP, list};
use crate::writer::Tx;
use crate::{Flags, Result, Store};

/// Answers how many changed.
pub(super) async fn change(tx: &mut Tx, account: i64, placements: &[i64], set: Flags, clear: Flags) -> Result<i64> {
    let after = |before: Flags| Flags(before.0 & !clear.0 | set.0);
    let mut changing: Vec<Placed> = placed(tx, account, placements).await?;
    changing.retain(|placed| after(placed.flags) != placed.flags);
    if changing.is_empty() {
        return Ok(0);
    }
    let mut counters = Counters::default();
    for placed in &changing {
        let seen = |flags: Flags| i64::from(flags.has(Flags::SEEN));
        counters.unseen(placed.mailbox_id, seen(placed.flags) - seen(after(placed.flags)));
    }
    let modseq = counters.write(tx, account).await?;
    let ids: Vec<i64> = changing.iter().map(|placed| placed.id).collect();
    sqlx::query(
        "UPDATE placement SET flags = (flags & ~$2) | $3, modseq = $4 WHERE id IN (SELECT value FROM json_each($1))",
    )
    .bind(list(&ids))
    .bind(clear)
    .bind(set)
    .bind(modseq)
    .execute(tx.db())
    .await?;
    Ok(ids.len() as i64)
}

impl Store {
    /// Sets and clears flags. Answers how many placements changed.
    pub async fn flag(&self, account: i64, placements: Vec<i64>, set: Flags, clear: Flags) -> Result<i64> {
        let mut changed = 0;
        for step in placements.chunks(STEP) {
            let step = step.to_vec();
            changed += self
                .act(move |tx| {
                    let step = step.clone();
                    Box::pin(async move { change(tx, account, &step, set, clear).await })
                })
                .await?;
        }
        Ok(changed)
    }
}

//! Writing a group of messages: read what must be known, plan, and write each table once. One message alone costs as
//! many ways to the database as sixty.

use super::accept::{self, Accepted, Delivery, Intake};
use super::plan::{Account, Known, Last, Mailbox, Plan, ancestors, plan};
use super::rows;
use crate::search::index;
use crate::writer::Tx;
use crate::{Result, Role, StoreError};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use std::collections::BTreeSet;

/// Takes all that have not failed. Those that cannot be taken have their error afterwards, and nothing of them is
/// written; an error of this function means that the transaction is to be undone.
pub(crate) async fn deliver(tx: &mut Tx, deliveries: &mut [&mut Delivery]) -> Result<()> {
    if deliveries.is_empty() {
        return Ok(());
    }
    let mut known = know(tx, deliveries).await?;
    let plan = plan(&mut known, deliveries);
    rows::write(tx, &plan, deliveries).await?;
    note_words(tx, &plan, deliveries);
    for (delivery, (blob, own_copy)) in deliveries.iter_mut().zip(plan.ends) {
        let Delivery { intake, outcome, .. } = &mut **delivery;
        if let Ok(accepted) = outcome {
            accepted.queue = accept::the_rest(tx, intake, blob, own_copy).await?;
        }
    }
    Ok(())
}

/// Nothing of these is written: their files may go.
pub(crate) fn undo(deliveries: &mut [&mut Delivery], why: &StoreError) {
    for delivery in deliveries {
        let Intake { blob, forwarded, .. } = &mut delivery.intake;
        blob.settle(None);
        forwarded.iter_mut().for_each(|forwarded| forwarded.blob.settle(None));
        delivery.outcome = Err(why.clone());
    }
}

/// Before they are tried once more.
pub(crate) fn reset(deliveries: &mut [&mut Delivery]) {
    for delivery in deliveries {
        delivery.outcome = Ok(Accepted::default());
    }
}

fn note_words(tx: &mut Tx, plan: &Plan, deliveries: &[&mut Delivery]) {
    for copy in &plan.copies {
        tx.index(index::entry(copy.account, copy.message, &deliveries[copy.delivery].words));
    }
}

/// One way to the database for all that a plan needs. Each row tells by its first column what it is. Of messages that
/// share a Message-ID one is enough: whoever sends the same one for ever must not make each delivery read them all.
const KNOW: &str = "
    SELECT 0, a.id, a.quota, a.used, a.modseq, m.role, m.id, m.uidnext
    FROM json_each($1) AS given CROSS JOIN mailbox m ON m.account_id = given.value ->> 0 AND m.role = given.value ->> 1
    JOIN account a ON a.id = m.account_id;
    SELECT 1, id, hash, file FROM blob WHERE hash IN (SELECT unhex(value) FROM json_each($2));
    SELECT 2, given.value ->> 0, given.value ->> 1, (SELECT m.thread_id FROM message m
        WHERE m.account_id = given.value ->> 0 AND m.msgid_hash = given.value ->> 1 LIMIT 1)
    FROM json_each($3) AS given;
    SELECT 3, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'blob'), 0),
        coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'message'), 0),
        coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'placement'), 0)";

async fn know(tx: &mut Tx, deliveries: &[&mut Delivery]) -> Result<Known> {
    let intakes = || deliveries.iter().map(|delivery| &delivery.intake);
    let places: BTreeSet<(i64, i64)> =
        intakes().flat_map(|intake| &intake.copies).map(|copy| (copy.account, copy.role as i64)).collect();
    let hashes: Vec<String> = intakes().map(|intake| intake.blob.hex()).collect();
    let related: BTreeSet<(i64, i64)> = intakes()
        .flat_map(|intake| {
            let of = |ancestor| intake.copies.iter().map(move |copy| (copy.account, ancestor));
            ancestors(&intake.summary).flat_map(of)
        })
        .collect();
    let rows = sqlx::query(KNOW)
        .bind(serde_json::to_string(&places).unwrap_or_default())
        .bind(serde_json::to_string(&hashes).unwrap_or_default())
        .bind(serde_json::to_string(&related).unwrap_or_default())
        .fetch_all(tx.db())
        .await?;
    let mut known = Known::default();
    rows.iter().for_each(|row| learn(&mut known, row));
    Ok(known)
}

fn learn(known: &mut Known, row: &SqliteRow) {
    let number = |at: usize| row.get::<i64, _>(at);
    match number(0) {
        0 => {
            let account = Account { quota: number(2), used: number(3), modseq: number(4) };
            known.accounts.insert(number(1), account);
            let mailbox = Mailbox { id: number(6), uidnext: number(7) };
            known.mailboxes.entry((number(1), row.get::<Role, _>(5))).or_insert(mailbox);
        }
        1 => drop(known.blobs.insert(row.get(2), (number(1), row.get(3)))),
        2 => drop(row.get::<Option<i64>, _>(3).map(|thread| known.threads.insert((number(1), number(2)), thread))),
        _ => known.last = Last { blob: number(1), message: number(2), placement: number(3) },
    }
}

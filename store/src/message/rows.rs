//! The rows of a group, table by table.

use super::accept::Delivery;
use super::plan::Plan;
use crate::Result;
use crate::writer::Tx;
use sqlx::sqlite::{Sqlite, SqliteArguments};
use sqlx::{AssertSqlSafe, query::Query};

type Rows<'q> = Query<'q, Sqlite, SqliteArguments>;

/// A table's columns, and as many placeholders.
struct Table {
    into: &'static str,
    values: &'static str,
}

const BLOB: Table = Table {
    into: "INSERT INTO blob (id, hash, size, refs, coding, file, data) VALUES ",
    values: "(?, ?, ?, ?, ?, ?, ?)",
};
const MESSAGE: Table = Table {
    into: "INSERT INTO message (id, account_id, blob_id, thread_id, msgid_hash, sent_at, has_attachment, from_name,
        from_address, recipients, subject, preview, verdict) VALUES ",
    values: "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
};
const PLACEMENT: Table = Table {
    into:
        "INSERT INTO placement (id, account_id, mailbox_id, message_id, uid, flags, modseq, trashed, size, received_at,
        placed_at, uidl, made) VALUES ",
    values: "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
};
const LEDGER: Table = Table {
    into: "INSERT INTO ledger (message_id, line, at, kind, by_whom, detail) VALUES ",
    values: "(?, 1, ?, ?, ?, ?)",
};

impl Table {
    fn insert(&self, rows: usize, sql: &mut String) {
        sql.push_str(self.into);
        for n in 0..rows {
            sql.push_str(if n > 0 { ", " } else { "" });
            sql.push_str(self.values);
        }
        sql.push(';');
    }
}

/// Rows of one statement are a power of two, at most 64: few statements to keep prepared, whatever the group's size.
fn chunks<T>(mut rest: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let size = rest.len().checked_ilog2().map(|log| 1 << log.min(6))?;
        let (chunk, after) = rest.split_at(size);
        rest = after;
        Some(chunk)
    })
}

pub(super) async fn write(tx: &mut Tx, plan: &Plan, deliveries: &[&mut Delivery]) -> Result<()> {
    for chunk in chunks(&plan.blobs) {
        let mut sql = String::new();
        BLOB.insert(chunk.len(), &mut sql);
        let mut rows = sqlx::query(AssertSqlSafe(sql));
        for (id, holders, delivery) in chunk {
            rows = deliveries[*delivery].intake.blob.bind(rows.bind(*id), *holders);
        }
        rows.execute(tx.db()).await?;
    }
    for chunk in chunks(&plan.copies) {
        let mut sql = String::new();
        for table in [MESSAGE, PLACEMENT, LEDGER] {
            table.insert(chunk.len(), &mut sql);
        }
        let mut rows = sqlx::query(AssertSqlSafe(sql));
        for bind in [message, placement, ledger] {
            for copy in chunk {
                rows = bind(rows, copy, &deliveries[copy.delivery].intake);
            }
        }
        rows.execute(tx.db()).await?;
    }
    count(tx, plan).await
}

fn message<'q>(rows: Rows<'q>, copy: &super::plan::Placing, intake: &super::Intake) -> Rows<'q> {
    let summary = &intake.summary;
    rows.bind(copy.message)
        .bind(copy.account)
        .bind(copy.blob)
        .bind(copy.thread)
        .bind(copy.msgid)
        .bind(summary.sent_at)
        .bind(summary.has_attachment)
        .bind(summary.from_name.clone())
        .bind(summary.from_address.clone())
        .bind(summary.to.clone())
        .bind(summary.subject.clone())
        .bind(summary.preview.clone())
        .bind(intake.verdict.clone())
}

fn placement<'q>(rows: Rows<'q>, copy: &super::plan::Placing, intake: &super::Intake) -> Rows<'q> {
    rows.bind(copy.placement)
        .bind(copy.account)
        .bind(copy.mailbox)
        .bind(copy.message)
        .bind(copy.uid)
        .bind(copy.flags)
        .bind(copy.modseq)
        .bind(copy.trashed)
        .bind(intake.blob.size)
        .bind(intake.now)
        .bind(intake.now)
        .bind(copy.uidl)
        .bind(copy.modseq)
}

fn ledger<'q>(rows: Rows<'q>, copy: &super::plan::Placing, intake: &super::Intake) -> Rows<'q> {
    let event = &intake.event;
    rows.bind(copy.message).bind(intake.now).bind(event.kind).bind(event.by.clone()).bind(event.detail.clone())
}

/// Once for each account and each mailbox of the group, and for each blob that has more holders now.
const COUNT: &str = "
    UPDATE account SET used = used + (given.value ->> 1), modseq = given.value ->> 2
    FROM json_each($1) AS given WHERE account.id = given.value ->> 0;
    UPDATE mailbox SET uidnext = uidnext + (given.value ->> 1), total = total + (given.value ->> 1),
        unseen = unseen + (given.value ->> 2), bytes = bytes + (given.value ->> 3), modseq = given.value ->> 4
    FROM json_each($2) AS given WHERE mailbox.id = given.value ->> 0;
    UPDATE blob SET refs = refs + (given.value ->> 1)
    FROM json_each($3) AS given WHERE blob.id = given.value ->> 0;";

async fn count(tx: &mut Tx, plan: &Plan) -> Result<()> {
    let accounts: Vec<_> = plan.accounts.iter().map(|(id, (used, modseq))| (id, used, modseq)).collect();
    let mailboxes: Vec<_> =
        plan.mailboxes.iter().map(|(id, (n, unseen, bytes, modseq))| (id, n, unseen, bytes, modseq)).collect();
    let held: Vec<_> = plan.held.iter().collect();
    if accounts.is_empty() && held.is_empty() {
        return Ok(());
    }
    sqlx::query(COUNT)
        .bind(serde_json::to_string(&accounts).unwrap_or_default())
        .bind(serde_json::to_string(&mailboxes).unwrap_or_default())
        .bind(serde_json::to_string(&held).unwrap_or_default())
        .execute(tx.db())
        .await?;
    Ok(())
}

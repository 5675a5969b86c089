//! How the database finds its rows: by ranges of indexes, never by reading through a table, never by sorting.

use crate::account::{HOMES, NAMED, NAMES};
use crate::arrival::ARRIVALS;
use crate::mailbox::{PAGE, PAGE_BEFORE};
use crate::message::MAILDROP;
use crate::queue::{DESTINATIONS, FRESH, NEXT_DUE, ROWS};
use crate::{Options, Store};
use sqlx::AssertSqlSafe;

async fn plan(sql: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(Options { dir: dir.path().into(), readers: 1, reserve: 0 }).await.unwrap();
    let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
    let rows: Vec<(i64, i64, i64, String)> = sqlx::query_as(explain).fetch_all(&store.reads).await.unwrap();
    rows.into_iter().map(|(.., step)| step).collect::<Vec<_>>().join("\n")
}

fn assert_ranges(plan: &str) {
    let odd = |step: &&str| {
        step.contains("TEMP B-TREE")
            || step.starts_with("SCAN") && !step.contains("VIRTUAL TABLE") && *step != "SCAN hit"
    };
    assert_eq!(plan.lines().find(odd), None, "{plan}");
}

#[tokio::test]
async fn a_page_is_a_range() {
    for (page, range) in [(PAGE, "received_at<?"), (PAGE_BEFORE, "received_at>?")] {
        let plan = plan(page).await;
        assert_ranges(&plan);
        // Covering: a page far down passes over the others on the index alone.
        let index = format!("COVERING INDEX placement_page (mailbox_id=? AND {range})");
        assert!(plan.contains(&index), "{plan}");
    }
}

#[tokio::test]
async fn a_maildrop_is_a_range() {
    assert_ranges(&plan(MAILDROP).await);
}

#[tokio::test]
async fn whom_an_address_reaches_is_looked_up_and_never_searched() {
    for sql in [NAMED, HOMES, NAMES] {
        assert_ranges(&plan(sql).await);
    }
}

#[tokio::test]
async fn what_is_due_is_a_range_of_destinations_and_a_range_of_rows_of_each() {
    let due = plan(DESTINATIONS).await;
    assert_ranges(&due);
    assert!(due.contains("INDEX queue_destination_due (priority=? AND next_at<?)"), "{due}");
    assert_ranges(&plan(FRESH).await);
    let rows = plan(ROWS).await;
    assert_ranges(&rows);
    assert!(rows.contains("INDEX queue_recipient_due (destination=? AND priority=? AND next_at<?)"), "{rows}");
    let next = plan(NEXT_DUE).await;
    assert_eq!(next.matches("COVERING INDEX queue_destination_due (priority=?)").count(), 3, "{next}");
}

#[tokio::test]
async fn the_trace_reads_the_ledger_backwards_and_sorts_nothing() {
    let arrivals = plan(ARRIVALS).await;
    assert_ranges(&arrivals);
    assert!(arrivals.contains("SEARCH l USING PRIMARY KEY (message_id>?)"), "{arrivals}");
}

//! The queue's worker: claims what is due, a few rows of each destination, and sends couriers out with them.

use super::attempt::Courier;
use super::dead::Dead;
use super::roster::{Roster, Trip};
use super::route::route;
use super::settle::{give_up, release, settle};
use super::{Errand, local};
use crate::clock::span;
use crate::house::House;
use crate::lifecycle::Shutdown;
use futures::FutureExt;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use store::{Due, Turn};

/// Rows that one courier takes along.
const LOAD: i64 = 50;
/// How long rows are a courier's own. A kill gives them back at the next start.
const CLAIM: Duration = Duration::from_secs(2 * 60 * 60);
/// The queue is looked at so often even when no bell rings: a command in another process rings none.
const LOOK: Duration = Duration::from_secs(3);
/// How long a host that could not be reached is left alone; never so long that its next regular attempt finds it so.
const DEAD_FOR: Duration = Duration::from_secs(15);
/// After trouble with the store.
const REST: Duration = Duration::from_secs(1);

/// Runs until the house closes, and gives back what is not under way then.
pub async fn run(house: Arc<House>, shutdown: Shutdown) {
    // What a kill left claimed is free again: nobody else works on this queue.
    while let Err(error) = house.store.release(None).await {
        tracing::error!(%error, "the queue cannot be opened");
        tokio::select! {
            () = tokio::time::sleep(REST) => {}
            () = shutdown.begun() => return,
        }
    }
    let dead = Arc::new(Dead::new(DEAD_FOR.min(house.config.retry_after(1))));
    let mut roster = Roster::new(house.config.outbound_destinations);
    while !shutdown.has_begun() {
        let wait = match claim(&house, &roster).await {
            Ok(rows) => {
                let any = !rows.is_empty();
                for (destination, rows) in by_destination(rows) {
                    let (house, dead, shutdown) = (Arc::clone(&house), Arc::clone(&dead), shutdown.clone());
                    let trip = Trip::new(&destination, &rows);
                    roster.send_out(trip, async move {
                        send(&house, &dead, &shutdown, &destination, rows).await;
                    });
                }
                if any { Duration::ZERO } else { until_next(&house, !roster.is_empty()).await }
            }
            Err(error) => {
                tracing::error!(%error, "the queue cannot be read");
                REST
            }
        };
        if wait.is_zero() && roster.free() > 0 {
            continue;
        }
        tokio::select! {
            () = tokio::time::sleep(wait.max(Duration::from_millis(20))) => {}
            () = house.queue_bell.notified() => {}
            left = roster.came_back(), if !roster.is_empty() => release(&house, left).await,
            () = shutdown.begun() => {}
        }
        while !roster.is_empty()
            && let Some(left) = roster.came_back().now_or_never()
        {
            release(&house, left).await;
        }
    }
    roster.all_back().await;
}

/// What is due: first whatever has waited longest, as far as couriers are free for it; then what was never tried.
async fn claim(house: &House, roster: &Roster) -> store::Result<Vec<Due>> {
    let mut due = Vec::new();
    for (turn, free) in [(Turn::Any, roster.free_for_any()), (Turn::First, roster.free())] {
        let free = free.saturating_sub(due.len());
        if free > 0 && (turn == Turn::Any || roster.free_for_any() < roster.free()) {
            let now = house.clock.now_ms();
            let limit = i64::try_from(free).unwrap_or(i64::MAX).min(LOAD * 10);
            let full = roster.full(house.config.outbound_connections);
            due.extend(house.store.claim(turn, now, now + span(CLAIM), limit, LOAD, full).await?);
        }
    }
    // A claim that lapsed under a courier that is still out is its own for another while.
    let held = roster.held();
    due.retain(|row| !held.contains(&row.id));
    Ok(due)
}

async fn until_next(house: &House, out: bool) -> Duration {
    // What is due may belong to a destination that a courier is at: its coming back wakes us.
    let least = Duration::from_millis(if out { 250 } else { 20 });
    match house.store.next_due().await {
        Ok(Some(at)) => {
            let wait = at.saturating_sub(house.clock.now_ms());
            Duration::from_millis(u64::try_from(wait).unwrap_or(0)).clamp(least, LOOK)
        }
        _ => LOOK,
    }
}

/// One destination's rows, wherever they go. All of them are settled or released when this returns.
async fn send(house: &Arc<House>, dead: &Dead, shutdown: &Shutdown, destination: &str, rows: Vec<Due>) {
    let (cancelled, rows): (Vec<Due>, Vec<Due>) = rows.into_iter().partition(Due::is_cancelled);
    for errand in Errand::group(cancelled) {
        give_up(house, errand.rows).await;
    }
    let Some(first) = rows.first() else { return };
    let ours = match local::is_ours(house, &first.recipient).await {
        Ok(ours) => ours,
        Err(error) => {
            tracing::error!(%error, destination, "the queue met trouble in the store");
            return release(house, rows.iter().map(|row| row.id).collect()).await;
        }
    };
    let errands = Errand::group(rows);
    if ours {
        for errand in errands {
            local::deliver(house, errand).await;
        }
        return;
    }
    match route(house, destination).await {
        Ok(targets) => {
            let ends_at = house.clock.instant() + house.config.outbound_round;
            let courier = Courier { house, dead, shutdown, ends_at };
            let left = courier.carry(&targets, errands.into()).await;
            release(house, left.iter().flat_map(|errand| errand.rows.iter().map(|row| row.id)).collect()).await;
        }
        Err(finding) => {
            for errand in errands {
                settle(house, errand.all(&finding)).await;
            }
        }
    }
}

fn by_destination(rows: Vec<Due>) -> HashMap<String, Vec<Due>> {
    let mut groups: HashMap<String, Vec<Due>> = HashMap::new();
    for row in rows {
        groups.entry(row.destination.clone()).or_default().push(row);
    }
    groups
}

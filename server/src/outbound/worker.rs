//! The queue's worker: claims what is due, a few rows of each destination, and sends couriers out with them.

use super::courier::Courier;
use super::dead::Dead;
use super::roster::{Roster, Trip};
use super::route::{Route, route, smarthost};
use super::settle::{release, settle};
use super::tls::Demand;
use super::undertaker::give_up;
use super::{Errand, late, local};
use crate::clock::span;
use crate::house::House;
use crate::lifecycle::Shutdown;
use futures::FutureExt;
use protocol::smtp::client::Class;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;
use store::{Due, Turn};
use tokio::time::Instant;

/// Rows of one destination that one courier takes along.
const LOAD: i64 = 50;
/// The queue is looked at so often even when no bell rings: a command in another process rings none.
const LOOK: Duration = Duration::from_secs(3);
/// How long a host that could not be reached is left alone; never so long that its next regular attempt finds it so.
const DEAD_FOR: Duration = Duration::from_secs(15);
/// After trouble with the store.
const TROUBLE: Duration = Duration::from_secs(1);
/// Rows whose time is over, taken in one go.
const OVER: i64 = 500;
/// Nobody's domain.
const LATE_OR_OVER: &str = "(late or over)";

/// Runs until the house closes, and gives back what is not under way then.
pub async fn run(house: Arc<House>, shutdown: Shutdown) {
    // What a kill left claimed is free again: nobody else works on this queue.
    while let Err(error) = house.store.release(None).await {
        tracing::error!(%error, "the queue cannot be opened");
        tokio::select! {
            () = tokio::time::sleep(TROUBLE) => {}
            () = shutdown.begun() => return,
        }
    }
    let dead = Arc::new(Dead::new(DEAD_FOR.min(house.config.retry_after(1))));
    let mut roster = Roster::new(house.config.outbound_destinations);
    let mut next_round = house.clock.instant();
    while !shutdown.has_begun() {
        if house.clock.instant() >= next_round {
            roster.send_out_once(LATE_OR_OVER, look_after(Arc::clone(&house)));
            next_round = house.clock.instant() + LOOK.min(house.config.retry_after(1));
        }
        let wait = match claim(&house, &roster).await {
            Ok(rows) if rows.is_empty() => until_next(&house, next_round, !roster.is_empty()).await,
            Ok(rows) => {
                for (way, rows) in by_way(&house, rows).await {
                    let (house, dead, shutdown) = (Arc::clone(&house), Arc::clone(&dead), shutdown.clone());
                    let trip = Trip::new(&way, &rows);
                    roster.send_out(trip, async move { send(&house, &dead, &shutdown, rows).await });
                }
                continue;
            }
            Err(error) => {
                tracing::error!(%error, "the queue cannot be read");
                TROUBLE
            }
        };
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
    let most = house.config.outbound_destinations;
    let mut due: Vec<Due> = Vec::new();
    for (turn, free) in [(Turn::Any, roster.free_for_any()), (Turn::First, roster.free())] {
        let free = free.saturating_sub(ways(&due));
        if free == 0 || turn == Turn::First && roster.free_for_any() == roster.free() {
            continue;
        }
        // A quarter of the couriers is kept from bulk mail, so that a letter never waits for a thousand circulars.
        let bulk = if most > 1 { free.saturating_sub((most / 4).max(1)) } else { free };
        let places = [free, bulk].map(|count| i64::try_from(count).unwrap_or(i64::MAX));
        let full = roster.full(house.config.outbound_connections);
        let now = house.clock.now_ms();
        due.extend(house.store.claim(turn, now, (places[0], places[1]), LOAD, full).await?);
    }
    Ok(due)
}

/// How many couriers these rows take.
fn ways(due: &[Due]) -> usize {
    due.iter().map(|row| row.destination.as_str()).collect::<HashSet<_>>().len()
}

async fn until_next(house: &House, next_round: Instant, out: bool) -> Duration {
    // What is due may belong to a destination that a courier is at: its coming back wakes us.
    let least = Duration::from_millis(if out { 250 } else { 20 });
    let round = next_round.saturating_duration_since(house.clock.instant());
    match house.store.next_due().await {
        Ok(Some(at)) => {
            let wait = at.saturating_sub(house.clock.now_ms());
            Duration::from_millis(u64::try_from(wait).unwrap_or(0)).clamp(least, LOOK).min(round)
        }
        _ => round.min(LOOK),
    }
}

/// What no attempt has to be made for: senders that are to be told, and rows whose time is over.
async fn look_after(house: Arc<House>) {
    match house.store.claim_expired(house.clock.now_ms(), OVER).await {
        Ok(rows) => give_up(&house, rows).await,
        Err(error) => tracing::error!(%error, "mail whose time is over could not be looked for"),
    }
    late::tell(&house).await;
}

/// Rows of one way, wherever it leads. All of them are settled or released when this returns.
async fn send(house: &Arc<House>, dead: &Dead, shutdown: &Shutdown, rows: Vec<Due>) {
    let (cancelled, rows): (Vec<Due>, Vec<Due>) = rows.into_iter().partition(Due::is_cancelled);
    give_up(house, cancelled).await;
    let Some(first) = rows.first() else { return };
    let ours = match local::is_ours(house, &first.recipient).await {
        Ok(ours) => ours,
        Err(error) => {
            tracing::error!(%error, destination = first.destination, "the queue met trouble in the store");
            return release(house, rows.iter().map(|row| row.id).collect()).await;
        }
    };
    let mut destinations: Vec<String> = rows.iter().map(|row| row.destination.clone()).collect();
    destinations.sort_unstable();
    destinations.dedup();
    let errands = Errand::group(rows);
    if ours {
        for errand in errands {
            local::deliver(house, errand).await;
        }
        return;
    }
    let destination = destinations[0].clone();
    match route(house, &destination).await {
        Ok(route) => {
            if carry(house, dead, shutdown, &destination, &route, errands).await {
                rest(house, destinations).await;
            }
        }
        Err(finding) => {
            let rests = finding.class == Class::Temporary;
            for errand in errands {
                settle(house, errand.all(&finding)).await;
            }
            if rests {
                rest(house, destinations).await;
            }
        }
    }
}

/// True: nobody could be spoken to.
async fn carry(
    house: &Arc<House>,
    dead: &Dead,
    shutdown: &Shutdown,
    domain: &str,
    route: &Route,
    errands: Vec<Errand>,
) -> bool {
    // The policy of a smarthost is its own, by its host's name; else it is the domain's.
    let destination = smarthost(&house.config, domain).map_or(domain, |(host, _)| host.as_str());
    let demand = Demand::find(house, destination, route).await;
    let ends_at = house.clock.instant() + house.config.outbound_round;
    let courier = Courier { house, dead, shutdown, destination, route, demand: &demand, ends_at };
    let home = courier.carry(errands.into()).await;
    release(house, home.left.iter().flat_map(|errand| errand.rows.iter().map(|row| row.id)).collect()).await;
    home.nobody
}

/// Nothing of these destinations is tried for a while, the longer the oftener it was in vain.
async fn rest(house: &House, destinations: Vec<String>) {
    for destination in destinations {
        let failures = house.store.failures(&destination).await.unwrap_or(0);
        let wait = house.config.retry_after(failures + 1).min(house.config.longest_rest);
        let until = house.clock.now_ms() + span(wait);
        if let Err(error) = house.store.rest(destination, until).await {
            tracing::error!(%error, "a destination that does not answer is asked again soon");
        }
    }
}

/// Rows that go the same way together: those of one destination, or all that go to one smarthost.
async fn by_way(house: &House, rows: Vec<Due>) -> HashMap<String, Vec<Due>> {
    let mut ways: HashMap<String, Vec<Due>> = HashMap::new();
    for row in rows {
        ways.entry(row.destination.clone()).or_default().push(row);
    }
    if house.config.smarthost.is_empty() {
        return ways;
    }
    let mut merged: HashMap<String, Vec<Due>> = HashMap::new();
    for (domain, rows) in ways {
        let far = matches!(local::is_ours(house, &rows[0].recipient).await, Ok(false));
        let way = match smarthost(&house.config, &domain).filter(|_| far) {
            Some((host, port)) => format!("{host}:{port}"),
            None => domain,
        };
        merged.entry(way).or_default().extend(rows);
    }
    merged
}

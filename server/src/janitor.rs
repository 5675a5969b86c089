//! Cleans up: what has been in Trash for its time, drafts that were never written, refusals that are old, and sessions that
//! have ended. And looks what most passwords cost.

use crate::clock::{Clock, span};
use crate::house::House;
use crate::lifecycle::Shutdown;
use crate::outbound;
use std::sync::Arc;
use std::time::Duration;
use store::Millis;
use tokio::time::Instant;

const ROUND: Duration = Duration::from_secs(10 * 60);
/// For so long it is remembered which messages left a mailbox; and what became of them, where Trash keeps all for ever.
const REMEMBERED_DAYS: u32 = 90;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// The wall clock may run ahead of the stopwatch by this much in a round: it is being set right, little by little.
const DRIFT: Duration = Duration::from_secs(60);
/// Nothing is destroyed for so long after the start, and after the wall clock jumped: a wrong clock is mostly right again
/// by then, and what it would have cost is gone for ever.
const SETTLING: Duration = Duration::from_secs(30 * 60);

/// Goes round until the house closes.
pub async fn run(house: Arc<House>, shutdown: Shutdown) {
    let mut watch = Watch::new(house.clock);
    loop {
        clean(&house, watch.is_settled(house.clock.now_ms(), house.clock.instant())).await;
        tokio::select! {
            () = tokio::time::sleep(ROUND) => {}
            () = shutdown.begun() => return,
        }
    }
}

async fn clean(house: &House, clock_is_settled: bool) {
    outbound::keep_keys(house).await;
    let now = house.clock.now_ms();
    if house.config.trash_days > 0 && clock_is_settled {
        let before = now - span(DAY * house.config.trash_days);
        match house.store.purge_trash(before, now).await {
            Ok(0) => {}
            Ok(messages) => {
                tracing::info!(messages, days = house.config.trash_days, "Trash was cleared of what is old")
            }
            Err(error) => tracing::error!(%error, "Trash could not be cleared"),
        }
    }
    if let Err(error) = house.store.purge_kept_senders(now).await {
        tracing::error!(%error, "senders of forwarded mail could not be cleared");
    }
    // What counts for a day is of no use after it.
    if let Err(error) = house.store.purge_outgoing(now - span(DAY * 2)).await {
        tracing::error!(%error, "what was sent days ago could not be forgotten");
    }
    // Accounts come to today's cost one by one; what an unknown name costs goes with most of them.
    match house.store.common_password_hash().await {
        Ok(common) => common.iter().for_each(|common| house.passwords.imitate(common)),
        Err(error) => tracing::error!(%error, "what most passwords cost is not known"),
    }
    if house.config.checks.trace_days > 0 && clock_is_settled {
        let before = now - span(DAY * house.config.checks.trace_days);
        if let Err(error) = house.store.purge_refusals(before).await {
            tracing::error!(%error, "old refusals could not be cleared");
        }
    }
    if let Err(error) = house.store.purge_meetings(now).await {
        tracing::error!(%error, "those who have not been seen for long could not be forgotten");
    }
    // A day: nobody sits before a blank page for so long, and who does loses nothing.
    if let Err(error) = house.store.sweep_blank_drafts(now - span(DAY)).await {
        tracing::error!(%error, "blank drafts could not be cleared");
    }
    if clock_is_settled {
        forget(house, now).await;
    }
    if let Err(error) = house.store.purge_sessions(now).await {
        tracing::error!(%error, "ended sessions could not be cleared");
    }
}

/// What is remembered of messages that are gone: their ledger for as long as Trash keeps mail, and for clients that were
/// away which uids they had.
async fn forget(house: &House, now: Millis) {
    let days = if house.config.trash_days > 0 { house.config.trash_days } else { REMEMBERED_DAYS };
    if let Err(error) = house.store.purge_ledger(now - span(DAY * days)).await {
        tracing::error!(%error, "the ledger could not be cleared of what is old");
    }
    if let Err(error) = house.store.purge_expunged(now - span(DAY * REMEMBERED_DAYS)).await {
        tracing::error!(%error, "uids that are long gone could not be forgotten");
    }
}

/// Whether the wall clock can be believed in what cannot be undone: it is held against the stopwatch.
struct Watch {
    wall: Millis,
    stopwatch: Instant,
    steady_since: Instant,
}

impl Watch {
    fn new(clock: Clock) -> Watch {
        let now = clock.instant();
        Watch { wall: clock.now_ms(), stopwatch: now, steady_since: now }
    }

    fn is_settled(&mut self, wall: Millis, stopwatch: Instant) -> bool {
        let passed = span(stopwatch - self.stopwatch);
        if (wall - self.wall).abs_diff(passed) > DRIFT.as_millis() as u64 {
            tracing::warn!("the clock has jumped: nothing is cleared from Trash for a while");
            self.steady_since = stopwatch;
        }
        (self.wall, self.stopwatch) = (wall, stopwatch);
        stopwatch - self.steady_since >= SETTLING
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_destroyed_after_a_start_or_a_jump_of_the_clock() {
        let (mut watch, start) = (Watch::new(Clock), Clock.instant());
        let wall = watch.wall;
        let mut look = |minutes: u64, days_ahead: i64| {
            let passed = Duration::from_secs(60 * minutes);
            watch.is_settled(wall + span(passed) + days_ahead * span(DAY), start + passed)
        };
        assert!(!look(0, 0) && !look(10, 0) && !look(20, 0), "too soon after the start");
        assert!(look(31, 0) && look(40, 0));
        assert!(!look(50, 31), "the clock says that a month is over");
        assert!(!look(60, 0), "and takes it back");
        assert!(!look(80, 0));
        assert!(look(91, 0));
    }
}

//! Cleans up: what has been in Trash for its time, and sessions that have ended.

use crate::clock::span;
use crate::house::House;
use crate::lifecycle::Shutdown;
use std::sync::Arc;
use std::time::Duration;

const ROUND: Duration = Duration::from_secs(10 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Goes round until the house closes.
pub async fn run(house: Arc<House>, shutdown: Shutdown) {
    loop {
        clean(&house).await;
        tokio::select! {
            () = tokio::time::sleep(ROUND) => {}
            () = shutdown.begun() => return,
        }
    }
}

async fn clean(house: &House) {
    let now = house.clock.now_ms();
    if house.config.trash_days > 0 {
        let before = now - span(DAY * house.config.trash_days);
        match house.store.purge_trash(before, now).await {
            Ok(0) => {}
            Ok(messages) => {
                tracing::info!(messages, days = house.config.trash_days, "Trash was cleared of what is old")
            }
            Err(error) => tracing::error!(%error, "Trash could not be cleared"),
        }
    }
    // What counts for a day is of no use after it.
    if let Err(error) = house.store.purge_outgoing(now - span(DAY * 2)).await {
        tracing::error!(%error, "what was sent days ago could not be forgotten");
    }
    if let Err(error) = house.store.purge_sessions(now).await {
        tracing::error!(%error, "ended sessions could not be cleared");
    }
}

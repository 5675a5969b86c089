//! Sends what was counted once its period is over. A kill between sending and forgetting sends a report again: with the
//! same Report-ID, by which whoever takes it knows it.

use super::{dmarc, tls};
use crate::clock::span;
use crate::house::House;
use crate::lifecycle::Shutdown;
use crate::submission::{Origin, Submission, submit};
use mail::Address;
use std::sync::Arc;
use std::time::Duration;
use store::{Millis, ReportKind};

/// Reports of one round.
const ROUND: i64 = 500;
/// How often is looked, at most and at least.
const LOOK: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(10 * 60));
/// Periods that are waited for DNS or the store; then what was counted is forgotten.
const PATIENCE: i64 = 3;
/// What others told is kept for so long.
const KEPT: Duration = Duration::from_secs(400 * 24 * 60 * 60);

/// What became of a report.
pub enum Sent {
    /// It is on its way, or nobody wants it.
    Done,
    NotNow(String),
}

pub async fn run(house: Arc<House>, shutdown: Shutdown) {
    let pause = (house.config.report_period / 8).clamp(LOOK.0, LOOK.1);
    loop {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = shutdown.begun() => return,
        }
        tokio::select! {
            () = round(&house) => {}
            () = shutdown.begun() => return,
        }
    }
}

async fn round(house: &House) {
    let (now, period) = (house.clock.now_ms(), span(house.config.report_period));
    if let Some(from) = &house.config.report_from {
        // What is noted in the background belongs to the period that has ended.
        house.trace.flush().await;
        for kind in [ReportKind::Dmarc, ReportKind::Tls] {
            if let Err(error) = send_due(house, from, kind, now).await {
                tracing::error!(%error, "reports could not be sent");
            }
        }
    }
    let purged = house.store.purge_outcomes(now - PATIENCE * period - period).await;
    if let Err(error) = purged.and(house.store.purge_reports(now - span(KEPT)).await) {
        tracing::error!(%error, "old reports could not be forgotten");
    }
}

async fn send_due(house: &House, from: &Address, kind: ReportKind, now: Millis) -> Result<(), store::StoreError> {
    let period = span(house.config.report_period);
    // Of a period that is over: it began a whole one ago.
    for (begins, domain) in house.store.reports_due(kind, now - period + 1, ROUND).await? {
        if now < begins + period + delay(house, &domain) {
            continue;
        }
        let sent = match kind {
            ReportKind::Dmarc => dmarc::send(house, from, begins, &domain).await,
            ReportKind::Tls => tls::send(house, from, begins, &domain).await,
        };
        match sent {
            Sent::Done => house.store.forget_outcomes(kind, begins, &domain).await?,
            Sent::NotNow(why) => tracing::info!(why, domain, ?kind, "a report waits"),
        }
    }
    Ok(())
}

/// Not all at midnight (RFC 8460 §4.1): each domain at a time of its own within the first sixth of the next period.
fn delay(house: &House, domain: &str) -> Millis {
    let hash = blake3::hash(format!("{}/{domain}", house.config.hostname).as_bytes());
    let [a, b, c, d, ..] = *hash.as_bytes();
    i64::from(u32::from_le_bytes([a, b, c, d])) % (span(house.config.report_period) / 6).max(1)
}

/// The same for the same report, so that one that comes twice is known.
pub fn report_id(house: &House, begins: Millis, domain: &str) -> String {
    let hash = blake3::hash(format!("{}/{begins}/{domain}", house.config.hostname).as_bytes());
    format!("{}.{}", begins / 1000, &hash.to_hex()[..16])
}

/// Puts a report on its way, signed as all mail of its sender's domain is. Nobody hears of it if it cannot be delivered.
pub async fn deliver(house: &House, to: Vec<Address>, bytes: Vec<u8>) -> Sent {
    let message = match house.spool.keep(bytes).await {
        Ok(message) => message,
        Err(error) => return Sent::NotNow(error.to_string()),
    };
    let submission = Submission::of_the_house(to, message, Origin::Notice);
    match submit(house, submission).await {
        Ok(_) => Sent::Done,
        Err(refused) => Sent::NotNow(format!("{refused:?}")),
    }
}

/// The addresses of `mailto:` URIs, at most a few.
pub fn mailboxes<'u>(uris: impl Iterator<Item = &'u str>) -> Vec<Address> {
    const MOST: usize = 5;
    let mailto = |uri: &str| {
        let is_mailto = uri.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("mailto:"));
        let address = if is_mailto { &uri[7..] } else { uri };
        Address::parse(address.split(['?', '!']).next().unwrap_or_default().trim()).ok()
    };
    uris.filter_map(mailto).take(MOST).collect()
}

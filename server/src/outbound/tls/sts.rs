//! MTA-STS (RFC 8461): finding a domain's policy, and keeping it for as long as it says.

use super::fetch::fetch;
use crate::clock::span;
use crate::house::House;
use mail::sts::{Policy, record_id};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use store::{Millis, StsPolicy};
use tokio::time::Instant;

/// A policy that could not be fetched is not asked for again for so long (RFC 8461 §3.3: at least five minutes).
const REST: Duration = Duration::from_secs(5 * 60);
const REMEMBERED: usize = 10_000;

/// Domains whose policy could not be fetched a moment ago, with the id that was announced.
#[derive(Default)]
pub struct StsMemory {
    failed: Mutex<HashMap<String, (Instant, String)>>,
}

/// The policy that holds for a domain now. None: it has none, or none that we could ever read.
pub async fn policy(house: &House, domain: &str) -> Option<Policy> {
    if !house.config.mta_sts {
        return None;
    }
    let now = house.clock.now_ms();
    let kept = house.store.sts_policy(domain).await.unwrap_or_default().filter(|kept| now < kept.expires_at);
    let announced = match house.dns.texts(&format!("_mta-sts.{domain}")).await {
        // RFC 8461 §3.1: one record that begins so, or none counts.
        Ok(texts) => match texts.iter().filter(|text| text.starts_with("v=STSv1")).collect::<Vec<_>>()[..] {
            [only] => record_id(only),
            _ => None,
        },
        Err(_) => None,
    };
    // RFC 8461 §5.1: what was kept holds, also when the record is gone or DNS is silent.
    let Some(id) = announced.filter(|id| kept.as_ref().is_none_or(|kept| kept.id != *id)) else {
        return kept.and_then(read);
    };
    if house.sts.failed(domain, &id, house.clock.instant()) {
        return kept.and_then(read);
    }
    match fetch(house, domain).await {
        Ok(text) => match Policy::parse(&text) {
            Some(policy) => {
                keep(house, domain, id, text, &policy, now).await;
                Some(policy)
            }
            None => give_up(house, domain, id, kept, "it is not a policy"),
        },
        Err(why) => give_up(house, domain, id, kept, &why),
    }
}

fn read(kept: StsPolicy) -> Option<Policy> {
    Policy::parse(&kept.policy)
}

async fn keep(house: &House, domain: &str, id: String, text: String, policy: &Policy, now: Millis) {
    let expires_at = now.saturating_add(span(policy.max_age));
    let kept = StsPolicy { domain: domain.to_owned(), id, policy: text, fetched_at: now, expires_at };
    if let Err(error) = house.store.keep_sts_policy(kept).await {
        tracing::warn!(%error, domain, "a TLS policy could not be kept");
    }
}

fn give_up(house: &House, domain: &str, id: String, kept: Option<StsPolicy>, why: &str) -> Option<Policy> {
    tracing::info!(target: "mail", event = "sts-policy-fetch-error", domain, why);
    house.sts.remember(domain, id, house.clock.instant());
    kept.and_then(read)
}

impl StsMemory {
    fn failed(&self, domain: &str, id: &str, now: Instant) -> bool {
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.get(domain).is_some_and(|(until, of)| now < *until && of == id)
    }

    fn remember(&self, domain: &str, id: String, now: Instant) {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        if failed.len() >= REMEMBERED {
            failed.clear();
        }
        failed.insert(domain.to_owned(), (now + REST, id));
    }
}

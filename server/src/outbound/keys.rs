//! Sees to it that every domain of ours has keys to sign with, and that old ones are forgotten.

use crate::clock::span;
use crate::dkim;
use crate::house::House;

/// One round. Making keys takes a second a domain, once.
pub async fn keep(house: &House) {
    let now = house.clock.now_ms();
    if house.config.dkim_signing {
        let domains = house.store.domains().await.unwrap_or_default();
        for domain in domains {
            if let Err(error) = dkim::complete(&house.store, house.clock, &domain.name).await {
                tracing::error!(%error, domain = domain.name, "the domain has no keys to sign with");
            }
        }
    }
    if let Err(error) = house.store.purge_dkim_keys(now - span(dkim::KEPT)).await {
        tracing::error!(%error, "retired keys could not be forgotten");
    }
    if let Err(error) = house.store.purge_sts(now).await {
        tracing::error!(%error, "old TLS policies could not be forgotten");
    }
}

//! What DNS has to say about our domains: for the admin's page, and our own TLS policy (RFC 8461) for other servers.

use crate::dkim;
use crate::dns_records::{Found, Record, expected, look_up, policy};
use crate::house::House;
use crate::web::refused::refused;
use crate::web::state::Web;
use api::{Refusal, ZoneLine, ZonePage, ZoneState};
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, HOST};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use futures::future::join_all;
use mail::Domain;
use std::sync::Arc;
use std::time::Duration;
use store::DomainRow;

/// As the command has it.
const USUAL_WAIT: Duration = Duration::from_secs(3 * 24 * 60 * 60);

pub async fn zone(house: &House, domain: &str) -> Result<ZonePage, Refusal> {
    let row = find(house, domain).await?;
    let keys = house.store.dkim_keys(&row.name).await.map_err(refused)?;
    let records = expected(&house.config, &row.name, &keys, house.clock.now_ms());
    let lines = join_all(records.into_iter().map(|record| line(house, record))).await;
    Ok(ZonePage { domain: row.name, lines })
}

pub async fn rotate(house: &House, domain: &str) -> Result<String, Refusal> {
    let row = find(house, domain).await?;
    dkim::make(&house.store, house.clock, &row.name, USUAL_WAIT).await.map_err(|error| {
        tracing::error!(%error, domain = row.name, "new keys could not be made");
        Refusal::TryAgain
    })?;
    Ok(row.name)
}

async fn find(house: &House, domain: &str) -> Result<DomainRow, Refusal> {
    let name = Domain::parse(domain.trim()).map_err(|_| Refusal::NotFound)?;
    let domains = house.store.domains().await.map_err(refused)?;
    domains.into_iter().find(|row| row.name == name.as_str()).ok_or(Refusal::NotFound)
}

async fn line(house: &House, record: Record) -> ZoneLine {
    let (state, found) = match look_up(&house.dns, &record).await {
        Found::Right => (ZoneState::Right, Vec::new()),
        Found::Other(found) => (ZoneState::Other, found),
        Found::Missing => (ZoneState::Missing, Vec::new()),
        Found::NotNow => (ZoneState::Unknown, Vec::new()),
    };
    ZoneLine {
        purpose: record.purpose.name().to_owned(),
        why: record.purpose.why().to_owned(),
        kind: record.kind().to_owned(),
        line: record.zone_line(),
        name: record.name,
        value: record.value,
        state,
        found,
    }
}

/// `https://mta-sts.<domain>/.well-known/mta-sts.txt`, for each of our domains and no other name.
pub async fn sts_policy(State(web): State<Arc<Web>>, headers: HeaderMap) -> Response {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let Some(domain) = name.to_ascii_lowercase().strip_prefix("mta-sts.").map(str::to_owned) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match find(&web.house, &domain).await {
        Ok(_) => ([(CONTENT_TYPE, "text/plain; charset=utf-8")], policy(&web.house.config)).into_response(),
        Err(Refusal::NotFound) => StatusCode::NOT_FOUND.into_response(),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

//! Calls about what DNS has to say of a domain.

use crate::AppError;
use api::ZonePage;
use leptos::prelude::*;

#[server(prefix = "/api/v1", endpoint = "admin/zone")]
pub async fn read_zone(domain: String) -> Result<ZonePage, AppError> {
    Ok(super::admin()?.zone(domain).await?)
}

#[server(prefix = "/api/v1", endpoint = "admin/rotate-keys")]
pub async fn rotate_keys(domain: String) -> Result<(), AppError> {
    super::admin()?.rotate_keys(domain.clone()).await?;
    leptos_axum::redirect(&format!("/admin/dns/{domain}?done=keys-made"), false);
    Ok(())
}

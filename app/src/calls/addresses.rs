//! Calls of the admin's desk about addresses: aliases, other names, limits, what an account is reached by.

use crate::AppError;
use api::{AliasesAsk, AliasesPage, DomainView};
use leptos::prelude::*;

#[server(prefix = "/api/v1", endpoint = "admin/domain")]
pub async fn read_domain(name: String) -> Result<DomainView, AppError> {
    Ok(super::admin()?.domain(name).await?)
}

/// Whole numbers; empty is no limit.
#[server(prefix = "/api/v1", endpoint = "admin/domain-limits")]
pub async fn set_domain_limits(
    id: i64,
    name: String,
    #[server(default)] most_accounts: String,
    #[server(default)] most_aliases: String,
    #[server(default)] most_quota_mib: String,
    #[server(default)] default_quota_mib: String,
    #[server(default)] message_size_mib: String,
) -> Result<(), AppError> {
    let limit = |typed: &str| match typed.trim() {
        "" => Ok(None),
        typed => typed.parse().map(Some).map_err(|_| api::Refusal::BadNumber),
    };
    let limits = api::DomainLimits {
        most_accounts: limit(&most_accounts)?,
        most_aliases: limit(&most_aliases)?,
        most_quota_mib: limit(&most_quota_mib)?,
        default_quota_mib: limit(&default_quota_mib)?,
        message_size_mib: limit(&message_size_mib)?,
    };
    super::admin()?.set_domain_limits(id, limits).await?;
    leptos_axum::redirect(&format!("{}?done=limits", super::domain_page(&name)), false);
    Ok(())
}

#[server(prefix = "/api/v1", endpoint = "admin/domain-receives")]
pub async fn set_domain_receives(id: i64, name: String, receives: bool) -> Result<(), AppError> {
    super::admin()?.set_domain_receives(id, receives).await?;
    leptos_axum::redirect(&format!("{}?done=receiving", super::domain_page(&name)), false);
    Ok(())
}

#[server(prefix = "/api/v1", endpoint = "admin/separator")]
pub async fn set_separator(id: i64, name: String, sign: String) -> Result<(), AppError> {
    super::admin()?.set_separator(id, sign).await?;
    leptos_axum::redirect(&format!("{}?done=separator", super::domain_page(&name)), false);
    Ok(())
}

#[server(prefix = "/api/v1", endpoint = "admin/catch-all")]
pub async fn set_catch_all(id: i64, name: String, #[server(default)] target: String) -> Result<(), AppError> {
    super::admin()?.set_catch_all(id, target).await?;
    leptos_axum::redirect(&format!("{}?done=catch-all", super::domain_page(&name)), false);
    Ok(())
}

#[server(prefix = "/api/v1", endpoint = "admin/add-domain-name")]
pub async fn add_domain_name(id: i64, name: String, #[server(default)] other: String) -> Result<(), AppError> {
    super::admin()?.add_domain_name(id, other).await?;
    leptos_axum::redirect(&format!("{}?done=name-added", super::domain_page(&name)), false);
    Ok(())
}

#[server(prefix = "/api/v1", endpoint = "admin/remove-domain-name")]
pub async fn remove_domain_name(
    name: String,
    other: String,
    #[server(default)] confirm: String,
) -> Result<(), AppError> {
    super::admin()?.remove_domain_name(other, confirm).await?;
    leptos_axum::redirect(&format!("{}?done=removed", super::domain_page(&name)), false);
    Ok(())
}

#[server(prefix = "/api/v1", endpoint = "admin/aliases")]
pub async fn list_aliases(ask: AliasesAsk) -> Result<AliasesPage, AppError> {
    Ok(super::admin()?.aliases(ask).await?)
}

#[server(prefix = "/api/v1", endpoint = "admin/add-alias")]
pub async fn add_alias(
    name: String,
    #[server(default)] address: String,
    #[server(default)] targets: String,
) -> Result<(), AppError> {
    super::admin()?.add_alias(address, targets).await?;
    leptos_axum::redirect(&format!("{}?done=alias-added", super::domain_page(&name)), false);
    Ok(())
}

#[server(prefix = "/api/v1", endpoint = "admin/set-alias")]
pub async fn set_alias(name: String, address: String, #[server(default)] targets: String) -> Result<(), AppError> {
    super::admin()?.set_alias(address, targets).await?;
    leptos_axum::redirect(&format!("{}?done=alias-changed", super::domain_page(&name)), false);
    Ok(())
}

#[server(prefix = "/api/v1", endpoint = "admin/remove-alias")]
pub async fn remove_alias(name: String, address: String) -> Result<(), AppError> {
    super::admin()?.remove_alias(address).await?;
    leptos_axum::redirect(&format!("{}?done=removed", super::domain_page(&name)), false);
    Ok(())
}

#[server(prefix = "/api/v1", endpoint = "admin/addresses")]
pub async fn addresses_of(id: i64) -> Result<Vec<String>, AppError> {
    Ok(super::admin()?.addresses_of(id).await?)
}

#[server(prefix = "/api/v1", endpoint = "admin/add-address")]
pub async fn add_address(id: i64, #[server(default)] address: String) -> Result<(), AppError> {
    super::admin()?.add_address(id, address).await?;
    leptos_axum::redirect(&format!("/admin/accounts/{id}?done=address-added"), false);
    Ok(())
}

#[server(prefix = "/api/v1", endpoint = "admin/remove-address")]
pub async fn remove_address(id: i64, address: String) -> Result<(), AppError> {
    super::admin()?.remove_address(id, address).await?;
    leptos_axum::redirect(&format!("/admin/accounts/{id}?done=removed"), false);
    Ok(())
}

/// `mail`, `nothing-now` or `nothing`.
#[server(prefix = "/api/v1", endpoint = "admin/receives")]
pub async fn set_receives(id: i64, receives: String) -> Result<(), AppError> {
    let receives = match receives.as_str() {
        "mail" => api::Receives::Mail,
        "nothing-now" => api::Receives::NothingNow,
        "nothing" => api::Receives::Nothing,
        _ => return Err(api::Refusal::NotFound.into()),
    };
    super::admin()?.set_receives(id, receives).await?;
    leptos_axum::redirect(&format!("/admin/accounts/{id}?done=receiving"), false);
    Ok(())
}

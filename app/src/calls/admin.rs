//! Calls of the admin's desk. Adding an account and setting a password are plain forms to the server: their
//! answer holds a secret, which never travels in an address.

use crate::AppError;
use api::{AccountLine, AccountsAsk, AccountsPage, DomainLine, Overview, QueueLine, TraceAsk, TraceLine};
use leptos::prelude::*;

#[server(prefix = "/api/v1", endpoint = "admin/overview")]
pub async fn read_overview() -> Result<Overview, AppError> {
    Ok(super::admin()?.overview().await?)
}

#[server(prefix = "/api/v1", endpoint = "admin/domains")]
pub async fn list_domains() -> Result<Vec<DomainLine>, AppError> {
    Ok(super::admin()?.domains().await?)
}

#[server(prefix = "/api/v1", endpoint = "admin/add-domain")]
pub async fn add_domain(name: String) -> Result<(), AppError> {
    use leptos_router::location::Url;
    match super::admin()?.add_domain(name.clone()).await {
        Ok(_) => leptos_axum::redirect("/admin/domains?done=domain-added", false),
        // A plain form has no other memory of what was typed than the address it comes back to.
        Err(refusal) if super::is_plain_form() => {
            let typed = Url::escape(&name.chars().take(255).collect::<String>());
            leptos_axum::redirect(&format!("/admin/domains?refused={refusal}&name={typed}"), false);
        }
        Err(refusal) => return Err(refusal.into()),
    }
    Ok(())
}

#[server(prefix = "/api/v1", endpoint = "admin/domain-active")]
pub async fn set_domain_active(id: i64, active: bool) -> Result<(), AppError> {
    super::admin()?.set_domain_active(id, active).await?;
    leptos_axum::redirect(if active { "/admin/domains?done=resumed" } else { "/admin/domains?done=suspended" }, false);
    Ok(())
}

#[server(prefix = "/api/v1", endpoint = "admin/remove-domain")]
pub async fn remove_domain(id: i64, #[server(default)] confirm: String) -> Result<(), AppError> {
    super::admin()?.remove_domain(id, confirm).await?;
    leptos_axum::redirect("/admin/domains?done=removed", false);
    Ok(())
}

#[server(prefix = "/api/v1", endpoint = "admin/accounts")]
pub async fn list_accounts(ask: AccountsAsk) -> Result<AccountsPage, AppError> {
    Ok(super::admin()?.accounts(ask).await?)
}

#[server(prefix = "/api/v1", endpoint = "admin/account")]
pub async fn read_account(id: i64) -> Result<AccountLine, AppError> {
    Ok(super::admin()?.account(id).await?)
}

#[server(prefix = "/api/v1", endpoint = "admin/account-active")]
pub async fn set_account_active(id: i64, active: bool) -> Result<(), AppError> {
    super::admin()?.set_account_active(id, active).await?;
    leptos_axum::redirect(
        &format!("/admin/accounts/{id}?done={}", if active { "resumed" } else { "suspended" }),
        false,
    );
    Ok(())
}

#[server(prefix = "/api/v1", endpoint = "admin/quota")]
pub async fn set_quota(id: i64, #[server(default)] quota_mib: String) -> Result<(), AppError> {
    let quota_mib = match quota_mib.trim() {
        "" => 0,
        typed => typed.parse().map_err(|_| api::Refusal::BadNumber)?,
    };
    super::admin()?.set_quota(id, quota_mib).await?;
    leptos_axum::redirect(&format!("/admin/accounts/{id}?done=quota"), false);
    Ok(())
}

#[server(prefix = "/api/v1", endpoint = "admin/remove-account")]
pub async fn remove_account(id: i64, #[server(default)] confirm: String) -> Result<(), AppError> {
    super::admin()?.remove_account(id, confirm).await?;
    leptos_axum::redirect("/admin/accounts?done=removed", false);
    Ok(())
}

#[server(prefix = "/api/v1", endpoint = "admin/queue")]
pub async fn list_queue() -> Result<Vec<QueueLine>, AppError> {
    Ok(super::admin()?.queue().await?)
}

#[server(prefix = "/api/v1", endpoint = "admin/retry")]
pub async fn retry_recipient(id: i64) -> Result<(), AppError> {
    super::admin()?.retry(id).await?;
    leptos_axum::redirect("/admin/queue?done=retried", false);
    Ok(())
}

#[server(prefix = "/api/v1", endpoint = "admin/cancel")]
pub async fn cancel_recipient(id: i64) -> Result<(), AppError> {
    super::admin()?.cancel(id).await?;
    leptos_axum::redirect("/admin/queue?done=cancelled", false);
    Ok(())
}

#[server(prefix = "/api/v1", endpoint = "admin/trace")]
pub async fn read_trace(ask: TraceAsk) -> Result<Vec<TraceLine>, AppError> {
    Ok(super::admin()?.trace(ask).await?)
}

//! Calls about mail that is held.

use crate::AppError;
use api::HeldLine;
use leptos::prelude::*;

#[server(prefix = "/api/v1", endpoint = "admin/held")]
pub async fn list_held() -> Result<Vec<HeldLine>, AppError> {
    Ok(super::held_desk()?.held().await?)
}

#[server(prefix = "/api/v1", endpoint = "admin/release")]
pub async fn release_message(id: i64) -> Result<(), AppError> {
    super::held_desk()?.release(id).await?;
    leptos_axum::redirect("/admin/queue?done=released", false);
    Ok(())
}

#[server(prefix = "/api/v1", endpoint = "admin/send-back")]
pub async fn send_back_message(id: i64) -> Result<(), AppError> {
    super::held_desk()?.send_back(id).await?;
    leptos_axum::redirect("/admin/queue?done=sent-back", false);
    Ok(())
}

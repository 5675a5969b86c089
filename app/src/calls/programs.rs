//! Calls about one's own programs.

use crate::AppError;
use api::ProgramLine;
use leptos::prelude::*;

#[server(prefix = "/api/v1", endpoint = "mail/programs")]
pub async fn list_programs() -> Result<Vec<ProgramLine>, AppError> {
    Ok(super::programs_desk()?.programs().await?)
}

#[server(prefix = "/api/v1", endpoint = "mail/revoke-program")]
pub async fn revoke_program(id: i64) -> Result<(), AppError> {
    super::programs_desk()?.revoke(id).await?;
    leptos_axum::redirect("/settings/programs?done=revoked", false);
    Ok(())
}

//! Calls about the reports of other providers.

use crate::AppError;
use api::{ReportView, ReportsAsk, ReportsPage};
use leptos::prelude::*;

#[server(prefix = "/api/v1", endpoint = "admin/reports")]
pub async fn read_reports(ask: ReportsAsk) -> Result<ReportsPage, AppError> {
    Ok(super::admin()?.reports(ask).await?)
}

#[server(prefix = "/api/v1", endpoint = "admin/report")]
pub async fn read_report(id: i64) -> Result<ReportView, AppError> {
    Ok(super::admin()?.report(id).await?)
}

//! What somebody chooses for as long as they are signed in.

use crate::web::redirect::{refused_at, see_other};
use crate::web::session;
use crate::web::visitor::Visitor;
use api::Refusal;
use axum::Form;
use axum::response::Response;
use serde::Deserialize;
use tower_sessions::Session;

#[derive(Deserialize)]
pub struct KeysForm {
    #[serde(default)]
    keys: String,
}

/// `POST /settings/keys`.
pub async fn set_keys(_: Visitor, session: Session, Form(form): Form<KeysForm>) -> Response {
    match session::set_single_keys(&session, form.keys != "off").await {
        Ok(()) => see_other("/settings", &[]),
        Err(error) => {
            tracing::error!(%error, "a session could not be changed");
            refused_at("/settings", Refusal::TryAgain)
        }
    }
}

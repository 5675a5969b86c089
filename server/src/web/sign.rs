//! Signing in and out: plain forms.

use crate::sign_in::{SignInRefused, Via};
use crate::web::pages::{Besides, blank_request, render};
use crate::web::redirect::{local, see_other};
use crate::web::session;
use crate::web::state::Web;
use crate::web::visitor::Client;
use api::Refusal;
use app::AtTheDoor;
use axum::Form;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use std::sync::Arc;
use tower_sessions::Session;

#[derive(Deserialize)]
pub struct SignInForm {
    #[serde(default)]
    address: String,
    #[serde(default)]
    password: String,
    /// The page that was asked for before.
    #[serde(default)]
    next: String,
}

/// `POST /sign-in`.
pub async fn sign_in(
    State(web): State<Arc<Web>>,
    Client(client): Client,
    session: Session,
    Form(form): Form<SignInForm>,
) -> Response {
    let refusal = match web.house.sign_in.attempt(&form.address, &form.password, client, Via::Webmail).await {
        Ok(signed_in) => match session::sign_in(&session, &signed_in.account, web.house.clock.now_ms()).await {
            Ok(()) => return see_other(local(&form.next).unwrap_or("/mail/inbox"), &[]),
            Err(error) => {
                tracing::error!(%error, "a session could not be opened");
                Refusal::TryAgain
            }
        },
        Err(refused) => why(&refused),
    };
    let next = local(&form.next).unwrap_or_default().to_owned();
    let address: String = form.address.chars().take(320).collect();
    at_the_door(&web, AtTheDoor { refused: Some(refusal), address, next, draft: None }).await
}

/// In the pages' words.
pub fn why(refused: &SignInRefused) -> Refusal {
    match refused {
        SignInRefused::Wrong => Refusal::WrongCredentials,
        SignInRefused::Throttled => Refusal::TooManyAttempts,
        SignInRefused::Unavailable => Refusal::TryAgain,
    }
}

/// The sign-in page as the answer to a form: what was typed stands in it, and not in its address, which a shared
/// computer's history keeps.
pub async fn at_the_door(web: &Arc<Web>, door: AtTheDoor) -> Response {
    let status = door.refused.map_or(200, Refusal::status);
    let besides = Besides { door: Some(door), ..Besides::default() };
    let mut response = render(web, None, besides, blank_request("/sign-in")).await;
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::UNAUTHORIZED);
    response
}

/// `POST /sign-out`. What the browser kept of us goes too, where it understands that.
pub async fn sign_out(session: Session) -> Response {
    if let Err(error) = session::sign_out(&session).await {
        tracing::error!(%error, "a session could not be ended");
        return see_other("/mail/inbox", &[("refused", Refusal::TryAgain.code())]);
    }
    let mut response = see_other("/signed-out", &[]);
    let everything = axum::http::HeaderValue::from_static("\"cache\", \"cookies\", \"storage\"");
    response.headers_mut().insert(HeaderName::from_static("clear-site-data"), everything);
    response
}

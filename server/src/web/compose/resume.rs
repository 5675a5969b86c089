//! The session ended while somebody wrote: the way back in takes what was typed along, and the draft has it afterwards.

use super::form::{Order, Typed, broken_off, read_text};
use super::{answer_with, carry_out};
use crate::sign_in::Via;
use crate::web::sign::{at_the_door, why};
use crate::web::state::Web;
use crate::web::visitor::{Client, Visitor};
use crate::web::{session, webmail};
use api::Refusal;
use app::AtTheDoor;
use axum::extract::{Multipart, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use tower_sessions::Session;

/// Octets of an address or a password.
const FIELD: usize = 4096;
/// The form is in the page that the browser left, and Back shows it.
const COME_BACK: &str = "You are signed out, and this could not be taken along now. Nothing was sent. Go back: what you \
                         typed is still in the form. Then sign in in another tab, and send it again.\n";

/// What a form held that came without a session.
#[derive(Default)]
struct Brought {
    typed: Typed,
    address: String,
    password: String,
}

impl Brought {
    /// Files are read to their end and not kept: nobody says yet whose they are.
    async fn read(mut multipart: Multipart) -> Result<Brought, Refusal> {
        let mut brought = Brought::default();
        let mut order = Order::default();
        while let Some(mut field) = multipart.next_field().await.map_err(|error| broken_off(&error))? {
            let name = field.name().unwrap_or_default().to_owned();
            match name.as_str() {
                "address" => brought.address = read_text(field, FIELD).await?,
                "password" => brought.password = read_text(field, FIELD).await?,
                "files" => while field.chunk().await.map_err(|error| broken_off(&error))?.is_some() {},
                // What is too long for a draft is taken along all the same; saving it says so.
                _ => match brought.typed.take(&name, field, &mut order).await {
                    Ok(()) | Err(Refusal::TextTooLong) => {}
                    Err(refusal) => return Err(refusal),
                },
            }
        }
        if brought.typed.is_whole() { Ok(brought) } else { Err(Refusal::TryAgain) }
    }
}

/// The composer's form came without a session: the sign-in page, with all that was typed in it.
pub(super) async fn ask(web: &Arc<Web>, client: &Client, draft: i64, multipart: Multipart) -> Response {
    let Some(_seat) = web.writers.take(client.0) else {
        return (StatusCode::SERVICE_UNAVAILABLE, COME_BACK).into_response();
    };
    match Brought::read(multipart).await {
        Ok(brought) => refuse(web, draft, Refusal::SignedOut, brought).await,
        Err(_) => (StatusCode::UNAUTHORIZED, COME_BACK).into_response(),
    }
}

/// `POST /compose/{draft}/resume`: signs in, and saves what was taken along.
pub async fn resume(
    State(web): State<Arc<Web>>,
    client: Client,
    session: Session,
    Path(draft): Path<i64>,
    multipart: Multipart,
) -> Response {
    let Some(_seat) = web.writers.take(client.0) else {
        return (StatusCode::SERVICE_UNAVAILABLE, COME_BACK).into_response();
    };
    let Ok(brought) = Brought::read(multipart).await else {
        return (StatusCode::BAD_REQUEST, COME_BACK).into_response();
    };
    let attempt = web.house.sign_in.attempt(&brought.address, &brought.password, client.0, Via::Webmail).await;
    let account = match attempt {
        Ok(signed_in) => signed_in.account,
        Err(refused) => return refuse(&web, draft, why(&refused), brought).await,
    };
    if let Err(error) = session::sign_in(&session, &account, web.house.clock.now_ms()).await {
        tracing::error!(%error, "a session could not be opened");
        return refuse(&web, draft, Refusal::TryAgain, brought).await;
    }
    let visitor = Visitor(Arc::new(account));
    let filled = brought.typed.resumed(&webmail::Desk::new(Arc::clone(&web), Arc::clone(&visitor.0)), draft).await;
    let answer = carry_out(&web, &visitor, draft, filled).await;
    answer_with(&web, &visitor, draft, answer, "rescued").await
}

async fn refuse(web: &Arc<Web>, draft: i64, refusal: Refusal, brought: Brought) -> Response {
    let draft = Some(brought.typed.taken_along(draft));
    at_the_door(web, AtTheDoor { refused: Some(refusal), address: brought.address, next: String::new(), draft }).await
}

//! `GET /mail/events`: tells open tabs that something changed, by server-sent events.
//!
//! An event says that, not what: the page asks for its list again as it would after a click.

use crate::notify::Heard;
use crate::seats::Seat;
use crate::web::session;
use crate::web::state::Web;
use crate::web::visitor::Visitor;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::Stream;
use futures::stream::unfold;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tower_sessions::Session;
use tower_sessions::session::Id;

/// Proxies and phones drop what is silent for longer.
const KEEP_ALIVE: Duration = Duration::from_secs(25);
/// How often a stream asks whether its session is still there.
const RECHECK: Duration = Duration::from_secs(60);
/// A burst of arrivals is told once.
const GATHER: Duration = Duration::from_millis(150);
/// Asks a browser to wait before it tries again when the stream ends.
const RETRY: Duration = Duration::from_secs(5);

pub async fn events(State(web): State<Arc<Web>>, session: Session, visitor: Option<Visitor>) -> Response {
    let (Some(Visitor(account)), Some(id)) = (visitor, session.id()) else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let Some(seat) = web.listening.take(account.id) else {
        return StatusCode::TOO_MANY_REQUESTS.into_response();
    };
    // A browser keeps six connections for all its tabs together, and needs some for its pages. Told 204, it does not come
    // back by itself (HTML §9.2.3); the page asks again later.
    let Some(tab) = web.tabs.take(id) else {
        return StatusCode::NO_CONTENT.into_response();
    };
    let keep_alive = KeepAlive::new().interval(KEEP_ALIVE);
    Sse::new(stream(web, session, account.id, (seat, tab))).keep_alive(keep_alive).into_response()
}

/// `GET /mail/left`: seconds until the session ends if nobody does anything. Asking is not doing.
pub async fn left(State(web): State<Arc<Web>>, session: Session, visitor: Option<Visitor>) -> Response {
    match (visitor, session::left(&web.house, &session).await) {
        (Some(_), Some(left)) => (left / 1000).to_string().into_response(),
        _ => StatusCode::UNAUTHORIZED.into_response(),
    }
}

/// `POST /mail/stay`: somebody is there. The layer has noted it already.
pub async fn stay(visitor: Option<Visitor>) -> StatusCode {
    if visitor.is_some() { StatusCode::NO_CONTENT } else { StatusCode::UNAUTHORIZED }
}

enum Next {
    Hello,
    Changes,
}

/// Ends when the house closes, and when the session has ended or lost its ground.
fn stream(
    web: Arc<Web>,
    session: Session,
    account: i64,
    seats: (Seat<i64>, Seat<Id>),
) -> impl Stream<Item = Result<Event, Infallible>> + Send {
    let bell = web.house.notify.subscribe(account);
    unfold((web, session, bell, seats, Next::Hello), |(web, session, mut bell, seats, next)| async move {
        let event = match next {
            Next::Hello => Event::default().event("hello").retry(RETRY).data(&web.assets.build),
            Next::Changes => {
                let heard = loop {
                    tokio::select! {
                        heard = bell.changed() => break heard,
                        () = web.shutdown.begun() => return None,
                        () = tokio::time::sleep(RECHECK) => {
                            if !session::is_alive(&web.house, &session).await {
                                return None;
                            }
                        }
                    }
                };
                tokio::time::sleep(GATHER).await;
                Event::default().event(if heard == Heard::Mail { "mail" } else { "change" }).data("{}")
            }
        };
        Some((Ok(event), (web, session, bell, seats, Next::Changes)))
    })
}

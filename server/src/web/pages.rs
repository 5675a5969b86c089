//! Pages and server functions: Leptos, with what they find in their context.

use crate::web::headers::page_policy;
use crate::web::state::Web;
use crate::web::visitor::{SignedOut, Visitor};
use crate::web::webmail::TypedDraft;
use api::{Admin, HeldMail, NewSecret, Programs, Refusal, Webmail};
use app::{AtTheDoor, Habits, StatusSetter};
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use leptos::context::{provide_context, use_context};
use leptos::nonce::use_nonce;
use leptos_axum::ResponseOptions;
use std::sync::Arc;

/// Pages that need nobody signed in.
const OPEN: [&str; 2] = ["/sign-in", "/signed-out"];

/// Any page, known or not: the program finds out, and sets 404 itself.
pub async fn page(State(web): State<Arc<Web>>, visitor: Option<Visitor>, request: Request) -> Response {
    if visitor.is_none() && !OPEN.contains(&request.uri().path()) {
        return SignedOut::asking_for(&request).into_response();
    }
    render(&web, visitor.as_ref(), Besides::default(), request).await
}

/// What one answer has besides what every page has.
#[derive(Clone, Default)]
pub struct Besides {
    /// Shown once.
    pub secret: Option<NewSecret>,
    /// Why the form that this answers was not done.
    pub refused: Option<Refusal>,
    /// What somebody brought to the sign-in page.
    pub door: Option<AtTheDoor>,
    /// The composer shows this, and not what is kept.
    pub typed: Option<TypedDraft>,
    pub habits: Habits,
}

/// For a page that answers a form at another address.
pub fn blank_request(path: &str) -> Request {
    let mut request = Request::new(Body::empty());
    if let Ok(uri) = path.parse() {
        *request.uri_mut() = uri;
    }
    request
}

/// Octets of a call: a draft of the largest text we keep, each sign of it percent-encoded; and a stranger's.
const CALL: usize = 13 * 1024 * 1024;
const STRANGERS_CALL: usize = 64 * 1024;

/// `POST /api/v1/…`.
pub async fn server_function(State(web): State<Arc<Web>>, visitor: Option<Visitor>, request: Request) -> Response {
    // Leptos reads the whole body, however long it is.
    let limit = if visitor.is_some() { CALL } else { STRANGERS_CALL };
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, limit).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let request = Request::from_parts(parts, Body::from(body));
    let context = context(&web, visitor.as_ref(), Besides::default());
    leptos_axum::handle_server_fns_with_context(context, request).await.into_response()
}

/// The page at the request's path.
pub async fn render(web: &Arc<Web>, visitor: Option<&Visitor>, besides: Besides, request: Request) -> Response {
    let path = request.uri().path();
    let besides = Besides { habits: request.extensions().get().copied().unwrap_or_default(), ..besides };
    let office = path == "/admin" || path.starts_with("/admin/");
    let context = context(web, visitor, besides);
    let assets = web.assets.clone();
    if office {
        leptos_axum::render_app_async_with_context(context, move || app::admin_shell(assets.clone()))(request).await
    } else {
        leptos_axum::render_app_async_with_context(context, move || app::mail_shell(assets.clone()))(request).await
    }
}

/// The closure that fills the context, the same for pages and for server functions.
fn context(
    web: &Arc<Web>,
    visitor: Option<&Visitor>,
    besides: Besides,
) -> impl Fn() + Clone + Send + Sync + 'static + use<> {
    let assets = web.assets.clone();
    let programs = web.programs.clone();
    let viewer = visitor.map(Visitor::viewer);
    let Besides { secret, refused, door, typed, habits } = besides;
    let webmail = visitor.map(|visitor| Arc::new(web.desk(visitor).holding(typed)) as Arc<dyn Webmail>);
    let admin = visitor.and_then(|visitor| web.office(visitor)).map(|office| Arc::new(office) as Arc<dyn Admin>);
    let shelf = visitor.map(|visitor| Arc::new(web.shelf(visitor)) as Arc<dyn Programs>);
    let held = visitor.and_then(|visitor| web.office(visitor)).map(|office| Arc::new(office) as Arc<dyn HeldMail>);
    move || {
        provide_context(assets.clone());
        provide_context(programs.clone());
        provide_context(habits);
        provide_optional(&viewer);
        provide_optional(&webmail);
        provide_optional(&admin);
        provide_optional(&shelf);
        provide_optional(&held);
        provide_optional(&secret);
        provide_optional(&refused);
        provide_optional(&door);
        if let Some(options) = use_context::<ResponseOptions>() {
            // Only pages have a nonce; what server functions answer loads nothing.
            if let Some(policy) = use_nonce().and_then(|nonce| HeaderValue::from_str(&page_policy(&nonce)).ok()) {
                options.insert_header(CONTENT_SECURITY_POLICY, policy);
            }
            provide_context(StatusSetter::new(move |code| {
                if let Ok(status) = StatusCode::from_u16(code) {
                    options.set_status(status);
                }
            }));
        }
    }
}

fn provide_optional<T: Clone + Send + Sync + 'static>(value: &Option<T>) {
    if let Some(value) = value {
        provide_context(value.clone());
    }
}

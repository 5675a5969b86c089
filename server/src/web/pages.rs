//! Pages and server functions: Leptos, with what they find in their context.

use crate::web::headers::page_policy;
use crate::web::state::Web;
use crate::web::visitor::{SignedOut, Visitor};
use api::{Admin, HeldMail, NewSecret, Programs, Webmail};
use app::StatusSetter;
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
    render(&web, visitor.as_ref(), None, request).await
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
    let context = context(&web, visitor.as_ref(), None);
    leptos_axum::handle_server_fns_with_context(context, request).await.into_response()
}

/// The page at the request's path; a POST that ends in a page shows `secret` there, once.
pub async fn render(
    web: &Arc<Web>,
    visitor: Option<&Visitor>,
    secret: Option<NewSecret>,
    request: Request,
) -> Response {
    let path = request.uri().path();
    let office = path == "/admin" || path.starts_with("/admin/");
    let context = context(web, visitor, secret);
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
    secret: Option<NewSecret>,
) -> impl Fn() + Clone + Send + Sync + 'static + use<> {
    let assets = web.assets.clone();
    let programs = web.programs.clone();
    let viewer = visitor.map(Visitor::viewer);
    let webmail = visitor.map(|visitor| Arc::new(web.desk(visitor)) as Arc<dyn Webmail>);
    let admin = visitor.and_then(|visitor| web.office(visitor)).map(|office| Arc::new(office) as Arc<dyn Admin>);
    let shelf = visitor.map(|visitor| Arc::new(web.shelf(visitor)) as Arc<dyn Programs>);
    let held = visitor.and_then(|visitor| web.office(visitor)).map(|office| Arc::new(office) as Arc<dyn HeldMail>);
    move || {
        provide_context(assets.clone());
        provide_context(programs.clone());
        provide_optional(&viewer);
        provide_optional(&webmail);
        provide_optional(&admin);
        provide_optional(&shelf);
        provide_optional(&held);
        provide_optional(&secret);
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

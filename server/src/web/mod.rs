//! The webmail's HTTP side: which request goes where, and what it passes on its way.

mod admin;
mod admin_forms;
mod assets;
mod attachment;
mod autoconfig;
mod compose;
mod connections;
mod events;
mod habits;
mod headers;
mod pages;
mod programs;
mod raw;
mod redirect;
mod refused;
mod same_site;
mod session;
mod sign;
mod state;
mod visitor;
mod webmail;
mod when;
mod zone;

use crate::doors::Encryption;
use crate::house::House;
use crate::lifecycle::Shutdown;
use crate::listen::Door;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
pub use connections::turned_away;
use redirect::see_other;
use state::Web;
use std::sync::Arc;
use std::time::Duration;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::{RequestBodyTimeoutLayer, TimeoutLayer};
use visitor::Visitor;

/// Octets of a plain form.
const FORM: usize = 64 * 1024;
/// An upload may be so many times as large as a message and is still read to its end, so that the browser hears why it
/// was not taken.
const READ_TO_THE_END: u64 = 8;
/// For everything but uploads, from the header to the answer's header.
const ANSWER: Duration = Duration::from_secs(60);
/// Silence within a request's body.
const SILENCE: Duration = Duration::from_secs(60);

/// Serves the webmail at its doors until the house closes.
pub fn serve(house: &Arc<House>, doors: Vec<(Door, Encryption)>, shutdown: &Shutdown) {
    if doors.is_empty() {
        return;
    }
    let web = Web::new(Arc::clone(house), shutdown.clone());
    for (door, encryption) in doors {
        // Browsers keep what comes by TLS from what does not, whatever `web_url` says.
        let secure = web.secure || encryption == Encryption::FromTheStart;
        let door = door.uncounted(house.config.trusted_proxies.clone());
        shutdown.spawn(connections::accept(
            Arc::clone(house),
            router(&web, secure),
            door,
            encryption,
            shutdown.clone(),
        ));
    }
}

/// `secure`: browsers reach this door by TLS, through a proxy or at once.
fn router(web: &Arc<Web>, secure: bool) -> Router {
    // Resources of pages run on tokio. A second call within one process (tests) keeps the first.
    let _ = any_spawner::Executor::init_tokio();
    let quick = TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, ANSWER);
    let slow = TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, web.house.config.session_timeout);
    let upload_limit = web.house.config.message_size.saturating_mul(READ_TO_THE_END);
    let uploads = Router::new()
        .route("/compose/{draft}", post(compose::submit))
        .route("/compose/{draft}/resume", post(compose::resume))
        .route("/compose/{draft}/files", post(compose::attach_files))
        .layer(DefaultBodyLimit::max(usize::try_from(upload_limit).unwrap_or(usize::MAX)))
        .layer(slow);
    let with_person = pages()
        .merge(files())
        .layer(DefaultBodyLimit::max(FORM))
        .layer(quick)
        .merge(uploads)
        .layer(from_fn_with_state(Arc::clone(web), visitor::recognise))
        .layer(session::layer(&web.house, secure));
    Router::new()
        .route("/assets/{name}", get(assets::asset))
        .route("/favicon.ico", get(favicon))
        .route("/robots.txt", get(|| async { "User-agent: *\nDisallow: /\n" }))
        .route("/healthz", get(healthz))
        .route("/.well-known/mta-sts.txt", get(zone::sts_policy))
        .merge(with_person)
        .layer(from_fn_with_state(Arc::clone(web), same_site::same_site))
        // Asked by programs and by an authority, who are no site: nothing is changed there.
        .route("/.well-known/acme-challenge/{token}", get(acme_challenge))
        .merge(autoconfig::routes())
        .layer(RequestBodyTimeoutLayer::new(SILENCE))
        .layer(from_fn_with_state(secure, headers::headers))
        .with_state(Arc::clone(web))
}

/// Of gzip's nine. A page is made for one person and once: past this, the time it takes grows faster than the page shrinks.
const EFFORT: i32 = 5;

/// What people look at, compressed on the way.
fn pages() -> Router<Arc<Web>> {
    let mut pages = Router::new();
    for path in app::MAIL_ROUTES.iter().chain(app::ADMIN_ROUTES.iter()) {
        pages = pages.route(path, get(pages::page));
    }
    let unknown: MethodRouter<Arc<Web>> = get(pages::page);
    pages
        .route("/", get(home))
        .route("/mail", get(|| async { see_other("/mail/inbox", &[]) }))
        .route("/sign-in", post(sign::sign_in))
        .route("/sign-out", post(sign::sign_out))
        .route("/compose", post(compose::begin))
        .route("/settings/keys", post(habits::set_keys))
        .route("/settings/programs", post(programs::add))
        .route("/admin/accounts", post(admin_forms::add_account))
        .route("/admin/accounts/{id}/password", post(admin_forms::set_password))
        .route("/api/v1/{*name}", post(pages::server_function))
        .route("/mail/m/{id}/html", get(attachment::frame))
        .route("/mail/m/{id}/source", get(attachment::source))
        .fallback(unknown)
        .layer(CompressionLayer::new().quality(CompressionLevel::Precise(EFFORT)))
}

/// What is compressed already, or must come through at once.
fn files() -> Router<Arc<Web>> {
    Router::new()
        .route("/mail/m/{id}/part/{part}", get(attachment::part))
        .route("/mail/m/{id}/message.eml", get(attachment::eml))
        .route("/compose/{draft}/part/{part}", get(attachment::draft_part))
        .route("/mail/events", get(events::events))
        .route("/mail/left", get(events::left))
        .route("/mail/stay", post(events::stay))
}

async fn home(visitor: Option<Visitor>) -> Response {
    see_other(if visitor.is_some() { "/mail/inbox" } else { "/sign-in" }, &[])
}

async fn favicon(State(web): State<Arc<Web>>) -> Response {
    match web.assets.favicon.as_str() {
        "" => StatusCode::NOT_FOUND.into_response(),
        url => see_other(url, &[]),
    }
}

/// What an ACME authority looks for while it is expected (RFC 8555 §8.3).
async fn acme_challenge(State(web): State<Arc<Web>>, Path(token): Path<String>) -> Response {
    match web.house.tls.keyring.words(&token) {
        Some(words) => words.into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// For whoever watches the server: 200 while the store answers.
async fn healthz(State(web): State<Arc<Web>>) -> Response {
    match web.house.store.session([0; 32], web.house.clock.now_ms()).await {
        Ok(_) => "ok\n".into_response(),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer\n").into_response(),
    }
}

#[cfg(test)]
mod tests;

//! A small server of the pages, as the real one serves them.

use crate::fake::Fake;
use api::{Admin, HeldMail, NewSecret, Programs, Role, Viewer, Webmail};
use app::{Assets, AtTheDoor, ProgramSettings, Security, StatusSetter};
use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use leptos::prelude::*;
use leptos_axum::{ResponseOptions, handle_server_fns_with_context, render_app_async_with_context};
use std::sync::Arc;

/// Who looks at the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Nobody,
    User,
    Admin,
}

fn viewer(who: Who) -> Option<Viewer> {
    let role = match who {
        Who::Nobody => return None,
        Who::User => Role::User,
        Who::Admin => Role::Admin,
    };
    Some(Viewer { address: "bob@comentum.test".into(), name: "Bob Miller".into(), role })
}

fn programs() -> ProgramSettings {
    ProgramSettings {
        host: "mail.comentum.test".into(),
        pop3_port: 110,
        submission_port: 587,
        smtp_port: 25,
        pop3_tls: Security::StartTls,
        submission_tls: Security::StartTls,
        pop3_deletes_for_ever: false,
    }
}

/// Puts into the context what the contract of the pages asks for.
fn context(fake: Arc<Fake>, who: Who, assets: Assets) -> impl Fn() + Clone + Send + Sync + 'static {
    move || {
        let options: ResponseOptions = expect_context();
        if let Some(nonce) = leptos::nonce::use_nonce() {
            let policy = format!(
                "default-src 'self'; script-src 'self' 'wasm-unsafe-eval' 'nonce-{nonce}'; style-src 'self'; \
                 img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'"
            );
            let name = HeaderName::from_static("content-security-policy");
            options.insert_header(name, HeaderValue::from_str(&policy).unwrap());
        }
        provide_context(StatusSetter::new(move |code| options.set_status(StatusCode::from_u16(code).unwrap())));
        provide_context(assets.clone());
        provide_context(programs());
        if let Some(viewer) = viewer(who) {
            provide_context(viewer);
            provide_context::<Arc<dyn Webmail>>(fake.clone());
            provide_context::<Arc<dyn Programs>>(fake.clone());
        }
        if who == Who::Admin {
            provide_context::<Arc<dyn Admin>>(fake.clone());
            provide_context::<Arc<dyn HeldMail>>(fake.clone());
        }
    }
}

/// Rendering needs one. Whoever comes later finds it there.
fn executor() {
    let _ = any_spawner::Executor::init_tokio();
}

/// All pages and calls, for one viewer.
pub fn site(fake: Arc<Fake>, who: Who, assets: Assets) -> Router {
    executor();
    let context = context(fake, who, assets.clone());
    let mut router = Router::new();
    let shell = assets.clone();
    let mail = render_app_async_with_context(context.clone(), move || app::mail_shell(shell.clone()));
    for path in app::MAIL_ROUTES {
        router = router.route(path, get(mail.clone()));
    }
    let shell = assets.clone();
    let admin = render_app_async_with_context(context.clone(), move || app::admin_shell(shell.clone()));
    for path in app::ADMIN_ROUTES {
        router = router.route(path, get(admin.clone()));
    }
    let shell = assets.clone();
    let program = render_app_async_with_context(
        {
            let context = context.clone();
            move || {
                context();
                let password = Some("lantern-harbour-24".to_owned());
                provide_context(NewSecret { id: 7, address: "Phone".into(), password });
            }
        },
        move || app::mail_shell(shell.clone()),
    );
    router = router.route("/settings/programs", post(program));
    let made = render_app_async_with_context(
        {
            let context = context.clone();
            move || {
                context();
                let password = Some("harbour-lantern-42".to_owned());
                provide_context(NewSecret { id: 6, address: "eve@comentum.test".into(), password });
            }
        },
        move || app::admin_shell(assets.clone()),
    );
    router = router.route("/admin/accounts", post(made.clone())).route("/admin/accounts/{id}/password", post(made));
    let calls = move |request: Request<Body>| call(context.clone(), request);
    router.route("/api/v1/{*rest}", post(calls)).fallback(get(mail))
}

/// The sign-in page for somebody who has brought something.
pub fn door(brought: AtTheDoor) -> Router {
    executor();
    let context = context(Arc::new(Fake::default()), Who::Nobody, Assets::default());
    let context = move || {
        context();
        provide_context(brought.clone());
    };
    let page = render_app_async_with_context(context, move || app::mail_shell(Assets::default()));
    Router::new().route("/sign-in", get(page))
}

async fn call(context: impl Fn() + Clone + Send + Sync + 'static, request: Request<Body>) -> Response {
    // As the real server: only our own pages are come back to.
    let ours = request
        .headers()
        .get(header::REFERER)
        .is_none_or(|referer| referer.to_str().is_ok_and(|referer| referer.starts_with("http://127.0.0.1")));
    match ours {
        true => handle_server_fns_with_context(context, request).await.into_response(),
        false => StatusCode::FORBIDDEN.into_response(),
    }
}

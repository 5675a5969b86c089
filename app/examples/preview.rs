//! Serves the pages with made-up mail on 127.0.0.1:8099, to look at them: `cargo run -p app --features ssr --example preview`.
//!
//! Style and icons are read from the disk at each request, so an edit shows at once. The programs for the
//! browser are served from the folder in `PREVIEW_PKG`, when there is one.

#[path = "../tests/it/fake/mod.rs"]
mod fake;
#[path = "../tests/it/site.rs"]
#[expect(dead_code, reason = "what only the tests ask of it")]
mod site;

use app::Assets;
use axum::{
    Router,
    extract::Path,
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use fake::Fake;
use site::{Who, site};
use std::{fs, path::PathBuf, sync::Arc};

fn root(folder: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(folder)
}

/// The sheets in the order of their names, as the build joins them.
async fn style() -> Response {
    let mut sheets: Vec<_> =
        fs::read_dir(root("style")).into_iter().flatten().flatten().map(|file| file.path()).collect();
    sheets.sort();
    let css: String = sheets.iter().filter_map(|sheet| fs::read_to_string(sheet).ok()).collect();
    ([(header::CONTENT_TYPE, "text/css")], css).into_response()
}

/// One sprite of all icons, as the build makes it.
async fn icons() -> Response {
    let mut sprite = String::from("<svg xmlns=\"http://www.w3.org/2000/svg\">");
    for file in fs::read_dir(root("public/icons")).into_iter().flatten().flatten() {
        let path = file.path();
        let (Some(name), Ok(svg)) = (path.file_stem().and_then(|name| name.to_str()), fs::read_to_string(&path)) else {
            continue;
        };
        let Some(inner) = svg.split_once("<svg").and_then(|(_, rest)| rest.split_once('>')).map(|(_, inner)| inner)
        else {
            continue;
        };
        let inner = inner.replace("</svg>", "");
        sprite.push_str(&format!(
            "<symbol id=\"{name}\" viewBox=\"0 0 24 24\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\" \
             stroke-linecap=\"round\" stroke-linejoin=\"round\">{inner}</symbol>"
        ));
    }
    sprite.push_str("</svg>");
    ([(header::CONTENT_TYPE, "image/svg+xml")], sprite).into_response()
}

async fn file(Path(name): Path<String>) -> Response {
    let kind = match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("js") => "text/javascript",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    };
    let plain = !name.contains(['/', '\\']);
    let folders = [Some(root("public")), std::env::var_os("PREVIEW_PKG").map(PathBuf::from)];
    let found = folders.into_iter().flatten().filter(|_| plain).find_map(|folder| fs::read(folder.join(&name)).ok());
    match found {
        Some(bytes) => ([(header::CONTENT_TYPE, kind)], bytes).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Says that something changed each time the browser asks again.
async fn events() -> Response {
    let said = "retry: 5000\n\nevent: hello\ndata: preview\n\nevent: change\ndata: {}\n\n";
    ([(header::CONTENT_TYPE, "text/event-stream")], said).into_response()
}

async fn letter() -> Response {
    let html = "<!DOCTYPE html><meta charset=utf-8><body style='font-family:sans-serif;margin:16px'>\
        <h2>Ihre Fahrkarte</h2><p>Guten Tag Bob Miller,</p><p>anbei erhalten Sie Ihre Fahrkarte.</p>\
        <table border=1 cellpadding=6><tr><td>Berlin Hbf<td>08:34<td>Gl. 7<tr><td>Hamburg Hbf<td>10:21<td>Gl. 14</table>";
    ([(header::CONTENT_TYPE, "text/html")], html).into_response()
}

fn assets() -> Assets {
    let at = |name: &str| format!("/assets/{name}");
    Assets {
        style_css: "/style.css".into(),
        boot_js: at("boot.js"),
        icons_svg: "/icons.svg".into(),
        favicon: at("favicon.svg"),
        mail_js: at("mail.js"),
        mail_wasm: at("mail_bg.wasm"),
        admin_js: at("admin.js"),
        admin_wasm: at("admin_bg.wasm"),
        build: "preview".into(),
    }
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let empty = std::env::var_os("PREVIEW_EMPTY").is_some();
    let fake = Arc::new(Fake { empty, ..Fake::default() });
    let asked = fake.clone();
    let who = match std::env::var("PREVIEW_WHO").as_deref() {
        Ok("nobody") => Who::Nobody,
        Ok("user") => Who::User,
        _ => Who::Admin,
    };
    let router: Router = site(fake, who, assets())
        .route("/asked", get(move || async move { asked.asked().join("\n") }))
        .route("/", get(|| async { Redirect::to("/mail/inbox") }))
        .route("/mail/events", get(events))
        .route("/style.css", get(style))
        .route("/icons.svg", get(icons))
        .route("/assets/{name}", get(file))
        .route("/mail/m/{id}/html", get(letter))
        .route("/sign-in", post(|| async { Redirect::to("/mail/inbox") }))
        .route("/sign-out", post(|| async { Redirect::to("/signed-out") }))
        .route("/compose", post(|| async { Redirect::to("/compose/5") }))
        .route("/compose/{draft}", post(|| async { Redirect::to("/mail/inbox?sent=1") }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8099").await?;
    println!("http://127.0.0.1:8099/mail/inbox");
    axum::serve(listener, router).await
}

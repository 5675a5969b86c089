//! Asking the pages for something, as a browser does.

use crate::{
    fake::Fake,
    site::{Who, door as door_of, site},
};
use app::{Assets, AtTheDoor};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use std::sync::Arc;
use tokio::sync::RwLock;
use tower::ServiceExt;

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub html: String,
}

impl Answer {
    #[track_caller]
    pub fn has(&self, part: &str) -> &Self {
        assert!(self.html.contains(part), "{part:?} is not in:\n{}", self.html);
        self
    }

    #[track_caller]
    pub fn lacks(&self, part: &str) -> &Self {
        assert!(!self.html.contains(part), "{part:?} is in:\n{}", self.html);
        self
    }

    pub fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Where a form goes next.
    pub fn location(&self) -> &str {
        self.header(header::LOCATION)
    }

    /// The page without the data that it hydrates from.
    pub fn visible(&self) -> &str {
        self.html.split_once("</html>").map_or(&self.html, |(page, _)| page)
    }

    /// The element that begins with `start`, up to its first `end`.
    #[track_caller]
    pub fn element(&self, start: &str, end: &str) -> &str {
        let at = self.visible().find(start).unwrap_or_else(|| panic!("{start:?} is not in:\n{}", self.html));
        let rest = &self.visible()[at..];
        &rest[..rest.find(end).map_or(rest.len(), |to| to + end.len())]
    }
}

pub fn assets() -> Assets {
    let at = |name: &str| format!("/assets/{name}");
    Assets {
        style_css: at("style.1a2b.css"),
        boot_js: at("boot.1a2b.js"),
        icons_svg: at("icons.1a2b.svg"),
        favicon: at("favicon.1a2b.svg"),
        mail_js: at("mail.1a2b.js"),
        mail_wasm: at("mail_bg.1a2b.wasm"),
        admin_js: at("admin.1a2b.js"),
        admin_wasm: at("admin_bg.1a2b.wasm"),
        build: "1a2b".into(),
    }
}

/// The pages of one mailbox, asked for again and again.
pub struct SiteOf(Router);

impl SiteOf {
    pub fn new(fake: Fake) -> SiteOf {
        SiteOf(site(Arc::new(fake), Who::User, assets()))
    }

    pub async fn page(&self, path: &str) -> Answer {
        answer_of(self.0.clone(), get(path)).await
    }
}

fn get(path: &str) -> Request<Body> {
    let request = Request::get(path).header(header::HOST, "127.0.0.1").header(header::ACCEPT, "text/html");
    request.body(Body::empty()).unwrap()
}

async fn answer(fake: Arc<Fake>, who: Who, request: Request<Body>) -> Answer {
    answer_of(site(fake, who, assets()), request).await
}

/// While somebody lists the routes, Leptos holds back the answers of every page in the process, and for good.
pub static LISTING: RwLock<()> = RwLock::const_new(());

async fn answer_of(site: Router, request: Request<Body>) -> Answer {
    let _nobody_lists = LISTING.read().await;
    let response = site.oneshot(request).await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = to_bytes(response.into_body(), 4 << 20).await.unwrap();
    Answer { status, headers, html: String::from_utf8(bytes.to_vec()).unwrap() }
}

/// A page, from one's own mailbox.
pub async fn page(path: &str) -> Answer {
    page_for(Who::User, path).await
}

pub async fn page_for(who: Who, path: &str) -> Answer {
    page_from(Fake::default(), who, path).await
}

pub async fn page_from(fake: Fake, who: Who, path: &str) -> Answer {
    answer(Arc::new(fake), who, get(path)).await
}

/// The sign-in page as the answer to a form.
pub async fn at_the_door(door: AtTheDoor) -> Answer {
    let (status, headers, bytes) = open(door_of(door)).await;
    Answer { status, headers, html: String::from_utf8(bytes).unwrap() }
}

async fn open(site: Router) -> (StatusCode, HeaderMap, Vec<u8>) {
    let _nobody_lists = LISTING.read().await;
    let request = Request::get("/sign-in").header(header::HOST, "127.0.0.1").body(Body::empty()).unwrap();
    let response = site.oneshot(request).await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    (status, headers, to_bytes(response.into_body(), 4 << 20).await.unwrap().to_vec())
}

/// A form, posted from the page `from` without JavaScript.
pub async fn post(fake: &Arc<Fake>, who: Who, from: &str, path: &str, form: &str) -> Answer {
    let request = Request::post(path)
        .header(header::HOST, "127.0.0.1")
        .header(header::ACCEPT, "text/html,application/xhtml+xml")
        .header(header::REFERER, format!("http://127.0.0.1{from}"))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    answer(fake.clone(), who, request.body(Body::from(form.to_owned())).unwrap()).await
}

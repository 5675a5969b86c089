//! The web's rooms together, over a real store, without a socket.

mod addresses;
mod admin;
mod compose;
mod desk;
mod guards;
mod sessions;
mod sockets;

use super::router;
use super::state::Web;
use crate::config::Config;
use crate::house::House;
use crate::lifecycle::Shutdown;
use crate::passwords::Cost;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use mail::message::parse::summarize;
use mail::{Address, Domain};
use std::sync::{Arc, Mutex};
use store::{Copy, Event, Flags, Intake, Kind, NewAccount, Role, Source};
use tower::ServiceExt;

pub const PASSWORD: &str = "correct horse battery";

/// A house with the web over it, and bob, lisa and an admin in it.
pub struct Site {
    pub web: Arc<Web>,
    pub bob: i64,
    pub lisa: i64,
    router: Router,
    _dir: tempfile::TempDir,
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Where a form led to.
    pub fn led_to(&self) -> &str {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.body);
        self.header(LOCATION.as_str())
    }
}

impl Site {
    pub async fn open() -> Site {
        Site::with(|_| {}).await
    }

    pub async fn with(decide: impl FnOnce(&mut Config)) -> Site {
        let dir = tempfile::tempdir().unwrap();
        let mut config = Config {
            data: dir.path().to_owned(),
            argon2: Cost { memory: 64, iterations: 1 },
            disk_reserve: 0,
            ..Config::default()
        };
        decide(&mut config);
        let house = House::open(config).await.unwrap();
        let now = house.clock.now_ms();
        house.store.add_domain(&Domain::parse("comentum.test").unwrap(), now).await.unwrap();
        let hash = house.passwords.hash(PASSWORD).await.unwrap();
        let mut ids = Vec::new();
        for (name, admin) in [("bob", false), ("lisa", false), ("admin", true)] {
            let account = NewAccount {
                address: Address::parse(&format!("{name}@comentum.test")).unwrap(),
                name: name.to_uppercase(),
                admin,
                password_hash: hash.clone(),
                quota: 0,
            };
            ids.push(house.store.add_account(account, now).await.unwrap().id);
        }
        let web = Web::new(house, Shutdown::default());
        Site { router: router(&web, web.secure), web, bob: ids[0], lisa: ids[1], _dir: dir }
    }

    pub fn house(&self) -> &House {
        &self.web.house
    }

    /// A message arrives in `account`'s inbox. Answers its id.
    pub async fn arrive(&self, account: i64, raw: &str) -> i64 {
        let store = &self.house().store;
        let raw = raw.replace('\n', "\r\n").into_bytes();
        let summary = summarize(&raw);
        let intake = Intake {
            blob: store.prepare(Source::Memory(raw.into())).await.unwrap(),
            summary,
            copies: vec![Copy { account, role: Role::Inbox, flags: Flags::default(), quota: true }],
            queued: None,
            forwarded: None,
            settled: Vec::new(),
            draft: None,
            answers: None,
            event: Event { kind: Kind::Arrived, by: "192.0.2.1".into(), detail: String::new() },
            verdict: String::new(),
            now: self.house().clock.now_ms(),
        };
        let id = store.accept(intake).await.unwrap().placements[0];
        self.house().notify.arrived(account);
        id
    }

    pub fn browser(&self) -> Browser<'_> {
        Browser { site: self, cookie: Mutex::default() }
    }

    /// A browser in which `name` has signed in.
    pub async fn signed_in(&self, name: &str) -> Browser<'_> {
        let browser = self.browser();
        let address = format!("{name}@comentum.test");
        let answer = browser.post("/sign-in", &[("address", &address), ("password", PASSWORD)]).await;
        assert_eq!(answer.led_to(), "/mail/inbox");
        browser
    }
}

/// Somebody's browser: it keeps the cookie and says that its forms are of this site.
pub struct Browser<'a> {
    site: &'a Site,
    pub cookie: Mutex<String>,
}

impl Browser<'_> {
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], Body::empty()).await
    }

    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let encode =
            |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
        let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        let headers = [(CONTENT_TYPE.as_str(), "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
        self.send(Method::POST, path, &headers, Body::from(body.join("&"))).await
    }

    /// The composer's form: fields, then files by name.
    pub async fn post_draft(&self, draft: &str, fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Answer {
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend(format!("--B\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
        }
        for (name, bytes) in files {
            body.extend(
                format!(
                    "--B\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\n\
                     Content-Type: application/octet-stream\r\n\r\n"
                )
                .bytes(),
            );
            body.extend_from_slice(bytes);
            body.extend(b"\r\n");
        }
        body.extend(b"--B--\r\n");
        let headers = [(CONTENT_TYPE.as_str(), "multipart/form-data; boundary=B"), ("sec-fetch-site", "same-origin")];
        self.send(Method::POST, draft, &headers, Body::from(body)).await
    }

    pub async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Body) -> Answer {
        let response = self.open(method, path, headers, body).await;
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        let body = String::from_utf8_lossy(&body).into_owned();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// Without reading the body, which may have no end.
    pub async fn open(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Body,
    ) -> axum::http::Response<Body> {
        let mut request = Request::builder().method(method).uri(path).header("host", "mail.test");
        let cookie = self.cookie.lock().unwrap().clone();
        if !cookie.is_empty() {
            request = request.header(COOKIE, cookie);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.site.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        if let Some(set) = response.headers().get(SET_COOKIE) {
            let pair = set.to_str().unwrap().split(';').next().unwrap().to_owned();
            *self.cookie.lock().unwrap() = pair;
        }
        response
    }
}

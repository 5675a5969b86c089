//! Who asks: the account behind the session, looked up for each request, and the address the request came from.

use crate::listen::Guest;
use crate::web::redirect::see_other;
use crate::web::session;
use crate::web::state::Web;
use api::{Role, Viewer};
use app::Habits;
use axum::extract::{ConnectInfo, FromRequestParts, OptionalFromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use store::{Account, StoreError};
use tower_sessions::Session;

/// Somebody signed in, whose account is active and whose password is still the one they signed in with.
#[derive(Clone)]
pub struct Visitor(pub Arc<Account>);

impl Visitor {
    pub fn is_admin(&self) -> bool {
        self.0.admin
    }

    pub fn viewer(&self) -> Viewer {
        let role = if self.0.admin { Role::Admin } else { Role::User };
        Viewer { address: self.0.address.clone(), name: self.0.name.clone(), role }
    }
}

/// What open tabs ask for by themselves when mail arrives: it says nothing of who sits before them.
const UNATTENDED: [&str; 5] =
    ["/mail/events", "/mail/left", "/api/v1/mail/list-again", "/api/v1/mail/mailboxes", "/api/v1/mail/usage"];
/// What a page without JavaScript puts into its address when it asks for itself again (`app::shell`).
const BY_ITSELF: &str = "auto=1";

/// Whether a request shows that somebody is there, and so keeps the session from ending of idleness. A page that
/// refreshes itself says so in its address; reloaded otherwise, it is told from one that was clicked by
/// `Sec-Fetch-User`, where the browser is new enough to send it.
fn is_attended<B>(request: &axum::http::Request<B>) -> bool {
    let navigates = request.headers().get("sec-fetch-mode").is_some_and(|mode| mode == "navigate");
    let by_itself = navigates && !request.headers().contains_key("sec-fetch-user");
    let says_so = request.uri().query().is_some_and(|query| query.split('&').any(|pair| pair == BY_ITSELF));
    !by_itself && !says_so && !UNATTENDED.contains(&request.uri().path())
}

/// The layer: puts a `Visitor` into the request when there is one. Ends sessions that have lost their ground.
pub async fn recognise(State(web): State<Arc<Web>>, session: Session, mut request: Request, next: Next) -> Response {
    match look_up(&web, &session, is_attended(&request)).await {
        Ok(Some((visitor, habits))) => {
            note(&web, &request);
            request.extensions_mut().insert(visitor);
            request.extensions_mut().insert(habits);
        }
        Ok(None) => {}
        Err(error) => {
            tracing::error!(%error, "a session could not be looked up");
            return (StatusCode::SERVICE_UNAVAILABLE, "The server is busy. Nothing was lost; try again in a moment.\n")
                .into_response();
        }
    }
    next.run(request).await
}

/// Somebody signed in keeps their connection, and no throttle keeps their address out.
fn note(web: &Web, request: &Request) {
    if let Some(guest) = request.extensions().get::<Guest>() {
        guest.is_vouched_for();
    }
    if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>() {
        let client = behind(peer.ip(), request.headers(), &web.house.config.trusted_proxies);
        web.house.sign_in.regulars().seen(client.into(), web.house.clock.instant());
    }
}

#[derive(Debug, thiserror::Error)]
enum LookUpError {
    #[error(transparent)]
    Session(#[from] session::SessionError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

async fn look_up(web: &Web, session: &Session, attended: bool) -> Result<Option<(Visitor, Habits)>, LookUpError> {
    let Some(person) = session::person(session).await? else {
        return Ok(None);
    };
    let account = match web.house.store.account(person.account).await {
        Ok(account) if person.is(&account) => account,
        Ok(_) | Err(StoreError::NotFound) => {
            session::sign_out(session).await?;
            return Ok(None);
        }
        Err(error) => return Err(error.into()),
    };
    if attended {
        session::seen(session, person, web.house.clock.now_ms()).await?;
    }
    Ok(Some((Visitor(Arc::new(account)), session::habits(session).await?)))
}

/// Nobody is signed in: to the sign-in page, and from there back to what was asked for.
pub struct SignedOut(Option<String>);

impl SignedOut {
    pub fn asking_for<B>(request: &axum::http::Request<B>) -> Self {
        Self::from(request.method(), request.uri())
    }

    /// Only what was asked for by reading can be asked for again.
    fn from(method: &Method, uri: &Uri) -> Self {
        SignedOut(uri.path_and_query().filter(|_| method.is_safe()).map(|path| path.as_str().to_owned()))
    }
}

impl IntoResponse for SignedOut {
    fn into_response(self) -> Response {
        match self.0 {
            Some(next) => see_other("/sign-in", &[("next", &next)]),
            None => see_other("/sign-in", &[("refused", api::Refusal::SignedOut.code())]),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = SignedOut;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, SignedOut> {
        parts.extensions.get().cloned().ok_or_else(|| SignedOut::from(&parts.method, &parts.uri))
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Infallible> {
        Ok(parts.extensions.get().cloned())
    }
}

/// The address of whoever asks; behind a proxy that we trust, of whom the proxy names.
pub struct Client(pub IpAddr);

impl FromRequestParts<Arc<Web>> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, web: &Arc<Web>) -> Result<Self, Infallible> {
        // Without a connection (a test's call) it is nobody in particular.
        let peer =
            parts.extensions.get::<ConnectInfo<SocketAddr>>().map_or(Ipv4Addr::UNSPECIFIED.into(), |info| info.0.ip());
        Ok(Client(behind(peer, &parts.headers, &web.house.config.trusted_proxies)))
    }
}

/// Walks `X-Forwarded-For` from the right, past the proxies that are ours: what is further left anybody may have written.
fn behind(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    let mut client = peer.to_canonical();
    let values = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let named: Vec<&str> = values.flat_map(|value| value.split(',')).map(str::trim).collect();
    for name in named.into_iter().rev() {
        if !trusted.contains(&client) {
            break;
        }
        let Ok(address) = name.parse::<IpAddr>() else { break };
        client = address.to_canonical();
    }
    client
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_tab_does_by_itself_keeps_no_session_alive() {
        let attended = |path: &str, headers: &[(&str, &str)]| {
            let mut request = axum::http::Request::builder().uri(path);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            is_attended(&request.body(()).unwrap())
        };
        assert!(attended("/mail/inbox", &[("sec-fetch-mode", "navigate"), ("sec-fetch-user", "?1")]), "a click");
        assert!(!attended("/mail/inbox", &[("sec-fetch-mode", "navigate")]), "a page refreshing itself");
        assert!(attended("/mail/inbox", &[]), "an old browser");
        assert!(attended("/api/v1/mail/save-draft", &[("sec-fetch-mode", "cors")]), "typing");
        assert!(!attended("/mail/inbox?p=2&auto=1", &[]), "an old browser's page refreshing itself");
        assert!(attended("/api/v1/mail/list", &[("sec-fetch-mode", "cors")]), "paging and searching");
        assert!(!attended("/api/v1/mail/list-again", &[("sec-fetch-mode", "cors")]), "the list after new mail");
        assert!(!attended("/mail/events", &[("sec-fetch-mode", "cors")]));
    }

    #[test]
    fn only_our_own_proxies_are_believed() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let client = |peer: &str, forwarded: &str, trusted: &[&str]| {
            let headers = HeaderMap::from_iter([("x-forwarded-for".parse().unwrap(), forwarded.parse().unwrap())]);
            behind(ip(peer), &headers, &trusted.iter().map(|text| ip(text)).collect::<Vec<_>>())
        };
        assert_eq!(client("198.51.100.7", "192.0.2.1", &[]), ip("198.51.100.7"));
        assert_eq!(client("127.0.0.1", "192.0.2.1", &["127.0.0.1"]), ip("192.0.2.1"));
        assert_eq!(client("::ffff:127.0.0.1", "192.0.2.1", &["127.0.0.1"]), ip("192.0.2.1"));
        assert_eq!(
            client("127.0.0.1", "203.0.113.9, 192.0.2.1", &["127.0.0.1"]),
            ip("192.0.2.1"),
            "forged by the client"
        );
        assert_eq!(
            client("127.0.0.1", "192.0.2.1, 10.0.0.2", &["127.0.0.1", "10.0.0.2"]),
            ip("192.0.2.1"),
            "two proxies"
        );
        assert_eq!(client("127.0.0.1", "nonsense", &["127.0.0.1"]), ip("127.0.0.1"));
    }
}

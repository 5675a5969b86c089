//! Refuses changes that another site asks for.
//!
//! Leptos has no such check by design, and a cookie alone proves nothing: the browser sends it along with a form of
//! anybody's. `SameSite=Lax` is the first fence, this is the second.

use crate::web::state::Web;
use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN, REFERER};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// A plain page: there is no session to trust here, and no style to fetch.
const REFUSED: &str =
    "This request came from another site, so nothing was changed. Go back to your mail and try again.\n";

/// The layer. Pages never see what it refuses.
pub async fn same_site(State(web): State<Arc<Web>>, mut request: Request, next: Next) -> Response {
    let host = web.host.as_deref().or_else(|| host(&request)).map(str::to_owned);
    if !allowed(request.method(), request.headers(), host.as_deref()) {
        return (StatusCode::FORBIDDEN, REFUSED).into_response();
    }
    // A form that fails goes back to its Referer; one that is not ours must not be followed.
    if !request.headers().get(REFERER).is_none_or(|value| is_ours(value.to_str().ok(), host.as_deref())) {
        request.headers_mut().remove(REFERER);
    }
    next.run(request).await
}

/// Whom the browser thinks it speaks to, as far as we can tell: a proxy in front of us may have put its own name here,
/// and then `web_url` says it.
fn host(request: &Request) -> Option<&str> {
    match request.uri().authority() {
        Some(authority) => Some(authority.as_str()),
        None => request.headers().get(HOST)?.to_str().ok(),
    }
}

/// Judges by Fetch Metadata; where a browser is too old for it, by Origin, then Referer. Silence is no proof.
fn allowed(method: &Method, headers: &HeaderMap, host: Option<&str>) -> bool {
    if method.is_safe() {
        return true;
    }
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if let Some(site) = text("sec-fetch-site") {
        return site == "same-origin" || site == "none";
    }
    if let Some(origin) = text(ORIGIN.as_str()) {
        return is_ours(Some(origin), host);
    }
    is_ours(text(REFERER.as_str()), host)
}

/// Whether a URL is of the host asked. Its scheme says nothing behind a proxy that ends TLS, so it is not compared.
fn is_ours(url: Option<&str>, host: Option<&str>) -> bool {
    let (Some(url), Some(host)) = (url.and_then(|url| url.parse::<Uri>().ok()), host) else {
        return false;
    };
    let web = matches!(url.scheme_str(), Some("http" | "https"));
    web && url.authority().is_some_and(|authority| authority.as_str().eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// (what, method, headers, allowed), all asked of `mail.test:8080`.
    type Case = (&'static str, Method, &'static [(&'static str, &'static str)], bool);

    const CASES: &[Case] = &[
        ("reading is free", Method::GET, &[("sec-fetch-site", "cross-site")], true),
        ("our own form", Method::POST, &[("sec-fetch-site", "same-origin")], true),
        ("typed by the person", Method::POST, &[("sec-fetch-site", "none")], true),
        ("a form of another site", Method::POST, &[("sec-fetch-site", "cross-site")], false),
        ("a sister host is not us", Method::POST, &[("sec-fetch-site", "same-site")], false),
        (
            "metadata counts more than an Origin",
            Method::POST,
            &[("sec-fetch-site", "cross-site"), ("origin", "http://mail.test:8080")],
            false,
        ),
        ("an older browser's Origin", Method::POST, &[("origin", "http://mail.test:8080")], true),
        ("case of a host says nothing", Method::POST, &[("origin", "http://MAIL.test:8080")], true),
        ("TLS ends before us", Method::POST, &[("origin", "https://mail.test:8080")], true),
        ("another Origin", Method::POST, &[("origin", "http://evil.test")], false),
        ("another port", Method::POST, &[("origin", "http://mail.test:9090")], false),
        ("a sandboxed frame", Method::POST, &[("origin", "null")], false),
        ("our name before theirs", Method::POST, &[("origin", "http://mail.test:8080.evil.test")], false),
        ("our name as their user", Method::POST, &[("origin", "http://mail.test:8080@evil.test")], false),
        ("an old browser's Referer", Method::POST, &[("referer", "http://mail.test:8080/mail/inbox?p=2")], true),
        ("another Referer", Method::POST, &[("referer", "http://evil.test/mail.test:8080")], false),
        (
            "Origin counts more than Referer",
            Method::POST,
            &[("origin", "http://evil.test"), ("referer", "http://mail.test:8080/")],
            false,
        ),
        ("nothing said", Method::POST, &[], false),
        ("any change, not only POST", Method::DELETE, &[("sec-fetch-site", "cross-site")], false),
        ("garbage", Method::POST, &[("origin", "mail.test:8080")], false),
    ];

    #[test]
    fn only_our_own_pages_change_things() {
        for (what, method, headers, expected) in CASES {
            let headers: HeaderMap =
                headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
            assert_eq!(allowed(method, &headers, Some("mail.test:8080")), *expected, "{what}");
        }
    }

    #[test]
    fn without_a_host_nothing_is_ours() {
        let headers = HeaderMap::from_iter([(ORIGIN, "http://mail.test".parse().unwrap())]);
        assert!(!allowed(&Method::POST, &headers, None));
    }
}

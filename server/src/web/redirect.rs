//! Where a form leads: `303 See Other`, to pages of this server and nowhere else.

use api::Refusal;
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};

/// In a query, everything but RFC 3986's unreserved signs.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// In a path that came from elsewhere, only what no header may hold; `%` stays, since it is encoded already.
const PATH: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>');

/// To `path` with `query` added; pairs with an empty value are left out.
pub fn see_other(path: &str, query: &[(&str, &str)]) -> Response {
    let location = url(path, query);
    match HeaderValue::from_str(&location) {
        Ok(location) => (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response(),
        // Cannot be: all that a header may not hold has been encoded.
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// To `path`, which says what was refused.
pub fn refused_at(path: &str, refusal: Refusal) -> Response {
    see_other(path, &[("refused", refusal.code())])
}

fn url(path: &str, query: &[(&str, &str)]) -> String {
    let mut url = utf8_percent_encode(path, PATH).to_string();
    for (name, value) in query.iter().filter(|(_, value)| !value.is_empty()) {
        url.push(if url.contains('?') { '&' } else { '?' });
        url.push_str(name);
        url.push('=');
        url.extend(utf8_percent_encode(value, VALUE));
    }
    url
}

/// `path` when it is a path of this server, and not another's address in disguise.
pub fn local(path: &str) -> Option<&str> {
    app::is_local(path).then_some(path)
}

/// The page a form came from, without what its query said of the last try. `same_site` has dropped strangers' pages.
pub fn came_from(headers: &HeaderMap) -> Option<String> {
    let referer: Uri = headers.get(axum::http::header::REFERER)?.to_str().ok()?.parse().ok()?;
    local(referer.path()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_cannot_leave_its_place_in_the_query() {
        assert_eq!(
            url("/sign-in", &[("address", "a&b=c@x.test"), ("next", "")]),
            "/sign-in?address=a%26b%3Dc%40x.test"
        );
        assert_eq!(url("/sign-in?next=%2F", &[("refused", "x")]), "/sign-in?next=%2F&refused=x");
        assert_eq!(url("/a\r\nSet-Cookie: x", &[("q", "\r\nÄ")]), "/a%0D%0ASet-Cookie:%20x?q=%0D%0A%C3%84");
    }

    #[test]
    fn next_leads_nowhere_else() {
        for ours in ["/", "/mail/inbox?p=2", "/search?q=http://x"] {
            assert_eq!(local(ours), Some(ours));
        }
        for strange in [
            "",
            "mail",
            "//evil.test",
            "/\\evil.test",
            "/\t/evil.test",
            "/\n/evil.test",
            "https://evil.test",
            "javascript:x",
        ] {
            assert_eq!(local(strange), None, "{strange:?}");
        }
    }

    #[test]
    fn a_refused_form_goes_back_to_its_page() {
        let from = |referer: &str| {
            came_from(&HeaderMap::from_iter([(axum::http::header::REFERER, HeaderValue::from_str(referer).unwrap())]))
        };
        assert_eq!(from("http://mail.test/mail/m/7?refused=x").as_deref(), Some("/mail/m/7"));
        assert_eq!(from("http://mail.test//evil.test/x"), None);
        assert_eq!(from("about:blank"), None);
    }
}

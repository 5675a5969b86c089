//! What a page loads: style, icons and the wasm programs, out of the server's own binary.
//!
//! File names carry a hash of the content, so a browser may keep each for ever; `manifest.json` tells their names.
//! Each was compressed at build time, so serving one is choosing among three slices.

use app::Assets;
use axum::extract::Path;
use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use std::collections::HashMap;

/// Every file of the site by name, in the order of names.
static SITE: &[(&str, &[u8])] = &include!(concat!(env!("OUT_DIR"), "/site.rs"));

const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// The names that `manifest.json` gives, as URLs. Without a built site all are empty but `build`, and pages are plain HTML.
pub fn urls() -> Assets {
    let manifest: HashMap<String, String> =
        file("manifest.json").and_then(|bytes| serde_json::from_slice(bytes).ok()).unwrap_or_default();
    let url = |name: &str| manifest.get(name).map(|file| format!("/assets/{file}")).unwrap_or_default();
    Assets {
        style_css: url("style.css"),
        boot_js: url("boot.js"),
        icons_svg: url("icons.svg"),
        favicon: url("favicon.svg"),
        mail_js: url("mail.js"),
        mail_wasm: url("mail_bg.wasm"),
        admin_js: url("admin.js"),
        admin_wasm: url("admin_bg.wasm"),
        build: manifest.get("build").cloned().unwrap_or_else(|| env!("CARGO_PKG_VERSION").to_owned()),
    }
}

/// `GET /assets/{name}`.
pub async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(plain) = file(&name).filter(|_| name != "manifest.json") else {
        return StatusCode::NOT_FOUND.into_response();
    };
    // The name is the hash, so it is as good a validator as any.
    let etag = HeaderValue::from_str(&format!("\"{name}\"")).unwrap_or(HeaderValue::from_static("\"\""));
    let kept: [(HeaderName, HeaderValue); 3] = [
        (CACHE_CONTROL, HeaderValue::from_static(FOR_EVER)),
        (VARY, HeaderValue::from_static("accept-encoding")),
        (ETAG, etag.clone()),
    ];
    if headers.get(IF_NONE_MATCH) == Some(&etag) {
        return (StatusCode::NOT_MODIFIED, kept).into_response();
    }
    let accepted = headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or("");
    let twin = [("br", "br"), ("gzip", "gz")]
        .into_iter()
        .filter(|(encoding, _)| accepts(accepted, encoding))
        .find_map(|(encoding, ending)| Some((encoding, file(&format!("{name}.{ending}"))?)));
    let mut response =
        (kept, [(CONTENT_TYPE, media_type(&name))], twin.map_or(plain, |(_, bytes)| bytes)).into_response();
    if let Some((encoding, _)) = twin {
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

fn file(name: &str) -> Option<&'static [u8]> {
    find(SITE, name)
}

fn find<'a>(site: &[(&str, &'a [u8])], name: &str) -> Option<&'a [u8]> {
    site.binary_search_by_key(&name, |(file, _)| file).ok().map(|at| site[at].1)
}

/// RFC 9110 §12.5.3, as far as three encodings need it: named, and not with a weight of nought.
fn accepts(header: &str, encoding: &str) -> bool {
    header.split(',').any(|offer| {
        let (name, weight) = offer.split_once(';').unwrap_or((offer, ""));
        let weight = weight.trim().strip_prefix("q=").map_or(Ok(1.0), str::parse::<f32>);
        name.trim().eq_ignore_ascii_case(encoding) && weight.is_ok_and(|weight| weight > 0.0)
    })
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("wasm") => "application/wasm",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoding_is_used_only_when_the_browser_takes_it() {
        for (header, encoding, expected) in [
            ("gzip, deflate, br, zstd", "br", true),
            ("gzip;q=1.0, br;q=0", "br", false),
            ("gzip; q=0.5", "gzip", true),
            ("GZIP", "gzip", true),
            ("", "gzip", false),
            ("identity", "br", false),
            ("brotli", "br", false),
            ("br;q=high", "br", false),
        ] {
            assert_eq!(accepts(header, encoding), expected, "{header:?} for {encoding}");
        }
    }

    #[test]
    fn files_are_found_by_their_whole_name() {
        let site: &[(&str, &[u8])] = &[("a.css", b"a"), ("a.css.br", b"b"), ("mail.js", b"c")];
        assert_eq!(find(site, "a.css.br"), Some(b"b".as_slice()));
        assert_eq!(find(site, "a"), None);
        assert_eq!(find(site, "../a.css"), None);
    }

    #[test]
    fn the_table_is_in_the_order_that_searching_needs() {
        assert!(SITE.is_sorted_by_key(|(name, _)| name));
    }

    #[test]
    fn wasm_has_the_type_that_streaming_compilation_asks_for() {
        assert_eq!(media_type("mail_bg.3f2a.wasm"), "application/wasm");
        assert_eq!(media_type("boot.0.js"), "text/javascript; charset=utf-8");
    }
}

//! What leaves as a file or into the frame: parts, sources, and cleaned HTML. None of it may act on our origin.

use crate::web::refused::{off_thread, refused};
use crate::web::state::Web;
use crate::web::visitor::Visitor;
use api::Refusal;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{
    CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use mail::message::show;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::sync::Arc;

/// For a file: should a browser show it after all, it is nobody and may do nothing.
const FILE: &str = "sandbox; default-src 'none'; frame-ancestors 'none'";
/// For cleaned HTML: no script, no request, its own styles, links in a new tab that is free of the sandbox.
const FRAME: &str = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; \
                     sandbox allow-popups allow-popups-to-escape-sandbox; frame-ancestors 'self'";

/// RFC 8187 §3.2.1 attr-char are the ones that stay.
const ATTR: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// `GET /mail/m/{id}/part/{n}`.
pub async fn part(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    headers: HeaderMap,
    Path((message, part)): Path<(i64, u32)>,
) -> Result<Response, Failed> {
    only_to_save(&headers)?;
    let raw = web.archive.read_by_id(visitor.0.id, message).await?;
    let part = off_thread(move || show::attachment(&raw.bytes, part)).await?.ok_or(Refusal::NotFound)?;
    let body = web.archive.leaving(visitor.0.id, part.bytes.into()).ok_or(Refusal::TooManyAttempts)?;
    Ok(file(&part.name, &part.media_type, body))
}

/// `GET /compose/{draft}/part/{n}`.
pub async fn draft_part(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    headers: HeaderMap,
    Path((draft, part)): Path<(i64, i64)>,
) -> Result<Response, Failed> {
    only_to_save(&headers)?;
    let (info, bytes) = web.house.store.attachment(visitor.0.id, draft, part).await.map_err(refused)?;
    let body = web.archive.leaving(visitor.0.id, bytes).ok_or(Refusal::TooManyAttempts)?;
    Ok(file(&info.name, &info.media_type, body))
}

/// `GET /mail/m/{id}/message.eml`: as it came, for another program.
pub async fn eml(State(web): State<Arc<Web>>, visitor: Visitor, Path(message): Path<i64>) -> Result<Response, Failed> {
    let raw = web.archive.read_by_id(visitor.0.id, message).await?;
    let body = web.archive.leaving(visitor.0.id, raw.bytes).ok_or(Refusal::TooManyAttempts)?;
    Ok(file(&format!("message-{message}.eml"), "message/rfc822", body))
}

/// `GET /mail/m/{id}/source`: as it came, to look at.
pub async fn source(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Path(message): Path<i64>,
) -> Result<Response, Failed> {
    let raw = web.archive.read_by_id(visitor.0.id, message).await?;
    let body = web.archive.leaving(visitor.0.id, raw.bytes).ok_or(Refusal::TooManyAttempts)?;
    let headers = [(CONTENT_TYPE, "text/plain; charset=utf-8"), (CONTENT_SECURITY_POLICY, FILE)];
    Ok((headers, body).into_response())
}

/// `GET /mail/m/{id}/html`: what the sandboxed frame shows.
pub async fn frame(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Path(message): Path<i64>,
) -> Result<Response, Failed> {
    let raw = web.archive.read_by_id(visitor.0.id, message).await?;
    let html = off_thread(move || show::frame(&raw.bytes)).await?.ok_or(Refusal::NotFound)?;
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, FRAME),
        (X_FRAME_OPTIONS, "SAMEORIGIN"),
        // A link in foreign mail does not tell where it was read.
        (REFERRER_POLICY, "no-referrer"),
    ];
    Ok((headers, html).into_response())
}

/// A file that could not be had. It may have been asked for inside the frame, so this is no page of ours.
pub struct Failed(Refusal);

impl From<Refusal> for Failed {
    fn from(refusal: Refusal) -> Self {
        Failed(refusal)
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        let words = match self.0 {
            Refusal::NotFound => "That is not here any more. It may have been moved or deleted.\n",
            Refusal::TooManyAttempts => "Too many large files at once. Wait until one has come, then try again.\n",
            _ => "This could not be shown now. Nothing was lost; try again in a moment.\n",
        };
        (StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), words).into_response()
    }
}

/// What a stranger sent lies on our own origin, which our pages' policy lets run scripts and styles. A browser says for
/// what it fetches: these files are for saving and for nothing else.
fn only_to_save(headers: &HeaderMap) -> Result<(), Refusal> {
    let wanted = headers.get("sec-fetch-dest").map(|wanted| wanted.as_bytes());
    match wanted {
        None | Some(b"document" | b"empty" | b"image") => Ok(()),
        Some(_) => Err(Refusal::Forbidden),
    }
}

/// Types that a browser would run, draw or take for its own. For them a file is octets, whatever it was called.
fn is_lively(media_type: &str) -> bool {
    let kind = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind.starts_with("text/") && kind != "text/plain" && kind != "text/csv" && kind != "text/calendar"
        || kind.ends_with("xml")
        || ["script", "html", "svg", "css", "wasm", "flash"].iter().any(|part| kind.contains(part))
}

fn file(name: &str, media_type: &str, body: Body) -> Response {
    let octets = HeaderValue::from_static("application/octet-stream");
    let media_type = if is_lively(media_type) { "" } else { media_type };
    let media_type = HeaderValue::from_str(media_type).ok().filter(|value| !value.is_empty()).unwrap_or(octets);
    let headers: [(HeaderName, HeaderValue); 3] = [
        (CONTENT_TYPE, media_type),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(FILE)),
        (CONTENT_DISPOSITION, disposition(name)),
    ];
    (headers, body).into_response()
}

/// RFC 6266 §4.3: the name in ASCII for old programs, and whole for the others (RFC 8187). Always a download.
fn disposition(name: &str) -> HeaderValue {
    let plain = |sign: char| if sign.is_ascii_graphic() || sign == ' ' { sign } else { '_' };
    // `%` is left out too: some browsers decode it here, and would then know two names.
    let ascii: String =
        name.chars().map(|sign| if matches!(sign, '"' | '\\' | '%' | '/') { '_' } else { plain(sign) }).collect();
    let mut value = format!("attachment; filename=\"{ascii}\"");
    if ascii != name {
        value.push_str(&format!("; filename*=UTF-8''{}", utf8_percent_encode(name, ATTR)));
    }
    HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_arrives_whole_and_breaks_nothing() {
        for (name, expected) in [
            ("report.pdf", "attachment; filename=\"report.pdf\""),
            ("my report.pdf", "attachment; filename=\"my report.pdf\""),
            ("Käse.pdf", "attachment; filename=\"K_se.pdf\"; filename*=UTF-8''K%C3%A4se.pdf"),
            ("a\"b\\c.txt", "attachment; filename=\"a_b_c.txt\"; filename*=UTF-8''a%22b%5Cc.txt"),
            ("100%.txt", "attachment; filename=\"100_.txt\"; filename*=UTF-8''100%25.txt"),
            (
                "x\r\nSet-Cookie: a",
                "attachment; filename=\"x__Set-Cookie: a\"; filename*=UTF-8''x%0D%0ASet-Cookie%3A%20a",
            ),
        ] {
            assert_eq!(disposition(name), expected, "{name:?}");
        }
    }

    #[test]
    fn a_file_is_never_shown_on_our_origin() {
        let response = file("x.html", "text/html", Body::from("<script>"));
        assert_eq!(response.headers()[CONTENT_SECURITY_POLICY], FILE);
        assert_eq!(response.headers()[CONTENT_TYPE], "application/octet-stream");
        assert!(response.headers()[CONTENT_DISPOSITION].to_str().unwrap().starts_with("attachment"));
        assert_eq!(file("x", "bad\r\ntype", Body::empty()).headers()[CONTENT_TYPE], "application/octet-stream");
    }

    const OFFICE: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

    #[test]
    fn nothing_that_runs_keeps_its_type() {
        for lively in [
            "text/javascript",
            "application/javascript",
            "application/x-JavaScript; charset=utf-8",
            "text/ecmascript",
            "text/html",
            "application/xhtml+xml",
            "image/svg+xml",
            "text/xml",
            "text/css",
            "application/wasm",
            "text/cache-manifest",
        ] {
            assert!(is_lively(lively), "{lively}");
        }
        for still in ["text/plain", "text/csv", "application/pdf", "image/png", "audio/mpeg", OFFICE] {
            assert!(!is_lively(still), "{still}");
        }
    }

    #[test]
    fn no_page_can_take_a_file_for_its_script() {
        let asked = |wanted: &str| {
            only_to_save(&HeaderMap::from_iter([("sec-fetch-dest".parse().unwrap(), wanted.parse().unwrap())]))
        };
        for wanted in ["script", "style", "worker", "sharedworker", "serviceworker", "iframe", "object", "font"] {
            assert_eq!(asked(wanted), Err(Refusal::Forbidden), "{wanted}");
        }
        assert_eq!(asked("document"), Ok(()));
        assert_eq!(only_to_save(&HeaderMap::new()), Ok(()), "an old browser");
    }
}

//! A file on its way into a draft.

use super::attach_one;
use super::form::broken_off;
use crate::house::House;
use crate::spool::{Spooled, is_full};
use crate::web::refused::refused;
use crate::web::state::Web;
use crate::web::visitor::Visitor;
use crate::web::when;
use api::{Attachment, Refusal};
use axum::Json;
use axum::extract::multipart::Field;
use axum::extract::{Multipart, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Files of one draft at most.
pub const FILES: usize = 100;
/// Octets of a file's name at most, as file systems have it.
const NAME: usize = 255;

/// A file in the spool. It is gone when this is dropped.
pub struct Upload {
    pub name: String,
    pub media_type: String,
    pub content: Spooled,
}

/// How much a draft can still take.
pub struct Room {
    octets: u64,
    files: usize,
}

impl Room {
    /// What a message may weigh, less what the draft has. A draft that is not found has no room.
    pub async fn beside(web: &Web, visitor: &Visitor, draft: i64) -> Room {
        // base64 makes 78 octets of 57 (RFC 2045 §6.8, line ends counted).
        let whole = web.house.config.message_size / 78 * 57;
        let Ok(draft) = web.house.store.draft(visitor.0.id, draft).await.map_err(refused) else {
            return Room { octets: whole, files: FILES };
        };
        let attached: i64 = draft.attachments.iter().map(|attachment| attachment.size).sum();
        let taken = u64::try_from(attached).unwrap_or(0) + draft.fields.text.len() as u64;
        Room { octets: whole.saturating_sub(taken), files: FILES.saturating_sub(draft.attachments.len()) }
    }

    /// Reads the file to its end, into the spool as long as there is room.
    pub async fn take(&mut self, house: &House, mut field: Field<'_>) -> Result<Upload, Refusal> {
        let name = clean_name(field.file_name().unwrap_or_default());
        let media_type = media_type(field.content_type().unwrap_or_default(), &name);
        let mut filling = house.spool.begin(String::new());
        let mut result = if self.files == 0 {
            Err(Refusal::TooLarge)
        } else if !house.store.has_room() {
            Err(Refusal::TryAgain)
        } else {
            Ok(())
        };
        let mut size = 0_u64;
        while let Some(chunk) = field.chunk().await.map_err(|error| broken_off(&error))? {
            size += chunk.len() as u64;
            if result.is_ok() && size > self.octets {
                result = Err(Refusal::TooLarge);
            }
            if result.is_ok() {
                result = filling.write(&chunk).await.map_err(spool_failed);
            }
        }
        result?;
        self.octets -= size;
        self.files -= 1;
        let content = filling.finish().await.map_err(spool_failed)?;
        Ok(Upload { name, media_type, content })
    }
}

/// `POST /compose/{draft}/files`: one file by itself, while its writer goes on writing. Answers what was attached, or the
/// code of the refusal.
pub async fn attach_files(
    State(web): State<Arc<Web>>,
    visitor: Option<Visitor>,
    Path(draft): Path<i64>,
    multipart: Multipart,
) -> Response {
    let attached = match visitor {
        Some(visitor) => attach_beside(&web, &visitor, draft, multipart).await,
        None => Err(Refusal::SignedOut),
    };
    match attached {
        Ok(attachment) => Json(attachment).into_response(),
        Err(refusal) => {
            let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, refusal.code()).into_response()
        }
    }
}

async fn attach_beside(
    web: &Arc<Web>,
    visitor: &Visitor,
    draft: i64,
    mut multipart: Multipart,
) -> Result<Attachment, Refusal> {
    let mut room = Room::beside(web, visitor, draft).await;
    let field = multipart.next_field().await.map_err(|error| broken_off(&error))?.ok_or(Refusal::NotFound)?;
    let upload = room.take(&web.house, field).await?;
    let part = attach_one(web, visitor, draft, &upload).await?;
    let size = when::size(i64::try_from(upload.content.size()).unwrap_or(i64::MAX));
    Ok(Attachment { part, name: upload.name, media_type: upload.media_type, size })
}

fn spool_failed(error: std::io::Error) -> Refusal {
    if is_full(&error) {
        tracing::warn!(%error, "no room for an upload");
        return Refusal::TryAgain;
    }
    tracing::error!(%error, "an upload could not be kept");
    Refusal::Broken
}

/// The last part of a path (old browsers send it whole), without signs that no file name should have.
fn clean_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let mut clean: String = last.chars().filter(|sign| !sign.is_control()).collect();
    while clean.len() > NAME {
        clean.pop();
    }
    let clean = clean.trim();
    if clean.is_empty() || clean == "." || clean == ".." { "file".to_owned() } else { clean.to_owned() }
}

/// What the browser says it is, where that is plain; else what its name says.
fn media_type(said: &str, name: &str) -> String {
    let said = said.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let token = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
    };
    let plain = said.len() < 128 && said.split_once('/').is_some_and(|(kind, sort)| token(kind) && token(sort));
    let guessed = || mime_guess::from_path(name).first_or_octet_stream().essence_str().to_owned();
    let known = if plain && said != "application/octet-stream" { said } else { guessed() };
    // Neither may be encoded in base64 (RFC 2046 §5.1, §5.2.1), and that is how files travel.
    if known.starts_with("message/") || known.starts_with("multipart/") {
        return "application/octet-stream".to_owned();
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_name_and_no_path() {
        for (sent, kept) in [
            ("report.pdf", "report.pdf"),
            ("C:\\Users\\lisa\\report.pdf", "report.pdf"),
            ("../../etc/passwd", "passwd"),
            ("a\r\nb\0.txt", "ab.txt"),
            ("Überblick.odt", "Überblick.odt"),
            ("..", "file"),
            ("dir/", "file"),
            ("  ", "file"),
        ] {
            assert_eq!(clean_name(sent), kept, "{sent:?}");
        }
        assert_eq!(clean_name(&"ä".repeat(300)).len(), 254);
    }

    #[test]
    fn a_type_is_plain_or_guessed() {
        for (said, name, kept) in [
            ("image/png", "x", "image/png"),
            ("Text/Plain; charset=utf-8", "x", "text/plain"),
            ("application/octet-stream", "a.pdf", "application/pdf"),
            ("", "a.png", "image/png"),
            ("nonsense", "a", "application/octet-stream"),
            ("text/html\r\nX: y", "a", "application/octet-stream"),
            ("message/rfc822", "a.eml", "application/octet-stream"),
            ("", "a.eml", "application/octet-stream"),
        ] {
            assert_eq!(media_type(said, name), kept, "{said:?} {name:?}");
        }
    }
}

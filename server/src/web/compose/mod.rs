//! The composer's forms: begin a draft, and save it, attach, send or throw it away.
//!
//! What was typed is saved before anything else may fail, so that no refusal costs a word.

mod form;
mod outbox;
mod upload;

pub use outbox::Outbox;

use crate::web::redirect::{came_from, refused_at, see_other};
use crate::web::refused::refused;
use crate::web::state::Web;
use crate::web::visitor::Visitor;
use crate::web::webmail::Desk;
use api::{Beginning, DraftText, Refusal, Webmail};
use axum::Form;
use axum::extract::{Multipart, Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use form::{Filled, Order};
use serde::Deserialize;
use std::sync::Arc;
use upload::Upload;

#[derive(Deserialize)]
pub struct BeginForm {
    #[serde(default)]
    how: String,
    /// The message answered; empty for a blank draft.
    #[serde(default)]
    message: String,
    #[serde(default)]
    to: String,
}

impl BeginForm {
    fn beginning(self) -> Result<Beginning, Refusal> {
        let message = || self.message.parse().map_err(|_| Refusal::NotFound);
        match self.how.as_str() {
            "blank" | "" => Ok(Beginning::Blank { to: self.to }),
            "reply" => Ok(Beginning::Reply { message: message()? }),
            "reply-all" => Ok(Beginning::ReplyAll { message: message()? }),
            "forward" => Ok(Beginning::Forward { message: message()? }),
            _ => Err(Refusal::NotFound),
        }
    }
}

/// `POST /compose`.
pub async fn begin(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    headers: HeaderMap,
    Form(form): Form<BeginForm>,
) -> Response {
    let begun = match form.beginning() {
        Ok(beginning) => web.desk(&visitor).begin_draft(beginning).await,
        Err(refusal) => Err(refusal),
    };
    match begun {
        Ok(draft) => see_other(&format!("/compose/{draft}"), &[]),
        Err(refusal) => refused_at(came_from(&headers).as_deref().unwrap_or("/mail/inbox"), refusal),
    }
}

/// `POST /compose/{draft}`.
pub async fn submit(
    State(web): State<Arc<Web>>,
    visitor: Visitor,
    Path(draft): Path<i64>,
    multipart: Multipart,
) -> Response {
    let filled = Filled::read(&web, &visitor, draft, multipart).await;
    let answer = carry_out(&web, &visitor, draft, filled).await;
    let (path, word) = match answer {
        Ok(Done::Saved) => (format!("/compose/{draft}"), "saved"),
        Ok(Done::Attached) => (format!("/compose/{draft}"), "attached"),
        Ok(Done::Sent) => ("/mail/inbox".to_owned(), "sent"),
        Ok(Done::Discarded) => ("/mail/drafts".to_owned(), "discarded"),
        Err(Trouble { draft, refusal }) => return refused_at(&format!("/compose/{draft}"), refusal),
    };
    see_other(&path, &[(word, "1")])
}

enum Done {
    Saved,
    Attached,
    Sent,
    Discarded,
}

/// Why it was not done, and the draft whose page says so.
struct Trouble {
    draft: i64,
    refusal: Refusal,
}

async fn carry_out(web: &Arc<Web>, visitor: &Visitor, draft: i64, filled: Filled) -> Result<Done, Trouble> {
    let desk = web.desk(visitor);
    let trouble = |refusal| Trouble { draft, refusal };
    if filled.order == Order::Discard {
        return match desk.discard_draft(draft).await {
            // Thrown away twice is thrown away.
            Ok(()) | Err(Refusal::NotFound) => Ok(Done::Discarded),
            Err(refusal) => Err(trouble(refusal)),
        };
    }
    match filled.saved {
        Ok(()) => {}
        Err(Refusal::NotFound) if filled.order == Order::Send && web.outbox.has_sent(visitor.0.id, draft) => {
            return Ok(Done::Sent);
        }
        Err(refusal) => return Err(rescue(web, visitor, &desk, draft, refusal, filled).await),
    }
    let attached = attach(web, visitor, draft, &filled.uploads).await;
    attached.and(filled.received).map_err(trouble)?;
    match filled.order {
        Order::Save | Order::Discard => Ok(Done::Saved),
        Order::Attach => Ok(Done::Attached),
        Order::Detach(part) => match desk.detach(draft, part).await {
            Ok(()) | Err(Refusal::NotFound) => Ok(Done::Saved),
            Err(refusal) => Err(trouble(refusal)),
        },
        Order::Send => outbox::send(web, visitor, draft).await.map(|()| Done::Sent).map_err(trouble),
    }
}

/// The draft was changed or thrown away elsewhere: what was typed here becomes a draft of its own beside it.
async fn rescue(
    web: &Arc<Web>,
    visitor: &Visitor,
    desk: &Desk,
    draft: i64,
    refusal: Refusal,
    filled: Filled,
) -> Trouble {
    if !matches!(refusal, Refusal::EditedElsewhere | Refusal::NotFound) || filled.text == DraftText::default() {
        return Trouble { draft, refusal };
    }
    match desk.keep_beside(draft, filled.text).await {
        Ok(kept) => {
            let attached = attach(web, visitor, kept, &filled.uploads).await;
            // Of a draft that is gone there is no page to show.
            let draft = if refusal == Refusal::NotFound { kept } else { draft };
            Trouble { draft, refusal: attached.err().unwrap_or(refusal) }
        }
        Err(worse) => Trouble { draft, refusal: worse },
    }
}

async fn attach(web: &Arc<Web>, visitor: &Visitor, draft: i64, uploads: &[Upload]) -> Result<(), Refusal> {
    let (store, now) = (&web.house.store, web.house.clock.now_ms());
    for upload in uploads {
        let blob = store.prepare(upload.content.source()).await.map_err(refused)?;
        let (name, media_type) = (upload.name.clone(), upload.media_type.clone());
        store.attach(visitor.0.id, draft, name, media_type, blob, now).await.map_err(refused)?;
    }
    Ok(())
}

//! The composer's forms: begin a draft, and save it, attach, send or throw it away.
//!
//! What was typed is saved before anything else may fail, so that no refusal costs a word. Where it cannot be saved, the
//! answer gives it back.

mod form;
mod outbox;
mod resume;
mod upload;

pub use outbox::Outbox;
pub use resume::resume;
pub use upload::{FILES, attach_files};

use crate::web::pages::{Besides, blank_request, render};
use crate::web::redirect::{came_from, refused_at, see_other};
use crate::web::refused::refused;
use crate::web::state::Web;
use crate::web::visitor::{Client, Visitor};
use crate::web::webmail::{Desk, TypedDraft, kept_fields};
use api::{Beginning, DraftText, Refusal, Webmail};
use axum::Form;
use axum::extract::{Multipart, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use form::{Filled, Order};
use outbox::{NotSent, Seal};
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
        Ok(beginning) => web.desk(&visitor).begin(beginning).await,
        Err(refusal) => Err(refusal),
    };
    match begun {
        Ok(begun) => {
            let left = if begun.left_out > 0 { begun.left_out.to_string() } else { String::new() };
            see_other(&format!("/compose/{}", begun.draft), &[("left", &left)])
        }
        Err(refusal) => refused_at(came_from(&headers).as_deref().unwrap_or("/mail/inbox"), refusal),
    }
}

/// `POST /compose/{draft}`.
pub async fn submit(
    State(web): State<Arc<Web>>,
    visitor: Option<Visitor>,
    client: Client,
    Path(draft): Path<i64>,
    multipart: Multipart,
) -> Response {
    let Some(visitor) = visitor else {
        return resume::ask(&web, &client, draft, multipart).await;
    };
    let filled = Filled::read(&web, &visitor, draft, multipart).await;
    let answer = carry_out(&web, &visitor, draft, filled).await;
    answer_with(&web, &visitor, draft, answer, "saved").await
}

/// The answer to the form; `saved` is what is said when it was only saved.
async fn answer_with(
    web: &Arc<Web>,
    visitor: &Visitor,
    draft: i64,
    done: Result<Done, Trouble>,
    saved: &'static str,
) -> Response {
    let (path, word) = match done {
        Ok(Done::Saved) => (format!("/compose/{draft}"), saved),
        Ok(Done::Attached) => (format!("/compose/{draft}"), "attached"),
        Ok(Done::Sent) => ("/mail/inbox".to_owned(), "sent"),
        Ok(Done::Discarded) => ("/mail/drafts".to_owned(), "discarded"),
        Err(Trouble::Said { draft, refusal, about, beside }) => {
            let beside = beside.map(|id| id.to_string()).unwrap_or_default();
            let query = [("refused", refusal.code()), ("about", &about), ("beside", &beside)];
            return see_other(&format!("/compose/{draft}"), &query);
        }
        Err(Trouble::Unsaved { refusal, typed }) => return give_back(web, visitor, refusal, *typed).await,
    };
    see_other(&path, &[(word, "1")])
}

/// Nothing could be written: the composer as it was filled in, and why.
async fn give_back(web: &Arc<Web>, visitor: &Visitor, refusal: Refusal, typed: TypedDraft) -> Response {
    let request = blank_request(&format!("/compose/{}", typed.draft));
    let besides = Besides { refused: Some(refusal), typed: Some(typed), ..Besides::default() };
    let mut response = render(web, Some(visitor), besides, request).await;
    *response.status_mut() = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    response
}

enum Done {
    Saved,
    Attached,
    Sent,
    Discarded,
}

/// Why it was not done.
enum Trouble {
    /// The draft is kept; its page says so.
    Said {
        draft: i64,
        refusal: Refusal,
        /// The address that it is about, or nothing.
        about: String,
        /// What was typed is in this draft, beside the other.
        beside: Option<i64>,
    },
    /// What was typed is nowhere but here.
    Unsaved { refusal: Refusal, typed: Box<TypedDraft> },
}

impl Trouble {
    fn said(draft: i64, refusal: Refusal) -> Trouble {
        Trouble::Said { draft, refusal, about: String::new(), beside: None }
    }
}

async fn carry_out(web: &Arc<Web>, visitor: &Visitor, draft: i64, filled: Filled) -> Result<Done, Trouble> {
    let desk = web.desk(visitor);
    let trouble = |refusal| Trouble::said(draft, refusal);
    if filled.order == Order::Discard {
        return match desk.discard_draft(draft).await {
            // Thrown away twice is thrown away.
            Ok(()) | Err(Refusal::NotFound) => Ok(Done::Discarded),
            Err(refusal) => Err(trouble(refusal)),
        };
    }
    if let Err(refusal) = filled.saved {
        return not_saved(web, visitor, &desk, draft, refusal, filled).await;
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
        Order::Send => match outbox::send(web, visitor, draft).await {
            Ok(()) => Ok(Done::Sent),
            // Gone between our saving and our sending.
            Err(NotSent { refusal: Refusal::NotFound, .. }) => {
                not_saved(web, visitor, &desk, draft, Refusal::NotFound, filled).await
            }
            Err(NotSent { refusal, about }) => Err(Trouble::Said { draft, refusal, about, beside: None }),
        },
    }
}

/// The text is not in the draft it was typed for. Pressed twice, it has left already; else it is kept elsewhere.
async fn not_saved(
    web: &Arc<Web>,
    visitor: &Visitor,
    desk: &Desk,
    draft: i64,
    refusal: Refusal,
    filled: Filled,
) -> Result<Done, Trouble> {
    let mut refusal = refusal;
    if let Some(seal) = web.outbox.sent(visitor.0.id, draft).filter(|_| refusal == Refusal::NotFound) {
        if filled.order == Order::Send && seal == Seal::of(&kept_fields(filled.text.clone())) {
            return Ok(Done::Sent);
        }
        refusal = Refusal::SentAlready;
    }
    Err(rescue(web, visitor, desk, draft, refusal, filled).await)
}

/// The draft was changed, sent or thrown away elsewhere: what was typed here becomes a draft of its own beside it. Where
/// nothing can be kept, it is given back.
async fn rescue(
    web: &Arc<Web>,
    visitor: &Visitor,
    desk: &Desk,
    draft: i64,
    refusal: Refusal,
    filled: Filled,
) -> Trouble {
    let elsewhere = matches!(refusal, Refusal::EditedElsewhere | Refusal::NotFound | Refusal::SentAlready);
    // As whom it was to be sent is chosen for everybody from the start: it is nothing typed.
    let typed = DraftText { from: String::new(), ..filled.text.clone() };
    if !filled.whole || elsewhere && typed == DraftText::default() {
        return Trouble::said(draft, refusal);
    }
    let typed = TypedDraft { draft, revision: filled.revision, text: filled.text };
    if !elsewhere {
        return Trouble::Unsaved { refusal, typed: Box::new(typed) };
    }
    match desk.keep_beside(draft, typed.text.clone()).await {
        Ok(kept) => {
            let attached = attach(web, visitor, kept, &filled.uploads).await;
            let refusal = attached.err().unwrap_or(refusal);
            // Of a draft that is gone there is no page to show.
            let (draft, beside) = if refusal == Refusal::EditedElsewhere { (draft, Some(kept)) } else { (kept, None) };
            Trouble::Said { draft, refusal, about: String::new(), beside }
        }
        Err(worse) => Trouble::Unsaved { refusal: worse, typed: Box::new(typed) },
    }
}

async fn attach(web: &Arc<Web>, visitor: &Visitor, draft: i64, uploads: &[Upload]) -> Result<(), Refusal> {
    for upload in uploads {
        attach_one(web, visitor, draft, upload).await?;
    }
    Ok(())
}

/// Answers the attachment's id.
async fn attach_one(web: &Arc<Web>, visitor: &Visitor, draft: i64, upload: &Upload) -> Result<i64, Refusal> {
    let (store, now) = (&web.house.store, web.house.clock.now_ms());
    let blob = store.prepare(upload.content.source()).await.map_err(refused)?;
    let (name, media_type) = (upload.name.clone(), upload.media_type.clone());
    store.attach(visitor.0.id, draft, name, media_type, blob, now).await.map_err(refused)
}

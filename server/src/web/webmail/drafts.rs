//! What is being written.

use super::{Desk, names};
use crate::web::raw::Raw;
use crate::web::refused::{off_thread, refused};
use crate::web::when;
use api::{Beginning, DraftText, DraftView, Person, Refusal, Saved};
use mail::message::reply::{self, Answer};
use mail::message::show;
use std::sync::Arc;
use store::{DraftFields, Flags, NewDraft, Source, StoreError};

impl Desk {
    pub(super) async fn begin(&self, beginning: Beginning) -> Result<i64, Refusal> {
        let (message, answer, flag) = match beginning {
            Beginning::Blank { to } => {
                let fields = names::fields(DraftText { to, ..DraftText::default() });
                return self.new_draft(NewDraft { fields, ..NewDraft::default() }).await;
            }
            Beginning::Reply { message } => (message, Answer::Reply, Flags::ANSWERED),
            Beginning::ReplyAll { message } => (message, Answer::ReplyAll, Flags::ANSWERED),
            Beginning::Forward { message } => (message, Answer::Forward, Flags::FORWARDED),
        };
        self.answer(message, answer, flag).await
    }

    async fn answer(&self, message: i64, answer: Answer, flag: Flags) -> Result<i64, Refusal> {
        let store = self.store();
        let listed = store.message(self.id(), message).await.map_err(refused)?;
        let raw = Arc::new(self.web.archive.read(self.id(), &listed).await?);
        let own = store.addresses(self.id()).await.map_err(refused)?;
        let written = self.when(listed.received_at).long;
        let original = Arc::clone(&raw);
        let started = off_thread(move || reply::start(&original.bytes, answer, &own, &written)).await?;
        let fields = DraftFields {
            to: started.to,
            cc: started.cc,
            bcc: String::new(),
            subject: started.subject,
            text: started.text,
        };
        let draft = self
            .new_draft(NewDraft {
                fields,
                in_reply_to: started.in_reply_to,
                references: started.references,
                answers: Some((message, flag)),
            })
            .await?;
        for part in started.attachments {
            self.take_along(draft, Arc::clone(&raw), part).await?;
        }
        Ok(draft)
    }

    /// Copies a part of the original into the draft.
    async fn take_along(&self, draft: i64, raw: Arc<Raw>, part: u32) -> Result<(), Refusal> {
        let Some(part) = off_thread(move || show::attachment(&raw.bytes, part)).await? else {
            return Ok(());
        };
        let blob = self.store().prepare(Source::Memory(part.bytes.into())).await.map_err(refused)?;
        self.store().attach(self.id(), draft, part.name, part.media_type, blob, self.now()).await.map_err(refused)?;
        Ok(())
    }

    /// Keeps `text` as a draft of its own beside `draft`, as an answer to the same message and with the same files,
    /// as far as `draft` is still there.
    pub async fn keep_beside(&self, draft: i64, text: DraftText) -> Result<i64, Refusal> {
        let store = self.store();
        let fields = names::fields(text);
        let kept = match store.draft(self.id(), draft).await {
            Ok(kept) => kept,
            Err(StoreError::NotFound) => return self.new_draft(NewDraft { fields, ..NewDraft::default() }).await,
            Err(error) => return Err(refused(error)),
        };
        let new =
            NewDraft { fields, in_reply_to: kept.in_reply_to, references: kept.references, answers: kept.answers };
        let beside = self.new_draft(new).await?;
        for attachment in kept.attachments {
            let (info, bytes) = store.attachment(self.id(), draft, attachment.id).await.map_err(refused)?;
            let blob = store.prepare(Source::Memory(bytes)).await.map_err(refused)?;
            let attached = store.attach(self.id(), beside, info.name, info.media_type, blob, self.now()).await;
            attached.map_err(refused)?;
        }
        Ok(beside)
    }

    async fn new_draft(&self, new: NewDraft) -> Result<i64, Refusal> {
        let draft = self.store().new_draft(self.id(), new, self.now()).await.map_err(refused)?;
        self.changed();
        Ok(draft)
    }

    pub(super) async fn draft_view(&self, draft: i64) -> Result<DraftView, Refusal> {
        let draft = self.store().draft(self.id(), draft).await.map_err(refused)?;
        Ok(DraftView {
            id: draft.id,
            revision: draft.revision,
            from: Person { name: self.account.name.clone(), address: self.account.address.clone() },
            text: names::typed(draft.fields),
            attachments: draft.attachments.into_iter().map(names::attached).collect(),
            saved: self.when(draft.saved_at),
            limit: when::size(self.message_limit()),
        })
    }

    pub(super) async fn save(&self, draft: i64, revision: i64, text: DraftText) -> Result<Saved, Refusal> {
        let now = self.now();
        let fields = names::fields(text);
        let revision = self.store().save_draft(self.id(), draft, revision, fields, now).await.map_err(refused)?;
        Ok(Saved { revision, when: self.when(now) })
    }
}

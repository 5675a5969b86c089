//! What is being written.

use super::{Desk, names};
use crate::web::compose::FILES;
use crate::web::refused::{off_thread, refused};
use crate::web::when;
use api::{Beginning, DraftText, DraftView, Person, Refusal, Saved, When};
use mail::Address;
use mail::message::reply::{self, Answer};
use mail::message::show;
use store::{Draft, DraftFields, Flags, NewDraft, Source, StoreError};

/// A draft that was begun.
pub struct Begun {
    pub draft: i64,
    /// Files of the original that could not be taken along.
    pub left_out: usize,
}

/// A draft as it was typed, where it could not be kept.
#[derive(Clone, Debug)]
pub struct TypedDraft {
    pub draft: i64,
    pub revision: i64,
    pub text: DraftText,
}

impl Desk {
    pub async fn begin(&self, beginning: Beginning) -> Result<Begun, Refusal> {
        let (message, answer, flag) = match beginning {
            Beginning::Blank { to } => {
                let fields = names::fields(DraftText { to, ..DraftText::default() });
                let draft = self.new_draft(NewDraft { fields, ..NewDraft::default() }).await?;
                return Ok(Begun { draft, left_out: 0 });
            }
            Beginning::Reply { message } => (message, Answer::Reply, Flags::ANSWERED),
            Beginning::ReplyAll { message } => (message, Answer::ReplyAll, Flags::ANSWERED),
            Beginning::Forward { message } => (message, Answer::Forward, Flags::FORWARDED),
        };
        self.answer(message, answer, flag).await
    }

    async fn answer(&self, message: i64, answer: Answer, flag: Flags) -> Result<Begun, Refusal> {
        let store = self.store();
        let listed = store.message(self.id(), message).await.map_err(refused)?;
        let raw = self.web.archive.read(self.id(), &listed).await?;
        let own = store.addresses(self.id()).await.map_err(refused)?;
        let written = self.when(listed.received_at).long;
        // Read once, however many files it has.
        let (mut started, files) = off_thread(move || {
            let mut started = reply::start(&raw.bytes, answer, &own, &written);
            let wanted = std::mem::take(&mut started.attachments);
            let files = show::attachments(&raw.bytes, &wanted[..wanted.len().min(FILES)]);
            let left_out = wanted.len() - files.len();
            (started, (files, left_out))
        })
        .await?;
        let (files, mut left_out) = files;
        let fields = DraftFields {
            from: started.from.take().unwrap_or_default(),
            to: std::mem::take(&mut started.to),
            cc: std::mem::take(&mut started.cc),
            bcc: String::new(),
            subject: std::mem::take(&mut started.subject),
            text: std::mem::take(&mut started.text),
        };
        let draft = self
            .new_draft(NewDraft {
                fields,
                in_reply_to: started.in_reply_to,
                references: started.references,
                answers: Some((message, flag)),
            })
            .await?;
        for file in files {
            // The draft is there: a file that finds no room is said, and keeps nobody from writing.
            if let Err(error) = self.take_along(draft, file).await {
                tracing::warn!(%error, "a file was not taken along");
                left_out += 1;
            }
        }
        Ok(Begun { draft, left_out })
    }

    /// Puts a part of the original into the draft.
    async fn take_along(&self, draft: i64, file: show::Attachment) -> Result<(), StoreError> {
        let blob = self.store().prepare(Source::Memory(file.bytes.into())).await?;
        self.store().attach(self.id(), draft, file.name, file.media_type, blob, self.now()).await.map(|_| ())
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
        let typed = self.typed.as_ref().filter(|typed| typed.draft == draft);
        let kept = self.store().draft(self.id(), draft).await.map_err(refused);
        let identities = self.identities().await;
        let Some(typed) = typed else {
            return kept.and_then(|draft| Ok(self.view(draft, identities?)));
        };
        let (revision, text, identities) = (typed.revision, typed.text.clone(), identities.unwrap_or_default());
        // Nothing may keep from somebody what they typed: not even a store that does not answer.
        Ok(match kept {
            Ok(kept) => DraftView { revision, text, ..self.view(kept, identities) },
            Err(_) => DraftView {
                id: draft,
                revision,
                from: Person { name: self.account.name.clone(), address: self.account.address.clone() },
                identities,
                text,
                attachments: Vec::new(),
                saved: When::default(),
                limit: when::size(self.message_limit()),
            },
        })
    }

    /// The addresses to choose from, where there is a choice.
    async fn identities(&self) -> Result<Vec<String>, Refusal> {
        let own = self.store().addresses(self.id()).await.map_err(refused)?;
        Ok(if own.len() > 1 { own.iter().map(Address::to_string).collect() } else { Vec::new() })
    }

    fn view(&self, draft: Draft, identities: Vec<String>) -> DraftView {
        DraftView {
            identities,
            id: draft.id,
            revision: draft.revision,
            from: Person { name: self.account.name.clone(), address: self.account.address.clone() },
            text: names::typed(draft.fields),
            attachments: draft.attachments.into_iter().map(names::attached).collect(),
            saved: self.when(draft.saved_at),
            limit: when::size(self.message_limit()),
        }
    }

    pub(super) async fn save(&self, draft: i64, revision: i64, text: DraftText) -> Result<Saved, Refusal> {
        let now = self.now();
        let fields = names::fields(text);
        let revision = self.store().save_draft(self.id(), draft, revision, fields, now).await.map_err(refused)?;
        Ok(Saved { revision, when: self.when(now) })
    }
}

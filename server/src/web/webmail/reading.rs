//! Opening a message.

use super::{Desk, names};
use crate::web::refused::{off_thread, refused};
use crate::web::when;
use api::{MessageView, Refusal};
use mail::message::show;
use store::{Flags, Kind};

impl Desk {
    /// Shows a message, marks it read, and writes the first reading into its ledger.
    pub(super) async fn open_message(&self, message: i64) -> Result<MessageView, Refusal> {
        let store = self.store();
        let listed = store.message(self.id(), message).await.map_err(refused)?;
        let raw = self.web.archive.read(self.id(), &listed).await?;
        let shown = off_thread(move || show::show(&raw.bytes)).await?;
        // After it could be shown: what nobody saw is not read.
        if !listed.flags.has(Flags::SEEN) {
            self.mark_read(message).await?;
        }
        let boxes = self.boxes().await?;
        let mailbox = boxes.iter().find(|mailbox| mailbox.id == listed.mailbox_id).ok_or(Refusal::NotFound)?;
        let verdict = store.verdict(self.id(), message).await.map_err(refused)?;
        let (newer, older) = store.neighbours(self.id(), message).await.map_err(refused)?;
        let people = |people: Vec<show::Person>| people.into_iter().map(names::person).collect();
        Ok(MessageView {
            id: listed.id,
            mailbox: names::line(mailbox),
            subject: shown.subject,
            from: shown.from.map(names::person),
            to: people(shown.to),
            cc: people(shown.cc),
            reply_to: people(shown.reply_to),
            when: self.when(listed.received_at),
            size: when::size(listed.size),
            starred: listed.flags.has(Flags::FLAGGED),
            unread: false,
            body: names::body(shown.body),
            attachments: shown.attachments.into_iter().map(names::part).collect(),
            malformed: shown.malformed,
            vouching: names::vouching(&verdict),
            newer,
            older,
        })
    }

    async fn mark_read(&self, message: i64) -> Result<(), Refusal> {
        let store = self.store();
        let changed = store.flag(self.id(), vec![message], Flags::SEEN, Flags::default()).await.map_err(refused)?;
        if changed == 0 {
            return Ok(());
        }
        self.changed();
        let journey = store.journey(self.id(), message).await.map_err(refused)?;
        if journey.iter().any(|line| line.event.kind == Kind::Read) {
            return Ok(());
        }
        store.record(self.id(), vec![message], self.event(Kind::Read), self.now()).await.map_err(refused)
    }
}

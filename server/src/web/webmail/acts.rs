//! What a person does with messages: mark, move, throw away.

use super::Desk;
use crate::web::refused::refused;
use api::{Act, MailboxRole, Refusal};
use store::{Flags, Kind, Role};

impl Desk {
    pub(super) async fn act_on(&self, messages: Vec<i64>, act: Act) -> Result<i64, Refusal> {
        let none = Flags::default();
        match act {
            Act::Read => self.flag(messages, Flags::SEEN, none).await,
            Act::Unread => self.flag(messages, none, Flags::SEEN).await,
            Act::Star => self.flag(messages, Flags::FLAGGED, none).await,
            Act::Unstar => self.flag(messages, none, Flags::FLAGGED).await,
            Act::Archive => self.put(messages, Role::Archive, Kind::Moved).await,
            Act::Junk => self.put(messages, Role::Junk, Kind::Moved).await,
            Act::Inbox => self.put(messages, Role::Inbox, Kind::Moved).await,
            Act::Delete => self.put(messages, Role::Trash, Kind::Deleted).await,
            Act::Destroy => self.destroy(messages).await,
        }
    }

    /// Into a mailbox of the owner's choice. Drafts holds drafts, never messages.
    pub(super) async fn move_into(&self, messages: Vec<i64>, mailbox: i64) -> Result<i64, Refusal> {
        let boxes = self.boxes().await?;
        let target = boxes.iter().find(|target| target.id == mailbox).ok_or(Refusal::NotFound)?;
        if target.role == Role::Drafts {
            return Err(Refusal::Forbidden);
        }
        let kind = if target.role == Role::Trash { Kind::Deleted } else { Kind::Moved };
        self.moved(messages, mailbox, kind).await
    }

    pub(super) async fn empty_box(&self, role: MailboxRole) -> Result<i64, Refusal> {
        let role = match role {
            MailboxRole::Trash => Role::Trash,
            MailboxRole::Junk => Role::Junk,
            _ => return Err(Refusal::Forbidden),
        };
        let mailbox = self.box_of(role).await?;
        let event = self.event(Kind::Destroyed);
        let gone = self.store().empty(self.id(), mailbox.id, event, self.now()).await.map_err(refused)?;
        self.changed();
        Ok(gone)
    }

    async fn flag(&self, messages: Vec<i64>, set: Flags, clear: Flags) -> Result<i64, Refusal> {
        let changed = self.store().flag(self.id(), messages, set, clear).await.map_err(refused)?;
        self.changed();
        Ok(changed)
    }

    async fn put(&self, messages: Vec<i64>, role: Role, kind: Kind) -> Result<i64, Refusal> {
        let mailbox = self.box_of(role).await?;
        self.moved(messages, mailbox.id, kind).await
    }

    async fn moved(&self, messages: Vec<i64>, mailbox: i64, kind: Kind) -> Result<i64, Refusal> {
        let event = self.event(kind);
        let moved = self.store().move_to(self.id(), messages, mailbox, event, self.now()).await.map_err(refused)?;
        self.changed();
        Ok(moved)
    }

    /// For ever, and so only what has been thrown away before. The rest of `messages` stays, uncounted.
    async fn destroy(&self, messages: Vec<i64>) -> Result<i64, Refusal> {
        let boxes = self.boxes().await?;
        let thrown_away =
            |mailbox| boxes.iter().any(|known| known.id == mailbox && matches!(known.role, Role::Trash | Role::Junk));
        let mut doomed = Vec::new();
        for message in messages {
            match self.store().message(self.id(), message).await {
                Ok(listed) if thrown_away(listed.mailbox_id) => doomed.push(message),
                Ok(_) | Err(store::StoreError::NotFound) => {}
                Err(error) => return Err(refused(error)),
            }
        }
        if doomed.is_empty() {
            return Ok(0);
        }
        let event = self.event(Kind::Destroyed);
        let gone = self.store().destroy(self.id(), doomed, event, self.now()).await.map_err(refused)?;
        self.changed();
        Ok(gone)
    }
}

//! `api::Webmail` for one account: the desk a signed-in person sits at.
//!
//! One file a verb; here is who sits there, and which verb is where.

mod acts;
mod drafts;
mod lists;
mod names;
mod reading;

pub use drafts::TypedDraft;
pub use names::fields as kept_fields;

use crate::house::House;
use crate::web::refused::refused;
use crate::web::state::Web;
use crate::web::when;
use api::{
    Act, Beginning, DraftText, DraftView, ListAsk, ListPage, MailboxLine, MailboxRole, MessageView, Refusal, Saved,
    Usage, Webmail, When,
};
use async_trait::async_trait;
use std::sync::Arc;
use store::{Account, Event, Kind, Mailbox, Millis, Role, Store};

/// One account's desk. Every call names this account to the store, so that ids of others' mail are not found.
#[derive(Clone)]
pub struct Desk {
    web: Arc<Web>,
    account: Arc<Account>,
    /// What was typed and could not be kept: shown instead of the draft.
    typed: Option<Arc<TypedDraft>>,
}

impl Desk {
    pub fn new(web: Arc<Web>, account: Arc<Account>) -> Self {
        Desk { web, account, typed: None }
    }

    /// The same desk, with a draft on it as it was typed.
    pub fn holding(self, typed: Option<TypedDraft>) -> Self {
        Desk { typed: typed.map(Arc::new), ..self }
    }

    fn house(&self) -> &House {
        &self.web.house
    }

    fn store(&self) -> &Store {
        &self.web.house.store
    }

    fn id(&self) -> i64 {
        self.account.id
    }

    fn now(&self) -> Millis {
        self.house().clock.now_ms()
    }

    fn when(&self, at: Millis) -> When {
        when::when(at, self.now(), &self.web.zone)
    }

    /// An entry for the ledger, done by this account's owner.
    fn event(&self, kind: Kind) -> Event {
        Event { kind, by: self.account.address.clone(), detail: "webmail".to_owned() }
    }

    /// Octets of a message at most.
    fn message_limit(&self) -> i64 {
        i64::try_from(self.house().config.message_size).unwrap_or(i64::MAX)
    }

    fn changed(&self) {
        self.house().notify.changed(self.id());
    }

    async fn boxes(&self) -> Result<Vec<Mailbox>, Refusal> {
        self.store().mailboxes(self.id()).await.map_err(refused)
    }

    async fn box_of(&self, role: Role) -> Result<Mailbox, Refusal> {
        self.boxes().await?.into_iter().find(|mailbox| mailbox.role == role).ok_or(Refusal::NotFound)
    }
}

#[async_trait]
impl Webmail for Desk {
    async fn mailboxes(&self) -> Result<Vec<MailboxLine>, Refusal> {
        Ok(self.boxes().await?.iter().map(names::line).collect())
    }

    async fn usage(&self) -> Result<Usage, Refusal> {
        // Asked anew: what this desk was opened with may be minutes old.
        let account = self.store().account(self.id()).await.map_err(refused)?;
        Ok(Usage {
            used: when::size(account.used),
            quota: (account.quota > 0).then(|| when::size(account.quota)),
            percent: when::percent(account.used, account.quota),
        })
    }

    async fn list(&self, ask: ListAsk) -> Result<ListPage, Refusal> {
        self.list_page(ask).await
    }

    async fn open(&self, message: i64) -> Result<MessageView, Refusal> {
        self.open_message(message).await
    }

    async fn act(&self, messages: Vec<i64>, act: Act) -> Result<i64, Refusal> {
        self.act_on(messages, act).await
    }

    async fn move_to(&self, messages: Vec<i64>, mailbox: i64) -> Result<i64, Refusal> {
        self.move_into(messages, mailbox).await
    }

    async fn empty(&self, role: MailboxRole) -> Result<i64, Refusal> {
        self.empty_box(role).await
    }

    async fn begin_draft(&self, beginning: Beginning) -> Result<i64, Refusal> {
        self.begin(beginning).await.map(|begun| begun.draft)
    }

    async fn draft(&self, draft: i64) -> Result<DraftView, Refusal> {
        self.draft_view(draft).await
    }

    async fn save_draft(&self, draft: i64, revision: i64, text: DraftText) -> Result<Saved, Refusal> {
        self.save(draft, revision, text).await
    }

    async fn detach(&self, draft: i64, part: i64) -> Result<(), Refusal> {
        self.store().detach(self.id(), draft, part).await.map_err(refused)
    }

    async fn discard_draft(&self, draft: i64) -> Result<(), Refusal> {
        self.store().discard_draft(self.id(), draft).await.map_err(refused)?;
        self.changed();
        Ok(())
    }
}

//! Calls about one's own mail.

use crate::AppError;
use api::{DraftText, DraftView, ListAsk, ListPage, MailboxLine, MailboxRole, MessageView, Saved, Usage};
use leptos::prelude::*;

#[server(prefix = "/api/v1", endpoint = "mail/mailboxes")]
pub async fn list_mailboxes() -> Result<Vec<MailboxLine>, AppError> {
    Ok(super::webmail()?.mailboxes().await?)
}

#[server(prefix = "/api/v1", endpoint = "mail/usage")]
pub async fn read_usage() -> Result<Usage, AppError> {
    Ok(super::webmail()?.usage().await?)
}

#[server(prefix = "/api/v1", endpoint = "mail/list")]
pub async fn list_messages(ask: ListAsk) -> Result<ListPage, AppError> {
    Ok(super::webmail()?.list(ask).await?)
}

/// The same, asked by an open page for itself: it says nothing of who sits before it, and keeps no session alive.
#[server(prefix = "/api/v1", endpoint = "mail/list-again")]
pub async fn list_messages_again(ask: ListAsk) -> Result<ListPage, AppError> {
    Ok(super::webmail()?.list(ask).await?)
}

#[server(prefix = "/api/v1", endpoint = "mail/open")]
pub async fn open_message(id: i64) -> Result<MessageView, AppError> {
    Ok(super::webmail()?.open(id).await?)
}

#[server(prefix = "/api/v1", endpoint = "mail/draft")]
pub async fn open_draft(id: i64) -> Result<DraftView, AppError> {
    Ok(super::webmail()?.draft(id).await?)
}

#[server(prefix = "/api/v1", endpoint = "mail/save-draft")]
pub async fn save_draft(draft: i64, revision: i64, text: DraftText) -> Result<Saved, AppError> {
    Ok(super::webmail()?.save_draft(draft, revision, text).await?)
}

/// Carries out a list's or a message's form. `from` is the mailbox to put things back into; `here` the page to stay on
/// when one row's own button took nothing away.
#[server(prefix = "/api/v1", endpoint = "mail/act")]
pub async fn act_on_messages(
    #[server(default)] ids: Vec<i64>,
    #[server(default)] act: String,
    #[server(default)] one: String,
    #[server(default)] mailbox: String,
    #[server(default)] from: String,
    #[server(default)] then: String,
    #[server(default)] here: String,
) -> Result<i64, AppError> {
    use super::{Done, Order, is_local};
    let order = Order::read(ids, &act, &one, &mailbox)?;
    let number = order.carry_out(&*super::webmail()?).await?;
    let nothing = order.messages.is_empty();
    if is_local(&then) {
        let undo = if order.verb.removes() && act != "destroy" { order.messages } else { Vec::new() };
        let word = if nothing { crate::words::NOTHING } else { order.verb.word() };
        let done = Done { word: word.to_owned(), number, undo, from };
        let quiet = !one.is_empty() && !order.verb.removes();
        let stay = if is_local(&here) { here } else { then.clone() };
        leptos_axum::redirect(&if quiet { stay } else { done.after(&then) }, false);
    }
    Ok(number)
}

/// Empties Trash or Junk.
#[server(prefix = "/api/v1", endpoint = "mail/empty")]
pub async fn empty_mailbox(role: MailboxRole, #[server(default)] then: String) -> Result<i64, AppError> {
    use super::{Done, is_local};
    let number = super::webmail()?.empty(role).await?;
    if is_local(&then) {
        leptos_axum::redirect(&Done { word: "empty".to_owned(), number, ..Done::default() }.after(&then), false);
    }
    Ok(number)
}

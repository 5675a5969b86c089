//! Carrying out an order from the page: the reader sees it done at once, the server is told, a refusal is said.

use super::{Live, Toast};
use crate::{
    AppError,
    calls::{Order, Verb, act_on_messages},
    words,
};
use leptos::{form::form_data_from_event, prelude::*, task::spawn_local};
use web_sys::SubmitEvent;

/// Reads what a form orders from its submission. The mailbox it came from is beside it.
pub fn read_order(event: &SubmitEvent) -> Result<(Order, String), AppError> {
    let form = form_data_from_event(event).map_err(|_| AppError::Refused(api::Refusal::NotFound))?;
    let field = |name: &str| form.get(name).as_string().unwrap_or_default();
    let ids = form.get_all("ids[]").iter().filter_map(|id| id.as_string()?.parse().ok()).collect();
    Ok((Order::read(ids, &field("act"), &field("one"), &field("mailbox"))?, field("from")))
}

/// Undo: the messages go back into the mailbox they came from, and lists that hid them show them again.
pub fn put_back(live: Live, messages: Vec<i64>, mailbox: i64) {
    live.undos.update_value(|undos| undos.retain(|undo| (&undo.0, undo.1) != (&messages, mailbox)));
    live.toast.set(None);
    live.returned.set(messages.clone());
    spawn_local(async move {
        let (act, mailbox) = ("move".to_owned(), mailbox.to_string());
        match act_on_messages(messages, act, String::new(), mailbox, String::new(), String::new(), String::new()).await
        {
            Ok(_) => {
                live.toast.set(Some(Toast { words: "Put back.".to_owned(), bad: false, undo: None }));
                live.refresh_quietly();
            }
            Err(error) => live.complain(error),
        }
    });
}

/// Takes back what was done last and not yet taken back. Answers whether there was anything.
pub fn undo_last(live: Live) -> bool {
    let last = live.undos.with_value(|undos| undos.last().cloned());
    last.map(|(messages, mailbox)| put_back(live, messages, mailbox)).is_some()
}

/// Tells the server. `ended` is called with what became of it: done, with the version of the list from which on the list
/// itself says so; or refused, so that what was painted can be taken back.
pub fn carry_out(live: Live, order: Order, from: String, ended: impl FnOnce(Option<u32>) + 'static) {
    if order.messages.is_empty() {
        live.toast.set(words::done(words::NOTHING, 0).map(|words| Toast { words, bad: false, undo: None }));
        return;
    }
    spawn_local(async move {
        let mailbox = if let Verb::Move(id) = order.verb { id.to_string() } else { String::new() };
        let word = order.verb.word();
        let ids = order.messages.clone();
        let none = String::new;
        match act_on_messages(ids, word.to_owned(), none(), mailbox, none(), none(), none()).await {
            Ok(number) => {
                let undo = (number > 0 && order.verb.removes() && word != "destroy")
                    .then(|| Some((order.messages.clone(), from.parse().ok()?)))
                    .flatten();
                undo.clone().into_iter().for_each(|undo| live.can_undo(undo));
                if order.verb.removes() {
                    live.toast.set(words::done(word, number).map(|words| Toast { words, bad: false, undo }));
                }
                live.refresh_quietly();
                ended(Some(live.list.get_untracked()));
            }
            Err(error) => {
                ended(None);
                live.complain(error);
            }
        }
    });
}

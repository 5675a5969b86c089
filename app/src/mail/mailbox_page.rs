//! A mailbox: its name, how much is in it, and its messages by pages of fifty.

use super::list::{ListState, MessageList};
use crate::{
    calls::EmptyMailbox,
    layout::Notices,
    live::{Listed, Listing},
    parts::{Answered, Icon, SearchBox, Trouble},
    words,
};
use api::{ListAsk, ListPage, MailboxLine, MailboxRole, Refusal};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

#[component]
pub fn MailboxPage() -> impl IntoView {
    let params = use_params_map();
    let query = use_query_map();
    let ask = Memo::new(move |_| ListAsk {
        mailbox: params.with(|params| params.get("slug")).unwrap_or_default(),
        query: String::new(),
        page: query.with(|query| query.get("p")).and_then(|page| page.parse().ok()).unwrap_or(1),
        cursor: query.with(|query| query.get("c")).unwrap_or_default(),
    });
    let state = ListState::new(move || ask.with(|ask| format!("{} {} {}", ask.mailbox, ask.page, ask.cursor)));
    let listing = Listing::new(ask);
    view! {
        <Answered>
            {move || {
                listing
                    .answer
                    .get()
                    .map(|answer| match answer {
                        Ok(Listed { page: Some(page), version }) => view! { <Shown page version state /> }.into_any(),
                        Ok(_) => view! { <Trouble error=Refusal::NotFound /> }.into_any(),
                        Err(error) => view! { <Trouble error /> }.into_any(),
                    })
            }}
        </Answered>
    }
    .into_any()
}

/// How much is in a mailbox.
fn tally(mailbox: &MailboxLine) -> String {
    match (mailbox.role, mailbox.total, mailbox.unread) {
        (_, 0, _) => String::new(),
        (MailboxRole::Drafts, total, _) => words::many(total, "draft", "drafts"),
        (_, total, 0) => words::many(total, "message", "messages"),
        (_, total, unread) => format!("{}, {} unread", words::many(total, "message", "messages"), words::count(unread)),
    }
}

#[component]
fn Shown(page: ListPage, version: u32, state: ListState) -> impl IntoView {
    // Only a search in every mailbox answers without one.
    let Some(mailbox) = page.mailbox.clone() else {
        return view! { <Trouble error=Refusal::NotFound /> }.into_any();
    };
    let tally = tally(&mailbox);
    let MailboxLine { name, slug, role, unread, total, .. } = mailbox;
    let title = match unread {
        0 => name.clone(),
        unread => format!("({}) {name}", words::count(unread)),
    };
    let (empty_title, empty_says) = words::empty_mailbox(role);
    let can_empty = matches!(role, MailboxRole::Trash | MailboxRole::Junk) && total > 0;
    view! {
        <Title text=title />
        <header class="page-head">
            <div class="page-name">
                <h1>
                    <bdi>{name}</bdi>
                </h1>
                <p class="tally">{tally}</p>
            </div>
            <SearchBox />
        </header>
        <Notices />
        {can_empty.then(|| view! { <EmptyButton role /> })}
        <MessageList page version state base=format!("/mail/{slug}") empty=(empty_title, empty_says.to_owned()) />
    }
    .into_any()
}

/// Deletes all that is in Trash or Junk, after asking.
#[component]
fn EmptyButton(role: MailboxRole) -> impl IntoView {
    let (word, name, then) = match role {
        MailboxRole::Junk => ("junk", "Junk", "/mail/junk"),
        _ => ("trash", "Trash", "/mail/trash"),
    };
    view! {
        <details class="sure">
            <summary class="button">
                <Icon name="eraser" />
                {format!("Empty {name}")}
            </summary>
            <div class="sure-sheet">
                <p>{format!("Everything in {name} is deleted for ever. This cannot be undone.")}</p>
                <form method="post" action=EmptyMailbox::url()>
                    <input type="hidden" name="role" value=word />
                    <input type="hidden" name="then" value=then />
                    <button class="button danger">"Delete for ever"</button>
                </form>
            </div>
        </details>
    }
    .into_any()
}

//! A mailbox: its name, how much is in it, and its messages by pages of fifty.

use super::list::{ListState, MessageList};
use crate::{
    calls::EmptyMailbox,
    layout::Notices,
    live::{Kind, Listing},
    parts::{Answered, Icon, SearchBox, Trouble},
    words,
};
use api::{ListAsk, MailboxLine, MailboxRole, Refusal};
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
        <Answered of=listing.answer.ready()>
            <Shown listing state />
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

/// What the tab is called.
fn title(mailbox: &MailboxLine) -> String {
    match mailbox.unread {
        0 => mailbox.name.clone(),
        unread => format!("({}) {}", words::count(unread), mailbox.name),
    }
}

#[component]
fn Shown(listing: Listing, state: ListState) -> impl IntoView {
    let kind = listing.kind();
    move || {
        // Through the memo, or every answer would draw everything anew.
        kind.get().map(|kind| match kind {
            Ok(Kind::List { mailbox: Some(_), .. }) => view! { <Contents listing state /> }.into_any(),
            // Only a search in every mailbox answers without one.
            Ok(_) => view! { <Trouble error=Refusal::NotFound /> }.into_any(),
            Err(error) => view! { <Trouble error /> }.into_any(),
        })
    }
}

#[component]
fn Contents(listing: Listing, state: ListState) -> impl IntoView {
    let newest = listing.newest();
    let mailbox = Memo::new(move |_| newest.get().and_then(|(page, _)| page.mailbox));
    // The head is written last, when the page itself may be gone already.
    let of = move |read: fn(&MailboxLine) -> String| {
        mailbox.try_with(|mailbox| mailbox.as_ref().map(read)).flatten().unwrap_or_default()
    };
    let line = mailbox.get_untracked();
    let (role, slug) = line.map_or((MailboxRole::None, String::new()), |line| (line.role, line.slug));
    let (empty_title, empty_says) = words::empty_mailbox(role);
    let can_empty = move || {
        let some = mailbox.with(|mailbox| mailbox.as_ref().is_some_and(|mailbox| mailbox.total > 0));
        some && matches!(role, MailboxRole::Trash | MailboxRole::Junk)
    };
    view! {
        <Title text=move || of(title) />
        <header class="page-head">
            <div class="page-name">
                <h1>
                    <bdi>{move || of(|mailbox| mailbox.name.clone())}</bdi>
                </h1>
                <p class="tally">{move || of(tally)}</p>
            </div>
            <SearchBox />
        </header>
        <Notices />
        {move || can_empty().then(|| view! { <EmptyButton role /> })}
        <MessageList listing state base=format!("/mail/{slug}") empty=(empty_title, empty_says.to_owned()) />
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

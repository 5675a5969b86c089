//! The list itself: one form around toolbar and rows. It works by posting; awake, it paints first and posts then.

use super::{desk::Desk, pager::Pager, row::RowView, toolbar::Toolbar};
use crate::{
    calls::ActOnMessages,
    live::{Listing, Live, Picks, carry_out, read_order},
    parts::Empty,
};
use api::{ListPage, MailboxRole, Row};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_location;
use web_sys::SubmitEvent;

/// A row is drawn anew when any of this changes. What is read or starred changes in its place: see `Desk`.
fn key(row: &Row) -> (i64, bool, String, String) {
    (row.id, row.answered, row.subject.clone(), row.who.clone())
}

/// What a list keeps between two answers of the server.
#[derive(Clone, Copy)]
pub struct ListState {
    desk: Desk,
    picks: Picks,
}

impl ListState {
    /// `which` names the list; when it changes, ticks and paint are forgotten.
    pub fn new(which: impl Fn() -> String + Send + Sync + 'static) -> ListState {
        let state = ListState { desk: Desk::new(), picks: Picks::new() };
        Effect::new(move |before: Option<String>| {
            let now = which();
            if before.is_some_and(|before| before != now) {
                state.desk.clear();
                state.picks.all(false);
            }
            now
        });
        let live: Live = expect_context();
        Effect::new(move |_| state.desk.put_back(&live.returned.get()));
        state
    }
}

#[component]
pub fn MessageList(
    listing: Listing,
    state: ListState,
    /// The list's address without page: `/mail/inbox`, `/search?q=…`.
    base: String,
    /// What to say when there is nothing.
    empty: (&'static str, String),
    /// A search names each row's mailbox.
    #[prop(optional)]
    show_mailbox: bool,
) -> impl IntoView {
    let live: Live = expect_context();
    let ListState { desk, picks } = state;
    let here = use_location();
    // Drawn once: what the next answers change is changed in its place, so that no row loses the focus.
    let newest = listing.newest();
    let page = newest.get_untracked().map(|(page, _)| page).unwrap_or_else(nothing);
    let role = page.mailbox.as_ref().map_or(MailboxRole::None, |mailbox| mailbox.role);
    let mailbox = page.mailbox.as_ref().map_or(0, |mailbox| mailbox.id);
    let from = if mailbox == 0 { String::new() } else { mailbox.to_string() };
    let then = move || {
        // What was done before is not said again: of the address, only what names the list is kept.
        let search = here.search.get();
        let kept: Vec<&str> = search
            .trim_start_matches('?')
            .split('&')
            .filter(|pair| ["q=", "in=", "p=", "c="].iter().any(|name| pair.starts_with(name)))
            .collect();
        let path = here.pathname.get();
        if kept.is_empty() { path } else { format!("{path}?{}", kept.join("&")) }
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        match read_order(&event) {
            Ok((order, from)) => {
                desk.paint(&order);
                if order.verb.removes() {
                    picks.all(false);
                }
                let painted = order.clone();
                carry_out(live, order, from, move |done| desk.ended(&painted, done));
            }
            Err(error) => live.complain(error),
        }
    };
    if page.rows.is_empty() {
        let (title, says) = empty;
        return view! { <Empty title says /> }.into_any();
    }
    let rows = move || newest.get().map(|(page, _)| page.rows).unwrap_or_default();
    Effect::new(move |_| {
        if let Some((page, version)) = newest.get() {
            desk.hear(&page.rows, version);
        }
    });
    // After the rows have been drawn.
    Effect::new(move |_| {
        newest.track();
        // A page that is not drawn has nothing to tick.
        let _ = request_animation_frame(move || picks.restore());
    });
    view! {
        <form class="list" method="post" action=ActOnMessages::url() on:submit=submit>
            // Enter in a checkbox presses a form's first button. This one does nothing.
            <button type="submit" disabled=true hidden=true></button>
            <input type="hidden" name="then" value=then />
            <input type="hidden" name="from" value=from />
            {(role != MailboxRole::Drafts).then(|| view! { <Toolbar role here=mailbox picks /> })}
            <ul class="rows" on:click=move |event| picks.clicked(&event)>
                <For each=move || desk.left(rows()) key=key let:row>
                    <RowView row desk show_mailbox />
                </For>
            </ul>
        </form>
        {move || newest.get().map(|(page, _)| view! { <Pager page base=base.clone() /> })}
    }
    .into_any()
}

/// Before the first answer.
fn nothing() -> ListPage {
    ListPage {
        mailbox: None,
        rows: Vec::new(),
        total: None,
        page: 1,
        first: 0,
        next: None,
        newer: None,
        incomplete: false,
    }
}

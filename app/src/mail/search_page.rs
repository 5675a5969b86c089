//! Search: what was asked, in which mailbox, and what was found.

use super::list::{ListState, MessageList};
use crate::{
    layout::{Mailboxes, Notices},
    live::{Kind, Listing},
    parts::{Answered, Empty, GetForm, Icon, Notice, Tone, Trouble},
};
use api::ListAsk;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{hooks::use_query_map, location::Url};

#[component]
pub fn SearchPage() -> impl IntoView {
    let query = use_query_map();
    let get = move |name: &str| query.with(|query| query.get(name)).unwrap_or_default();
    let form = Memo::new(move |_| ListAsk {
        mailbox: get("in"),
        query: get("q").trim().to_owned(),
        page: get("p").parse().unwrap_or(1),
        cursor: get("c"),
    });
    // Nothing is looked for without words.
    let ask = Memo::new(move |_| {
        let ask = form.get();
        if ask.query.is_empty() { ListAsk { mailbox: String::new(), ..ask } } else { ask }
    });
    let state = ListState::new(move || ask.with(|ask| format!("{} {} {}", ask.query, ask.mailbox, ask.cursor)));
    let listing = Listing::new(ask);
    view! {
        <Title text=move || {
            // The head is written last, when the page itself may be gone already.
            let query = ask.try_with(|ask| ask.query.clone()).unwrap_or_default();
            if query.is_empty() { "Search".to_owned() } else { format!("Search: {query}") }
        } />
        <header class="page-head">
            <div class="page-name">
                <h1>"Search"</h1>
            </div>
        </header>
        <SearchForm ask=form />
        <Notices />
        <Answered of=listing.answer.ready() part=true>
            <Incomplete listing />
        </Answered>
        <Answered of=listing.answer.ready()>
            <Found listing state ask />
        </Answered>
    }
    .into_any()
}

/// While the index is made anew, what is missing may only not be found yet.
#[component]
fn Incomplete(listing: Listing) -> impl IntoView {
    move || {
        let listed = listing.answer.get().and_then(Result::ok).and_then(|listed| listed.page);
        listed.filter(|page| page.incomplete).map(|_| {
            view! {
                <Notice tone=Tone::Plain>
                    <p>"Search is not complete yet: older mail is still being read. Look again in a few minutes."</p>
                </Notice>
            }
        })
    }
}

#[component]
fn Found(listing: Listing, state: ListState, ask: Memo<ListAsk>) -> impl IntoView {
    let kind = listing.kind();
    move || {
        // Through the memo, or every answer would draw everything anew.
        kind.get().map(|kind| match kind {
            Ok(Kind::List { .. }) => {
                // Another question is another list.
                let ask = ask.get();
                let base = format!("/search?q={}&in={}", Url::escape(&ask.query), Url::escape(&ask.mailbox));
                let says = format!("No message has “{}”. Try fewer or shorter words.", ask.query);
                view! { <MessageList listing state base empty=("Nothing found", says) show_mailbox=true /> }.into_any()
            }
            Ok(Kind::NotAsked) => view! {
                <Empty
                    title="What are you looking for?"
                    says="Type a name, an address, or words of the subject or the text."
                />
            }
            .into_any(),
            Err(error) => view! { <Trouble error /> }.into_any(),
        })
    }
}

/// The whole form: words, and where to look.
#[component]
fn SearchForm(ask: Memo<ListAsk>) -> impl IntoView {
    let Mailboxes(mailboxes) = expect_context();
    let within = move || ask.with(|ask| ask.mailbox.clone());
    let places = move || {
        let within = within();
        mailboxes
            .get()
            .and_then(Result::ok)
            .unwrap_or_default()
            .into_iter()
            .map(|mailbox| {
                let selected = mailbox.slug == within;
                view! {
                    <option value=mailbox.slug selected=selected>
                        {mailbox.name}
                    </option>
                }
            })
            .collect_view()
    };
    view! {
        <GetForm action="/search" class="search-page">
            <label class="search-words">
                <span class="vh">"Search for"</span>
                <Icon name="search" />
                <input
                    type="search"
                    name="q"
                    value=move || ask.with(|ask| ask.query.clone())
                    placeholder="Search mail"
                    autocomplete="off"
                    dir="auto"
                    data-command="search"
                    autofocus=ask.with_untracked(|ask| ask.query.is_empty())
                />
            </label>
            <label class="search-in">
                <span class="vh">"In"</span>
                <select name="in">
                    <option value="" selected=move || within().is_empty()>
                        "All mail"
                    </option>
                    <Answered of=mailboxes.ready() part=true>{places}</Answered>
                </select>
            </label>
            <button class="button primary">"Search"</button>
        </GetForm>
    }
    .into_any()
}

//! The search box above a list: a plain form that looks in all mail (`/search?q=…`). Narrowing it is the search page's.

use super::{GetForm, Icon};
use leptos::prelude::*;

#[component]
pub fn SearchBox() -> impl IntoView {
    view! {
        <GetForm action="/search" class="search-form">
            <Icon name="search" />
            <input
                class="search-field"
                type="search"
                name="q"
                placeholder="Search mail"
                aria-label="Search mail"
                autocomplete="off"
                dir="auto"
                data-command="search"
            />
            <button class="search-go">"Search"</button>
        </GetForm>
    }
    .into_any()
}

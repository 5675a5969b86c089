//! The search box above a list: a plain form that looks in all mail (`/search?q=…`). Narrowing it is the search page's.

use super::Icon;
use leptos::prelude::*;
use leptos_router::components::Form;

#[component]
pub fn SearchBox() -> impl IntoView {
    view! {
        <search class="search">
            <Form method="get" action="/search" attr:class="search-form" attr:role="search">
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
            </Form>
        </search>
    }
    .into_any()
}

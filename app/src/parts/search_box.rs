//! The search box: a plain form that goes to `/search?q=…`.

use super::Icon;
use leptos::prelude::*;
use leptos_router::components::Form;

#[component]
pub fn SearchBox(
    /// What was searched for.
    #[prop(optional, into)]
    query: String,
    /// The slug of the mailbox to search in; empty for all.
    #[prop(optional, into)]
    within: String,
) -> impl IntoView {
    view! {
        <search class="search">
            <Form method="get" action="/search" attr:class="search-form" attr:role="search">
                <Icon name="search" />
                <input
                    class="search-field"
                    type="search"
                    name="q"
                    value=query
                    placeholder="Search mail"
                    aria-label="Search mail"
                    autocomplete="off"
                    dir="auto"
                    data-command="search"
                />
                {(!within.is_empty()).then(|| view! { <input type="hidden" name="in" value=within.clone() /> })}
                <button class="search-go">"Search"</button>
            </Form>
        </search>
    }
    .into_any()
}

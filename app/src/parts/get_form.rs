//! A form that only asks: it goes to an address made of its fields. Awake, without leaving the tab's page.

use leptos::{form::form_data_from_event, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use web_sys::{SubmitEvent, UrlSearchParams};

#[component]
pub fn GetForm(#[prop(into)] action: String, class: &'static str, children: Children) -> impl IntoView {
    let navigate = use_navigate();
    let path = action.clone();
    let submit = move |event: SubmitEvent| {
        let fields = form_data_from_event(&event)
            .ok()
            .and_then(|data| UrlSearchParams::new_with_str_sequence_sequence(&data).ok())
            .map(|fields| String::from(fields.to_string()));
        // Unreadable: the browser does it its own way.
        if let Some(fields) = fields {
            event.prevent_default();
            navigate(&format!("{path}?{fields}"), NavigateOptions::default());
        }
    };
    view! {
        <search class="search-place">
            <form class=class method="get" action=action on:submit=submit>
                {children()}
            </form>
        </search>
    }
    .into_any()
}

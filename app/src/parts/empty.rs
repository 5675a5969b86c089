//! A place with nothing in it: the pigeonholes of a post office, all empty.

use leptos::prelude::*;

#[component]
pub fn Empty(#[prop(into)] title: String, #[prop(into)] says: String) -> impl IntoView {
    view! {
        <div class="empty">
            <svg class="empty-drawing" viewBox="0 0 200 132" aria-hidden="true" fill="none" stroke="currentColor">
                <path stroke-width="2" d="M3 3h194v118H3zM3 42h194M3 81h194M67.5 3v118M132.5 3v118" stroke-linejoin="round"></path>
                <path stroke-width="1" d="M12 10v25M76.5 10v25M141.5 10v25M12 49v25M76.5 49v25M141.5 49v25M12 88v25M76.5 88v25M141.5 88v25"></path>
                // The name on one of them: whoever is asked for, nothing lies behind it.
                <path class="empty-plate" stroke-width="1.6" d="M86 69h28v9H86z"></path>
                <path stroke-width="2" d="M14 121v9M186 121v9" stroke-linecap="round"></path>
            </svg>
            <h2 class="empty-title">{title}</h2>
            <p class="empty-says">{says}</p>
        </div>
    }
    .into_any()
}

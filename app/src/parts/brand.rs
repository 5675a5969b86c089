//! The mark: a postmark over waves, as the post office cancels a stamp; and the name beside it.

use leptos::prelude::*;

/// The mark alone, for decoration.
#[component]
pub fn Mark() -> impl IntoView {
    view! {
        <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
            <circle cx="16" cy="16" r="14" fill="none" stroke="currentColor" stroke-width="2"></circle>
            <circle
                cx="16"
                cy="16"
                r="10.6"
                fill="none"
                stroke="currentColor"
                stroke-width="1"
                stroke-dasharray="1.6 1.73"
            ></circle>
            <path
                fill="currentColor"
                d="M11.6 9.6h5.3c2.6 0 4.2 1.3 4.2 3.5 0 1.7-1 2.9-2.7 3.3l2.7 4.3c.3.5.6.7 1.2.8v.9h-3.2l-3.3-5.7h-1.5v4c0 .6.2.8 1.3.9v.8h-4v-.8c1-.1 1.2-.3 1.2-.9v-9.4c0-.6-.2-.8-1.2-.9zm2.7 1.1v4.9h1.9c1.6 0 2.5-.9 2.5-2.5s-.9-2.4-2.5-2.4z"
            ></path>
        </svg>
    }
}

/// Mark and name; a link home.
#[component]
pub fn Brand(href: &'static str) -> impl IntoView {
    view! {
        <a class="brand" href=href>
            <Mark />
            <span class="brand-name">"Restante"</span>
        </a>
    }
}

//! The star of a row or a letter. Drawn in place, so that the sheet can fill it.

use leptos::prelude::*;

#[component]
pub fn StarShape() -> impl IntoView {
    view! {
        <svg class="icon star-shape" viewBox="0 0 24 24" aria-hidden="true">
            <path d="m12 2.6 2.9 5.9 6.5 1-4.7 4.5 1.1 6.5-5.8-3-5.8 3 1.1-6.5-4.7-4.5 6.5-1z"></path>
        </svg>
    }
}

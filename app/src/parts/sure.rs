//! What is asked before something is done: a button that opens a sheet, with the form that does it.

use leptos::prelude::*;

#[component]
pub fn Sure(
    /// The act, in a word.
    says: &'static str,
    children: Children,
) -> impl IntoView {
    view! {
        <details class="sure">
            <summary class="button small">{says}</summary>
            <div class="sure-sheet">{children()}</div>
        </details>
    }
    .into_any()
}

//! The same act as a command line, for who would rather type it.

use super::Icon;
use leptos::prelude::*;

#[component]
pub fn CommandLine(#[prop(into)] line: String) -> impl IntoView {
    view! {
        <p class="command-line">
            <Icon name="code" />
            <span class="vh">"As a command: "</span>
            <code>{line}</code>
        </p>
    }
    .into_any()
}

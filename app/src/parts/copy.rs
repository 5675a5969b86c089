//! A text that is made to be copied: selected with one press, and in the clipboard where the browser lets it be.

use super::Icon;
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{HtmlDocument, HtmlElement};

/// `what`: of what, for those who hear the button and see nothing beside it.
#[component]
pub fn Copied(text: String, #[prop(into)] what: String) -> impl IntoView {
    let place = NodeRef::<html::Code>::new();
    // Without a script the text can be selected, and a button would do nothing.
    let (awake, set_awake) = signal(false);
    Effect::new(move |_| set_awake.set(true));
    let (said, say) = signal("Copy");
    let press = move |_| {
        let Some(text) = place.get() else { return };
        say.set(if copy(&text) { "Copied" } else { "Press Ctrl+C" });
        let _ = set_timeout(move || say.set("Copy"), std::time::Duration::from_secs(4));
    };
    let label = move || format!("{}: {what}", said.get());
    view! {
        <code node_ref=place>{text}</code>
        <Show when=move || awake.get()>
            <button type="button" class="button small copy" aria-label=label.clone() on:click=press>
                <Icon name="copy" />
                <span aria-live="polite">{move || said.get()}</span>
            </button>
        </Show>
    }
    .into_any()
}

/// Selects it, and copies what is selected: that works on pages without encryption too.
fn copy(text: &HtmlElement) -> bool {
    let selected =
        window().get_selection().ok().flatten().is_some_and(|selection| selection.select_all_children(text).is_ok());
    let document: Option<HtmlDocument> = document().dyn_into().ok();
    selected && document.is_some_and(|document| document.exec_command("copy").unwrap_or(false))
}

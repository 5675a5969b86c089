//! Buttons that put a text on the clipboard. Without JavaScript there are none: the text beside them can be marked.

use super::Icon;
use leptos::prelude::*;

#[component]
pub fn Copies(
    /// What each button says, and the text it copies.
    texts: Vec<(&'static str, String)>,
    /// What the texts are of, for who does not see where the buttons stand.
    of: String,
) -> impl IntoView {
    view! {
        <p class="copies-of">
            {texts
                .into_iter()
                .map(|(says, text)| {
                    view! {
                        <button class="button small quiet" type="button" data-copy=text>
                            <Icon name="copy" />
                            {says}
                            <span class="vh">{format!(" of {of}")}</span>
                        </button>
                    }
                })
                .collect_view()} <span class="copied" role="status"></span>
        </p>
    }
    .into_any()
}

//! Who vouches for a message: one word, one sentence, and the rest for who wants it.

use super::Icon;
use api::{Stand, Vouching};
use leptos::prelude::*;

/// The word, its sign, and the class that colours it.
fn word(stand: Stand) -> (&'static str, &'static str, &'static str) {
    match stand {
        Stand::Passed => ("Passed", "shield-check", "vouch passed"),
        Stand::Unverified => ("Not verified", "circle-help", "vouch"),
        Stand::Failed => ("Failed", "triangle-alert", "vouch failed"),
    }
}

/// A row of the envelope.
#[component]
pub fn Vouched(vouching: Vouching) -> impl IntoView {
    let Vouching { stand, says, .. } = vouching;
    let (word, icon, class) = word(stand);
    let mut says = says.into_iter();
    let first = says.next().unwrap_or_else(|| "Nothing was checked when it came.".to_owned());
    let rest: Vec<String> = says.collect();
    view! {
        <div>
            <dt>"Vouched for"</dt>
            <dd class=class>
                <span class="vouch-word">
                    <Icon name=icon />
                    {word}
                </span>
                " "
                <span class="vouch-why" dir="auto">
                    {first}
                </span>
                {(!rest.is_empty())
                    .then(|| {
                        view! {
                            <details class="vouch-more">
                                <summary>"What was checked"</summary>
                                <ul>{rest.into_iter().map(|line| view! { <li dir="auto">{line}</li> }).collect_view()}</ul>
                            </details>
                        }
                    })}
            </dd>
        </div>
    }
    .into_any()
}

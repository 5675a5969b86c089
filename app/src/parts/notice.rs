//! A line that says what happened.

use super::Icon;
use leptos::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// It worked.
    Good,
    /// Worth knowing.
    Plain,
    /// It did not work.
    Bad,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Tone::Good => "notice good",
            Tone::Plain => "notice",
            Tone::Bad => "notice bad",
        }
    }

    fn icon(self) -> &'static str {
        match self {
            Tone::Good => "circle-check",
            Tone::Plain => "info",
            Tone::Bad => "triangle-alert",
        }
    }
}

#[component]
pub fn Notice(tone: Tone, children: Children) -> impl IntoView {
    let role = if tone == Tone::Bad { "alert" } else { "status" };
    view! {
        <div class=tone.class() role=role>
            <Icon name=tone.icon() />
            <div class="notice-words">{children()}</div>
        </div>
    }
    .into_any()
}

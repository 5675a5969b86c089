//! The button that begins a draft. A draft is made by POST, never by following a link.

use super::Icon;
use leptos::prelude::*;

/// How the draft begins, in the form's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Beginning {
    Blank,
    /// Blank, to somebody.
    To(String),
    Reply(i64),
    ReplyAll(i64),
    Forward(i64),
}

impl Beginning {
    /// The fields `how`, `message` and `to`.
    fn fields(self) -> (&'static str, String, String) {
        match self {
            Beginning::Blank => ("blank", String::new(), String::new()),
            Beginning::To(address) => ("blank", String::new(), address),
            Beginning::Reply(message) => ("reply", message.to_string(), String::new()),
            Beginning::ReplyAll(message) => ("reply-all", message.to_string(), String::new()),
            Beginning::Forward(message) => ("forward", message.to_string(), String::new()),
        }
    }
}

#[component]
pub fn BeginButton(
    beginning: Beginning,
    icon: &'static str,
    #[prop(into)] says: String,
    /// The command that presses it (`live::keys`).
    #[prop(optional)]
    command: &'static str,
    #[prop(default = "button")] class: &'static str,
) -> impl IntoView {
    let (how, message, to) = beginning.fields();
    view! {
        <form class="begin" method="post" action="/compose">
            <input type="hidden" name="how" value=how />
            <input type="hidden" name="message" value=message />
            <input type="hidden" name="to" value=to />
            <button class=class data-command=command>
                <Icon name=icon />
                <span class="label">{says}</span>
            </button>
        </form>
    }
    .into_any()
}

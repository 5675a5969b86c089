//! What the page's address says happened: a form that was done, or refused. So it is said without JavaScript too.

use crate::{
    AppError,
    calls::{ActOnMessages, Done},
    parts::{Notice, Tone},
    words,
};
use api::Refusal;
use leptos::{
    prelude::*,
    server_fn::{ServerFn, error::ServerFnUrlError},
};
use leptos_router::hooks::{use_location, use_query_map};

/// What is said of things that are not messages.
fn said(word: &str) -> Option<&'static str> {
    Some(match word {
        "sent" => "Sent. A copy is in Sent.",
        "saved" => "Saved.",
        "attached" => "Attached and saved.",
        "discarded" => "Draft discarded.",
        "domain-added" => "Domain added.",
        "suspended" => "Suspended.",
        "resumed" => "Active again.",
        "removed" => "Removed.",
        "quota" => "Quota changed.",
        "retried" => "It will be tried again now.",
        "revoked" => "Revoked. That program can do nothing here any more.",
        "released" => "Released; it goes now.",
        "sent-back" => "It goes back to its sender.",
        "cancelled" => "Given up; the sender is told.",
        _ => return None,
    })
}

/// The line at the head of a page.
#[component]
pub fn Notices() -> impl IntoView {
    let query = use_query_map();
    let here = use_location();
    move || {
        let get = |name: &str| query.with(|query| query.get(name));
        let refused = get("refused").map(|code| Refusal::from_code(&code).unwrap_or(Refusal::Broken).into());
        let erred = get("__err").map(|err| ServerFnUrlError::<AppError>::decode_err(&err));
        if let Some(error) = refused.or(erred) {
            return view! { <Notice tone=Tone::Bad>{words::error(error)}</Notice> }.into_any();
        }
        let flag = ["sent", "saved", "attached", "discarded"].into_iter().find(|name| get(name).is_some());
        if let Some(words) = flag.and_then(said) {
            return view! { <Notice tone=Tone::Good>{words}</Notice> }.into_any();
        }
        let Some(done) = Done::read(get) else { return ().into_any() };
        let words = said(&done.word).map(str::to_owned).or_else(|| words::done(&done.word, done.number));
        let tone = if done.number == 0 { Tone::Plain } else { Tone::Good };
        let then = here.pathname.get_untracked();
        words
            .map(|words| {
                view! {
                    <Notice tone>
                        <span>{words}</span>
                        {(!done.undo.is_empty()).then(|| view! { <Undo done=done.clone() then /> })}
                    </Notice>
                }
            })
            .into_any()
    }
}

/// Puts the messages back.
#[component]
fn Undo(done: Done, then: String) -> impl IntoView {
    view! {
        <form class="undo" method="post" action=ActOnMessages::url()>
            {done
                .undo
                .iter()
                .map(|id| view! { <input type="hidden" name="ids[]" value=id.to_string() /> })
                .collect_view()}
            <input type="hidden" name="mailbox" value=done.from />
            <input type="hidden" name="then" value=then />
            <button class="link-button" name="act" value="move" data-command="undo">
                "Undo"
            </button>
        </form>
    }
    .into_any()
}

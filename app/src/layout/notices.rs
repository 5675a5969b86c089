//! What the page's address says happened: a form that was done, or refused. So it is said without JavaScript too.

use crate::{
    AppError,
    calls::{ActOnMessages, Done},
    context::of_this_answer,
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
        "rescued" => {
            "You are signed in again, and what you typed is in this draft. Look it over; files have to be chosen again."
        }
        "attached" => "Attached and saved.",
        "discarded" => "Draft discarded.",
        "domain-added" => "Domain added.",
        "suspended" => "Suspended.",
        "resumed" => "Active again.",
        "removed" => "Removed.",
        "quota" => "Quota changed.",
        "limits" => "Limits changed.",
        "receiving" => "Receiving changed.",
        "separator" => "Sign changed.",
        "catch-all" => "Catch-all changed.",
        "name-added" => "Name added.",
        "alias-added" => "Alias added.",
        "alias-changed" => "Alias changed.",
        "address-added" => "Address added.",
        "retried" => "It will be tried again now.",
        "revoked" => "Revoked. That program can do nothing here any more.",
        "released" => "Released; it goes now.",
        "sent-back" => "It goes back to its sender.",
        "keys-made" => "New keys made. Copy their records into the zone: they sign in three days.",
        "cancelled" => "Given up; the sender is told.",
        _ => return None,
    })
}

/// The line at the head of a page.
#[component]
pub fn Notices() -> impl IntoView {
    let query = use_query_map();
    let here = use_location();
    let unsaved = of_this_answer(|facts| facts.refused);
    move || {
        let get = |name: &str| query.with(|query| query.get(name));
        let refused = get("refused").map(|code| Refusal::from_code(&code).unwrap_or(Refusal::Broken).into());
        let erred = get("__err").map(|err| ServerFnUrlError::<AppError>::decode_err(&err));
        if let Some(error) = refused.or(erred) {
            let about = get("about").filter(|about| !about.is_empty());
            let beside = get("beside").and_then(|id| id.parse::<i64>().ok());
            return view! { <Refused error about beside /> }.into_any();
        }
        if let Some(refusal) = unsaved {
            return view! { <Unsaved refusal /> }.into_any();
        }
        if let Some(left) = get("left").and_then(|left| left.parse::<i64>().ok()).filter(|left| *left > 0) {
            let files = words::many(left, "file of the original was", "files of the original were");
            let says = format!("{files} not taken along: there is no room for more.");
            return view! { <Notice tone=Tone::Plain>{says}</Notice> }.into_any();
        }
        let flag = ["sent", "saved", "rescued", "attached", "discarded"].into_iter().find(|name| get(name).is_some());
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

/// Why a form was not done: the address that it is about, and the draft that what was typed is in.
#[component]
fn Refused(error: AppError, about: Option<String>, beside: Option<i64>) -> impl IntoView {
    view! {
        <Notice tone=Tone::Bad>
            <span>{words::error(error)}</span>
            {about.map(|about| view! { <bdi class="about">{about}</bdi> })}
            {beside
                .map(|draft| {
                    view! {
                        <span>
                            "What you typed is kept beside it: "
                            <a href=format!("/compose/{draft}")>"open your own version"</a> "."
                        </span>
                    }
                })}
        </Notice>
    }
    .into_any()
}

/// The composer came back with what was typed in it and nowhere else.
#[component]
fn Unsaved(refusal: Refusal) -> impl IntoView {
    view! {
        <Notice tone=Tone::Bad>
            <span>{words::refusal(refusal)}</span>
            <span>
                "Not saved: what you typed is below and nowhere else yet. Keep this page open and press Save again; files "
                "have to be chosen again."
            </span>
        </Notice>
    }
    .into_any()
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

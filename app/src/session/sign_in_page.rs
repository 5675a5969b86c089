//! Signing in: an envelope, addressed to oneself.

use crate::{
    calls::is_local,
    context::with_facts,
    layout::Plain,
    parts::{Icon, Mark, Notice, Tone},
    words,
};
use api::{DraftText, Refusal};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// What somebody brought to the door in a form. It stands in the page and never in an address.
#[derive(Clone, Debug, Default)]
pub struct AtTheDoor {
    pub refused: Option<Refusal>,
    pub address: String,
    /// The page that was asked for before.
    pub next: String,
    pub draft: Option<TakenAlong>,
}

/// A letter whose writer's session ended: it goes through the sign-in form and on into its draft.
#[derive(Clone, Debug, Default)]
pub struct TakenAlong {
    pub draft: i64,
    pub revision: i64,
    pub text: DraftText,
}

/// The letter as hidden fields.
#[component]
fn Letter(taken: TakenAlong) -> impl IntoView {
    let TakenAlong { revision, text: DraftText { to, cc, bcc, subject, text, from }, .. } = taken;
    let fields = [("revision", revision.to_string()), ("to", to), ("cc", cc), ("bcc", bcc), ("subject", subject)];
    fields
        .into_iter()
        .chain([("text", text), ("from", from)])
        .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
        .collect_view()
}

#[component]
pub fn SignInPage() -> impl IntoView {
    let query = use_query_map();
    let get = move |name: &str| query.with_untracked(|query| query.get(name)).unwrap_or_default();
    let AtTheDoor { refused, address, next, draft } = use_context().unwrap_or_default();
    let refused = refused.or_else(|| Refusal::from_code(&get("refused")));
    let next = if next.is_empty() { get("next") } else { next };
    let next = if is_local(&next) { next } else { String::new() };
    let host = with_facts(|facts| facts.programs.host.clone());
    let known = !address.is_empty();
    let (action, coding) = match &draft {
        Some(taken) => (format!("/compose/{}/resume", taken.draft), "multipart/form-data"),
        None => ("/sign-in".to_owned(), "application/x-www-form-urlencoded"),
    };
    view! {
        <Title text="Sign in" />
        <Plain>
            <form class="envelope" method="post" action=action enctype=coding aria-labelledby="sign-in-title">
                <header class="envelope-head">
                    <p class="envelope-sender" aria-hidden="true">
                        "Poste restante"
                        <br />
                        <bdi>{host}</bdi>
                    </p>
                    <div class="stamp" aria-hidden="true">
                        <Mark />
                    </div>
                </header>
                <h1 id="sign-in-title" class="envelope-title">
                    "Your mail waits here"
                </h1>
                {refused.map(|refusal| view! { <Notice tone=Tone::Bad>{words::refusal(refusal)}</Notice> })}
                {draft
                    .map(|taken| {
                        view! {
                            <Notice tone=Tone::Plain>
                                "Your letter is in this page: sign in here, and it is in its draft. Files have to be "
                                "chosen again."
                            </Notice>
                            <Letter taken />
                        }
                    })}
                <label class="line">
                    <span class="line-label">"Address"</span>
                    <input
                        class="line-field"
                        type="text"
                        inputmode="email"
                        name="address"
                        value=address
                        autocomplete="username"
                        autocapitalize="none"
                        spellcheck="false"
                        required=true
                        autofocus=!known
                    />
                </label>
                <label class="line">
                    <span class="line-label">"Password"</span>
                    <input
                        class="line-field"
                        type="password"
                        name="password"
                        autocomplete="current-password"
                        required=true
                        autofocus=known
                    />
                </label>
                <input type="hidden" name="next" value=next />
                <footer class="envelope-foot">
                    <p class="hint">
                        <Icon name="lock" />
                        "On someone else’s computer? Sign out when you leave; nothing is stored here."
                    </p>
                    <button class="button primary">"Sign in"</button>
                </footer>
            </form>
        </Plain>
    }
    .into_any()
}

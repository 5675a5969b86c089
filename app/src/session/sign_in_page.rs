//! Signing in: an envelope, addressed to oneself.

use crate::{
    calls::is_local,
    context::with_facts,
    layout::Plain,
    parts::{Icon, Mark, Notice, Tone},
    words,
};
use api::Refusal;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

#[component]
pub fn SignInPage() -> impl IntoView {
    let query = use_query_map();
    let get = move |name: &str| query.with_untracked(|query| query.get(name)).unwrap_or_default();
    let refused = Refusal::from_code(&get("refused"));
    let address = get("address");
    let next = Some(get("next")).filter(|next| is_local(next)).unwrap_or_default();
    let host = with_facts(|facts| facts.programs.host.clone());
    let known = !address.is_empty();
    view! {
        <Title text="Sign in" />
        <Plain>
            <form class="envelope" method="post" action="/sign-in" aria-labelledby="sign-in-title">
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

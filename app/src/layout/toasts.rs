//! What floats: what was just done (with undo), new mail further up, a newer build. One polite live region, and one for
//! what went wrong.

use crate::{
    live::{Live, Toast, put_back},
    parts::Icon,
};
use leptos::prelude::*;
use std::time::Duration;

/// How long undo is offered.
const STAYS: Duration = Duration::from_secs(10);

#[component]
pub fn Toasts() -> impl IntoView {
    let live: Live = expect_context();
    Effect::new(move |timer: Option<Option<leptos::leptos_dom::helpers::TimeoutHandle>>| {
        if let Some(timer) = timer.flatten() {
            timer.clear();
        }
        live.toast.get()?;
        set_timeout(move || live.toast.set(None), STAYS).ok()
    });
    let up = move |_| {
        window().scroll_to_with_x_and_y(0.0, 0.0);
        live.refresh();
    };
    let said = move |bad: bool| {
        let toast = live.toast.get().filter(|toast| toast.bad == bad);
        toast.map(|toast| view! { <Said toast live /> })
    };
    view! {
        <div class="toasts">
            <div class="toast-region" aria-live="assertive">
                {move || said(true)}
                <Show when=move || live.offline.get()>
                    <p class="toast">
                        "The server does not answer. What you see may be old; what you write is kept here and saved when it "
                        "answers again."
                    </p>
                </Show>
            </div>
            <div class="toast-region" role="status" aria-live="polite">
                <Show when=move || live.waiting.get()>
                    <button class="toast-pill" type="button" on:click=up>
                        <Icon name="arrow-up" />
                        "New mail"
                    </button>
                </Show>
                <Show when=move || live.newer_build.get()>
                    <p class="toast">
                        "There is a new version. "
                        <button
                            class="toast-do"
                            type="button"
                            on:click=move |_| {
                                let _ = window().location().reload();
                            }
                        >
                            "Reload"
                        </button>
                    </p>
                </Show>
                {move || said(false)}
            </div>
        </div>
    }
    .into_any()
}

/// What was done, or why not.
#[component]
fn Said(toast: Toast, live: Live) -> impl IntoView {
    view! {
        <p class="toast" class:bad=toast.bad>
            <span>{toast.words}</span>
            {toast
                .undo
                .map(|(messages, mailbox)| {
                    let undo = move |_| put_back(live, messages.clone(), mailbox);
                    view! {
                        <button class="toast-do" type="button" data-command="undo" on:click=undo>
                            "Undo"
                        </button>
                    }
                })}
            <button class="toast-close" type="button" on:click=move |_| live.toast.set(None)>
                <Icon name="x" />
                <span class="vh">"Close"</span>
            </button>
        </p>
    }
    .into_any()
}

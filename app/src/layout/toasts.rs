//! What floats: what was just done (with undo), new mail further up, a newer build. One polite live region.

use crate::{
    live::{Live, put_back},
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
    view! {
        <div class="toasts" role="status" aria-live="polite">
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
            {move || {
                live.toast
                    .get()
                    .map(|toast| {
                        let undo = toast
                            .undo
                            .and_then(|(messages, from)| {
                                Some((messages, from.parse::<i64>().ok()?))
                            });
                        view! {
                            <p class="toast" class:bad=toast.bad>
                                <span>{toast.words}</span>
                                {undo
                                    .map(|undo| {
                                        let (messages, mailbox) = undo;
                                        let undo = move |_| put_back(live, messages.clone(), mailbox);
                                        view! {
                                            <button
                                                class="toast-do"
                                                type="button"
                                                data-command="undo"
                                                on:click=undo
                                            >
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
                    })
            }}
        </div>
    }
    .into_any()
}

//! The end: what was removed, and what may remain.

use crate::{
    layout::Plain,
    parts::{Icon, Mark},
};
use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn SignedOutPage() -> impl IntoView {
    view! {
        <Title text="Signed out" />
        <Plain>
            <section class="farewell">
                <div class="cancelled" aria-hidden="true">
                    <div class="stamp">
                        <Mark />
                    </div>
                    <svg viewBox="0 0 150 64" fill="none" stroke="currentColor">
                        <path
                            stroke-width="2"
                            stroke-linecap="round"
                            d="M2 8q9-8 18 0t18 0 18 0 18 0 18 0 18 0 18 0 18 0M2 24q9-8 18 0t18 0 18 0 18 0 18 0 18 0 18 0 18 0M2 40q9-8 18 0t18 0 18 0 18 0 18 0 18 0 18 0 18 0M2 56q9-8 18 0t18 0 18 0 18 0 18 0 18 0 18 0 18 0"
                        ></path>
                    </svg>
                </div>
                <h1 class="farewell-title">"You are signed out"</h1>
                <ul class="checks">
                    <li>
                        <Icon name="circle-check" />
                        "This session has ended on the server. Going back shows nothing."
                    </li>
                    <li>
                        <Icon name="circle-check" />
                        "This browser was told to forget everything from here."
                    </li>
                    <li>
                        <Icon name="circle-check" />
                        "Your mail and your drafts are kept on the server."
                    </li>
                    <li class="may-remain">
                        <Icon name="triangle-alert" />
                        "Attachments you saved are still on this computer. On a shared one, delete them from Downloads."
                    </li>
                </ul>
                <a class="button" href="/sign-in" rel="external">
                    "Sign in again"
                </a>
            </section>
        </Plain>
    }
    .into_any()
}

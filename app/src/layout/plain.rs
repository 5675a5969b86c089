//! A page for somebody who is not signed in: one sheet on the table.

use crate::parts::Brand;
use leptos::prelude::*;

#[component]
pub fn Plain(children: Children) -> impl IntoView {
    view! {
        <div class="plain">
            <header class="plain-head">
                <Brand href="/" />
            </header>
            <main id="main" class="plain-main">
                {children()}
            </main>
        </div>
    }
    .into_any()
}

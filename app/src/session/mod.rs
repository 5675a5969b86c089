//! Coming and going: the door, which needs no program in the browser.

mod sign_in_page;
mod signed_out_page;

pub use sign_in_page::{AtTheDoor, TakenAlong};

use crate::{context::provide_facts, parts::Missing};
use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{Route, Router, Routes},
    path,
};
use sign_in_page::SignInPage;
use signed_out_page::SignedOutPage;

/// Whether a path is one of the door's pages.
pub fn is_door(path: &str) -> bool {
    matches!(path, "/sign-in" | "/signed-out")
}

/// The pages for somebody who is not signed in. They are never woken: forms and links are all they have.
#[component]
pub fn DoorApp() -> impl IntoView {
    provide_meta_context();
    provide_facts();
    view! {
        <Title formatter=|text: String| format!("{text} · Restante") />
        <Router>
            <Routes fallback=Missing>
                <Route path=path!("/sign-in") view=SignInPage ssr=SsrMode::Async />
                <Route path=path!("/signed-out") view=SignedOutPage ssr=SsrMode::Async />
            </Routes>
        </Router>
    }
}

//! The webmail: its routes, and a page a file.

mod compose_page;
mod list;
mod mailbox_page;
mod message_page;
mod programs_page;
mod recipients;
mod search_page;
mod settings_page;

use crate::{context::provide_facts, layout::MailLayout, parts::Missing};
use compose_page::ComposePage;
use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{ParentRoute, Route, Router, Routes},
    path,
};
use mailbox_page::MailboxPage;
use message_page::MessagePage;
use programs_page::ProgramsPage;
use search_page::SearchPage;
use settings_page::SettingsPage;

/// Where `mail_shell` has pages, as axum writes paths; the first two are the door's (`DoorApp`).
pub const MAIL_ROUTES: [&str; 8] = [
    "/sign-in",
    "/signed-out",
    "/mail/{slug}",
    "/mail/m/{id}",
    "/search",
    "/compose/{draft}",
    "/settings",
    "/settings/programs",
];

/// The webmail.
#[component]
pub fn MailApp() -> impl IntoView {
    provide_meta_context();
    provide_facts();
    view! {
        <Title formatter=|text: String| if text.is_empty() { "Restante".to_owned() } else { format!("{text} · Restante") } />
        <Router>
            <Routes fallback=Missing>
                <ParentRoute path=path!("") view=MailLayout ssr=SsrMode::Async>
                    <Route path=path!("/mail/m/:id") view=MessagePage ssr=SsrMode::Async />
                    <Route path=path!("/mail/:slug") view=MailboxPage ssr=SsrMode::Async />
                    <Route path=path!("/search") view=SearchPage ssr=SsrMode::Async />
                    <Route path=path!("/compose/:draft") view=ComposePage ssr=SsrMode::Async />
                    <Route path=path!("/settings") view=SettingsPage ssr=SsrMode::Async />
                    <Route path=path!("/settings/programs") view=ProgramsPage ssr=SsrMode::Async />
                </ParentRoute>
            </Routes>
        </Router>
    }
}

//! The admin's desk: its routes, and a page a file.

mod account_addresses;
mod account_page;
mod accounts_page;
mod aliases;
mod command;
mod domain_limits;
mod domain_names;
mod domain_page;
mod domains_page;
mod held;
mod overview_page;
mod queue_page;
mod report_page;
mod reports_page;
mod secret;
mod trace_page;
mod zone_page;

use crate::{
    context::{provide_facts, with_facts},
    layout::AdminLayout,
    parts::{Missing, Trouble},
};
use account_page::AccountPage;
use accounts_page::AccountsPage;
use api::{Refusal, Role};
use domain_page::DomainPage;
use domains_page::DomainsPage;
use leptos::{
    prelude::*,
    server_fn::{ServerFn, error::ServerFnUrlError},
};
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{ParentRoute, Route, Router, Routes},
    hooks::use_query_map,
    path,
};
use overview_page::OverviewPage;
use queue_page::QueuePage;
use report_page::ReportPage;
use reports_page::ReportsPage;
use trace_page::TracePage;
use zone_page::ZonePage;

/// Where `AdminApp` has pages, as axum writes paths.
pub const ADMIN_ROUTES: [&str; 11] = [
    "/admin",
    "/admin/domains",
    "/admin/domains/{name}",
    "/admin/accounts",
    "/admin/accounts/{id}",
    "/admin/accounts/{id}/password",
    "/admin/queue",
    "/admin/trace",
    "/admin/reports",
    "/admin/reports/{id}",
    "/admin/dns/{domain}",
];

/// The admin's desk.
#[component]
pub fn AdminApp() -> impl IntoView {
    provide_meta_context();
    provide_facts();
    view! {
        <Title formatter=|text: String| {
            if text.is_empty() { "Restante admin".to_owned() } else { format!("{text} · Restante admin") }
        } />
        <Router>
            <Routes fallback=Missing>
                <ParentRoute path=path!("/admin") view=Door ssr=SsrMode::Async>
                    <Route path=path!("") view=OverviewPage ssr=SsrMode::Async />
                    <Route path=path!("/domains") view=DomainsPage ssr=SsrMode::Async />
                    <Route path=path!("/domains/:name") view=DomainPage ssr=SsrMode::Async />
                    <Route path=path!("/accounts") view=AccountsPage ssr=SsrMode::Async />
                    <Route path=path!("/accounts/:id") view=AccountPage ssr=SsrMode::Async />
                    <Route path=path!("/accounts/:id/password") view=AccountPage ssr=SsrMode::Async />
                    <Route path=path!("/dns/:domain") view=ZonePage ssr=SsrMode::Async />
                    <Route path=path!("/queue") view=QueuePage ssr=SsrMode::Async />
                    <Route path=path!("/trace") view=TracePage ssr=SsrMode::Async />
                    <Route path=path!("/reports") view=ReportsPage ssr=SsrMode::Async />
                    <Route path=path!("/reports/:id") view=ReportPage ssr=SsrMode::Async />
                </ParentRoute>
            </Routes>
        </Router>
    }
    .into_any()
}

/// Only admins come in; others are told which role is needed.
#[component]
fn Door() -> impl IntoView {
    let admin = with_facts(|facts| facts.viewer.as_ref().is_some_and(|viewer| viewer.role == Role::Admin));
    if admin {
        view! { <AdminLayout /> }.into_any()
    } else {
        view! {
            <main id="main" class="plain">
                <Trouble error=Refusal::Forbidden />
            </main>
        }
        .into_any()
    }
}

/// Whether something is active, in a word and a sign.
#[component]
fn State(active: bool) -> impl IntoView {
    let (icon, says) = if active { ("circle-check", "Active") } else { ("pause", "Suspended") };
    view! {
        <span class="state" class:off=!active>
            <crate::parts::Icon name=icon />
            {says}
        </span>
    }
    .into_any()
}

/// The last word on this page's acts: an act that goes well takes the refusal before it away.
fn last_word<S>(refused: RwSignal<Option<crate::AppError>>, act: ServerAction<S>)
where
    S: ServerFn<Error = crate::AppError> + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    Effect::new(move |before: Option<usize>| {
        let version = act.version().get();
        if before.is_some_and(|before| before != version) {
            refused.set(act.value().get_untracked().and_then(Result::err));
        }
        version
    });
}

/// What the page says before it is awake: a plain form that was refused.
fn first_word<S>(act: ServerAction<S>) -> Option<crate::AppError>
where
    S: ServerFn<Error = crate::AppError> + Clone + Send + Sync + 'static,
    S::Output: Clone + Send + Sync + 'static,
{
    act.value().get_untracked().and_then(Result::err)
}

/// Why an act of the page was refused. What the address says already (`Notices`) is not said twice.
#[component]
fn Refused(error: Signal<Option<crate::AppError>>) -> impl IntoView {
    let query = use_query_map();
    move || {
        let said =
            query.with(|query| query.get("__err")).map(|err| ServerFnUrlError::<crate::AppError>::decode_err(&err));
        error.get().filter(|error| Some(error) != said.as_ref()).map(|error| {
            view! { <crate::parts::Notice tone=crate::parts::Tone::Bad>{crate::words::error(error)}</crate::parts::Notice> }
        })
    }
}

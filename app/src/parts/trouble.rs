//! A page that cannot be shown: returned to sender, with the reason and a way on.

use crate::{AppError, context::set_status, words};
use api::Refusal;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_location;

/// What the rubber stamp says.
fn stamp(error: AppError) -> &'static str {
    match error.refusal() {
        Some(Refusal::NotFound) => "Not at this address",
        Some(Refusal::Forbidden) => "Not for this window",
        Some(Refusal::SignedOut) => "Window closed",
        None => "No connection",
        Some(_) => "Undeliverable",
    }
}

/// The same for who reads on: a sentence that stands alone.
fn title(error: AppError) -> &'static str {
    match error.refusal() {
        Some(Refusal::NotFound) => "There is nothing here",
        Some(Refusal::Forbidden) => "This page is for admins",
        Some(Refusal::SignedOut) => "You are signed out",
        None => "The server does not answer",
        Some(_) => "This page could not be shown",
    }
}

/// Why something is not shown. Sets the status of the page.
#[component]
pub fn Trouble(#[prop(into)] error: AppError) -> impl IntoView {
    set_status(error.refusal().map_or(503, Refusal::status));
    let here = use_location();
    let next = move || format!("/sign-in?next={}", here.pathname.get());
    let way_on = match error.refusal() {
        Some(Refusal::SignedOut) => view! {
            <a class="button primary" href=next rel="external">
                "Sign in"
            </a>
        }
        .into_any(),
        Some(Refusal::NotFound | Refusal::Forbidden) => view! {
            <a class="button" href="/mail/inbox" rel="external">
                "To the inbox"
            </a>
        }
        .into_any(),
        _ => view! {
            <a class="button" href=move || here.pathname.get() rel="external">
                "Try again"
            </a>
        }
        .into_any(),
    };
    view! {
        <Title text=title(error) />
        <section class="trouble">
            <p class="rubber" aria-hidden="true">
                <span>{stamp(error)}</span>
                <small>"return to sender"</small>
            </p>
            <h1 class="trouble-title">{title(error)}</h1>
            <p class="trouble-says">{words::error(error)}</p>
            <p>{way_on}</p>
        </section>
    }
    .into_any()
}

/// No page has this address.
#[component]
pub fn Missing() -> impl IntoView {
    view! {
        <main id="main" class="plain">
            <Trouble error=Refusal::NotFound />
        </main>
    }
    .into_any()
}

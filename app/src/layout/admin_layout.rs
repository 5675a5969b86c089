//! The frame of the admin pages.

use super::{ending::Ending, menu::Menu, rail::SignOut};
use crate::parts::{Brand, Icon};
use leptos::prelude::*;
use leptos_router::components::{A, Outlet};

#[component]
fn Links() -> impl IntoView {
    let link = |href: &'static str, icon, says: &'static str| {
        view! {
            <li>
                <A href=href exact={href == "/admin"} attr:class="rail-link" attr:title=says>
                    <Icon name=icon />
                    <span class="rail-name">{says}</span>
                </A>
            </li>
        }
    };
    view! {
        <ul class="rail-list">
            {link("/admin", "gauge", "Overview")} {link("/admin/domains", "globe", "Domains")}
            {link("/admin/accounts", "users", "Accounts")} {link("/admin/queue", "clock", "Queue")}
            {link("/admin/trace", "file-text", "Trace")} {link("/admin/reports", "shield-check", "Reports")}
        </ul>
    }
    .into_any()
}

#[component]
fn Foot() -> impl IntoView {
    view! {
        <div class="rail-foot">
            <ul class="rail-list">
                <li>
                    <a class="rail-link" href="/mail/inbox" rel="external" title="My mail">
                        <Icon name="inbox" />
                        <span class="rail-name">"My mail"</span>
                    </a>
                </li>
            </ul>
            <SignOut />
        </div>
    }
    .into_any()
}

#[component]
pub fn AdminLayout() -> impl IntoView {
    view! {
        <a class="skip" href="#main" rel="external">
            "Skip to the page"
        </a>
        <div class="page">
            <div class="frame admin">
                <header class="top">
                    <Menu>
                        <nav aria-label="Admin">
                            <Links />
                        </nav>
                        <Foot />
                    </Menu>
                    <Brand href="/admin" />
                    <span class="top-note">"Admin"</span>
                </header>
                <nav class="rail" aria-label="Admin">
                    <Brand href="/admin" />
                    <p class="rail-note">"Admin"</p>
                    <div class="rail-nav">
                        <Links />
                    </div>
                    <Foot />
                </nav>
                <main id="main" class="content" tabindex="-1">
                    <Outlet />
                </main>
            </div>
        </div>
        <Ending />
    }
    .into_any()
}

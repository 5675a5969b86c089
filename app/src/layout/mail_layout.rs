//! The frame of the mail pages.

use super::{
    ending::Ending,
    menu::Menu,
    rail::{BottomBar, MailboxLinks, RailFoot},
    toasts::Toasts,
};
use crate::{
    AppError,
    calls::{list_mailboxes, read_usage},
    live::{KeysHelp, Live, listen},
    parts::{Answered, BeginButton, Beginning, Brand, Icon},
};
use api::MailboxLine;
use leptos::prelude::*;
use leptos_router::components::Outlet;

/// The mailboxes, for every page below the frame.
#[derive(Clone, Copy)]
pub struct Mailboxes(pub Resource<Result<Vec<MailboxLine>, AppError>>);

#[component]
pub fn MailLayout() -> impl IntoView {
    let live = Live::provide();
    listen(live);
    let mailboxes = Resource::new(move || live.counts.get(), |_| list_mailboxes());
    provide_context(Mailboxes(mailboxes));
    let usage = Resource::new(move || live.counts.get(), |_| read_usage());
    let lines = move || mailboxes.get().and_then(Result::ok).unwrap_or_default();
    // An empty rail would say that there are no mailboxes.
    let unread = move || {
        let failed = mailboxes.get().is_some_and(|answer| answer.is_err());
        failed.then(|| view! { <p class="rail-trouble">"Your mailboxes could not be read. Reload in a moment."</p> })
    };
    let full = move || usage.get().and_then(Result::ok);
    view! {
        <a class="skip" href="#main" rel="external">
            "Skip to the mail"
        </a>
        <div class="page">
            <div class="frame">
                <header class="top">
                    <Menu>
                        <Answered of=mailboxes.ready() and=usage.ready() part=true>
                            <nav aria-label="Mailboxes">{move || view! { <MailboxLinks mailboxes=lines() /> }}</nav>
                            {move || view! { <RailFoot usage=full() /> }}
                        </Answered>
                    </Menu>
                    <Brand href="/mail/inbox" />
                    <a class="icon-button" href="/search">
                        <Icon name="search" />
                        <span class="vh">"Search"</span>
                    </a>
                </header>
                <nav class="rail" aria-label="Mail">
                    <Brand href="/mail/inbox" />
                    <BeginButton
                        beginning=Beginning::Blank
                        icon="pencil"
                        says="Write"
                        command="compose"
                        class="button primary write"
                    />
                    <Answered of=mailboxes.ready() and=usage.ready() part=true>
                        <div class="rail-nav">
                            {unread} {move || view! { <MailboxLinks mailboxes=lines() main=true /> }}
                        </div>
                        {move || view! { <RailFoot usage=full() /> }}
                    </Answered>
                </nav>
                <main id="main" class="content" tabindex="-1">
                    <Outlet />
                </main>
                <BottomBar />
            </div>
        </div>
        <Toasts />
        <Ending />
        <KeysHelp />
    }
    .into_any()
}

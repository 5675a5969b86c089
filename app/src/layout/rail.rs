//! The rail: mailboxes with their counts, and the ways out of the mail. Shown as a rail, and in the menu of small screens.

use crate::{
    context::with_facts,
    parts::{BeginButton, Beginning, Icon, Meter},
    words,
};
use api::{MailboxLine, MailboxRole, Role, Usage};
use leptos::prelude::*;
use leptos_router::{components::A, hooks::use_location};

/// The mailboxes as links. The one that is open says so.
#[component]
pub fn MailboxLinks(
    mailboxes: Vec<MailboxLine>,
    /// The rail of wide screens: its links are pressed by keys.
    #[prop(optional)]
    main: bool,
) -> impl IntoView {
    let (own, given): (Vec<_>, Vec<_>) = mailboxes.into_iter().partition(|mailbox| mailbox.role == MailboxRole::None);
    let own = (!own.is_empty()).then(|| {
        view! {
            <h2 class="rail-title">"My mailboxes"</h2>
            <ul class="rail-list">{own.into_iter().map(|mailbox| link(mailbox, main)).collect_view()}</ul>
        }
    });
    view! {
        <ul class="rail-list">{given.into_iter().map(|mailbox| link(mailbox, main)).collect_view()}</ul>
        {own}
    }
    .into_any()
}

fn link(mailbox: MailboxLine, main: bool) -> impl IntoView {
    let MailboxLine { role, name, slug, total, unread, .. } = mailbox;
    // Drafts wait for their writer, so all of them count; elsewhere what is unread.
    let (count, what) = match role {
        MailboxRole::Drafts => (total, "drafts"),
        MailboxRole::Sent | MailboxRole::Trash => (0, ""),
        _ => (unread, "unread"),
    };
    let command = match role {
        MailboxRole::Inbox if main => "go-inbox",
        MailboxRole::Drafts if main => "go-drafts",
        _ => "",
    };
    let title = name.clone();
    let class = if role == MailboxRole::Drafts { "rail-count drafts" } else { "rail-count" };
    view! {
        <li>
            <A
                href=format!("/mail/{slug}")
                exact=true
                attr:class="rail-link"
                attr:title=title
                attr:data-command=command
            >
                <Icon name=words::mailbox_icon(role) />
                <bdi class="rail-name">{name}</bdi>
                {(count > 0)
                    .then(|| {
                        view! {
                            <span class=class>{words::count(count)} <span class="vh">" " {what}</span></span>
                        }
                    })}
            </A>
        </li>
    }
    .into_any()
}

/// Settings, the admin's desk, how full it is, who is signed in, and the way out.
#[component]
pub fn RailFoot(usage: Option<Usage>) -> impl IntoView {
    let viewer = with_facts(|facts| facts.viewer.clone());
    let admin = viewer.as_ref().is_some_and(|viewer| viewer.role == Role::Admin);
    view! {
        <div class="rail-foot">
            {usage.map(|usage| view! { <Meter usage /> })}
            <ul class="rail-list">
                <li>
                    <A href="/settings" attr:class="rail-link" attr:title="Settings">
                        <Icon name="settings" />
                        <span class="rail-name">"Settings"</span>
                    </A>
                </li>
                {admin
                    .then(|| {
                        view! {
                            <li>
                                <a class="rail-link" href="/admin" rel="external" title="Admin">
                                    <Icon name="gauge" />
                                    <span class="rail-name">"Admin"</span>
                                </a>
                            </li>
                        }
                    })}
            </ul>
            <SignOut />
        </div>
    }
    .into_any()
}

/// Who is signed in, and the button that ends it.
#[component]
pub fn SignOut() -> impl IntoView {
    let address = with_facts(|facts| facts.viewer.as_ref().map(|viewer| viewer.address.clone()));
    view! {
        <form class="sign-out" method="post" action="/sign-out">
            {address.map(|address| view! { <bdi class="sign-out-address">{address}</bdi> })}
            <button class="rail-link" title="Sign out">
                <Icon name="log-out" />
                <span class="rail-name">"Sign out"</span>
            </button>
        </form>
    }
    .into_any()
}

/// The bar at the foot of small screens.
#[component]
pub fn BottomBar() -> impl IntoView {
    let here = use_location();
    let at = move |path: &'static str| (here.pathname.get() == path).then_some("page");
    view! {
        <nav class="bottom" aria-label="Quick">
            <a href="/mail/inbox" aria-current=move || at("/mail/inbox")>
                <Icon name="inbox" />
                <span>"Inbox"</span>
            </a>
            <a href="/search" aria-current=move || at("/search") data-command="go-search">
                <Icon name="search" />
                <span>"Search"</span>
            </a>
            <BeginButton beginning=Beginning::Blank icon="pencil" says="Write" class="bottom-write" />
            <a href="/mail/drafts" aria-current=move || at("/mail/drafts")>
                <Icon name="file-text" />
                <span>"Drafts"</span>
            </a>
            <a href="/settings" aria-current=move || at("/settings")>
                <Icon name="settings" />
                <span>"Settings"</span>
            </a>
        </nav>
    }
    .into_any()
}

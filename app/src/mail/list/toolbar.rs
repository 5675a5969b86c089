//! What can be done with the ticked rows. Buttons of the list's own form.

use crate::{layout::Mailboxes, live::Picks, parts::Icon};
use api::MailboxRole;
use leptos::prelude::*;

/// Which buttons make sense where.
pub(super) fn acts(role: MailboxRole) -> &'static [(&'static str, &'static str, &'static str)] {
    const ARCHIVE: (&str, &str, &str) = ("archive", "archive", "Archive");
    const DELETE: (&str, &str, &str) = ("delete", "trash-2", "Delete");
    const DESTROY: (&str, &str, &str) = ("destroy", "eraser", "Delete for ever");
    const JUNK: (&str, &str, &str) = ("junk", "octagon-alert", "Junk");
    const INBOX: (&str, &str, &str) = ("inbox", "inbox", "To inbox");
    const READ: (&str, &str, &str) = ("read", "mail-open", "Read");
    const UNREAD: (&str, &str, &str) = ("unread", "mail", "Unread");
    match role {
        MailboxRole::Trash => &[INBOX, DESTROY, READ, UNREAD],
        MailboxRole::Junk => &[("inbox", "inbox", "Not junk"), DELETE, DESTROY, READ, UNREAD],
        MailboxRole::Archive => &[INBOX, DELETE, READ, UNREAD],
        MailboxRole::Sent => &[ARCHIVE, DELETE],
        MailboxRole::Drafts => &[],
        MailboxRole::Inbox | MailboxRole::None => &[ARCHIVE, DELETE, JUNK, READ, UNREAD],
    }
}

#[component]
pub fn Toolbar(role: MailboxRole, here: i64, picks: Picks) -> impl IntoView {
    let count = picks.count;
    view! {
        <div class="tools" role="group" aria-label="Selected messages">
            <label class="pick-all">
                <input
                    type="checkbox"
                    aria-label="Select all on this page"
                    data-command="pick-all"
                    prop:checked=move || { count.get() > 0 }
                    on:change=move |event| picks.all(event_target_checked(&event))
                />
            </label>
            <span class="picked" aria-live="polite">
                {move || match count.get() {
                    0 => String::new(),
                    count => format!("{count} selected"),
                }}
            </span>
            {acts(role)
                .iter()
                .map(|(act, icon, says)| {
                    view! {
                        <button
                            class="tool"
                            class:danger=*act == "destroy"
                            name="act"
                            value=*act
                            title=*says
                            data-command=*act
                        >
                            <Icon name=icon />
                            <span class="label">{*says}</span>
                        </button>
                    }
                })
                .collect_view()} <MoveTo here />
        </div>
    }
    .into_any()
}

/// Into another mailbox: a plain select with its button.
#[component]
pub fn MoveTo(
    /// The mailbox one is in: moving there is no move.
    here: i64,
) -> impl IntoView {
    let Mailboxes(mailboxes) = expect_context();
    let choices = move || {
        mailboxes
            .get()
            .and_then(Result::ok)
            .unwrap_or_default()
            .into_iter()
            .filter(|mailbox| mailbox.id != here && !matches!(mailbox.role, MailboxRole::Drafts | MailboxRole::Sent))
            .map(|mailbox| view! { <option value=mailbox.id.to_string()>{mailbox.name}</option> })
            .collect_view()
    };
    view! {
        <span class="move-to">
            <select name="mailbox" aria-label="Move to">
                <option value="">"Move to…"</option>
                {choices}
            </select>
            <button class="tool" name="act" value="move" title="Move">
                <Icon name="folder-input" />
                <span class="label">"Move"</span>
            </button>
        </span>
    }
    .into_any()
}

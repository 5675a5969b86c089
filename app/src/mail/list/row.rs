//! One row: unread bar, tick, star, who, subject and preview, marks, date. The subject is the link.

use super::desk::Desk;
use crate::parts::{Icon, StarShape, Time};
use api::Row;
use leptos::prelude::*;

#[component]
pub fn RowView(
    row: Row,
    desk: Desk,
    /// A search names each row's mailbox.
    #[prop(optional)]
    show_mailbox: bool,
) -> impl IntoView {
    let Row { id, who, subject, preview, when, unread, starred, answered, attachment, draft, mailbox } = row;
    let is_unread = move || desk.unread(id, unread);
    let is_starred = move || desk.starred(id, starred);
    let href = if draft { format!("/compose/{id}") } else { format!("/mail/m/{id}") };
    let no_subject = subject.trim().is_empty();
    let title = if no_subject { "(no subject)".to_owned() } else { subject };
    let nobody = who.trim().is_empty();
    let who = if nobody { if draft { "To nobody yet" } else { "(no sender)" }.to_owned() } else { who };
    view! {
        <li class="row" class:unread=is_unread class:starred=is_starred class:draft=draft>
            {(!draft)
                .then(|| {
                    view! {
                        <label class="pick">
                            <input
                                type="checkbox"
                                name="ids[]"
                                value=id.to_string()
                                aria-label=format!("Select: {title}, {who}")
                            />
                        </label>
                        <button
                            class="star"
                            name="one"
                            value=move || format!("{}-{id}", if is_starred() { "unstar" } else { "star" })
                            aria-pressed=move || is_starred().to_string()
                            aria-label=format!("Star: {title}")
                        >
                            <StarShape />
                        </button>
                    }
                })}
            <a class="what" href=href>
                <span class="vh">{move || is_unread().then_some("Unread. ")}</span>
                <span class="who" class:nobody=nobody>
                    {draft.then(|| view! { <em class="draft-word">"Draft"</em> })}
                    <bdi>{who}</bdi>
                </span>
                <span class="line-two" dir="auto">
                    // Not isolated: the subject gives the whole line its direction.
                    <span class="subject" class:missing=no_subject>
                        {title}
                    </span>
                    // The dash stands in the line, not in the preview: it runs the line's way.
                    {(!preview.is_empty())
                        .then(|| {
                            view! {
                                <span class="dash" aria-hidden="true">
                                    " — "
                                </span>
                                <bdi class="preview">{preview}</bdi>
                            }
                        })}
                </span>
            </a>
            <span class="marks">
                {show_mailbox.then(|| view! { <bdi class="in-mailbox">{mailbox}</bdi> })}
                {answered
                    .then(|| {
                        view! {
                            <span class="mark-icon" title="Answered">
                                <Icon name="reply" />
                                <span class="vh">"Answered"</span>
                            </span>
                        }
                    })}
                {attachment
                    .then(|| {
                        view! {
                            <span class="mark-icon" title="Has attachments">
                                <Icon name="paperclip" />
                                <span class="vh">"Has attachments"</span>
                            </span>
                        }
                    })}
            </span>
            <Time when />
        </li>
    }
    .into_any()
}

//! One message: a letter with its postmark, what can be done with it, and what came with it.

use super::list::MoveTo;
use crate::{
    calls::{ActOnMessages, open_message},
    context::with_facts,
    layout::Notices,
    live::{Live, carry_out, read_order},
    parts::{
        Answered, Attachments, BeginButton, Beginning, HtmlBody, Icon, Notice, People, PersonFull, Postmark, StarShape,
        TextBody, Tone, Trouble, Vouched,
    },
};
use api::{Body, MailboxRole, MessageView, Person, Refusal};
use leptos::{html, prelude::*, server_fn::ServerFn};
use leptos_meta::Title;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_params_map},
};
use web_sys::SubmitEvent;

#[component]
pub fn MessagePage() -> impl IntoView {
    let live: Live = expect_context();
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")).and_then(|id| id.parse::<i64>().ok()));
    let message = Resource::new(
        move || id.get(),
        |id| async move {
            match id {
                Some(id) => open_message(id).await,
                None => Err(Refusal::NotFound.into()),
            }
        },
    );
    // Opening a message marks it read: the rail counts again when it was opened in this tab.
    Effect::new(move |before: Option<Option<i64>>| {
        let now = id.get();
        if before.is_some_and(|before| before != now) {
            live.counts.update(|n| *n += 1);
        }
        now
    });
    view! {
        <Answered of=message.ready()>
            {move || {
                message
                    .get()
                    .map(|message| match message {
                        Ok(message) => view! { <Letter message /> }.into_any(),
                        Err(error) => view! { <Trouble error /> }.into_any(),
                    })
            }}
        </Answered>
    }
    .into_any()
}

#[component]
fn Letter(message: MessageView) -> impl IntoView {
    let MessageView { id, subject, body, attachments, malformed, when, .. } = message.clone();
    let subject = if subject.trim().is_empty() { "(no subject)".to_owned() } else { subject };
    let nothing = matches!(body, Body::Empty);
    // Once its owner has moved it, the reason is history.
    let in_junk = message.mailbox.role == MailboxRole::Junk;
    let junk = message.vouching.clone().and_then(|vouching| vouching.junk).filter(|_| in_junk);
    // Who opened it within this tab is led to its subject; a page just loaded begins at its top by itself.
    let heading: NodeRef<html::H1> = NodeRef::new();
    let live: Live = expect_context();
    let follow = live.woken();
    Effect::new(move |_| {
        if let Some(heading) = heading.get().filter(|_| follow) {
            // A heading that has left the page takes no focus, and needs none.
            let _ = heading.focus();
        }
    });
    view! {
        <Title text=subject.clone() />
        <Tools message=message.clone() />
        <Notices />
        <article class="letter" aria-labelledby="subject">
            <header class="letter-head">
                <div class="letter-title">
                    <h1 id="subject" class="letter-subject" dir="auto" tabindex="-1" node_ref=heading>
                        {subject}
                    </h1>
                    <Postmark when />
                </div>
                <Envelope message=message.clone() />
            </header>
            {junk
                .map(|why| {
                    view! {
                        <Notice tone=Tone::Plain>
                            <strong>"Why this is in Junk: "</strong>
                            <span dir="auto">{why}</span>
                            " If it is wanted, move it with “Not junk”."
                        </Notice>
                    }
                })}
            {malformed
                .then(|| {
                    view! {
                        <Notice tone=Tone::Plain>
                            "This message is not well made. It is shown as well as can be; the source has all of it."
                        </Notice>
                    }
                })}
            <div class="letter-body">
                {match body {
                    Body::Text(blocks) => view! { <TextBody blocks /> }.into_any(),
                    Body::Html { height, remote_blocked } => {
                        view! { <HtmlBody message=id height remote_blocked /> }.into_any()
                    }
                    Body::Empty => ().into_any(),
                }}
                {nothing.then(|| view! { <p class="no-text">"This message has no text."</p> })}
            </div>
            <Attachments message=id attachments />
            <Answer message />
        </article>
    }
    .into_any()
}

/// Who, to whom, when.
#[component]
fn Envelope(message: MessageView) -> impl IntoView {
    let MessageView { from, to, cc, reply_to, when, size, vouching, .. } = message;
    let row = |label: &'static str, people: Vec<Person>| {
        (!people.is_empty()).then(|| {
            view! {
                <div>
                    <dt>{label}</dt>
                    <dd>
                        <People people />
                    </dd>
                </div>
            }
        })
    };
    let elsewhere: Vec<_> = reply_to.into_iter().filter(|person| Some(person) != from.as_ref()).collect();
    view! {
        <dl class="envelope-lines">
            <div class="from-line">
                <dt>"From"</dt>
                <dd>
                    {match from {
                        Some(person) => view! { <PersonFull person /> }.into_any(),
                        None => view! { <span class="missing">"Nobody is named as the sender"</span> }.into_any(),
                    }}
                </dd>
            </div>
            {vouching.map(|vouching| view! { <Vouched vouching /> })} {row("To", to)} {row("Cc", cc)}
            {row("Answers to", elsewhere)}
            <div>
                <dt>"Date"</dt>
                <dd>
                    <time datetime=when.iso>{when.long}</time>
                    <span class="letter-size">{size}</span>
                </dd>
            </div>
        </dl>
    }
    .into_any()
}

/// The bar above the letter.
#[component]
fn Tools(message: MessageView) -> impl IntoView {
    let live: Live = expect_context();
    let navigate = use_navigate();
    let MessageView { id, mailbox, starred, newer, older, .. } = message;
    let home = format!("/mail/{}", mailbox.slug);
    let star = RwSignal::new(starred);
    let away = home.clone();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        match read_order(&event) {
            Ok((order, from)) => {
                let before = star.get_untracked();
                match order.verb.word() {
                    "star" => star.set(true),
                    "unstar" => star.set(false),
                    _ => navigate(&away, NavigateOptions::default()),
                }
                carry_out(live, order, from, move |done| {
                    if done.is_none() {
                        // The letter may have been put away meanwhile.
                        let _ = star.try_set(before);
                    }
                });
            }
            Err(error) => live.complain(error),
        }
    };
    let acts: &[(&str, &str, &str)] = match mailbox.role {
        MailboxRole::Trash => &[("inbox", "inbox", "To inbox"), ("destroy", "eraser", "Delete for ever")],
        MailboxRole::Junk => &[("inbox", "inbox", "Not junk"), ("delete", "trash-2", "Delete")],
        MailboxRole::Archive => &[("inbox", "inbox", "To inbox"), ("delete", "trash-2", "Delete")],
        MailboxRole::Sent | MailboxRole::Drafts => {
            &[("archive", "archive", "Archive"), ("delete", "trash-2", "Delete")]
        }
        MailboxRole::Inbox | MailboxRole::None => {
            &[("archive", "archive", "Archive"), ("delete", "trash-2", "Delete"), ("junk", "octagon-alert", "Junk")]
        }
    };
    let neighbour = |to: Option<i64>, command: &'static str, icon: &'static str, says: &'static str| match to {
        Some(id) => view! {
            <a class="tool" href=format!("/mail/m/{id}") title=says data-command=command>
                <Icon name=icon />
                <span class="vh">{says}</span>
            </a>
        }
        .into_any(),
        None => view! {
            <span class="tool off" aria-hidden="true">
                <Icon name=icon />
            </span>
        }
        .into_any(),
    };
    view! {
        <div class="letter-tools">
            <a class="tool back" href=home.clone() data-command="back">
                <Icon name="arrow-left" />
                <bdi>{mailbox.name}</bdi>
            </a>
            <form
                class="tools"
                method="post"
                action=ActOnMessages::url()
                on:submit=submit
                aria-label="This message"
            >
                <input type="hidden" name="ids[]" value=id.to_string() />
                <input type="hidden" name="from" value=mailbox.id.to_string() />
                <input type="hidden" name="then" value=home />
                <input type="hidden" name="here" value=format!("/mail/m/{id}") />
                {acts
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
                    .collect_view()}
                <button class="tool" name="act" value="unread" title="Mark as unread" data-command="unread">
                    <Icon name="mail" />
                    <span class="label">"Unread"</span>
                </button>
                <button
                    class="tool star"
                    name="one"
                    value=move || format!("{}-{id}", if star.get() { "unstar" } else { "star" })
                    aria-pressed=move || star.get().to_string()
                    title="Star"
                    data-command="star"
                >
                    <StarShape />
                    <span class="label">"Star"</span>
                </button>
                <MoveTo here=mailbox.id />
            </form>
            <nav class="neighbours" aria-label="Neighbours">
                {neighbour(newer, "newer", "chevron-left", "Newer message")}
                {neighbour(older, "older", "chevron-right", "Older message")}
            </nav>
        </div>
    }
    .into_any()
}

/// Whether somebody else had it too: neither its author nor whoever reads it. A list is somebody else.
fn others(message: &MessageView) -> bool {
    let me = with_facts(|facts| facts.viewer.as_ref().map(|viewer| viewer.address.clone()));
    let known = [me.as_deref(), message.from.as_ref().map(|author| author.address.as_str())];
    let is_known = |person: &Person| known.iter().flatten().any(|known| known.eq_ignore_ascii_case(&person.address));
    message.to.iter().chain(&message.cc).any(|person| !is_known(person))
}

/// Below the letter: answering it, and the ways to have all of it.
#[component]
fn Answer(message: MessageView) -> impl IntoView {
    let id = message.id;
    let several = others(&message);
    view! {
        <footer class="answer">
            <div class="answer-buttons">
                <BeginButton
                    beginning=Beginning::Reply(id)
                    icon="reply"
                    says="Reply"
                    command="reply"
                    class="button primary"
                />
                {several
                    .then(|| {
                        view! {
                            <BeginButton
                                beginning=Beginning::ReplyAll(id)
                                icon="reply-all"
                                says="Reply to all"
                                command="reply-all"
                            />
                        }
                    })}
                <BeginButton beginning=Beginning::Forward(id) icon="forward" says="Forward" command="forward" />
            </div>
            <p class="whole">
                <a href=format!("/mail/m/{id}/source") rel="external" target="_blank">
                    "Source"
                </a>
                <a href=format!("/mail/m/{id}/message.eml") rel="external" download=format!("message-{id}.eml")>
                    "Save as .eml"
                </a>
            </p>
        </footer>
    }
    .into_any()
}

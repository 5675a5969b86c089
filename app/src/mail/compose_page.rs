//! Writing: one form that posts everything, and saves by itself while somebody types.

use super::recipients::Recipients;
use crate::{
    calls::open_draft,
    layout::Notices,
    live::{Autosave, Live, Saving, read_draft},
    parts::{Answered, Icon, Mark, Notice, Tone, Trouble},
    words,
};
use api::{Attachment, DraftView, Person, Refusal};
use leptos::{html, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use wasm_bindgen::JsCast;
use web_sys::{BeforeUnloadEvent, Event, HtmlButtonElement, HtmlFormElement, HtmlInputElement, SubmitEvent};

#[component]
pub fn ComposePage() -> impl IntoView {
    let params = use_params_map();
    let draft = Resource::new(
        move || params.with(|params| params.get("draft")).and_then(|id| id.parse::<i64>().ok()),
        |id| async move {
            match id {
                Some(id) => open_draft(id).await,
                None => Err(Refusal::NotFound.into()),
            }
        },
    );
    view! {
        <Answered of=draft.ready()>
            {move || {
                draft
                    .get()
                    .map(|draft| match draft {
                        Ok(draft) => view! { <Composer draft /> }.into_any(),
                        Err(error) => view! { <Trouble error /> }.into_any(),
                    })
            }}
        </Answered>
    }
    .into_any()
}

/// What is worth asking before a message leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doubt {
    NoSubject,
    NoFile,
}

impl Doubt {
    /// `has_file`: something is attached, or chosen to be.
    fn about(subject: &str, text: &str, has_file: bool) -> Option<Doubt> {
        // Only what one has written oneself promises a file, not what is quoted.
        let own = text.lines().filter(|line| !line.starts_with('>'));
        let promised = own.flat_map(|line| line.split(|c: char| !c.is_alphabetic())).any(|word| {
            ["attached", "attachment", "attachments", "enclosed"].iter().any(|known| word.eq_ignore_ascii_case(known))
        });
        match (subject.trim().is_empty(), promised && !has_file) {
            (true, _) => Some(Doubt::NoSubject),
            (false, true) => Some(Doubt::NoFile),
            (false, false) => None,
        }
    }

    fn says(self) -> &'static str {
        match self {
            Doubt::NoSubject => "There is no subject. People find a letter with one more easily.",
            Doubt::NoFile => "You write of an attachment, and no file is attached.",
        }
    }
}

#[component]
fn Composer(draft: DraftView) -> impl IntoView {
    let DraftView { id, revision, from, identities, text, attachments, saved, limit } = draft;
    let autosave = Autosave::new(id, revision, saved.short);
    let form: NodeRef<html::Form> = NodeRef::new();
    let doubt = RwSignal::new(None::<Doubt>);
    let attached = !attachments.is_empty();
    let copies = !text.cc.is_empty() || !text.bcc.is_empty();
    let typed = {
        let autosave = autosave.clone();
        move |event: Event| {
            doubt.set(None);
            // A chosen file is not typed: it goes up by itself.
            let field = event.target().and_then(|field| field.dyn_into::<HtmlInputElement>().ok());
            if field.is_some_and(|field| field.type_() == "file") {
                return;
            }
            if let Some(form) = form.get_untracked() {
                autosave.typed(form);
            }
        }
    };
    let submit = {
        let autosave = autosave.clone();
        move |event: SubmitEvent| {
            let Some(form) = form.get_untracked() else { return };
            let button = event.submitter().and_then(|button| button.dyn_into::<HtmlButtonElement>().ok());
            let sure =
                button.as_ref().is_none_or(|button| button.has_attribute("data-sure") || button.value() != "send");
            let doubts = || {
                let text = read_draft(&form)?;
                Doubt::about(&text.subject, &text.text, attached || has_file(&form))
            };
            if let Some(why) = (!sure).then(doubts).flatten() {
                event.prevent_default();
                return doubt.set(Some(why));
            }
            if !autosave.may_send(&pressed(button.as_ref())) {
                event.prevent_default();
            }
        }
    };
    keep(form, autosave.clone());
    // The parser drops the first line break of a textarea (HTML §13.2.6.4.7); what is built in the browser keeps it.
    let live: Live = expect_context();
    let parsed = !live.woken() && text.text.starts_with('\n');
    let body = if parsed { format!("\n{}", text.text) } else { text.text };
    let nobody = text.to.is_empty();
    let revision = autosave.revision.clone();
    let unsaved = autosave.clone();
    view! {
        <Title text=if text.subject.is_empty() { "Write".to_owned() } else { text.subject.clone() } />
        <Notices />
        <form
            class="composer"
            method="post"
            action=format!("/compose/{id}")
            enctype="multipart/form-data"
            node_ref=form
            on:submit=submit
            on:input=typed
            data-unsaved=move || unsaved.unsaved().then_some("yes")
        >
            <input type="hidden" name="revision" value=move || revision.get().to_string() />
            // Enter in a field saves; it never sends.
            <button class="vh" name="do" value="save" tabindex="-1" aria-hidden="true">
                "Save"
            </button>
            <header class="composer-head">
                <div class="composer-lines">
                    <h1 class="vh">"Write a message"</h1>
                    <From person=from identities chosen=text.from />
                    <Recipients
                        label="To"
                        name="to"
                        value=text.to
                        placeholder="anna@example.org, Bob Miller <bob@example.org>"
                        autofocus=nobody
                    />
                    <details class="copies" open=copies>
                        <summary>"Cc, Bcc"</summary>
                        <Recipients label="Cc" name="cc" value=text.cc />
                        <Recipients label="Bcc" name="bcc" value=text.bcc />
                    </details>
                    <label class="line">
                        <span class="line-label">"Subject"</span>
                        <input
                            class="line-field line-subject"
                            name="subject"
                            value=text.subject
                            dir="auto"
                            autocomplete="off"
                        />
                    </label>
                </div>
                <div class="stamp" aria-hidden="true">
                    <Mark />
                </div>
            </header>
            <div class="paper">
                <textarea name="text" rows="16" dir="auto" placeholder="Dear …" aria-label="Text" autofocus=!nobody>
                    {body}
                </textarea>
            </div>
            <DraftFiles draft=id attachments limit />
            {move || {
                doubt
                    .get()
                    .map(|doubt| {
                        view! {
                            <Notice tone=Tone::Plain>
                                <span>{doubt.says()}</span>
                                <button class="link-button" name="do" value="send" data-sure="yes">
                                    "Send it all the same"
                                </button>
                            </Notice>
                        }
                    })
            }}
            <footer class="composer-foot">
                <button class="button send" name="do" value="send">
                    <Icon name="send" />
                    "Send"
                </button>
                <button class="button" name="do" value="save">
                    "Save"
                </button>
                <SavingState autosave />
                <details class="sure discard">
                    <summary class="button quiet">
                        <Icon name="trash-2" />
                        "Discard"
                    </summary>
                    <div class="sure-sheet">
                        <p>"This draft and its files are thrown away. That cannot be undone."</p>
                        <button class="button danger" name="do" value="discard">
                            "Discard draft"
                        </button>
                    </div>
                </details>
            </footer>
        </form>
    }
    .into_any()
}

/// Who writes; with more than one address, as whom.
#[component]
fn From(person: Person, identities: Vec<String>, chosen: String) -> impl IntoView {
    if identities.is_empty() {
        return view! {
            <p class="line">
                <span class="line-label">"From"</span>
                <span class="line-fixed">
                    <bdi>{person.name}</bdi>
                    " "
                    <bdi class="person-address">{format!("<{}>", person.address)}</bdi>
                </span>
            </p>
        }
        .into_any();
    }
    view! {
        <label class="line">
            <span class="line-label">"From"</span>
            <select class="line-field" name="from" autocomplete="off">
                {identities
                    .into_iter()
                    .map(|address| {
                        let (this, value) = (address == chosen, address.clone());
                        view! {
                            <option value=value selected=this>
                                {address}
                            </option>
                        }
                    })
                    .collect_view()}
            </select>
        </label>
    }
    .into_any()
}

/// Whether a file is chosen, or went up since the page was made (`public/boot.js` lists those).
fn has_file(form: &HtmlFormElement) -> bool {
    let input = form.query_selector("input[type=file]").ok().flatten();
    let chosen = input
        .and_then(|input| input.dyn_into::<HtmlInputElement>().ok())
        .is_some_and(|input| !input.value().is_empty());
    chosen || form.query_selector("[data-uploads] li").ok().flatten().is_some()
}

/// Names the button that was pressed, so that it can be pressed again; none was, when Enter was.
fn pressed(button: Option<&HtmlButtonElement>) -> String {
    match button {
        Some(button) if button.has_attribute("data-sure") => "button[data-sure]".to_owned(),
        Some(button) => format!("button[name=do][value='{}']", button.value()),
        None => "button[name=do][value='save']".to_owned(),
    }
}

/// Whoever leaves the composer leaves nothing behind: within the tab the last words are saved, and before the tab goes
/// elsewhere it asks.
fn keep(form: NodeRef<html::Form>, autosave: Autosave) {
    let left = autosave.clone();
    on_cleanup(move || {
        if let Some(form) = form.try_get_untracked().flatten() {
            left.left(form);
        }
    });
    Effect::new(move |_| {
        let autosave = autosave.clone();
        let handle = window_event_listener_untyped("beforeunload", move |event: Event| {
            if autosave.at_risk() {
                event.prevent_default();
                // Browsers before 2023 ask only if there is something to say.
                if let Some(event) = event.dyn_ref::<BeforeUnloadEvent>() {
                    event.set_return_value("unsaved");
                }
            }
        });
        on_cleanup(move || handle.remove());
    });
}

/// Where saving stands, in words.
#[component]
fn SavingState(autosave: Autosave) -> impl IntoView {
    let state = autosave.state;
    let other = state.clone();
    let says = move || match state.get() {
        Saving::Saved(when) if when.is_empty() => String::new(),
        Saving::Saved(when) => format!("Saved {when}"),
        Saving::Typing => "Not saved yet".to_owned(),
        Saving::UnderWay => "Saving…".to_owned(),
        Saving::Offline => "Offline: not saved yet. Keep this page open; it is tried again.".to_owned(),
        Saving::Elsewhere => "Edited in another window. Press Save: both versions are kept.".to_owned(),
        Saving::Refused(refusal) => words::refusal(refusal).to_owned(),
    };
    let bad = move || matches!(other.get(), Saving::Offline | Saving::Elsewhere | Saving::Refused(_));
    view! {
        <p class="saving" class:bad=bad role="status">
            {says}
        </p>
    }
    .into_any()
}

/// What goes along, and the field to add more.
#[component]
fn DraftFiles(draft: i64, attachments: Vec<Attachment>, limit: String) -> impl IntoView {
    view! {
        <section class="draft-files" aria-label="Attachments">
            {(!attachments.is_empty())
                .then(|| {
                    view! {
                        <ul class="files">
                            {attachments
                                .into_iter()
                                .map(|attachment| {
                                    let Attachment { part, name, size, .. } = attachment;
                                    view! {
                                        <li class="file">
                                            <Icon name="paperclip" />
                                            <a
                                                class="file-name"
                                                href=format!("/compose/{draft}/part/{part}")
                                                rel="external"
                                            >
                                                <bdi>{name.clone()}</bdi>
                                            </a>
                                            <span class="file-size">{size}</span>
                                            <button
                                                class="icon-button"
                                                name="do"
                                                value=format!("detach-{part}")
                                                title="Remove"
                                            >
                                                <Icon name="x" />
                                                <span class="vh">{format!("Remove {name}")}</span>
                                            </button>
                                        </li>
                                    }
                                })
                                .collect_view()}
                        </ul>
                    }
                })}
            // Awake or half awake, what is chosen goes up by itself (`public/boot.js`), and is listed here.
            <ul class="files uploads" data-uploads=draft.to_string()></ul>
            <div class="attach">
                <label class="attach-label">
                    <Icon name="paperclip" />
                    <span>"Attach files"</span>
                    <input type="file" name="files" multiple=true />
                </label>
                <button class="button" name="do" value="attach">
                    "Attach"
                </button>
                <span class="hint">
                    {format!("Up to {limit} in all")} <span class="drop-hint">". Dropped or pasted files go along too."</span>
                </span>
            </div>
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_without_subject_is_asked_about() {
        assert_eq!(Doubt::about("  ", "Hello", false), Some(Doubt::NoSubject));
        assert_eq!(Doubt::about("Hello", "Hello", false), None);
    }

    #[test]
    fn a_promised_file_is_missed() {
        assert_eq!(Doubt::about("Plan", "The plan is attached.", false), Some(Doubt::NoFile));
        assert_eq!(Doubt::about("Plan", "The plan is attached.", true), None);
    }

    #[test]
    fn what_others_wrote_promises_nothing() {
        assert_eq!(Doubt::about("Re: Plan", "Thanks!\n\n> The plan is attached.", false), None);
        assert_eq!(Doubt::about("Cats", "We are unattached.", false), None);
    }
}

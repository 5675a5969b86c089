//! Writing: one form that posts everything, and saves by itself while somebody types.

use crate::{
    calls::open_draft,
    layout::Notices,
    live::{Autosave, Saving, read_draft},
    parts::{Answered, Icon, Mark, Notice, Tone, Trouble},
    words,
};
use api::{Attachment, DraftView, Refusal};
use leptos::{html, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use wasm_bindgen::JsCast;
use web_sys::{HtmlButtonElement, HtmlFormElement, HtmlInputElement, SubmitEvent};

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
        <Answered>
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
    let DraftView { id, revision, from, text, attachments, saved, limit } = draft;
    let autosave = Autosave::new(id, revision, saved.short);
    let form: NodeRef<html::Form> = NodeRef::new();
    let doubt = RwSignal::new(None::<Doubt>);
    let attached = !attachments.is_empty();
    let copies = !text.cc.is_empty() || !text.bcc.is_empty();
    let typed = move |_| {
        doubt.set(None);
        if let Some(form) = form.get_untracked() {
            autosave.typed(form);
        }
    };
    let submit = move |event: SubmitEvent| {
        autosave.stop();
        let button = event.submitter().and_then(|button| button.dyn_into::<HtmlButtonElement>().ok());
        let sending = button.is_some_and(|button| button.value() == "send" && !button.has_attribute("data-sure"));
        let Some(form) = form.get_untracked().filter(|_| sending) else { return };
        let Some(text) = read_draft(&form) else { return };
        if let Some(why) = Doubt::about(&text.subject, &text.text, attached || chose_file(&form)) {
            event.prevent_default();
            doubt.set(Some(why));
        }
    };
    let chosen = move |_| {
        if let Some(form) = form.get_untracked().filter(chose_file) {
            press(&form, "attach");
        }
    };
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
        >
            <input type="hidden" name="revision" value=move || autosave.revision.get().to_string() />
            // Enter in a field saves; it never sends.
            <button class="vh" name="do" value="save" tabindex="-1" aria-hidden="true">
                "Save"
            </button>
            <header class="composer-head">
                <div class="composer-lines">
                    <h1 class="vh">"Write a message"</h1>
                    <p class="line">
                        <span class="line-label">"From"</span>
                        <span class="line-fixed">
                            <bdi>{from.name.clone()}</bdi>
                            " "
                            <bdi class="person-address">{format!("<{}>", from.address)}</bdi>
                        </span>
                    </p>
                    <label class="line">
                        <span class="line-label">"To"</span>
                        <input
                            class="line-field"
                            name="to"
                            value=text.to
                            dir="auto"
                            autocomplete="off"
                            autocapitalize="none"
                            spellcheck="false"
                            inputmode="email"
                            placeholder="anna@example.org, Bob Miller <bob@example.org>"
                        />
                    </label>
                    <details class="copies" open=copies>
                        <summary>"Cc, Bcc"</summary>
                        <label class="line">
                            <span class="line-label">"Cc"</span>
                            <input
                                class="line-field"
                                name="cc"
                                value=text.cc
                                dir="auto"
                                autocomplete="off"
                                spellcheck="false"
                            />
                        </label>
                        <label class="line">
                            <span class="line-label">"Bcc"</span>
                            <input
                                class="line-field"
                                name="bcc"
                                value=text.bcc
                                dir="auto"
                                autocomplete="off"
                                spellcheck="false"
                            />
                        </label>
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
            <label class="paper">
                <span class="vh">"Text"</span>
                <textarea name="text" rows="16" dir="auto" placeholder="Dear …">
                    {text.text}
                </textarea>
            </label>
            <DraftFiles draft=id attachments limit chosen />
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
                <button class="button quiet" name="do" value="discard">
                    <Icon name="trash-2" />
                    <span class="label">"Discard"</span>
                </button>
            </footer>
        </form>
    }
    .into_any()
}

/// Whether a file is chosen and not yet sent up.
fn chose_file(form: &HtmlFormElement) -> bool {
    let input = form.query_selector("input[type=file]").ok().flatten();
    input.and_then(|input| input.dyn_into::<HtmlInputElement>().ok()).is_some_and(|input| !input.value().is_empty())
}

/// Presses the form's own button, so that its name and value go along.
fn press(form: &HtmlFormElement, value: &str) {
    let button = form.query_selector(&format!("button[value={value}]")).ok().flatten();
    if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlButtonElement>().ok()) {
        button.click();
    }
}

/// Where saving stands, in words.
#[component]
fn SavingState(autosave: Autosave) -> impl IntoView {
    let says = move || match autosave.state.get() {
        Saving::Saved(when) if when.is_empty() => String::new(),
        Saving::Saved(when) => format!("Saved {when}"),
        Saving::Typing => "Not saved yet".to_owned(),
        Saving::UnderWay => "Saving…".to_owned(),
        Saving::Offline => "Offline: not saved. Keep this page open.".to_owned(),
        Saving::Elsewhere => "Edited in another window. Reload to see that version.".to_owned(),
        Saving::Refused(refusal) => words::refusal(refusal).to_owned(),
    };
    let bad = move || matches!(autosave.state.get(), Saving::Offline | Saving::Elsewhere | Saving::Refused(_));
    view! {
        <p class="saving" class:bad=bad role="status">
            {says}
        </p>
    }
    .into_any()
}

/// What goes along, and the field to add more.
#[component]
fn DraftFiles(
    draft: i64,
    attachments: Vec<Attachment>,
    limit: String,
    chosen: impl Fn(leptos::ev::Event) + 'static,
) -> impl IntoView {
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
            <div class="attach">
                <label class="attach-label">
                    <Icon name="paperclip" />
                    <span>"Attach files"</span>
                    <input type="file" name="files" multiple=true on:change=chosen />
                </label>
                <button class="button" name="do" value="attach">
                    "Attach"
                </button>
                <span class="hint">{format!("Up to {limit} in all")}</span>
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

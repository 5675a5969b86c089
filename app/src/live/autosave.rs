//! Saving a draft while somebody types: two seconds after the last key.

use crate::{AppError, calls::save_draft};
use api::{DraftText, Refusal};
use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*, task::spawn_local};
use std::time::Duration;
use web_sys::{FormData, HtmlFormElement};

/// How long after the last key.
const QUIET: Duration = Duration::from_secs(2);

/// Where saving stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saving {
    /// As it was when the page was made; the time of the last save.
    Saved(String),
    /// Typed, and not yet saved.
    Typing,
    UnderWay,
    /// The server was not reached; it is tried again with the next key.
    Offline,
    Elsewhere,
    Refused(Refusal),
}

/// The saving of one draft.
#[derive(Clone, Copy)]
pub struct Autosave {
    draft: i64,
    pub revision: RwSignal<i64>,
    pub state: RwSignal<Saving>,
    timer: StoredValue<Option<TimeoutHandle>>,
    busy: StoredValue<bool>,
}

impl Autosave {
    pub fn new(draft: i64, revision: i64, saved: String) -> Autosave {
        Autosave {
            draft,
            revision: RwSignal::new(revision),
            state: RwSignal::new(Saving::Saved(saved)),
            timer: StoredValue::new(None),
            busy: StoredValue::new(false),
        }
    }

    /// A key was pressed: the clock starts anew.
    pub fn typed(self, form: HtmlFormElement) {
        if self.state.get_untracked() == Saving::Elsewhere {
            return;
        }
        self.state.set(Saving::Typing);
        self.stop();
        self.timer.set_value(set_timeout(move || self.save(form), QUIET).ok());
    }

    /// No save follows any more: the form itself is being sent.
    pub fn stop(self) {
        if let Some(timer) = self.timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    }

    fn save(self, form: HtmlFormElement) {
        // One save at a time, or the second would name a revision that the first has replaced.
        if self.busy.get_value() {
            return self.typed(form);
        }
        let Some(text) = read(&form) else { return };
        self.busy.set_value(true);
        self.state.set(Saving::UnderWay);
        let revision = self.revision.get_untracked();
        spawn_local(async move {
            let answer = save_draft(self.draft, revision, text).await;
            // The page may be gone by now; then there is nobody to tell.
            if self.busy.try_set_value(false).is_some() {
                return;
            }
            let state = match answer {
                Ok(saved) => {
                    self.revision.set(saved.revision);
                    Saving::Saved(saved.when.short)
                }
                Err(AppError::Unreachable) => Saving::Offline,
                Err(AppError::Refused(Refusal::EditedElsewhere)) => Saving::Elsewhere,
                Err(AppError::Refused(refusal)) => Saving::Refused(refusal),
            };
            // What was typed meanwhile has its own clock.
            if self.state.try_get_untracked() == Some(Saving::UnderWay) {
                self.state.set(state);
            }
        });
    }
}

/// What stands in the fields.
pub fn read(form: &HtmlFormElement) -> Option<DraftText> {
    let data = FormData::new_with_form(form).ok()?;
    let field = |name: &str| data.get(name).as_string().unwrap_or_default();
    Some(DraftText {
        to: field("to"),
        cc: field("cc"),
        bcc: field("bcc"),
        subject: field("subject"),
        text: field("text"),
    })
}

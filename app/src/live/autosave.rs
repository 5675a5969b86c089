//! Saving a draft while somebody types: two seconds after the last key, ten at most after the first; and when the
//! composer is left. What is to be saved outlives the page: nothing here belongs to it.

use crate::{AppError, calls::save_draft};
use api::{DraftText, Refusal};
use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*, task::spawn_local};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use wasm_bindgen::JsCast;
use web_sys::{FormData, HtmlElement, HtmlFormElement, HtmlInputElement};

/// How long after the last key.
const QUIET: Duration = Duration::from_secs(2);
/// How long after the first key that is not saved, however steadily somebody types; and how long until the next try when
/// the server was not reached.
const AT_MOST: Duration = Duration::from_secs(10);

/// Where saving stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saving {
    /// As it was when the page was made; the time of the last save.
    Saved(String),
    /// Typed, and not yet saved.
    Typing,
    UnderWay,
    /// The server was not reached; it is tried again.
    Offline,
    Elsewhere,
    Refused(Refusal),
}

/// The saving of one draft.
#[derive(Clone)]
pub struct Autosave {
    draft: i64,
    pub revision: ArcRwSignal<i64>,
    pub state: ArcRwSignal<Saving>,
    plan: Arc<Mutex<Plan>>,
}

#[derive(Default)]
struct Plan {
    quiet: Option<TimeoutHandle>,
    at_most: Option<TimeoutHandle>,
    /// A save is on its way; a second would name a revision that the first has replaced.
    busy: bool,
    /// Typed since that save began.
    again: bool,
    /// The form is to be sent when that save has come back, by the button with this selector.
    then_press: Option<String>,
    /// The form itself is on its way: nothing is left to be saved or asked.
    leaving: bool,
}

impl Autosave {
    pub fn new(draft: i64, revision: i64, saved: String) -> Autosave {
        Autosave {
            draft,
            revision: ArcRwSignal::new(revision),
            state: ArcRwSignal::new(Saving::Saved(saved)),
            plan: Arc::default(),
        }
    }

    fn plan<T>(&self, change: impl FnOnce(&mut Plan) -> T) -> T {
        change(&mut self.plan.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A key was pressed: the clock starts anew, but for the one that does not wait for a pause.
    pub fn typed(&self, form: HtmlFormElement) {
        if self.state.get_untracked() == Saving::Elsewhere {
            return;
        }
        self.state.set(Saving::Typing);
        let (quiet, at_most) = (self.after(QUIET, &form), self.plan(|plan| plan.at_most.is_none()));
        let at_most = at_most.then(|| self.after(AT_MOST, &form)).flatten();
        self.plan(|plan| {
            if let Some(before) = std::mem::replace(&mut plan.quiet, quiet) {
                before.clear();
            }
            plan.at_most = plan.at_most.or(at_most);
        });
    }

    fn after(&self, time: Duration, form: &HtmlFormElement) -> Option<TimeoutHandle> {
        let (this, form) = (self.clone(), form.clone());
        set_timeout(move || this.save(form), time).ok()
    }

    /// Whether something stands in the form and nowhere else.
    pub fn unsaved(&self) -> bool {
        !matches!(self.state.get(), Saving::Saved(_))
    }

    /// The same, where nobody watches for a change; and not while the form is on its way.
    pub fn at_risk(&self) -> bool {
        !matches!(self.state.get_untracked(), Saving::Saved(_)) && !self.plan(|plan| plan.leaving)
    }

    /// The form is to be sent with the button that `selector` names. Answers whether it may go now; if not, it is
    /// pressed again when the save that is on its way has come back.
    pub fn may_send(&self, selector: &str) -> bool {
        self.stop();
        self.plan(|plan| {
            if plan.busy {
                plan.then_press = Some(selector.to_owned());
            } else {
                plan.leaving = true;
            }
            !plan.busy
        })
    }

    /// The composer is left: what was typed last is saved, whether or not there is still a page to say so.
    pub fn left(&self, form: HtmlFormElement) {
        if self.at_risk() {
            self.save(form);
        }
    }

    fn stop(&self) {
        let timers = self.plan(|plan| [plan.quiet.take(), plan.at_most.take()]);
        timers.into_iter().flatten().for_each(|timer| timer.clear());
    }

    fn save(&self, form: HtmlFormElement) {
        self.stop();
        let busy = self.plan(|plan| {
            plan.again |= plan.busy;
            plan.busy
        });
        if busy {
            return;
        }
        let Some(text) = read(&form) else { return };
        self.plan(|plan| (plan.busy, plan.again) = (true, false));
        self.state.set(Saving::UnderWay);
        let this = self.clone();
        spawn_local(async move {
            let answer = save_draft(this.draft, this.revision.get_untracked(), text).await;
            this.saved(answer, form);
        });
    }

    fn saved(&self, answer: Result<api::Saved, AppError>, form: HtmlFormElement) {
        let state = match answer {
            Ok(saved) => {
                self.revision.set(saved.revision);
                // At once, and not with the next turn of the page: the form may be sent in this moment.
                if let Some(field) = field(&form, "revision") {
                    field.set_value(&saved.revision.to_string());
                }
                Saving::Saved(saved.when.short)
            }
            Err(AppError::Unreachable) => Saving::Offline,
            Err(AppError::Refused(Refusal::EditedElsewhere)) => Saving::Elsewhere,
            Err(AppError::Refused(refusal)) => Saving::Refused(refusal),
        };
        let retry = state == Saving::Offline;
        let (again, press) = self.plan(|plan| {
            plan.busy = false;
            (std::mem::take(&mut plan.again), plan.then_press.take())
        });
        // What was typed meanwhile has its own clock.
        if self.state.get_untracked() == Saving::UnderWay {
            self.state.set(state);
        }
        if let Some(button) = press.and_then(|selector| form.query_selector(&selector).ok().flatten()) {
            if let Ok(button) = button.dyn_into::<HtmlElement>() {
                button.click();
            }
        } else if again {
            self.save(form);
        } else if retry {
            let timer = self.after(AT_MOST, &form);
            self.plan(|plan| plan.at_most = plan.at_most.or(timer));
        }
    }
}

fn field(form: &HtmlFormElement, name: &str) -> Option<HtmlInputElement> {
    form.query_selector(&format!("input[name={name}]")).ok().flatten()?.dyn_into().ok()
}

/// What stands in the fields.
pub fn read(form: &HtmlFormElement) -> Option<DraftText> {
    let data = FormData::new_with_form(form).ok()?;
    let field = |name: &str| data.get(name).as_string().unwrap_or_default();
    Some(DraftText {
        from: field("from"),
        to: field("to"),
        cc: field("cc"),
        bcc: field("bcc"),
        subject: field("subject"),
        text: field("text"),
    })
}

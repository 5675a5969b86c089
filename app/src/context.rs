//! What the server puts in the context of a page, and how it reaches the browser.

use api::{NewSecret, Refusal, Viewer};
use leptos::prelude::*;
use leptos_router::{hooks::use_location, location::RequestUrl};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// URLs of the files a page loads, as the browser asks for them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assets {
    pub style_css: String,
    pub boot_js: String,
    pub icons_svg: String,
    pub favicon: String,
    pub mail_js: String,
    pub mail_wasm: String,
    pub admin_js: String,
    pub admin_wasm: String,
    /// Names the build; an open tab of another build offers to reload.
    pub build: String,
}

/// How a connection is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Security {
    #[default]
    None,
    StartTls,
    Tls,
}

/// What a desktop program has to be told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgramSettings {
    pub host: String,
    pub pop3_port: u16,
    pub submission_port: u16,
    pub smtp_port: u16,
    pub pop3_tls: Security,
    pub submission_tls: Security,
    /// What a POP3 program deletes is gone, and does not go to Trash.
    pub pop3_deletes_for_ever: bool,
}

/// Sets the status of the response that a page is rendered into. Does nothing in the browser.
#[derive(Clone)]
pub struct StatusSetter(Arc<dyn Fn(u16) + Send + Sync>);

impl StatusSetter {
    pub fn new(set: impl Fn(u16) + Send + Sync + 'static) -> Self {
        Self(Arc::new(set))
    }
}

/// Sets the status of the page being rendered, where there is a server to set it.
pub fn set_status(code: u16) {
    if let Some(StatusSetter(set)) = use_context() {
        set(code);
    }
}

/// What somebody has chosen, for as long as they are signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Habits {
    /// Single letters are commands (WCAG 2.1.4 wants them to have a switch).
    pub single_keys: bool,
}

impl Default for Habits {
    fn default() -> Self {
        Habits { single_keys: true }
    }
}

/// The facts of one page that its browser side must know as well.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Facts {
    pub icons_svg: String,
    pub build: String,
    pub viewer: Option<Viewer>,
    pub programs: ProgramSettings,
    pub habits: Habits,
    /// The path this page was asked for at. What follows is said there and nowhere else: see `of_this_answer`.
    pub path: String,
    pub secret: Option<NewSecret>,
    /// Why the form that this page answers was not done.
    pub refused: Option<Refusal>,
}

impl Facts {
    fn read() -> Self {
        let assets = use_context::<Assets>().unwrap_or_default();
        Facts {
            icons_svg: assets.icons_svg,
            build: assets.build,
            viewer: use_context(),
            programs: use_context().unwrap_or_default(),
            habits: use_context().unwrap_or_default(),
            path: asked_path(),
            secret: use_context(),
            refused: use_context(),
        }
    }
}

/// The path that is asked for, on the server.
pub fn asked_path() -> String {
    use_context::<RequestUrl>().and_then(|url| url.parse().ok()).map(|url| url.path().to_owned()).unwrap_or_default()
}

/// Reads the facts from the server's context, or in the browser from the page, and provides them.
pub fn provide_facts() {
    let facts = SharedValue::new(Facts::read).into_inner();
    provide_context(StoredValue::new(facts));
}

/// The facts of this page.
pub fn with_facts<T>(read: impl FnOnce(&Facts) -> T) -> T {
    match use_context::<StoredValue<Facts>>() {
        Some(facts) => facts.with_value(read),
        None => read(&Facts::default()),
    }
}

/// What this answer alone says, to a form that was posted. It is told on that page, and forgotten when the page is left:
/// nobody who comes back later, or looks over a shoulder, reads it again.
pub fn of_this_answer<T>(read: impl FnOnce(&Facts) -> Option<T>) -> Option<T> {
    let here = use_location().pathname.get_untracked();
    let said = with_facts(|facts| if facts.path == here { read(facts) } else { None })?;
    if let Some(facts) = use_context::<StoredValue<Facts>>() {
        on_cleanup(move || {
            // All pages may be gone by then.
            let _ = facts.try_update_value(|facts| (facts.secret, facts.refused) = (None, None));
        });
    }
    Some(said)
}

//! What WASM adds to pages that already work: quicker acts, keys, new mail by itself, saving while typing.
//!
//! Nothing here runs on the server: it begins in effects and in events.

mod autosave;
mod dom;
mod events;
pub mod keys;
mod listing;
mod orders;
mod picks;

pub use autosave::{Autosave, Saving, read as read_draft};
pub use events::listen;
pub use keys::KeysHelp;
pub use listing::{Kind, Listing};
pub use orders::{carry_out, put_back, read_order, undo_last};
pub use picks::Picks;

use crate::AppError;
use leptos::prelude::*;

/// A short message at the foot of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    pub words: String,
    pub bad: bool,
    pub undo: Option<Undo>,
}

/// Acts that can be taken back at most.
const UNDOS: usize = 20;

/// What takes an act back: the messages, and the id of the mailbox they go back into.
pub type Undo = (Vec<i64>, i64);

/// What the pages share while they are awake.
#[derive(Clone, Copy)]
pub struct Live {
    /// Goes up when the list should be read again.
    pub list: RwSignal<u32>,
    /// Goes up when the counts of the rail should be read again.
    pub counts: RwSignal<u32>,
    /// New mail came while the reader was further down.
    pub waiting: RwSignal<bool>,
    /// The server does not answer; what is shown may be old.
    pub offline: RwSignal<bool>,
    /// The server runs another build than this tab.
    pub newer_build: RwSignal<bool>,
    pub toast: RwSignal<Option<Toast>>,
    /// What can be taken back, the newest last.
    undos: StoredValue<Vec<Undo>>,
    /// Messages that were put back: a list that hid them shows them again.
    pub returned: RwSignal<Vec<i64>>,
    /// The first page is awake: what is built from now on was gone to within this tab.
    woken: StoredValue<bool>,
}

impl Live {
    pub fn provide() -> Live {
        let live = Live {
            list: RwSignal::new(0),
            counts: RwSignal::new(0),
            waiting: RwSignal::new(false),
            offline: RwSignal::new(false),
            newer_build: RwSignal::new(false),
            toast: RwSignal::new(None),
            undos: StoredValue::new(Vec::new()),
            returned: RwSignal::new(Vec::new()),
            woken: StoredValue::new(false),
        };
        Effect::new(move |_| live.woken.set_value(true));
        provide_context(live);
        live
    }

    /// Whether a page that is being built was gone to within this tab, so that the focus has to follow.
    pub fn woken(self) -> bool {
        self.woken.get_value()
    }

    /// An act was done that can be taken back; the oldest is forgotten.
    fn can_undo(self, undo: Undo) {
        self.undos.update_value(|undos| {
            if undos.len() >= UNDOS {
                undos.remove(0);
            }
            undos.push(undo);
        });
    }

    /// The mailbox is read again, list and counts.
    pub fn refresh(self) {
        self.waiting.set(false);
        self.refresh_quietly();
    }

    /// The same, without a word of what waits further up.
    pub fn refresh_quietly(self) {
        self.list.update(|n| *n += 1);
        self.counts.update(|n| *n += 1);
    }

    pub fn complain(self, error: AppError) {
        self.toast.set(Some(Toast { words: crate::words::error(error).to_owned(), bad: true, undo: None }));
    }
}

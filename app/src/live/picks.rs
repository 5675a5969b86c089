//! Ticking rows: how many are ticked, all at once, and a range with Shift.

use super::dom;
use leptos::prelude::*;
use std::collections::HashSet;
use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, MouseEvent};

/// The ticks of one list. The checkboxes themselves hold them; this counts.
#[derive(Clone, Copy)]
pub struct Picks {
    pub count: RwSignal<usize>,
    last: StoredValue<Option<usize>>,
    /// The ticked messages, for the checkboxes that replace these when the list is read again.
    ticked: StoredValue<HashSet<String>>,
}

impl Picks {
    pub fn new() -> Picks {
        Picks { count: RwSignal::new(0), last: StoredValue::new(None), ticked: StoredValue::default() }
    }

    fn boxes() -> Vec<HtmlInputElement> {
        dom::all(".pick input").into_iter().filter_map(|input| input.dyn_into().ok()).collect()
    }

    /// Counts again, after anything changed.
    pub fn recount(self) {
        let ticked: HashSet<String> =
            Self::boxes().iter().filter(|input| input.checked()).map(HtmlInputElement::value).collect();
        self.count.set(ticked.len());
        self.ticked.set_value(ticked);
    }

    /// Ticks again what was ticked before the list was drawn anew: new mail must not undo a choice.
    pub fn restore(self) {
        let boxes = Self::boxes();
        self.ticked.with_value(|ticked| {
            boxes.iter().filter(|input| ticked.contains(&input.value())).for_each(|input| input.set_checked(true));
        });
        self.recount();
    }

    /// Ticks or unticks every row on the page.
    pub fn all(self, ticked: bool) {
        Self::boxes().iter().for_each(|input| input.set_checked(ticked));
        self.recount();
    }

    /// A click somewhere in the list: with Shift on a checkbox, all between it and the one before follow it.
    pub fn clicked(self, event: &MouseEvent) {
        let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else { return };
        let boxes = Self::boxes();
        let Some(at) = boxes.iter().position(|other| *other == input) else { return };
        if let (true, Some(last)) = (event.shift_key(), self.last.get_value()) {
            let (from, to) = (last.min(at), last.max(at));
            boxes.iter().take(to + 1).skip(from).for_each(|other| other.set_checked(input.checked()));
        }
        self.last.set_value(Some(at));
        self.recount();
    }
}

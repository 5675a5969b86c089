//! Small questions to the browser's document.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, NodeList};

/// All elements that match, in document order.
pub fn all(selector: &str) -> Vec<HtmlElement> {
    document().query_selector_all(selector).map(|found| elements(&found)).unwrap_or_default()
}

fn elements(found: &NodeList) -> Vec<HtmlElement> {
    (0..found.length()).filter_map(|at| found.item(at)?.dyn_into().ok()).collect()
}

/// Whether any element matches.
pub fn there(selector: &str) -> bool {
    document().query_selector(selector).ok().flatten().is_some()
}

/// The first element that matches and can be seen.
pub fn visible(selector: &str) -> Option<HtmlElement> {
    all(selector).into_iter().find(|element| element.offset_width() > 0 || element.offset_height() > 0)
}

/// The list row that has the focus.
pub fn focused_row() -> Option<Element> {
    document().active_element()?.closest(".row").ok()?
}

/// The part of a row that opens it.
pub fn link_of(row: &Element) -> Option<HtmlElement> {
    row.query_selector(".what").ok()??.dyn_into().ok()
}

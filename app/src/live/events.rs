//! New mail appears by itself: the server's events.

use super::Live;
use crate::context::with_facts;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{EventSource, MessageEvent};

/// Further down than this, a list does not move under the reader's eyes. CSS px.
const AWAY: f64 = 240.0;

/// Listens for as long as the page lives.
pub fn listen(live: Live) {
    Effect::new(move |_| {
        let build = with_facts(|facts| facts.build.clone());
        let Ok(source) = EventSource::new("/mail/events") else { return };
        on(&source, "change", move |_| {
            live.counts.update(|n| *n += 1);
            match window().scroll_y() {
                Ok(y) if y > AWAY => live.waiting.set(true),
                _ => live.list.update(|n| *n += 1),
            }
        });
        on(&source, "hello", move |event| {
            let other = event.data().as_string().is_some_and(|theirs| !theirs.is_empty() && theirs != build);
            live.newer_build.set(other);
        });
    });
}

/// Lives as long as the page: the listener is handed to the browser for good.
fn on(source: &EventSource, name: &str, hear: impl Fn(MessageEvent) + 'static) {
    let hear = Closure::<dyn Fn(MessageEvent)>::new(hear);
    // Only an empty name is refused, and ours are not.
    if source.add_event_listener_with_callback(name, hear.as_ref().unchecked_ref()).is_ok() {
        hear.forget();
    }
}

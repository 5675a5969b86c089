//! New mail appears by itself: the server's events.
//!
//! A browser has six connections to a server for all its tabs together (HTTP/1.1), so a tab that nobody sees lets go of
//! its stream, and the server has only a few for one browser: whom it turns away asks again now and then.

use super::Live;
use crate::context::with_facts;
use js_sys::Function;
use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*};
use std::time::Duration;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Event, EventSource, MessageEvent};

/// Further down than this, a list does not move under the reader's eyes. CSS px.
const AWAY: f64 = 240.0;
/// How long a tab without a stream waits before it asks for one again, and looks at its list meanwhile.
const LATER: Duration = Duration::from_secs(30);
/// How long until a server that did not answer is asked again.
const AGAIN: Duration = Duration::from_secs(10);
/// What `boot.js` hears when the server has closed the stream for good: the session may have ended.
const CLOSED: &str = "restante:closed";

/// The stream of this tab, while it is seen.
#[derive(Clone, Copy)]
struct Stream {
    live: Live,
    source: StoredValue<Option<EventSource>, LocalStorage>,
    ears: StoredValue<Vec<(&'static str, Function)>, LocalStorage>,
    /// The server has greeted once: every later greeting ends a silence in which something may have come.
    greeted: StoredValue<bool>,
}

/// Listens for as long as the page lives.
pub fn listen(live: Live) {
    Effect::new(move |_| {
        let stream = Stream {
            live,
            source: StoredValue::new_local(None),
            ears: StoredValue::new_local(Vec::new()),
            greeted: StoredValue::new(false),
        };
        let build = with_facts(|facts| facts.build.clone());
        stream.ears.set_value(vec![
            ("hello", ear(move |event| stream.greet(&event, &build))),
            ("mail", ear(move |_| stream.mail())),
            ("change", ear(move |_| live.refresh_quietly())),
            ("error", ear(move |_| stream.lost())),
        ]);
        stream.open();
        let handle = window_event_listener_untyped("visibilitychange", move |_| {
            if document().hidden() { stream.close() } else { stream.open() }
        });
        on_cleanup(move || handle.remove());
    });
    // A stream may live on while nothing else comes through: what was not answered is asked again.
    Effect::new(move |timer: Option<Option<TimeoutHandle>>| {
        if let Some(timer) = timer.flatten() {
            timer.clear();
        }
        live.offline.get().then(|| set_timeout(move || live.refresh_quietly(), AGAIN).ok()).flatten()
    });
}

/// Made once, and given to every stream after the other.
fn ear(hear: impl Fn(Event) + 'static) -> Function {
    Closure::<dyn Fn(Event)>::new(hear).into_js_value().unchecked_into()
}

impl Stream {
    fn open(self) {
        let open = self.source.with_value(Option::is_some);
        if open || document().hidden() {
            return;
        }
        let Ok(source) = EventSource::new("/mail/events") else { return };
        self.ears.with_value(|ears| {
            for (name, ear) in ears {
                // Only an empty name is refused, and ours are not.
                let _ = source.add_event_listener_with_callback(name, ear);
            }
        });
        self.source.set_value(Some(source));
    }

    fn close(self) {
        if let Some(source) = self.source.try_update_value(Option::take).flatten() {
            source.close();
        }
    }

    fn greet(self, event: &Event, build: &str) {
        let theirs = event.dyn_ref::<MessageEvent>().and_then(|event| event.data().as_string());
        self.live.newer_build.set(theirs.is_some_and(|theirs| !theirs.is_empty() && theirs != build));
        self.live.offline.set(false);
        if self.greeted.get_value() {
            self.live.refresh_quietly();
        }
        self.greeted.set_value(true);
    }

    fn mail(self) {
        match window().scroll_y() {
            Ok(y) if y > AWAY => {
                self.live.counts.update(|n| *n += 1);
                self.live.waiting.set(true);
            }
            _ => self.live.refresh_quietly(),
        }
    }

    /// The browser tries again by itself after a broken connection, and not after the server has said no.
    fn lost(self) {
        let closed = self
            .source
            .with_value(|source| source.as_ref().is_some_and(|source| source.ready_state() == EventSource::CLOSED));
        if !closed {
            self.live.offline.set(true);
            return;
        }
        self.close();
        if let Ok(event) = Event::new(CLOSED) {
            let _ = document().dispatch_event(&event);
        }
        let again = move || {
            self.greeted.set_value(true);
            self.live.refresh_quietly();
            self.open();
        };
        // Without a clock in the browser there is no later.
        let _ = set_timeout(again, LATER);
    }
}

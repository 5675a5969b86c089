//! A moment, as the server wrote it.

use api::When;
use leptos::prelude::*;

/// The short form, with the long one as its title.
#[component]
pub fn Time(when: When) -> impl IntoView {
    view! {
        <time class="time" datetime=when.iso title=when.long>
            {when.short}
        </time>
    }
}

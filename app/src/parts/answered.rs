//! What is shown once the server has answered. While it is asked again, the old answer stays.
//!
//! All pages wait through this one component, so that the browser's program holds the waiting once.

use leptos::prelude::*;

/// While the first answer is on its way: the shape of a list, quietly.
#[component]
fn Waiting() -> impl IntoView {
    view! {
        <div class="waiting" role="status">
            <span class="vh">"Loading"</span>
            {(0..8).map(|_| view! { <div class="waiting-row" aria-hidden="true"></div> }).collect_view()}
        </div>
    }
    .into_any()
}

#[component]
pub fn Answered(
    /// Part of a page: nothing stands in its place while it is on its way.
    #[prop(optional)]
    part: bool,
    children: ChildrenFn,
) -> impl IntoView {
    let waiting = move || if part { ().into_any() } else { view! { <Waiting /> }.into_any() };
    view! { <Transition fallback=waiting>{children()}</Transition> }.into_any()
}

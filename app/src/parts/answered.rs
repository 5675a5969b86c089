//! What is shown once the server has answered. While it is asked again, the old answer stays.
//!
//! All pages wait through this one component, so that the browser's program holds the waiting once.

use leptos::{prelude::*, reactive::computed::AsyncDerivedReadyFuture};

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

/// Its children are made when the answer is there, and not before: a page that reads an answer in the moment in which it
/// comes may miss it, and would be empty.
#[component]
pub fn Answered(
    /// What the children read: `resource.ready()`.
    of: AsyncDerivedReadyFuture,
    /// And this, where they read two.
    #[prop(optional, into)]
    and: Option<AsyncDerivedReadyFuture>,
    /// Part of a page: nothing stands in its place while it is on its way.
    #[prop(optional)]
    part: bool,
    children: Children,
) -> impl IntoView {
    let waiting = move || if part { ().into_any() } else { view! { <Waiting /> }.into_any() };
    let answered = async move {
        of.await;
        if let Some(and) = and {
            and.await;
        }
        children()
    };
    // Untracked: the children follow each new answer by themselves; who waited for the first must not make them anew.
    view! { <Transition fallback=waiting>{untrack(|| Suspend::new(answered))}</Transition> }.into_any()
}

//! The menu of small screens: a plain `<details>`. It closes when one has gone somewhere within the tab.

use crate::parts::Icon;
use leptos::{html, prelude::*};
use leptos_router::hooks::use_location;

#[component]
pub fn Menu(children: Children) -> impl IntoView {
    let here = use_location();
    let menu: NodeRef<html::Details> = NodeRef::new();
    Effect::new(move |_| {
        here.pathname.track();
        if let Some(menu) = menu.get_untracked() {
            // What is closed already has nothing to lose.
            let _ = menu.remove_attribute("open");
        }
    });
    view! {
        <details class="menu" node_ref=menu>
            <summary class="icon-button">
                <Icon name="menu" />
                <span class="vh">"Menu"</span>
            </summary>
            <div class="menu-sheet">{children()}</div>
        </details>
    }
    .into_any()
}

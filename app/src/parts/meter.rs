//! How full something is, in words and as a bar.

use api::Usage;
use leptos::prelude::*;

#[component]
pub fn Meter(usage: Usage) -> impl IntoView {
    let Usage { used, quota, percent } = usage;
    let words = match &quota {
        Some(quota) => format!("{used} of {quota}"),
        None => format!("{used} used"),
    };
    view! {
        <div class="usage">
            <span class="usage-words">{words}</span>
            {percent
                .map(|percent| {
                    view! {
                        <meter class="usage-meter" min="0" max="100" high="90" value=percent.to_string()>
                            {format!("{percent} %")}
                        </meter>
                    }
                })}
        </div>
    }
    .into_any()
}

//! An HTML message: cleaned by the server, shown in a frame that runs nothing and knows nothing of this page.

use super::Icon;
use crate::words;
use leptos::prelude::*;

#[component]
pub fn HtmlBody(
    message: i64,
    /// The server's estimate, in CSS px.
    height: u32,
    /// How many remote things are not loaded.
    remote_blocked: u32,
) -> impl IntoView {
    view! {
        {(remote_blocked > 0)
            .then(|| {
                view! {
                    <p class="blocked">
                        <Icon name="image-off" />
                        <span>
                            {words::many(i64::from(remote_blocked), "remote picture is", "remote pictures are")}
                            " not loaded: fetching would tell the sender when and where you read this."
                        </span>
                    </p>
                }
            })}
        <iframe
            class="html-body"
            title="Text of the message"
            src=format!("/mail/m/{message}/html")
            sandbox="allow-popups allow-popups-to-escape-sandbox"
            height=height.clamp(120, 20_000).to_string()
        ></iframe>
    }
    .into_any()
}

//! The document around the pages: what the browser loads, and in what order.

use crate::{AdminApp, Assets, DoorApp, MailApp, session::is_door};
use leptos::prelude::*;
use leptos_meta::MetaTags;
use leptos_router::location::RequestUrl;

/// The path that is asked for.
fn path() -> String {
    use_context::<RequestUrl>().and_then(|url| url.parse().ok()).map(|url| url.path().to_owned()).unwrap_or_default()
}

/// The whole document of the webmail; for a path of the door, the door's.
pub fn mail_shell(assets: Assets) -> impl IntoView {
    let program = (assets.mail_js.clone(), assets.mail_wasm.clone());
    let door = is_door(&path());
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <Head assets program asleep=door />
            <body>{if door { view! { <DoorApp /> }.into_any() } else { view! { <MailApp /> }.into_any() }}</body>
        </html>
    }
}

/// The whole document of the admin's desk.
pub fn admin_shell(assets: Assets) -> impl IntoView {
    let program = (assets.admin_js.clone(), assets.admin_wasm.clone());
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <Head assets program asleep=false />
            <body>
                <AdminApp />
            </body>
        </html>
    }
}

/// Whether a path shows a list, which without JavaScript reads itself again each minute.
fn is_list(path: &str) -> bool {
    path.strip_prefix("/mail/").is_some_and(|rest| !rest.is_empty() && !rest.contains('/'))
}

#[component]
fn Head(
    assets: Assets,
    program: (String, String),
    /// The page is not woken; the program is only fetched, for the page after it.
    asleep: bool,
) -> impl IntoView {
    let list = is_list(&path());
    view! {
        <head>
            <meta charset="utf-8" />
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <meta name="color-scheme" content="light dark" />
            <meta name="theme-color" media="(prefers-color-scheme: light)" content="#f1f0eb" />
            <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#0c0e12" />
            <meta name="robots" content="noindex" />
            <meta name="format-detection" content="telephone=no" />
            <link rel="icon" type="image/svg+xml" href=assets.favicon />
            <link rel="stylesheet" href=assets.style_css />
            <script
                type="module"
                src=assets.boot_js
                data-module=program.0
                data-wasm=program.1
                data-build=assets.build
                data-asleep=asleep.then_some("yes")
            ></script>
            {list
                .then(|| {
                    view! {
                        <noscript>
                            <meta http-equiv="refresh" content="60" />
                        </noscript>
                    }
                })}
            <MetaTags />
        </head>
    }
}

#[cfg(test)]
mod tests {
    use super::is_list;

    #[test]
    fn only_mailboxes_are_lists() {
        assert!(is_list("/mail/inbox"));
        for other in ["/mail/m/17", "/compose/3", "/mail/", "/search", "/settings"] {
            assert!(!is_list(other), "{other}");
        }
    }
}

//! The document around the pages: what the browser loads, and in what order.

use crate::{AdminApp, Assets, DoorApp, MailApp, context::asked_path, session::is_door};
use leptos::prelude::*;
use leptos_meta::MetaTags;
use leptos_router::location::RequestUrl;

/// The whole document of the webmail; for a path of the door, the door's.
pub fn mail_shell(assets: Assets) -> impl IntoView {
    let program = (assets.mail_js.clone(), assets.mail_wasm.clone());
    let door = is_door(&asked_path());
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

/// Seconds after which a list reads itself again without JavaScript, for new mail.
const AGAIN: u32 = 60;
/// And any other page that shows mail: by then a session has ended of idleness, and what was left open on a screen gives
/// way to the sign-in page.
const CLOSES: u32 = 21 * 60;

/// Whether a path shows a list.
fn is_list(path: &str) -> bool {
    path.strip_prefix("/mail/").is_some_and(|rest| !rest.is_empty() && !rest.contains('/'))
}

/// What a page without JavaScript does by itself. Never the composer: nobody's typing is taken away. The address says
/// that it was not a person who asked, so that it keeps no session alive.
fn by_itself(path: &str, query: &str) -> Option<String> {
    if is_door(path) || path.starts_with("/compose/") {
        return None;
    }
    let seconds = if is_list(path) { AGAIN } else { CLOSES };
    // What was done before is not said again.
    let names = ["q=", "in=", "p=", "c=", "domain="];
    let pairs = query.trim_start_matches('?').split('&');
    let kept = pairs.filter(|pair| names.iter().any(|name| pair.starts_with(name)));
    let query: Vec<&str> = kept.chain(["auto=1"]).collect();
    Some(format!("{seconds};url={path}?{}", query.join("&")))
}

#[component]
fn Head(
    assets: Assets,
    program: (String, String),
    /// The page is not woken; the program is only fetched, for the page after it.
    asleep: bool,
) -> impl IntoView {
    let url = use_context::<RequestUrl>().and_then(|url| url.parse().ok());
    let again = url.and_then(|url| by_itself(url.path(), url.search()));
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
            {again
                .map(|again| {
                    view! {
                        <noscript>
                            <meta http-equiv="refresh" content=again />
                        </noscript>
                    }
                })}
            <MetaTags />
        </head>
    }
}

#[cfg(test)]
mod tests {
    use super::{by_itself, is_list};

    #[test]
    fn only_mailboxes_are_lists() {
        assert!(is_list("/mail/inbox"));
        for other in ["/mail/m/17", "/compose/3", "/mail/", "/search", "/settings"] {
            assert!(!is_list(other), "{other}");
        }
    }

    #[test]
    fn a_page_without_javascript_asks_again_and_says_that_nobody_asked() {
        assert_eq!(by_itself("/mail/inbox", "").as_deref(), Some("60;url=/mail/inbox?auto=1"));
        assert_eq!(
            by_itself("/mail/inbox", "?p=2&c=5.6&done=archive&n=2").as_deref(),
            Some("60;url=/mail/inbox?p=2&c=5.6&auto=1")
        );
        assert_eq!(by_itself("/mail/m/7", "").as_deref(), Some("1260;url=/mail/m/7?auto=1"));
        assert_eq!(by_itself("/compose/3", ""), None, "typing is not taken away");
        assert_eq!(by_itself("/sign-in", "next=/mail/inbox"), None);
    }
}

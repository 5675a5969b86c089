//! Wakes the webmail's pages in the browser. Without it they work as forms and links.

fn main() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::MailApp);
}

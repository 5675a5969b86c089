//! The session is about to end because nobody was there, or has ended while something was being written. `public/boot.js`
//! asks the server how long there is left, and uncovers this.

use leptos::prelude::*;

#[component]
pub fn Ending() -> impl IntoView {
    view! {
        <div class="ending" role="alert" hidden=true data-ending="">
            <p hidden=true data-soon="">
                "Nobody has done anything here for 18 minutes. In two minutes you are signed out. "
                <button class="link-button" type="button" data-stay="">
                    "Stay signed in"
                </button>
            </p>
            <p hidden=true data-over="">
                "You are signed out. What you typed is still here: press Save, and sign in again to keep it."
            </p>
        </div>
    }
    .into_any()
}

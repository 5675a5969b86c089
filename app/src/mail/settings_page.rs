//! Settings: the account's facts, and what a desktop program does here.

use crate::{
    calls::read_usage,
    context::with_facts,
    layout::Notices,
    live::Live,
    parts::{Answered, Icon, Meter},
};
use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn SettingsPage() -> impl IntoView {
    let live: Live = expect_context();
    let viewer = with_facts(|facts| facts.viewer.clone());
    let (name, address) = viewer.map(|viewer| (viewer.name, viewer.address)).unwrap_or_default();
    let usage = Resource::new(move || live.counts.get(), |_| read_usage());
    view! {
        <Title text="Settings" />
        <header class="page-head">
            <div class="page-name">
                <h1>"Settings"</h1>
            </div>
        </header>
        <Notices />
        <div class="sheets">
            <section class="sheet" aria-labelledby="account">
                <h2 id="account">"Your account"</h2>
                <dl class="facts">
                    <div>
                        <dt>"Name"</dt>
                        <dd>
                            <bdi>{if name.is_empty() { "(none)".to_owned() } else { name }}</bdi>
                        </dd>
                    </div>
                    <div>
                        <dt>"Address"</dt>
                        <dd>
                            <bdi>{address}</bdi>
                        </dd>
                    </div>
                    <div>
                        <dt>"Space"</dt>
                        <dd>
                            <Answered of=usage.ready() part=true>
                                {move || usage.get().and_then(Result::ok).map(|usage| view! { <Meter usage /> })}
                            </Answered>
                        </dd>
                    </div>
                </dl>
                <p class="hint">"To change your name, password or space, ask your admin."</p>
            </section>
            <section class="sheet" aria-labelledby="programs">
                <h2 id="programs">"Your mail in a program"</h2>
                <p class="hint">"Server names and ports, and a password for each program on your computer or phone."</p>
                <p>
                    <a class="button" href="/settings/programs">
                        <Icon name="key-round" />
                        "Programs"
                    </a>
                </p>
            </section>
            <Collecting />
            <Keys />
        </div>
    }
    .into_any()
}

/// What happens here when a program collects.
#[component]
fn Collecting() -> impl IntoView {
    let deleted = match with_facts(|facts| facts.programs.pop3_deletes_for_ever) {
        true => {
            "Most programs delete what they have collected. When the program says goodbye it is then gone from here for \
             ever: it does not go to Trash, and cannot be put back. To keep it here, tick “leave a copy on the server” \
             in the program before it collects for the first time."
        }
        false => {
            "Most programs delete what they have collected. When the program says goodbye it leaves the inbox here as \
             well, and waits in Trash for some time before it is gone; your admin sets how long. To keep it in the \
             inbox, tick “leave a copy on the server” there."
        }
    };
    view! {
        <section class="sheet" aria-labelledby="pop3">
            <h2 id="pop3">"What a POP3 program does to this mailbox"</h2>
            <ul class="plain-list">
                <li>"It collects what waits in the inbox. Other mailboxes stay as they are."</li>
                <li>"Reading here takes nothing away: mail you opened in the webmail still waits for your program."</li>
                <li>{deleted}</li>
            </ul>
        </section>
    }
    .into_any()
}

/// The switch of the single-letter commands (WCAG 2.1.4): who dictates, or types with a tremor, does not want them.
#[component]
fn Keys() -> impl IntoView {
    let on = with_facts(|facts| facts.habits.single_keys);
    let (says, word, button) = match on {
        true => {
            ("Single letters are commands: “?” lists them. They do nothing while you type.", "off", "Switch keys off")
        }
        false => ("Single letters do nothing.", "on", "Switch keys on"),
    };
    view! {
        <section class="sheet" aria-labelledby="keys">
            <h2 id="keys">"Keys"</h2>
            <p class="hint">{says} " This is kept until you sign out."</p>
            <form method="post" action="/settings/keys">
                <button class="button" name="keys" value=word>
                    {button}
                </button>
            </form>
        </section>
    }
    .into_any()
}

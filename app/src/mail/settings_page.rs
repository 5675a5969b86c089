//! Settings: the account's facts, and what a desktop program has to be told.

use crate::{
    calls::read_usage,
    context::{ProgramSettings, Security, with_facts},
    layout::Notices,
    live::Live,
    parts::{Answered, Meter},
};
use leptos::prelude::*;
use leptos_meta::Title;

fn protection(security: Security) -> &'static str {
    match security {
        Security::None => "none (use it only inside your own network)",
        Security::StartTls => "STARTTLS",
        Security::Tls => "TLS",
    }
}

#[component]
pub fn SettingsPage() -> impl IntoView {
    let live: Live = expect_context();
    let (viewer, programs) = with_facts(|facts| (facts.viewer.clone(), facts.programs.clone()));
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
                            <bdi>{address.clone()}</bdi>
                        </dd>
                    </div>
                    <div>
                        <dt>"Space"</dt>
                        <dd>
                            <Answered part=true>
                                {move || usage.get().and_then(Result::ok).map(|usage| view! { <Meter usage /> })}
                            </Answered>
                        </dd>
                    </div>
                </dl>
                <p class="hint">"To change your name, password or space, ask your admin."</p>
            </section>
            <Programs programs address />
            <section class="sheet" aria-labelledby="pop3">
                <h2 id="pop3">"What a POP3 program does to this mailbox"</h2>
                <ul class="plain-list">
                    <li>"It collects what waits in the inbox. Other mailboxes stay as they are."</li>
                    <li>
                        "Reading here takes nothing away: mail you opened in the webmail still waits for your program."
                    </li>
                    <li>
                        "Most programs delete what they have collected. When the program says goodbye it leaves the inbox "
                        "here as well, and waits in Trash for some time before it is gone; your admin sets how long. To "
                        "keep it in the inbox, tick “leave a copy on the server” there."
                    </li>
                </ul>
            </section>
            <Keys />
        </div>
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

/// Server names and ports, for a mail program.
#[component]
fn Programs(programs: ProgramSettings, address: String) -> impl IntoView {
    let ProgramSettings { host, pop3_port, submission_port, pop3_tls, submission_tls, .. } = programs;
    view! {
        <section class="sheet" aria-labelledby="programs">
            <h2 id="programs">"Your mail in a desktop program"</h2>
            <div class="table-frame" role="region" aria-label="Servers and ports" tabindex="0">
                <table class="table settings-table">
                    <thead>
                        <tr>
                            <td></td>
                            <th scope="col">"Incoming: POP3"</th>
                            <th scope="col">"Outgoing: SMTP"</th>
                        </tr>
                    </thead>
                    <tbody>
                        <tr>
                            <th scope="row">"Server"</th>
                            <td>
                                <code>{host.clone()}</code>
                            </td>
                            <td>
                                <code>{host}</code>
                            </td>
                        </tr>
                        <tr>
                            <th scope="row">"Port"</th>
                            <td>
                                <code>{pop3_port.to_string()}</code>
                            </td>
                            <td>
                                <code>{submission_port.to_string()}</code>
                            </td>
                        </tr>
                        <tr>
                            <th scope="row">"Encryption"</th>
                            <td>{protection(pop3_tls)}</td>
                            <td>{protection(submission_tls)}</td>
                        </tr>
                        <tr>
                            <th scope="row">"User name"</th>
                            <td colspan="2">
                                <bdi>
                                    <code>{address}</code>
                                </bdi>
                            </td>
                        </tr>
                        <tr>
                            <th scope="row">"Password"</th>
                            <td colspan="2">"the one you sign in with here; for outgoing mail too"</td>
                        </tr>
                    </tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

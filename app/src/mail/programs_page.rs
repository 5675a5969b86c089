//! Programs: what a desktop program has to be told, and a password for each, to be taken away alone.

use crate::{
    calls::{RevokeProgram, list_programs},
    context::{ProgramSettings, Security, with_facts},
    layout::Notices,
    parts::{Answered, Icon, Notice, Sure, Time, Tone, Trouble},
};
use api::{NewSecret, ProgramLine};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;

fn protection(security: Security) -> &'static str {
    match security {
        Security::None => "none (use it only inside your own network)",
        Security::StartTls => "STARTTLS",
        Security::Tls => "TLS",
    }
}

#[component]
pub fn ProgramsPage() -> impl IntoView {
    let revoke = ServerAction::<RevokeProgram>::new();
    let programs = Resource::new(move || revoke.version().get(), |_| list_programs());
    let (viewer, settings) = with_facts(|facts| (facts.viewer.clone(), facts.programs.clone()));
    let address = viewer.map(|viewer| viewer.address).unwrap_or_default();
    let refused = move || revoke.value().get().and_then(Result::err);
    view! {
        <Title text="Programs" />
        <a class="tool back" href="/settings">
            <Icon name="arrow-left" />
            "Settings"
        </a>
        <header class="page-head">
            <div class="page-name">
                <h1>"Programs"</h1>
                <p class="tally">"Your mail in a program on your computer or phone."</p>
            </div>
        </header>
        <Notices />
        {move || refused().map(|error| view! { <Notice tone=Tone::Bad>{crate::words::error(error)}</Notice> })}
        <SecretOnce />
        <div class="sheets">
            <Servers settings address />
            <section class="sheet" aria-labelledby="add">
                <h2 id="add">"A password for one program"</h2>
                <p class="hint">
                    "Give each program a password of its own. A lost phone is then revoked here, and everything else goes on."
                </p>
                <form class="fields" method="post" action="/settings/programs">
                    <label class="field">
                        <span>"What do you call it?"</span>
                        <input
                            name="name"
                            required=true
                            maxlength="64"
                            placeholder="Thunderbird at home"
                            autocomplete="off"
                            dir="auto"
                        />
                    </label>
                    <button class="button primary">
                        <Icon name="key-round" />
                        "Make a password"
                    </button>
                </form>
            </section>
            <section class="sheet" aria-labelledby="programs">
                <h2 id="programs">"Programs with a password"</h2>
                <Answered of=programs.ready() part=true>
                    {move || {
                        programs
                            .get()
                            .map(|programs| match programs {
                                Ok(lines) => view! { <List lines revoke /> }.into_any(),
                                Err(error) => view! { <Trouble error /> }.into_any(),
                            })
                    }}
                </Answered>
            </section>
        </div>
    }
    .into_any()
}

/// The new password, in the answer to the form that made it and nowhere else.
#[component]
fn SecretOnce() -> impl IntoView {
    with_facts(|facts| facts.secret.clone()).map(|NewSecret { address: name, password, .. }| {
        view! {
            <Notice tone=Tone::Good>
                <p>"Made for " <bdi>{name}</bdi> ". Type it into the program now; your user name is your address."</p>
                {password
                    .map(|password| {
                        view! {
                            <p class="secret">
                                <span>"Password, shown this once: "</span>
                                <code class="secret-word">{password}</code>
                            </p>
                        }
                    })}
            </Notice>
        }
    })
}

#[component]
fn List(lines: Vec<ProgramLine>, revoke: ServerAction<RevokeProgram>) -> impl IntoView {
    if lines.is_empty() {
        return view! { <p class="hint">"None yet. Programs can use your own password as well."</p> }.into_any();
    }
    view! {
        <div class="table-frame" role="region" aria-label="Programs" tabindex="0">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Program"</th>
                        <th scope="col">"Last used"</th>
                        <th scope="col">"From"</th>
                        <th scope="col">
                            <span class="vh">"Acts"</span>
                        </th>
                    </tr>
                </thead>
                <tbody>{lines.into_iter().map(|line| view! { <Line line revoke /> }).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// What it may do, where that is less than everything.
fn limits(line: &ProgramLine) -> String {
    let mut limits = vec![format!("made {}", line.made.short)];
    match (line.collects, line.sends) {
        (true, false) => limits.push("collects only".to_owned()),
        (false, true) => limits.push("sends only".to_owned()),
        _ => {}
    }
    if !line.only_from.is_empty() {
        limits.push(format!("from {} only", line.only_from));
    }
    limits.extend(line.until.as_ref().map(|until| format!("until {}", until.long)));
    limits.join(", ")
}

#[component]
fn Line(line: ProgramLine, revoke: ServerAction<RevokeProgram>) -> impl IntoView {
    let limits = limits(&line);
    let ProgramLine { id, name, last_used, last_place, .. } = line;
    view! {
        <tr>
            <th scope="row">
                <bdi>{name}</bdi>
                <small class="under">{limits}</small>
            </th>
            <td data-label="Last used">
                {match last_used {
                    Some(when) => view! { <Time when /> }.into_any(),
                    None => view! { <span class="never">"never"</span> }.into_any(),
                }}
            </td>
            <td data-label="From">
                <bdi>{last_place}</bdi>
            </td>
            <td class="acts">
                <Sure says="Revoke">
                    <ActionForm action=revoke>
                        <p>"The program is signed out at its next step, and its password opens nothing any more."</p>
                        <input type="hidden" name="id" value=id.to_string() />
                        <button class="button danger">"Revoke this program"</button>
                    </ActionForm>
                </Sure>
            </td>
        </tr>
    }
    .into_any()
}

/// Server names and ports, for a mail program.
#[component]
fn Servers(settings: ProgramSettings, address: String) -> impl IntoView {
    let ProgramSettings { host, pop3_port, submission_port, pop3_tls, submission_tls, .. } = settings;
    view! {
        <section class="sheet" aria-labelledby="servers">
            <h2 id="servers">"What the program has to be told"</h2>
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
                            <td colspan="2">"the program’s own, made below; or the one you sign in with here"</td>
                        </tr>
                    </tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

//! Mail that is held, above the queue: somebody has to decide about it.

use super::command::restante;
use crate::{
    calls::{ReleaseMessage, SendBackMessage, list_held},
    parts::{Answered, CommandLine, Icon, Notice, Sure, Time, Tone},
    words,
};
use api::HeldLine;
use leptos::{form::ActionForm, prelude::*};

#[derive(Clone, Copy)]
struct Acts {
    release: ServerAction<ReleaseMessage>,
    send_back: ServerAction<SendBackMessage>,
}

#[component]
pub fn Held() -> impl IntoView {
    let acts = Acts { release: ServerAction::new(), send_back: ServerAction::new() };
    let held = Resource::new(move || (acts.release.version().get(), acts.send_back.version().get()), |_| list_held());
    let refused =
        move || [acts.release.value().get(), acts.send_back.value().get()].into_iter().flatten().find_map(Result::err);
    view! {
        <super::Refused error=Signal::derive(refused) />
        <Answered of=held.ready() part=true>
            {move || {
                held.get().and_then(Result::ok).filter(|lines| !lines.is_empty()).map(|lines| view! { <Table lines acts /> })
            }}
        </Answered>
    }
    .into_any()
}

#[component]
fn Table(lines: Vec<HeldLine>, acts: Acts) -> impl IntoView {
    let number = words::many(lines.len() as i64, "message is held", "messages are held");
    view! {
        <Notice tone=Tone::Plain>
            <p>{number} ": the sender has sent more today than an account may without being asked."</p>
        </Notice>
        <div class="table-frame" role="region" aria-label="Held" tabindex="0">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"From"</th>
                        <th scope="col">"To"</th>
                        <th scope="col">"Held since"</th>
                        <th scope="col">
                            <span class="vh">"Acts"</span>
                        </th>
                    </tr>
                </thead>
                <tbody>{lines.into_iter().map(|line| view! { <Line line acts /> }).collect_view()}</tbody>
            </table>
        </div>
        <CommandLine line=restante("queue", "held", &[]) />
    }
    .into_any()
}

#[component]
fn Line(line: HeldLine, acts: Acts) -> impl IntoView {
    let HeldLine { id, sender, recipient, recipients, size, since } = line;
    let more = (recipients > 1).then(|| format!(" and {} more", words::count(recipients - 1)));
    view! {
        <tr>
            <th scope="row">
                <bdi>{sender}</bdi>
                <small class="under">{size}</small>
            </th>
            <td data-label="To">
                <bdi>{recipient}</bdi>
                {more}
            </td>
            <td data-label="Held since">
                <Time when=since />
            </td>
            <td class="acts">
                <ActionForm action=acts.release>
                    <input type="hidden" name="id" value=id.to_string() />
                    <button class="button small">
                        <Icon name="send" />
                        "Release"
                    </button>
                </ActionForm>
                <Sure says="Send back">
                    <ActionForm action=acts.send_back>
                        <p>"The message goes back to its sender and reaches nobody else."</p>
                        <input type="hidden" name="id" value=id.to_string() />
                        <button class="button danger">"Send it back"</button>
                    </ActionForm>
                    <CommandLine line=restante("queue", "return", &[&id.to_string()]) />
                </Sure>
            </td>
        </tr>
    }
    .into_any()
}

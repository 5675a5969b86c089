//! The queue: what waits to leave, why, and when it is tried again.

use super::command::restante;
use crate::{
    calls::{CancelRecipient, RetryRecipient, list_queue},
    layout::Notices,
    parts::{Answered, CommandLine, Empty, Icon, Sure, Time, Trouble},
    words,
};
use api::QueueLine;
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;

/// The server answers with so many at most.
const SHOWN: usize = 500;

#[derive(Clone, Copy)]
struct Acts {
    retry: ServerAction<RetryRecipient>,
    cancel: ServerAction<CancelRecipient>,
}

#[component]
pub fn QueuePage() -> impl IntoView {
    let acts = Acts { retry: ServerAction::new(), cancel: ServerAction::new() };
    let queue = Resource::new(move || (acts.retry.version().get(), acts.cancel.version().get()), |_| list_queue());
    let refused = RwSignal::new(super::first_word(acts.retry).or_else(|| super::first_word(acts.cancel)));
    super::last_word(refused, acts.retry);
    super::last_word(refused, acts.cancel);
    view! {
        <Title text="Queue" />
        <header class="page-head">
            <div class="page-name">
                <h1>"Queue"</h1>
                <p class="tally">"Accepted here, and not yet taken by the other server."</p>
            </div>
        </header>
        <Notices />
        <super::Refused error=refused.into() />
        <super::held::Held />
        <Answered of=queue.ready()>
            {move || {
                queue
                    .get()
                    .map(|queue| match queue {
                        Ok(lines) => view! { <Table lines acts /> }.into_any(),
                        Err(error) => view! { <Trouble error /> }.into_any(),
                    })
            }}
        </Answered>
        <CommandLine line=restante("queue", "list", &[]) />
    }
    .into_any()
}

#[component]
fn Table(lines: Vec<QueueLine>, acts: Acts) -> impl IntoView {
    if lines.is_empty() {
        return view! { <Empty title="The queue is empty" says="Everything has left, or was told back to its sender." /> }
            .into_any();
    }
    let more = lines.len() >= SHOWN;
    view! {
        {more
            .then(|| {
                view! {
                    <p class="filter">
                        {format!("Only the {SHOWN} that are tried next are shown. The command below lists all.")}
                    </p>
                }
            })}
        <div class="table-frame" role="region" aria-label="Queue" tabindex="0">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"To"</th>
                        <th scope="col">"From"</th>
                        <th scope="col">"What the other server said"</th>
                        <th scope="col" class="figure">
                            "Tries"
                        </th>
                        <th scope="col">"Waits since"</th>
                        <th scope="col">"Next try"</th>
                        <th scope="col">
                            <span class="vh">"Acts"</span>
                        </th>
                    </tr>
                </thead>
                <tbody>{lines.into_iter().map(|line| view! { <Line line acts /> }).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn Line(line: QueueLine, acts: Acts) -> impl IntoView {
    let QueueLine { id, sender, recipient, destination, attempts, queued, next, last, size, held, tls } = line;
    let sender = if sender.is_empty() { "<> (a bounce)".to_owned() } else { sender };
    let last = if last.is_empty() { "not tried yet".to_owned() } else { last };
    view! {
        <tr>
            <th scope="row">
                <bdi>{recipient}</bdi>
                <small class="under">
                    "via " <bdi>{destination}</bdi> ", " {size}
                    {(!tls.is_empty()).then(|| format!(", {tls}"))}
                </small>
            </th>
            <td data-label="From">
                <bdi>{sender}</bdi>
            </td>
            <td class="said" dir="auto">
                {last}
            </td>
            <td class="figure" data-label="Tries">{words::count(attempts)}</td>
            <td data-label="Waits since">
                <Time when=queued />
            </td>
            <td data-label="Next try">
                {if held { view! { "Held" }.into_any() } else { view! { <Time when=next /> }.into_any() }}
            </td>
            <td class="acts">
                <ActionForm action=acts.retry>
                    <input type="hidden" name="id" value=id.to_string() />
                    <button class="button small">
                        <Icon name="refresh-cw" />
                        "Try now"
                    </button>
                </ActionForm>
                <Sure says="Give up">
                    <ActionForm action=acts.cancel>
                        <p>"The message goes back to its sender, with the reason above."</p>
                        <input type="hidden" name="id" value=id.to_string() />
                        <button class="button danger">"Give up and tell the sender"</button>
                    </ActionForm>
                    <CommandLine line=restante("queue", "cancel", &[&id.to_string()]) />
                </Sure>
            </td>
        </tr>
    }
    .into_any()
}

//! The trace: "where is my mail?", answered from what came in and what was refused at the door.

use super::command::restante;
use crate::{
    calls::read_trace,
    layout::Notices,
    parts::{Answered, CommandLine, Empty, GetForm, Icon, Time, Trouble},
};
use api::{TraceAsk, TraceFate, TraceLine};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

#[component]
pub fn TracePage() -> impl IntoView {
    let query = use_query_map();
    let get = move |name: &str| query.with(|query| query.get(name)).unwrap_or_default().trim().to_owned();
    let ask = Memo::new(move |_| TraceAsk {
        sender: get("sender"),
        recipient: get("recipient"),
        message_id: get("message_id"),
        ip: get("ip"),
    });
    let trace = Resource::new(move || ask.get(), read_trace);
    view! {
        <Title text="Trace" />
        <header class="page-head">
            <div class="page-name">
                <h1>"Trace"</h1>
                <p class="tally">"What other servers brought, and what they were told."</p>
            </div>
        </header>
        <Notices />
        <Finder ask />
        <Answered of=trace.ready()>
            {move || {
                trace
                    .get()
                    .map(|trace| match trace {
                        Ok(lines) => view! { <Table lines asked=ask.get() != TraceAsk::default() /> }.into_any(),
                        Err(error) => view! { <Trouble error /> }.into_any(),
                    })
            }}
        </Answered>
        {move || view! { <CommandLine line=command(&ask.get()) /> }}
    }
    .into_any()
}

/// The same question as a command.
fn command(ask: &TraceAsk) -> String {
    let given = [
        ("--sender", &ask.sender),
        ("--recipient", &ask.recipient),
        ("--message-id", &ask.message_id),
        ("--ip", &ask.ip),
    ];
    let words: Vec<&str> =
        given.iter().filter(|(_, value)| !value.is_empty()).flat_map(|(flag, value)| [*flag, value.as_str()]).collect();
    match words.split_first() {
        Some((first, rest)) => restante("trace", first, rest),
        None => "restante trace".to_owned(),
    }
}

#[component]
fn Finder(ask: Memo<TraceAsk>) -> impl IntoView {
    let field = |name: &'static str, label: &'static str, value: String| {
        view! {
            <label class="field">
                {label}
                <input type="text" name=name value=value autocomplete="off" spellcheck="false" />
            </label>
        }
    };
    move || {
        let TraceAsk { sender, recipient, message_id, ip } = ask.get();
        view! {
            <GetForm action="/admin/trace" class="trace-finder">
                {field("sender", "Sender", sender)} {field("recipient", "Recipient", recipient)}
                {field("message_id", "Message-ID", message_id)} {field("ip", "IP address", ip)}
                <button class="button">
                    <Icon name="search" />
                    "Search"
                </button>
            </GetForm>
        }
        .into_any()
    }
}

#[component]
fn Table(lines: Vec<TraceLine>, asked: bool) -> impl IntoView {
    if lines.is_empty() {
        let (title, says) = if asked {
            (
                "Nothing of that kind came to the door",
                "Try less: a part of an address is enough. What was refused is kept for some weeks only.",
            )
        } else {
            (
                "Nobody has come to the door yet",
                "Mail from other servers shows here: what was taken, what was refused, and why.",
            )
        };
        return view! { <Empty title says /> }.into_any();
    }
    view! {
        <table class="table stacked">
            <caption class="vh">"Newest first"</caption>
            <thead>
                <tr>
                    <th scope="col">"When"</th>
                    <th scope="col">"From"</th>
                    <th scope="col">"To"</th>
                    <th scope="col">"What became of it"</th>
                    <th scope="col">"What we said"</th>
                </tr>
            </thead>
            <tbody>{lines.into_iter().map(|line| view! { <Line line /> }).collect_view()}</tbody>
        </table>
    }
    .into_any()
}

#[component]
fn Line(line: TraceLine) -> impl IntoView {
    let TraceLine { when, sender, recipient, peer, helo, reply, fate, why } = line;
    let sender = if sender.is_empty() { "<> (nobody)".to_owned() } else { sender };
    let (icon, says) = match fate {
        TraceFate::Delivered => ("circle-check", "Delivered"),
        TraceFate::Junk => ("octagon-alert", "In Junk"),
        TraceFate::Deferred => ("clock", "Asked to try again"),
        TraceFate::Refused => ("ban", "Refused"),
    };
    view! {
        <tr>
            <td data-label="When">
                <Time when />
            </td>
            <th scope="row" data-label="From">
                <bdi>{sender}</bdi>
                <small class="under">
                    <bdi>{peer}</bdi>
                    {(!helo.is_empty()).then(|| view! { " as " <bdi>{helo}</bdi> })}
                </small>
            </th>
            <td data-label="To">
                <bdi>{recipient}</bdi>
            </td>
            <td data-label="What became of it">
                <span class="state" class:off=fate != TraceFate::Delivered>
                    <Icon name=icon />
                    {says}
                </span>
                {(!why.is_empty()).then(|| view! { <small class="under">{why}</small> })}
            </td>
            <td class="said" dir="auto" data-label="What we said">
                {reply}
            </td>
        </tr>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_can_be_asked_as_a_command() {
        assert_eq!(command(&TraceAsk::default()), "restante trace");
        let ask = TraceAsk { sender: "lisa@far.test".into(), ip: "192.0.2.7".into(), ..TraceAsk::default() };
        assert_eq!(command(&ask), "restante trace --sender lisa@far.test --ip 192.0.2.7");
    }
}

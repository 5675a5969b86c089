//! The overview: one verdict, then the numbers.

use super::command::restante;
use crate::{
    calls::read_overview,
    layout::Notices,
    parts::{Answered, CommandLine, Icon, Trouble},
    words,
};
use api::Overview;
use leptos::prelude::*;
use leptos_meta::Title;

/// How things are, in one sentence; and whether that is good.
fn verdict(overview: &Overview) -> (bool, String) {
    match (overview.domains, overview.late, overview.queued) {
        (0, ..) => (false, "There is no domain yet. Add the first, then its accounts.".to_owned()),
        (_, 0, 0) => (true, "All is well: nothing waits to leave.".to_owned()),
        (_, 0, queued) => {
            (true, format!("All is well: {} on the way.", words::many(queued, "message is", "messages are")))
        }
        (_, late, _) => (
            false,
            format!(
                "{} for more than four hours. The queue says why.",
                words::many(late, "message waits", "messages wait")
            ),
        ),
    }
}

#[component]
pub fn OverviewPage() -> impl IntoView {
    let overview = Resource::new(|| (), |()| read_overview());
    view! {
        <Title text="Overview" />
        <header class="page-head">
            <div class="page-name">
                <h1>"Overview"</h1>
            </div>
        </header>
        <Notices />
        <Answered of=overview.ready()>
            {move || {
                overview
                    .get()
                    .map(|overview| match overview {
                        Ok(overview) => view! { <Numbers overview /> }.into_any(),
                        Err(error) => view! { <Trouble error /> }.into_any(),
                    })
            }}
        </Answered>
    }
    .into_any()
}

#[component]
fn Numbers(overview: Overview) -> impl IntoView {
    let (good, says) = verdict(&overview);
    let number = |href: &'static str, count: i64, says: &'static str| {
        view! {
            <li>
                <a class="number" href=href>
                    <strong>{words::count(count)}</strong>
                    <span>{says}</span>
                </a>
            </li>
        }
    };
    view! {
        <p class="verdict" class:good=good>
            <Icon name=if good { "circle-check" } else { "triangle-alert" } />
            {says}
        </p>
        <ul class="numbers">
            {number("/admin/domains", overview.domains, "domains")}
            {number("/admin/accounts", overview.accounts, "accounts")}
            {number("/admin/accounts", overview.suspended, "of them suspended")}
            {number("/admin/accounts", overview.messages, "messages kept")}
            {number("/admin/queue", overview.queued, "waiting to leave")}
            {number("/admin/queue", overview.late, "of them over four hours")}
        </ul>
        <CommandLine line=restante("queue", "list", &[]) />
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(queued: i64, late: i64) -> Overview {
        Overview { domains: 2, accounts: 3, suspended: 0, messages: 9, queued, late }
    }

    #[test]
    fn one_sentence_says_how_things_are() {
        assert_eq!(verdict(&with(0, 0)), (true, "All is well: nothing waits to leave.".into()));
        assert_eq!(verdict(&with(1, 0)), (true, "All is well: 1 message is on the way.".into()));
        let late = verdict(&with(5, 3));
        assert_eq!(late, (false, "3 messages wait for more than four hours. The queue says why.".into()));
    }

    #[test]
    fn an_empty_server_says_what_to_do_first() {
        let (good, says) = verdict(&Overview { domains: 0, ..with(0, 0) });
        assert!(!good && says.contains("Add the first"));
    }
}

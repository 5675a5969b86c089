//! One report, line by line.

use super::reports_page::about;
use crate::{
    calls::read_report,
    layout::Notices,
    parts::{Answered, CommandLine, Icon, Missing, Time, Trouble},
    words,
};
use api::{ReportAbout, ReportView, ReportedLine};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

#[component]
pub fn ReportPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")).and_then(|id| id.parse::<i64>().ok()));
    let report = Resource::new(
        move || id.get(),
        |id| async move {
            match id {
                Some(id) => Some(read_report(id).await),
                None => None,
            }
        },
    );
    view! {
        <Title text="Report" />
        <a class="tool back" href="/admin/reports">
            <Icon name="arrow-left" />
            "Reports"
        </a>
        <Notices />
        <Answered of=report.ready()>
            {move || {
                report
                    .get()
                    .map(|report| match report {
                        Some(Ok(view)) => view! { <Whole view /> }.into_any(),
                        Some(Err(error)) => view! { <Trouble error /> }.into_any(),
                        None => view! { <Missing /> }.into_any(),
                    })
            }}
        </Answered>
    }
    .into_any()
}

#[component]
fn Whole(view: ReportView) -> impl IntoView {
    let ReportView { line, report_id, lines } = view;
    let (_, says) = about(line.about);
    let (what, source) = match line.about {
        ReportAbout::Dmarc => ("Done with it", "Sent by"),
        ReportAbout::Tls => ("Why it failed", "Server"),
    };
    let told = lines.into_iter().map(move |line| view! { <Line line source what /> }).collect_view();
    view! {
        <header class="page-head">
            <div class="page-name">
                <h1>
                    <bdi>{line.domain}</bdi>
                </h1>
                <p class="tally">
                    {says} " report: " {words::count(line.passed)} " passed, " {words::count(line.failed)} " failed"
                </p>
            </div>
        </header>
        <dl class="facts">
            <div>
                <dt>"From"</dt>
                <dd>
                    <bdi>{line.reporter}</bdi>
                    ", sent by "
                    <bdi>{line.proved}</bdi>
                </dd>
            </div>
            <div>
                <dt>"Period"</dt>
                <dd>
                    <Time when=line.begins />
                    " – "
                    <Time when=line.ends />
                </dd>
            </div>
            <div>
                <dt>"Report-ID"</dt>
                <dd>
                    <bdi>{report_id}</bdi>
                </dd>
            </div>
        </dl>
        <table class="table stacked">
            <caption class="vh">"Lines of the report"</caption>
            <thead>
                <tr>
                    <th scope="col">{source}</th>
                    <th scope="col">"About"</th>
                    <th scope="col">"Result"</th>
                    <th scope="col">{what}</th>
                    <th scope="col" class="figure">
                        "Count"
                    </th>
                </tr>
            </thead>
            <tbody>{told}</tbody>
        </table>
        <CommandLine line=format!("restante report show {}", line.id) />
    }
    .into_any()
}

#[component]
fn Line(line: ReportedLine, source: &'static str, what: &'static str) -> impl IntoView {
    let ReportedLine { source: sent_by, count, what: done, about, passed } = line;
    let (icon, says) = if passed { ("circle-check", "Passed") } else { ("triangle-alert", "Failed") };
    let or_none = |text: String| if text.is_empty() { "–".to_owned() } else { text };
    view! {
        <tr>
            <th scope="row" data-label=source>
                <bdi>{or_none(sent_by)}</bdi>
            </th>
            <td data-label="About">
                <bdi>{about}</bdi>
            </td>
            <td data-label="Result">
                <span class="state" class:off=!passed>
                    <Icon name=icon />
                    {says}
                </span>
            </td>
            <td data-label=what>{or_none(done)}</td>
            <td class="figure" data-label="Count">
                {words::count(count)}
            </td>
        </tr>
    }
    .into_any()
}

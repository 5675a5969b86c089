//! Reports: what other providers tell of mail in our names, and of the way to us.

use super::command::restante;
use crate::{
    calls::read_reports,
    layout::Notices,
    parts::{Answered, CommandLine, Empty, GetForm, Icon, Time, Trouble},
    words,
};
use api::{ReportAbout, ReportLine, ReportsAsk, ReportsPage as Page};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{hooks::use_query_map, location::Url};

#[component]
pub fn ReportsPage() -> impl IntoView {
    let query = use_query_map();
    let get = move |name: &str| query.with(|query| query.get(name)).unwrap_or_default().trim().to_owned();
    let ask = Memo::new(move |_| ReportsAsk { domain: get("domain"), cursor: get("c") });
    let reports = Resource::new(move || ask.get(), read_reports);
    view! {
        <Title text="Reports" />
        <header class="page-head">
            <div class="page-name">
                <h1>"Reports"</h1>
                <p class="tally">"What other providers tell of mail in your domains’ names, and of mail to them."</p>
            </div>
        </header>
        <Notices />
        {move || {
            let domain = ask.with(|ask| ask.domain.clone());
            view! {
                <GetForm action="/admin/reports" class="trace-finder">
                    <label class="field">
                        "Domain"
                        <input type="text" name="domain" value=domain autocomplete="off" spellcheck="false" />
                    </label>
                    <button class="button">
                        <Icon name="search" />
                        "Search"
                    </button>
                </GetForm>
            }
        }}
        <Answered of=reports.ready()>
            {move || {
                reports
                    .get()
                    .map(|page| match page {
                        Ok(page) => view! { <Table page domain=ask.with(|ask| ask.domain.clone()) /> }.into_any(),
                        Err(error) => view! { <Trouble error /> }.into_any(),
                    })
            }}
        </Answered>
        {move || view! { <CommandLine line=command(&ask.with(|ask| ask.domain.clone())) /> }}
    }
    .into_any()
}

fn command(domain: &str) -> String {
    if domain.is_empty() { "restante report list".to_owned() } else { restante("report", "list", &[domain]) }
}

/// What the report is about.
pub(super) fn about(about: ReportAbout) -> (&'static str, &'static str) {
    match about {
        ReportAbout::Dmarc => ("shield-check", "DMARC"),
        ReportAbout::Tls => ("lock", "TLS"),
    }
}

#[component]
fn Table(page: Page, domain: String) -> impl IntoView {
    let Page { reports, next } = page;
    if reports.is_empty() {
        return view! {
            <Empty
                title="No reports yet"
                says="Providers send them once a day to the postmaster that your DNS records name (DMARC and TLS-RPT)."
            />
        }
        .into_any();
    }
    let older = next.map(|next| format!("/admin/reports?domain={}&c={next}", Url::escape(&domain)));
    view! {
        <table class="table stacked">
            <caption class="vh">"Newest first"</caption>
            <thead>
                <tr>
                    <th scope="col">"Domain"</th>
                    <th scope="col">"About"</th>
                    <th scope="col">"From"</th>
                    <th scope="col">"Period"</th>
                    <th scope="col" class="figure">
                        "Passed"
                    </th>
                    <th scope="col" class="figure">
                        "Failed"
                    </th>
                </tr>
            </thead>
            <tbody>{reports.into_iter().map(|line| view! { <Line line /> }).collect_view()}</tbody>
        </table>
        {older
            .map(|href| {
                view! {
                    <nav class="pager" aria-label="Pages">
                        <a class="button" href=href rel="next">
                            "Older"
                            <Icon name="chevron-right" />
                        </a>
                    </nav>
                }
            })}
    }
    .into_any()
}

#[component]
fn Line(line: ReportLine) -> impl IntoView {
    let ReportLine { id, about: kind, domain, reporter, proved, begins, ends, passed, failed } = line;
    let (icon, says) = about(kind);
    view! {
        <tr>
            <th scope="row" data-label="Domain">
                <a href=format!("/admin/reports/{id}")>
                    <bdi>{domain}</bdi>
                </a>
            </th>
            <td data-label="About">
                <span class="kind">
                    <Icon name=icon />
                    {says}
                </span>
            </td>
            <td data-label="From">
                <bdi>{reporter}</bdi>
                <small class="under">
                    "sent by " <bdi>{proved}</bdi>
                </small>
            </td>
            <td data-label="Period">
                <span>
                    <Time when=begins />
                    " – "
                    <Time when=ends />
                </span>
            </td>
            <td class="figure" data-label="Passed">
                {words::count(passed)}
            </td>
            <td class="figure" data-label="Failed">
                {words::count(failed)}
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
        assert_eq!(command(""), "restante report list");
        assert_eq!(command("comentum.test"), "restante report list comentum.test");
    }
}

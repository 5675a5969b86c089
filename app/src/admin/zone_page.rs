//! A domain's DNS: the records to be copied into its zone, and what DNS says now.

use super::command::restante;
use crate::{
    calls::{RotateKeys, read_zone},
    layout::Notices,
    parts::{Answered, CommandLine, Copies, Icon, Trouble},
};
use api::{Refusal, ZoneLine, ZonePage as Zone, ZoneState};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

#[component]
pub fn ZonePage() -> impl IntoView {
    let params = use_params_map();
    let rotate = ServerAction::<RotateKeys>::new();
    let zone = Resource::new(
        move || (params.with(|params| params.get("domain")), rotate.version().get()),
        |(domain, _)| async move {
            match domain {
                Some(domain) => read_zone(domain).await,
                None => Err(Refusal::NotFound.into()),
            }
        },
    );
    let refused = move || rotate.value().get().and_then(Result::err);
    view! {
        <a class="tool back" href="/admin/domains">
            <Icon name="arrow-left" />
            "Domains"
        </a>
        <Notices />
        <super::Refused error=Signal::derive(refused) />
        <Answered of=zone.ready()>
            {move || {
                zone.get()
                    .map(|zone| match zone {
                        Ok(zone) => view! { <Shown zone rotate /> }.into_any(),
                        Err(error) => view! { <Trouble error /> }.into_any(),
                    })
            }}
        </Answered>
    }
    .into_any()
}

#[component]
fn Shown(zone: Zone, rotate: ServerAction<RotateKeys>) -> impl IntoView {
    let Zone { domain, lines } = zone;
    let wrong = lines.iter().filter(|line| line.state != ZoneState::Right).count();
    let tally = match wrong {
        0 => "DNS says all that it should.".to_owned(),
        1 => "One record is not in DNS as it should be. Copy its line into the zone of the domain.".to_owned(),
        more => {
            format!("{more} records are not in DNS as they should be. Copy their lines into the zone of the domain.")
        }
    };
    let asked = restante("domain", "dns", &[&domain, "--check"]);
    let renewed = restante("domain", "dkim rotate", &[&domain]);
    view! {
        <Title text=format!("DNS of {domain}") />
        <header class="page-head">
            <div class="page-name">
                <h1>"DNS of " <bdi>{domain.clone()}</bdi></h1>
                <p class="tally">{tally}</p>
            </div>
        </header>
        <div class="table-frame" role="region" aria-label="DNS records" tabindex="0">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"For"</th>
                        <th scope="col">"To be copied"</th>
                        <th scope="col">"DNS says"</th>
                    </tr>
                </thead>
                <tbody>{lines.into_iter().map(|line| view! { <Line line /> }).collect_view()}</tbody>
            </table>
        </div>
        <CommandLine line=asked />
        <section class="sheet" aria-labelledby="keys">
            <h2 id="keys">"Keys that sign its mail"</h2>
            <p>
                "New keys appear above at once, and sign in three days: until then DNS can learn them. The old ones sign
                 as long."
            </p>
            <ActionForm action=rotate attr:class="fields">
                <input type="hidden" name="domain" value=domain.clone() />
                <button class="button">
                    <Icon name="key-round" />
                    "Make new keys"
                </button>
            </ActionForm>
            <CommandLine line=renewed />
        </section>
    }
    .into_any()
}

#[component]
fn Line(line: ZoneLine) -> impl IntoView {
    let ZoneLine { purpose, why, name, value, line, state, found, .. } = line;
    let texts = vec![("Copy name", name), ("Copy value", value), ("Copy line", line.clone())];
    let (icon, says) = match state {
        ZoneState::Right => ("circle-check", "Right"),
        ZoneState::Other => ("triangle-alert", "Something else"),
        ZoneState::Missing => ("octagon-alert", "Nothing"),
        ZoneState::Unknown => ("circle-help", "No answer now"),
    };
    view! {
        <tr>
            <th scope="row">
                {purpose.clone()} <small class="under">{why}</small>
            </th>
            <td class="zone-line">
                <code>{line}</code>
                <Copies texts of=purpose />
            </td>
            <td>
                <span class="state" class:off=state != ZoneState::Right>
                    <Icon name=icon />
                    {says}
                </span>
                {found.into_iter().map(|text| view! { <small class="under zone-line">{text}</small> }).collect_view()}
            </td>
        </tr>
    }
    .into_any()
}

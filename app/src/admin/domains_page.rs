//! Domains: what they are, adding one, suspending, removing an empty one.

use super::command::restante;
use crate::{
    calls::{AddDomain, RemoveDomain, SetDomainActive, domain_page, list_domains},
    layout::Notices,
    parts::{Answered, CommandLine, Empty, Icon, NameField, Sure, Time, Trouble},
    words,
};
use api::DomainLine;
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// The acts of this page. When one was done or refused, the list is read again.
#[derive(Clone, Copy)]
struct Acts {
    add: ServerAction<AddDomain>,
    activate: ServerAction<SetDomainActive>,
    remove: ServerAction<RemoveDomain>,
}

#[component]
pub fn DomainsPage() -> impl IntoView {
    let acts = Acts { add: ServerAction::new(), activate: ServerAction::new(), remove: ServerAction::new() };
    // A plain form that was refused comes back with what was typed.
    let typed = use_query_map().with_untracked(|query| query.get("name")).unwrap_or_default();
    let domains = Resource::new(
        move || (acts.add.version().get(), acts.activate.version().get(), acts.remove.version().get()),
        |_| list_domains(),
    );
    let refused = RwSignal::new(
        super::first_word(acts.add)
            .or_else(|| super::first_word(acts.activate))
            .or_else(|| super::first_word(acts.remove)),
    );
    super::last_word(refused, acts.add);
    super::last_word(refused, acts.activate);
    super::last_word(refused, acts.remove);
    view! {
        <Title text="Domains" />
        <header class="page-head">
            <div class="page-name">
                <h1>"Domains"</h1>
                <p class="tally">"The names that this server takes mail for."</p>
            </div>
        </header>
        <Notices />
        <super::Refused error=refused.into() />
        <Answered of=domains.ready()>
            {move || {
                domains
                    .get()
                    .map(|domains| match domains {
                        Ok(domains) => view! { <Table domains acts /> }.into_any(),
                        Err(error) => view! { <Trouble error /> }.into_any(),
                    })
            }}
        </Answered>
        <section class="sheet" aria-labelledby="add">
            <h2 id="add">"Add a domain"</h2>
            <ActionForm action=acts.add attr:class="fields">
                <NameField label="Name" name="name" placeholder="example.org" value=typed domain=true />
                <button class="button primary">
                    <Icon name="plus" />
                    "Add domain"
                </button>
            </ActionForm>
            <CommandLine line=restante("domain", "add", &["example.org"]) />
        </section>
    }
    .into_any()
}

#[component]
fn Table(domains: Vec<DomainLine>, acts: Acts) -> impl IntoView {
    if domains.is_empty() {
        return view! { <Empty title="No domain yet" says="Add the first below; then its accounts." /> }.into_any();
    }
    view! {
        <div class="table-frame" role="region" aria-label="Domains" tabindex="0">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Domain"</th>
                        <th scope="col" class="figure">
                            "Accounts"
                        </th>
                        <th scope="col">"State"</th>
                        <th scope="col">"Since"</th>
                        <th scope="col">
                            <span class="vh">"Acts"</span>
                        </th>
                    </tr>
                </thead>
                <tbody>{domains.into_iter().map(|domain| view! { <Line domain acts /> }).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn Line(domain: DomainLine, acts: Acts) -> impl IntoView {
    let DomainLine { id, name, active, accounts, created } = domain;
    let removal = restante("domain", "remove", &[&name]);
    view! {
        <tr class:suspended=!active>
            <th scope="row">
                <a href=domain_page(&name)>
                    <bdi>{name.clone()}</bdi>
                </a>
            </th>
            <td class="figure" data-label="Accounts">
                <a href=format!("/admin/accounts?domain={name}")>{words::count(accounts)}</a>
            </td>
            <td>
                <super::State active />
            </td>
            <td data-label="Since">
                <Time when=created />
            </td>
            <td class="acts">
                <a class="button small" href=format!("/admin/dns/{name}")>
                    "DNS"
                </a>
                <ActionForm action=acts.activate>
                    <input type="hidden" name="id" value=id.to_string() />
                    <input type="hidden" name="active" value=(!active).to_string() />
                    <button class="button small">{if active { "Suspend" } else { "Resume" }}</button>
                </ActionForm>
                <Sure says="Remove">
                    <ActionForm action=acts.remove>
                        <p>
                            "A domain can be removed when it has no accounts, aliases or other names. Mail for it is refused from then on."
                        </p>
                        <input type="hidden" name="id" value=id.to_string() />
                        <label class="field">
                            <span>"Type " <bdi>{name.clone()}</bdi> " to confirm"</span>
                            <input name="confirm" autocomplete="off" spellcheck="false" required=true />
                        </label>
                        <button class="button danger">"Remove domain"</button>
                    </ActionForm>
                    <CommandLine line=removal />
                </Sure>
            </td>
        </tr>
    }
    .into_any()
}

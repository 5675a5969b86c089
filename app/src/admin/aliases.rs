//! A domain's aliases: one address for many.

use super::{command::restante, domain_page::Acts};
use crate::{
    calls::domain_page,
    parts::{CommandLine, Empty, GetForm, Icon, NameField, Sure},
};
use api::{AliasLine, AliasesAsk, AliasesPage};
use leptos::{form::ActionForm, prelude::*};
use leptos_router::location::Url;

/// More aliases than this are worth searching.
const MANY: usize = 10;

#[component]
pub fn Aliases(page: AliasesPage, ask: AliasesAsk, acts: Acts) -> impl IntoView {
    let AliasesAsk { domain, search, cursor } = ask;
    let here = domain_page(&domain);
    let filtered = !search.is_empty();
    let next = page.next.as_deref().map(|next| format!("{here}?q={}&c={}", Url::escape(&search), Url::escape(next)));
    let finder = (page.aliases.len() > MANY || next.is_some() || filtered || !cursor.is_empty()).then(|| {
        view! {
            <GetForm action=here.clone() class="search-form">
                <Icon name="search" />
                <input
                    class="search-field"
                    type="search"
                    name="q"
                    value=search
                    placeholder="Part of an alias or of whom it reaches"
                    aria-label="Search aliases"
                />
                <button class="search-go">"Search"</button>
            </GetForm>
        }
    });
    let list = match (page.aliases.is_empty(), filtered) {
        (true, false) => {
            view! { <Empty title="No alias yet" says="An alias is one address whose mail goes to others. Add the first below." /> }
                .into_any()
        }
        (true, true) => view! { <Empty title="No alias like that" says="Try a shorter part of it." /> }.into_any(),
        (false, _) => view! { <Table aliases=page.aliases domain=domain.clone() acts /> }.into_any(),
    };
    view! {
        <section aria-labelledby="aliases">
            <h2 id="aliases" class="vh">
                "Aliases"
            </h2>
            {finder}
            {list}
            {next
                .map(|href| {
                    view! {
                        <nav class="pager" aria-label="Pages">
                            <a class="button" href=href rel="next">
                                "More"
                                <Icon name="chevron-right" />
                            </a>
                        </nav>
                    }
                })}
        </section>
        <AddForm domain acts />
    }
    .into_any()
}

#[component]
fn Table(aliases: Vec<AliasLine>, domain: String, acts: Acts) -> impl IntoView {
    // What was typed into the form of one row must never be found in the form of another.
    let key = |alias: &AliasLine| (alias.address.clone(), alias.targets.clone());
    view! {
        <div class="table-frame" role="region" aria-label="Aliases" tabindex="0">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Alias"</th>
                        <th scope="col">"Reaches"</th>
                        <th scope="col">
                            <span class="vh">"Acts"</span>
                        </th>
                    </tr>
                </thead>
                <tbody>
                    <For each=move || aliases.clone() key=key let:alias>
                        <Line alias domain=domain.clone() acts />
                    </For>
                </tbody>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn Line(alias: AliasLine, domain: String, acts: Acts) -> impl IntoView {
    let AliasLine { address, targets, .. } = alias;
    let removal = restante("alias", "remove", &[&address]);
    let typed = targets.join("\n");
    let (named, removed, of) = (address.clone(), address.clone(), domain.clone());
    view! {
        <tr>
            <th scope="row">
                <bdi>{named}</bdi>
            </th>
            <td>
                <ul class="reached">
                    {targets
                        .into_iter()
                        .map(|target| {
                            view! {
                                <li>
                                    <bdi>{target}</bdi>
                                </li>
                            }
                        })
                        .collect_view()}
                </ul>
            </td>
            <td class="acts">
                <Sure says="Change">
                    <ActionForm action=acts.set_alias>
                        <input type="hidden" name="name" value=domain />
                        <input type="hidden" name="address" value=address />
                        <label class="field">
                            <span>"Reaches, one a line"</span>
                            <textarea name="targets" rows="4" spellcheck="false" autocapitalize="none" required=true>
                                {typed}
                            </textarea>
                        </label>
                        <button class="button primary">"Change alias"</button>
                    </ActionForm>
                </Sure>
                <Sure says="Remove">
                    <ActionForm action=acts.remove_alias>
                        <p>"Mail to this address is refused from then on, or goes to the catch-all."</p>
                        <input type="hidden" name="name" value=of />
                        <input type="hidden" name="address" value=removed />
                        <button class="button danger">"Remove alias"</button>
                    </ActionForm>
                    <CommandLine line=removal />
                </Sure>
            </td>
        </tr>
    }
    .into_any()
}

#[component]
fn AddForm(domain: String, acts: Acts) -> impl IntoView {
    let example = format!("sales@{domain}");
    let line = restante("alias", "add", &[&example, &format!("bob@{domain}"), "anna@example.org"]);
    view! {
        <section class="sheet" aria-labelledby="add-alias">
            <h2 id="add-alias">"Add an alias"</h2>
            <p class="hint">
                "Mail for it goes to accounts here, to other aliases, or on to people at other providers. Added to one that is there already, targets come to those it has."
            </p>
            <ActionForm action=acts.add_alias attr:class="fields">
                <input type="hidden" name="name" value=domain />
                <NameField label="Alias" name="address" placeholder=example />
                <label class="field">
                    <span>"Reaches, one a line"</span>
                    <textarea name="targets" rows="3" spellcheck="false" autocapitalize="none" required=true></textarea>
                </label>
                <button class="button primary">
                    <Icon name="plus" />
                    "Add alias"
                </button>
            </ActionForm>
            <CommandLine line />
        </section>
    }
    .into_any()
}

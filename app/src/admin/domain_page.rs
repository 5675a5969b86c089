//! One domain: its aliases, who gets what is for nobody, its other names and its limits.

use super::{
    aliases::Aliases,
    command::restante,
    domain_limits::Limits,
    domain_names::{CatchAll, Names},
};
use crate::{
    calls::{
        AddAlias, AddDomainName, RemoveAlias, RemoveDomainName, SetAlias, SetCatchAll, SetDomainLimits,
        SetDomainReceives, SetSeparator, list_aliases, read_domain,
    },
    layout::Notices,
    parts::{Answered, CommandLine, Icon, Trouble},
    words,
};
use api::{AliasesAsk, DomainView, Refusal};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

/// The acts of this page. When one was done or refused, what it shows is read again.
#[derive(Clone, Copy)]
pub(super) struct Acts {
    pub add_alias: ServerAction<AddAlias>,
    pub set_alias: ServerAction<SetAlias>,
    pub remove_alias: ServerAction<RemoveAlias>,
    pub catch_all: ServerAction<SetCatchAll>,
    pub add_name: ServerAction<AddDomainName>,
    pub remove_name: ServerAction<RemoveDomainName>,
    pub limits: ServerAction<SetDomainLimits>,
    pub receives: ServerAction<SetDomainReceives>,
    pub separator: ServerAction<SetSeparator>,
}

impl Acts {
    fn new() -> Acts {
        Acts {
            add_alias: ServerAction::new(),
            set_alias: ServerAction::new(),
            remove_alias: ServerAction::new(),
            catch_all: ServerAction::new(),
            add_name: ServerAction::new(),
            remove_name: ServerAction::new(),
            limits: ServerAction::new(),
            receives: ServerAction::new(),
            separator: ServerAction::new(),
        }
    }

    /// Grows with each act that ended.
    fn count(self) -> usize {
        [
            self.add_alias.version().get(),
            self.set_alias.version().get(),
            self.remove_alias.version().get(),
            self.catch_all.version().get(),
            self.add_name.version().get(),
            self.remove_name.version().get(),
            self.limits.version().get(),
            self.receives.version().get(),
            self.separator.version().get(),
        ]
        .into_iter()
        .sum()
    }

    /// What the acts said last.
    fn words(self) -> RwSignal<Option<crate::AppError>> {
        let first = super::first_word(self.add_alias)
            .or_else(|| super::first_word(self.set_alias))
            .or_else(|| super::first_word(self.remove_alias))
            .or_else(|| super::first_word(self.catch_all))
            .or_else(|| super::first_word(self.add_name))
            .or_else(|| super::first_word(self.remove_name))
            .or_else(|| super::first_word(self.limits))
            .or_else(|| super::first_word(self.receives))
            .or_else(|| super::first_word(self.separator));
        let refused = RwSignal::new(first);
        super::last_word(refused, self.add_alias);
        super::last_word(refused, self.set_alias);
        super::last_word(refused, self.remove_alias);
        super::last_word(refused, self.catch_all);
        super::last_word(refused, self.add_name);
        super::last_word(refused, self.remove_name);
        super::last_word(refused, self.limits);
        super::last_word(refused, self.receives);
        super::last_word(refused, self.separator);
        refused
    }
}

#[component]
pub fn DomainPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let acts = Acts::new();
    let name = move || params.with(|params| params.get("name")).unwrap_or_default();
    let get = move |key: &str| query.with(|query| query.get(key)).unwrap_or_default();
    let ask = Memo::new(move |_| AliasesAsk { domain: name(), search: get("q"), cursor: get("c") });
    let found = Resource::new(
        move || (ask.get(), acts.count()),
        |(ask, _)| async move {
            if ask.domain.is_empty() {
                return Err(Refusal::NotFound.into());
            }
            let domain = read_domain(ask.domain.clone()).await?;
            Ok::<_, crate::AppError>((domain, list_aliases(ask).await?))
        },
    );
    view! {
        <a class="tool back" href="/admin/domains">
            <Icon name="arrow-left" />
            "Domains"
        </a>
        <Notices />
        <super::Refused error=acts.words().into() />
        <Answered of=found.ready()>
            {move || {
                found
                    .get()
                    .map(|found| match found {
                        Ok((domain, aliases)) => {
                            let names = (domain.id, domain.name.clone());
                            let limits = domain.limits;
                            view! {
                                <Head domain=domain.clone() />
                                <Aliases page=aliases ask=ask.get() acts />
                                <div class="sheets">
                                    <CatchAll domain=names.clone() target=domain.catch_all.clone() acts />
                                    <Names domain=names.clone() names=domain.names.clone() acts />
                                    <Limits domain=names limits acts />
                                    <Receiving domain=domain.clone() acts />
                                    <Details domain acts />
                                </div>
                            }
                                .into_any()
                        }
                        Err(error) => view! { <Trouble error /> }.into_any(),
                    })
            }}
        </Answered>
    }
    .into_any()
}

#[component]
fn Head(domain: DomainView) -> impl IntoView {
    let DomainView { name, active, accounts, aliases, quota_sum, limits, .. } = domain;
    // What they come to is of interest where it has an end.
    let sum = limits.most_quota_mib.map(|_| format!(" ({quota_sum} of quota)")).unwrap_or_default();
    view! {
        <Title text=name.clone() />
        <header class="page-head">
            <div class="page-name">
                <h1 class="address-title">
                    <bdi>{name.clone()}</bdi>
                </h1>
                <p class="tally">
                    <super::State active /> " "
                    <a href=format!("/admin/accounts?domain={name}")>{words::many(accounts, "account", "accounts")}</a>
                    {format!("{sum}, {}", words::many(aliases, "alias", "aliases"))}
                </p>
            </div>
        </header>
    }
    .into_any()
}

#[component]
fn Receiving(domain: DomainView, acts: Acts) -> impl IntoView {
    let DomainView { id, name, receives, .. } = domain;
    let line = restante("domain", "receive", &[&name, if receives { "off" } else { "on" }]);
    view! {
        <section class="sheet" aria-labelledby="receiving">
            <h2 id="receiving">{if receives { "Only send" } else { "Take mail" }}</h2>
            <p class="hint">
                {if receives {
                    "A domain that only sends refuses mail at once. Its postmaster and abuse desk are still reached."
                } else {
                    "Mail for this domain is refused; only its postmaster and abuse desk are reached."
                }}
            </p>
            <ActionForm action=acts.receives>
                <input type="hidden" name="id" value=id.to_string() />
                <input type="hidden" name="name" value=name />
                <input type="hidden" name="receives" value=(!receives).to_string() />
                <button class="button">{if receives { "Refuse mail for it" } else { "Take mail for it" }}</button>
            </ActionForm>
            <CommandLine line />
        </section>
    }
    .into_any()
}

/// The sign of plus-addressing.
#[component]
fn Details(domain: DomainView, acts: Acts) -> impl IntoView {
    let DomainView { id, name, separator, usual_separator, .. } = domain;
    let now = match separator.as_deref() {
        None => "usual",
        Some("") => "off",
        Some(sign) => sign,
    }
    .to_owned();
    let usual = if usual_separator.is_empty() { "none".to_owned() } else { usual_separator };
    let line = restante("domain", "separator", &[&name, &now]);
    let option = move |value: &'static str, says: String| {
        view! {
            <option value=value selected=now == value>
                {says}
            </option>
        }
    };
    view! {
        <section class="sheet" aria-labelledby="details">
            <h2 id="details">"Details in addresses"</h2>
            <p class="hint">"Mail for bob+news reaches bob. The sign between them can be another, or none."</p>
            <ActionForm action=acts.separator attr:class="fields">
                <input type="hidden" name="id" value=id.to_string() />
                <input type="hidden" name="name" value=name />
                <label class="field">
                    <span>"Sign"</span>
                    <select name="sign">
                        {option("usual", format!("As the server ({usual})"))} {option("+", "+".to_owned())}
                        {option("-", "-".to_owned())} {option("_", "_".to_owned())} {option("=", "=".to_owned())}
                        {option(".", ".".to_owned())} {option("#", "#".to_owned())} {option("off", "None".to_owned())}
                    </select>
                </label>
                <button class="button">"Set sign"</button>
            </ActionForm>
            <CommandLine line />
        </section>
    }
    .into_any()
}

//! Accounts: searching them, and adding one.

use super::{command::restante, secret::SecretOnce};
use crate::{
    calls::list_accounts,
    layout::Notices,
    parts::{Answered, CommandLine, Empty, GetForm, Icon, NameField, Time, Trouble},
    words,
};
use api::{AccountLine, AccountsAsk, Role};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{hooks::use_query_map, location::Url};

#[component]
pub fn AccountsPage() -> impl IntoView {
    let query = use_query_map();
    let get = move |name: &str| query.with(|query| query.get(name)).unwrap_or_default();
    let ask = Memo::new(move |_| AccountsAsk { search: get("q"), domain: get("domain"), cursor: get("c") });
    let accounts = Resource::new(move || ask.get(), list_accounts);
    view! {
        <Title text="Accounts" />
        <header class="page-head">
            <div class="page-name">
                <h1>"Accounts"</h1>
                <p class="tally">
                    <Answered of=accounts.ready() part=true>
                        {move || {
                            let found = accounts.get().and_then(Result::ok)?;
                            Some(words::many(found.total, "account", "accounts"))
                        }}
                    </Answered>
                </p>
            </div>
            <Finder ask />
        </header>
        <Notices />
        <SecretOnce made=true />
        <Answered of=accounts.ready()>
            {move || {
                accounts
                    .get()
                    .map(|accounts| match accounts {
                        Ok(page) => view! { <Table page ask=ask.get() /> }.into_any(),
                        Err(error) => view! { <Trouble error /> }.into_any(),
                    })
            }}
        </Answered>
        <AddForm
            address=query.with_untracked(|query| query.get("address")).unwrap_or_default()
            name=query.with_untracked(|query| query.get("name")).unwrap_or_default()
            quota=query.with_untracked(|query| query.get("quota_mib")).unwrap_or_default()
            admin=query.with_untracked(|query| query.get("role")).as_deref() == Some("admin")
        />
    }
    .into_any()
}

#[component]
fn Finder(ask: Memo<AccountsAsk>) -> impl IntoView {
    view! {
        <GetForm action="/admin/accounts" class="search-form">
            <Icon name="search" />
            <input
                class="search-field"
                type="search"
                name="q"
                value=move || ask.with(|ask| ask.search.clone())
                placeholder="Part of an address or name"
                aria-label="Search accounts"
                dir="auto"
            />
            {move || {
                let domain = ask.with(|ask| ask.domain.clone());
                (!domain.is_empty()).then(|| view! { <input type="hidden" name="domain" value=domain /> })
            }}
            <button class="search-go">"Search"</button>
        </GetForm>
    }
    .into_any()
}

#[component]
fn Table(page: api::AccountsPage, ask: AccountsAsk) -> impl IntoView {
    let filtered = !ask.search.is_empty() || !ask.domain.is_empty();
    if page.accounts.is_empty() {
        let (title, says) = match filtered {
            true => ("No account like that", "Try a shorter part of the address."),
            false => ("No account yet", "Add the first below."),
        };
        return view! { <Empty title says /> }.into_any();
    }
    let older = page.next.as_deref().map(|next| {
        let (search, domain) = (Url::escape(&ask.search), Url::escape(&ask.domain));
        // An address may hold `&`, `+` and `#`.
        format!("/admin/accounts?q={search}&domain={domain}&c={}", Url::escape(next))
    });
    view! {
        {(!ask.domain.is_empty())
            .then(|| {
                view! {
                    <p class="filter">
                        "Only " <bdi>{ask.domain.clone()}</bdi> ". " <a href="/admin/accounts">"Show all"</a>
                    </p>
                }
            })}
        <div class="table-frame" role="region" aria-label="Accounts" tabindex="0">
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">"Address"</th>
                        <th scope="col">"Name"</th>
                        <th scope="col">"Role"</th>
                        <th scope="col">"State"</th>
                        <th scope="col" class="figure">
                            "Space"
                        </th>
                        <th scope="col">"Last sign-in"</th>
                    </tr>
                </thead>
                <tbody>{page.accounts.into_iter().map(|account| view! { <Line account /> }).collect_view()}</tbody>
            </table>
        </div>
        {older
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
    }
    .into_any()
}

/// Used space and quota as one figure.
pub(super) fn space(account: &AccountLine) -> String {
    match &account.quota {
        Some(quota) => format!("{} of {quota}", account.used),
        None => account.used.clone(),
    }
}

#[component]
fn Line(account: AccountLine) -> impl IntoView {
    let space = space(&account);
    let AccountLine { id, address, name, role, active, last_sign_in, .. } = account;
    view! {
        <tr class:suspended=!active>
            <th scope="row">
                <a href=format!("/admin/accounts/{id}")>
                    <bdi>{address}</bdi>
                </a>
            </th>
            <td>
                <bdi>{name}</bdi>
            </td>
            <td>{if role == Role::Admin { "Admin" } else { "User" }}</td>
            <td>
                <super::State active />
            </td>
            <td class="figure" data-label="Space">{space}</td>
            <td data-label="Last sign-in">
                {match last_sign_in {
                    Some(when) => view! { <Time when /> }.into_any(),
                    None => view! { <span class="never">"never"</span> }.into_any(),
                }}
            </td>
        </tr>
    }
    .into_any()
}

/// A plain form to the server: its answer shows the new password once.
#[component]
fn AddForm(address: String, name: String, quota: String, admin: bool) -> impl IntoView {
    view! {
        <section class="sheet" aria-labelledby="add">
            <h2 id="add">"Add an account"</h2>
            <form class="fields" method="post" action="/admin/accounts">
                <NameField label="Address" name="address" placeholder="bob@example.org" value=address />
                <label class="field">
                    <span>"Name"</span>
                    <input name="name" value=name placeholder="Bob Miller" autocomplete="off" dir="auto" />
                </label>
                <label class="field">
                    <span>"Password"</span>
                    <input
                        name="password"
                        type="password"
                        autocomplete="new-password"
                        minlength="10"
                        placeholder="empty: one is made"
                    />
                </label>
                <label class="field narrow">
                    <span>"Quota, MiB"</span>
                    <input name="quota_mib" value=quota inputmode="numeric" pattern="[0-9]*" placeholder="usual" />
                </label>
                <label class="field narrow">
                    <span>"Role"</span>
                    <select name="role">
                        <option value="user">"User"</option>
                        <option value="admin" selected=admin>
                            "Admin"
                        </option>
                    </select>
                </label>
                <button class="button primary">
                    <Icon name="plus" />
                    "Add account"
                </button>
            </form>
            <p class="hint">"Quota: empty is what the server’s setting gives a new account, 0 is no limit."</p>
            <CommandLine line=restante("account", "add", &["bob@example.org"]) />
        </section>
    }
    .into_any()
}

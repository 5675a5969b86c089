//! One account: its facts, and what an admin may do with it. Its mail is not here: an admin reads none unseen.

use super::{
    account_addresses::{AddressActs, OwnAddresses, Receiving},
    accounts_page::space,
    command::restante,
    secret::SecretOnce,
};
use crate::{
    calls::{RemoveAccount, SetAccountActive, SetQuota, addresses_of, read_account},
    layout::Notices,
    parts::{Answered, CommandLine, Icon, Trouble},
};
use api::{AccountLine, Refusal, Role};
use leptos::{form::ActionForm, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

#[derive(Clone, Copy)]
struct Acts {
    activate: ServerAction<SetAccountActive>,
    quota: ServerAction<SetQuota>,
    remove: ServerAction<RemoveAccount>,
    addresses: AddressActs,
}

#[component]
pub fn AccountPage() -> impl IntoView {
    let params = use_params_map();
    let acts = Acts {
        activate: ServerAction::new(),
        quota: ServerAction::new(),
        remove: ServerAction::new(),
        addresses: AddressActs::new(),
    };
    let id = move || params.with(|params| params.get("id")).and_then(|id| id.parse::<i64>().ok());
    let account = Resource::new(
        // Not the removal: after it there is nothing to read again.
        move || (id(), acts.activate.version().get(), acts.quota.version().get(), acts.addresses.count()),
        |(id, ..)| async move {
            match id {
                Some(id) => Ok::<_, crate::AppError>((read_account(id).await?, addresses_of(id).await?)),
                None => Err(Refusal::NotFound.into()),
            }
        },
    );
    let refused = RwSignal::new(
        super::first_word(acts.activate)
            .or_else(|| super::first_word(acts.quota))
            .or_else(|| super::first_word(acts.remove))
            .or_else(|| acts.addresses.first_word()),
    );
    super::last_word(refused, acts.activate);
    super::last_word(refused, acts.quota);
    super::last_word(refused, acts.remove);
    acts.addresses.last_word(refused);
    view! {
        <a class="tool back" href="/admin/accounts">
            <Icon name="arrow-left" />
            "Accounts"
        </a>
        <Notices />
        <super::Refused error=refused.into() />
        <SecretOnce made=false />
        <Answered of=account.ready()>
            {move || {
                account
                    .get()
                    .map(|account| match account {
                        Ok((account, addresses)) => view! { <Shown account addresses acts /> }.into_any(),
                        Err(error) => view! { <Trouble error /> }.into_any(),
                    })
            }}
        </Answered>
    }
    .into_any()
}

#[component]
fn Shown(account: AccountLine, addresses: Vec<String>, acts: Acts) -> impl IntoView {
    let space = space(&account);
    let AccountLine { id, address, name, role, active, receives, quota_mib, created, last_sign_in, .. } = account;
    let quota = if quota_mib == 0 { String::new() } else { quota_mib.to_string() };
    let size = if quota_mib == 0 { "0".to_owned() } else { format!("{quota_mib}MiB") };
    let last = last_sign_in.map_or("never".to_owned(), |when| when.long);
    view! {
        <Title text=address.clone() />
        <header class="page-head">
            <div class="page-name">
                <h1 class="address-title">
                    <bdi>{address.clone()}</bdi>
                </h1>
                <p class="tally">
                    <super::State active />
                </p>
            </div>
        </header>
        <div class="sheets">
            <section class="sheet" aria-labelledby="facts">
                <h2 id="facts">"Facts"</h2>
                <dl class="facts">
                    <div>
                        <dt>"Name"</dt>
                        <dd>
                            <bdi>{name}</bdi>
                        </dd>
                    </div>
                    <div>
                        <dt>"Role"</dt>
                        <dd>{if role == Role::Admin { "Admin" } else { "User" }}</dd>
                    </div>
                    <div>
                        <dt>"Space"</dt>
                        <dd>{space}</dd>
                    </div>
                    <div>
                        <dt>"Made"</dt>
                        <dd>{created.long}</dd>
                    </div>
                    <div>
                        <dt>"Last sign-in"</dt>
                        <dd>{last}</dd>
                    </div>
                </dl>
            </section>
            <OwnAddresses id addresses acts=acts.addresses />
            <section class="sheet" aria-labelledby="password">
                <h2 id="password">"New password"</h2>
                <p class="hint">"The account’s sessions end everywhere. Left empty, one is made and shown once."</p>
                <form class="fields" method="post" action=format!("/admin/accounts/{id}/password")>
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
                    <button class="button">
                        <Icon name="key-round" />
                        "Set password"
                    </button>
                </form>
                <CommandLine line=restante("account", "password", &[&address]) />
            </section>
            <section class="sheet" aria-labelledby="quota">
                <h2 id="quota">"Quota"</h2>
                <ActionForm action=acts.quota attr:class="fields">
                    <input type="hidden" name="id" value=id.to_string() />
                    <label class="field narrow">
                        <span>"MiB, empty for none"</span>
                        <input name="quota_mib" value=quota inputmode="numeric" pattern="[0-9]*" placeholder="none" />
                    </label>
                    <button class="button">"Set quota"</button>
                </ActionForm>
                <CommandLine line=restante("account", "quota", &[&address, &size]) />
            </section>
            <section class="sheet" aria-labelledby="active">
                <h2 id="active">{if active { "Suspend" } else { "Resume" }}</h2>
                <p class="hint">"A suspended account cannot sign in anywhere. Its mail is kept, and more arrives as Receiving says."</p>
                <ActionForm action=acts.activate>
                    <input type="hidden" name="id" value=id.to_string() />
                    <input type="hidden" name="active" value=(!active).to_string() />
                    <button class="button">
                        <Icon name=if active { "pause" } else { "play" } />
                        {if active { "Suspend account" } else { "Resume account" }}
                    </button>
                </ActionForm>
                <CommandLine line=restante("account", if active { "suspend" } else { "resume" }, &[&address]) />
            </section>
            <Receiving id address=address.clone() receives acts=acts.addresses />
            <section class="sheet" aria-labelledby="remove">
                <h2 id="remove">"Remove"</h2>
                <p class="hint">"Takes the account and all its mail away for ever. This cannot be undone."</p>
                <ActionForm action=acts.remove attr:class="fields">
                    <input type="hidden" name="id" value=id.to_string() />
                    <label class="field">
                        <span>"Type the address to confirm"</span>
                        <input name="confirm" autocomplete="off" spellcheck="false" required=true />
                    </label>
                    <button class="button danger">
                        <Icon name="trash-2" />
                        "Remove account and mail"
                    </button>
                </ActionForm>
                <CommandLine line=restante("account", "remove", &[&address]) />
            </section>
        </div>
    }
    .into_any()
}

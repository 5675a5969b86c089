//! What an account is reached by, and whether it is reached at all.

use super::command::restante;
use crate::{
    calls::{AddAddress, RemoveAddress, SetReceives},
    parts::{CommandLine, Icon, NameField, Sure},
};
use api::Receives;
use leptos::{form::ActionForm, prelude::*};

/// The acts of these two sheets.
#[derive(Clone, Copy)]
pub struct AddressActs {
    pub add: ServerAction<AddAddress>,
    pub remove: ServerAction<RemoveAddress>,
    pub receives: ServerAction<SetReceives>,
}

impl AddressActs {
    pub fn new() -> AddressActs {
        AddressActs { add: ServerAction::new(), remove: ServerAction::new(), receives: ServerAction::new() }
    }

    /// Grows with each act that ended.
    pub fn count(self) -> usize {
        self.add.version().get() + self.remove.version().get() + self.receives.version().get()
    }

    pub fn first_word(self) -> Option<crate::AppError> {
        super::first_word(self.add)
            .or_else(|| super::first_word(self.remove))
            .or_else(|| super::first_word(self.receives))
    }

    pub fn last_word(self, refused: RwSignal<Option<crate::AppError>>) {
        super::last_word(refused, self.add);
        super::last_word(refused, self.remove);
        super::last_word(refused, self.receives);
    }
}

#[component]
pub fn OwnAddresses(
    id: i64,
    /// The one that the account is named by first.
    addresses: Vec<String>,
    acts: AddressActs,
) -> impl IntoView {
    let named = addresses.first().cloned().unwrap_or_default();
    let line = restante("account address", "add", &[&named, "b.miller@example.org"]);
    let shown = named.clone();
    view! {
        <section class="sheet" aria-labelledby="addresses">
            <h2 id="addresses">"Addresses"</h2>
            <p class="hint">"All of them reach this account, and it may send as each of them."</p>
            <ul class="own-names">
                {addresses
                    .into_iter()
                    .map(|address| view! { <OwnAddress id named=shown.clone() address acts /> })
                    .collect_view()}
            </ul>
            <ActionForm action=acts.add attr:class="fields">
                <input type="hidden" name="id" value=id.to_string() />
                <NameField label="One more address" name="address" placeholder="b.miller@example.org" />
                <button class="button">
                    <Icon name="plus" />
                    "Add address"
                </button>
            </ActionForm>
            <CommandLine line />
        </section>
    }
    .into_any()
}

#[component]
fn OwnAddress(id: i64, named: String, address: String, acts: AddressActs) -> impl IntoView {
    let removal = (address != named).then(|| restante("account address", "remove", &[&named, &address]));
    view! {
        <li>
            <bdi>{address.clone()}</bdi>
            {removal
                .map(|removal| {
                    view! {
                        <Sure says="Remove">
                            <ActionForm action=acts.remove>
                                <p>"Mail to this address no longer reaches the account."</p>
                                <input type="hidden" name="id" value=id.to_string() />
                                <input type="hidden" name="address" value=address />
                                <button class="button danger">"Remove address"</button>
                            </ActionForm>
                            <CommandLine line=removal />
                        </Sure>
                    }
                })}
        </li>
    }
    .into_any()
}

#[component]
pub fn Receiving(id: i64, address: String, receives: Receives, acts: AddressActs) -> impl IntoView {
    let word = match receives {
        Receives::Mail => "on",
        Receives::NothingNow => "later",
        Receives::Nothing => "never",
    };
    let option = move |value: &'static str, says: &'static str, this: Receives| {
        view! {
            <option value=value selected=this == receives>
                {says}
            </option>
        }
    };
    view! {
        <section class="sheet" aria-labelledby="receiving">
            <h2 id="receiving">"Receiving"</h2>
            <p class="hint">"Apart from signing in: a suspended account still receives, unless it is said otherwise here."</p>
            <ActionForm action=acts.receives attr:class="fields">
                <input type="hidden" name="id" value=id.to_string() />
                <label class="field">
                    <span>"Mail for this account"</span>
                    <select name="receives">
                        {option("mail", "is taken", Receives::Mail)}
                        {option("nothing-now", "is put off: senders try again", Receives::NothingNow)}
                        {option("nothing", "is refused: senders are told", Receives::Nothing)}
                    </select>
                </label>
                <button class="button">"Set receiving"</button>
            </ActionForm>
            <CommandLine line=restante("account", "receive", &[&address, word]) />
        </section>
    }
    .into_any()
}

//! Who gets what is for nobody, and a domain's other names.

use super::{command::restante, domain_page::Acts};
use crate::parts::{CommandLine, Icon, NameField, Sure};
use leptos::{form::ActionForm, prelude::*};

#[component]
pub fn CatchAll(domain: (i64, String), target: Option<String>, acts: Acts) -> impl IntoView {
    let (id, name) = domain;
    let target = target.unwrap_or_default();
    let line = restante("domain", "catch-all", &[&name, if target.is_empty() { "off" } else { &target }]);
    view! {
        <section class="sheet" aria-labelledby="catch-all">
            <h2 id="catch-all">"Catch-all"</h2>
            <p class="hint">
                "Who gets mail to names that nobody has. Empty, it is refused, which keeps away most junk."
            </p>
            <ActionForm action=acts.catch_all attr:class="fields">
                <input type="hidden" name="id" value=id.to_string() />
                <input type="hidden" name="name" value=name />
                <NameField label="Goes to" name="target" placeholder="nobody: refused" value=target optional=true />
                <button class="button">"Set catch-all"</button>
            </ActionForm>
            <CommandLine line />
        </section>
    }
    .into_any()
}

#[component]
pub fn Names(domain: (i64, String), names: Vec<String>, acts: Acts) -> impl IntoView {
    let (id, name) = domain;
    let line = restante("domain alias", "add", &[&name, "example.net"]);
    let shown = name.clone();
    view! {
        <section class="sheet" aria-labelledby="names">
            <h2 id="names">"Other names"</h2>
            <p class="hint">"The whole domain under another name: who is somebody here is the same somebody there."</p>
            {(!names.is_empty())
                .then(|| {
                    view! {
                        <ul class="own-names">
                            {names
                                .into_iter()
                                .map(|other| view! { <Other domain=shown.clone() other acts /> })
                                .collect_view()}
                        </ul>
                    }
                })}
            <ActionForm action=acts.add_name attr:class="fields">
                <input type="hidden" name="id" value=id.to_string() />
                <input type="hidden" name="name" value=name />
                <NameField label="Another name" name="other" placeholder="example.net" domain=true />
                <button class="button">
                    <Icon name="plus" />
                    "Add name"
                </button>
            </ActionForm>
            <CommandLine line />
        </section>
    }
    .into_any()
}

#[component]
fn Other(domain: String, other: String, acts: Acts) -> impl IntoView {
    let removal = restante("domain alias", "remove", &[&domain, &other]);
    view! {
        <li>
            <bdi>{other.clone()}</bdi>
            <Sure says="Remove">
                <ActionForm action=acts.remove_name>
                    <p>"Mail to every address under this name is refused from then on."</p>
                    <input type="hidden" name="name" value=domain />
                    <input type="hidden" name="other" value=other.clone() />
                    <label class="field">
                        <span>"Type " <bdi>{other}</bdi> " to confirm"</span>
                        <input name="confirm" autocomplete="off" spellcheck="false" required=true />
                    </label>
                    <button class="button danger">"Remove name"</button>
                </ActionForm>
                <CommandLine line=removal />
            </Sure>
        </li>
    }
    .into_any()
}

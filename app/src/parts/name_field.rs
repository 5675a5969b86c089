//! A field for an address or a domain: nothing that a keyboard would put right or a browser fill in.

use leptos::prelude::*;

#[component]
pub fn NameField(
    label: &'static str,
    name: &'static str,
    #[prop(into)] placeholder: String,
    #[prop(optional, into)] value: String,
    /// It is a domain, and has no @.
    #[prop(optional)]
    domain: bool,
    /// It may stay empty.
    #[prop(optional)]
    optional: bool,
) -> impl IntoView {
    view! {
        <label class="field">
            <span>{label}</span>
            <input
                name=name
                value=(!value.is_empty()).then_some(value)
                placeholder=placeholder
                inputmode=(!domain).then_some("email")
                required=!optional
                autocapitalize="none"
                autocomplete="off"
                spellcheck="false"
            />
        </label>
    }
    .into_any()
}

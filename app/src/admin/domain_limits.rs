//! What a domain may have.

use super::{command::restante, domain_page::Acts};
use crate::parts::CommandLine;
use api::DomainLimits;
use leptos::{form::ActionForm, prelude::*};

/// The same limits as the command's options; what is none is not said.
fn options(domain: &str, limits: DomainLimits) -> String {
    let mut line = restante("domain", "limit", &[domain]);
    let count = |limit: Option<i64>| limit.map(|limit| limit.to_string());
    let mib = |limit: Option<i64>| limit.map(|limit| format!("{limit}MiB"));
    for (option, limit) in [
        ("most-accounts", count(limits.most_accounts)),
        ("most-aliases", count(limits.most_aliases)),
        ("most-quota", mib(limits.most_quota_mib)),
        ("default-quota", mib(limits.default_quota_mib)),
        ("largest-message", mib(limits.message_size_mib)),
    ] {
        if let Some(limit) = limit {
            line.push_str(&format!(" --{option} {limit}"));
        }
    }
    line
}

#[component]
pub fn Limits(domain: (i64, String), limits: DomainLimits, acts: Acts) -> impl IntoView {
    let (id, name) = domain;
    let line = options(&name, limits);
    let field = |key: &'static str, says: &'static str, limit: Option<i64>| {
        view! {
            <label class="field narrow">
                <span>{says}</span>
                <input
                    name=key
                    value=limit.map(|limit| limit.to_string()).unwrap_or_default()
                    inputmode="numeric"
                    pattern="[0-9]*"
                    placeholder="none"
                />
            </label>
        }
    };
    view! {
        <section class="sheet" aria-labelledby="limits">
            <h2 id="limits">"Limits"</h2>
            <p class="hint">"Empty is no limit. What is there already stays; only more is refused."</p>
            <ActionForm action=acts.limits attr:class="fields">
                <input type="hidden" name="id" value=id.to_string() />
                <input type="hidden" name="name" value=name />
                {field("most_accounts", "Accounts", limits.most_accounts)}
                {field("most_aliases", "Aliases", limits.most_aliases)}
                {field("most_quota_mib", "All quotas together, MiB", limits.most_quota_mib)}
                {field("default_quota_mib", "Quota of a new account, MiB", limits.default_quota_mib)}
                {field("message_size_mib", "Largest message, MiB", limits.message_size_mib)}
                <button class="button">"Set limits"</button>
            </ActionForm>
            <CommandLine line />
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_limits_that_are_set_are_said() {
        let limits = DomainLimits { most_accounts: Some(5), message_size_mib: Some(10), ..DomainLimits::default() };
        assert_eq!(
            options("comentum.test", limits),
            "restante domain limit comentum.test --most-accounts 5 --largest-message 10MiB"
        );
    }
}

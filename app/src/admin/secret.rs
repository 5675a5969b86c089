//! A new password, shown once.

use crate::{
    context::of_this_answer,
    parts::{Notice, Tone},
};
use api::NewSecret;
use leptos::prelude::*;

#[component]
pub fn SecretOnce(
    /// `made`: the account is new; else it has a new password.
    made: bool,
) -> impl IntoView {
    of_this_answer(|facts| facts.secret.clone()).map(|NewSecret { id, address, password }| {
        let happened = if made { "Account made: " } else { "New password for " };
        view! {
            <Notice tone=Tone::Good>
                <p>
                    {happened} <a href=format!("/admin/accounts/{id}")>
                        <bdi>{address}</bdi>
                    </a>
                </p>
                {password
                    .map(|password| {
                        view! {
                            <p class="secret">
                                <span>"Password, shown this once: "</span>
                                <code class="secret-word">{password}</code>
                            </p>
                        }
                    })}
            </Notice>
        }
    })
}

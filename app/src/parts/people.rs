//! People in headers: name *and* address, each in its own direction.

use api::Person;
use leptos::{either::Either, prelude::*};

/// One person in full: the name, and the address that the name must not hide.
#[component]
pub fn PersonFull(person: Person) -> impl IntoView {
    let Person { name, address } = person;
    if name.is_empty() || name == address {
        Either::Left(view! { <bdi class="person-name">{address}</bdi> })
    } else {
        Either::Right(view! {
            <bdi class="person-name">{name}</bdi>
            " "
            <bdi class="person-address">{format!("<{address}>")}</bdi>
        })
    }
}

/// Several, with commas.
#[component]
pub fn People(people: Vec<Person>) -> impl IntoView {
    people
        .into_iter()
        .enumerate()
        .map(|(at, person)| {
            view! {
                {(at > 0).then_some(", ")}
                <span class="person">
                    <PersonFull person />
                </span>
            }
        })
        .collect_view()
}

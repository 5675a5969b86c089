//! The server functions: named, versioned endpoints, each one line over the traits of `api`.
//!
//! They work as plain forms too: a form says in `then` where to go, or comes back to its page.

mod addresses;
mod admin;
mod held;
mod mail;
mod order;
mod programs;
mod reports;
mod then;
mod zone;

pub use addresses::*;
pub use admin::*;
pub use held::*;
pub use mail::*;
pub use order::{Order, Verb};
pub use programs::*;
pub use reports::*;
pub use then::{Done, domain_page, is_local};
pub use zone::*;

use crate::AppError;
use api::{Admin, HeldMail, Programs, Refusal, Webmail};
use http::{header::ACCEPT, request::Parts};
use leptos::prelude::use_context;
use std::sync::Arc;

/// Whether the call is a form that a browser posts by itself, and not one that a woken page makes.
pub fn is_plain_form() -> bool {
    let parts: Option<Parts> = use_context();
    let accepts = parts.as_ref().and_then(|parts| parts.headers.get(ACCEPT)).and_then(|value| value.to_str().ok());
    accepts.is_some_and(|accepts| accepts.contains("text/html"))
}

/// The mail of the person signed in.
pub fn webmail() -> Result<Arc<dyn Webmail>, AppError> {
    use_context().ok_or(AppError::Refused(Refusal::SignedOut))
}

/// The programs of the person signed in.
pub fn programs_desk() -> Result<Arc<dyn Programs>, AppError> {
    use_context().ok_or(AppError::Refused(Refusal::SignedOut))
}

/// The desk of the admin signed in. Somebody else is refused for the role, nobody for the session.
pub fn admin() -> Result<Arc<dyn Admin>, AppError> {
    use_context().ok_or_else(not_an_admin)
}

/// The same admin's, for what is held.
pub fn held_desk() -> Result<Arc<dyn HeldMail>, AppError> {
    use_context().ok_or_else(not_an_admin)
}

fn not_an_admin() -> AppError {
    match use_context::<api::Viewer>() {
        Some(_) => Refusal::Forbidden.into(),
        None => Refusal::SignedOut.into(),
    }
}

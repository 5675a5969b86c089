//! The office's two forms that end in a page and not in a redirect: a generated password is shown once, and stands in
//! no address.

use crate::web::pages::{Besides, render};
use crate::web::redirect::{refused_at, see_other};
use crate::web::state::Web;
use crate::web::visitor::{SignedOut, Visitor};
use api::{Admin, NewAccount, NewSecret, Refusal, Role};
use axum::Form;
use axum::body::Body;
use axum::extract::{FromRequest, Path, Request, State};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;

#[derive(Deserialize)]
struct AccountForm {
    #[serde(default)]
    address: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    role: String,
    /// Empty: what the domain or the server gives.
    #[serde(default)]
    quota_mib: String,
}

impl AccountForm {
    fn new_account(&self) -> Result<NewAccount, Refusal> {
        let quota_mib = match self.quota_mib.trim() {
            "" => None,
            typed => Some(typed.parse().map_err(|_| Refusal::BadNumber)?),
        };
        Ok(NewAccount {
            address: self.address.clone(),
            name: self.name.clone(),
            password: self.password.clone(),
            role: if self.role == "admin" { Role::Admin } else { Role::User },
            quota_mib,
        })
    }
}

/// `POST /admin/accounts`.
pub async fn add_account(State(web): State<Arc<Web>>, visitor: Option<Visitor>, request: Request) -> Response {
    let (parts, form) = match read::<AccountForm>(request).await {
        Ok(read) => read,
        Err(refused) => return refused,
    };
    let Some(visitor) = visitor else { return SignedOut::asking_for(&page_of(parts)).into_response() };
    let made = match (web.office(&visitor), form.new_account()) {
        (None, _) => Err(Refusal::Forbidden),
        (_, Err(refusal)) => Err(refusal),
        (Some(office), Ok(new)) => office.add_account(new).await,
    };
    match made {
        Ok(secret) => show(&web, &visitor, secret, parts).await,
        Err(refusal) => see_other(
            "/admin/accounts",
            &[
                ("refused", refusal.code()),
                ("address", &form.address),
                ("name", &form.name),
                ("quota_mib", &form.quota_mib),
                ("role", &form.role),
            ],
        ),
    }
}

#[derive(Deserialize)]
struct PasswordForm {
    #[serde(default)]
    password: String,
}

/// `POST /admin/accounts/{id}/password`.
pub async fn set_password(
    State(web): State<Arc<Web>>,
    visitor: Option<Visitor>,
    Path(account): Path<i64>,
    request: Request,
) -> Response {
    let (parts, form) = match read::<PasswordForm>(request).await {
        Ok(read) => read,
        Err(refused) => return refused,
    };
    let Some(visitor) = visitor else { return SignedOut::asking_for(&page_of(parts)).into_response() };
    let set = match web.office(&visitor) {
        None => Err(Refusal::Forbidden),
        Some(office) => office.set_password(account, form.password).await,
    };
    match set {
        Ok(secret) => show(&web, &visitor, secret, parts).await,
        Err(refusal) => refused_at(&format!("/admin/accounts/{account}"), refusal),
    }
}

/// The form, and the request without its body: the page is rendered from that.
async fn read<T: DeserializeOwned>(request: Request) -> Result<(Parts, T), Response> {
    let (parts, body) = request.into_parts();
    let Form(form) =
        Form::from_request(Request::from_parts(parts.clone(), body), &()).await.map_err(IntoResponse::into_response)?;
    Ok((parts, form))
}

fn page_of(parts: Parts) -> Request {
    Request::from_parts(parts, Body::empty())
}

async fn show(web: &Arc<Web>, visitor: &Visitor, secret: NewSecret, parts: Parts) -> Response {
    render(web, Some(visitor), Besides { secret: Some(secret), ..Besides::default() }, page_of(parts)).await
}

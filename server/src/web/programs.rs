//! `api::Programs` for one account, and the form that makes a program's password.

use crate::sign_in::Limits;
use crate::web::pages::{Besides, render};
use crate::web::redirect::refused_at;
use crate::web::refused::refused;
use crate::web::state::Web;
use crate::web::visitor::{SignedOut, Visitor};
use crate::web::when;
use api::{NewSecret, ProgramLine, Programs, Refusal, When};
use async_trait::async_trait;
use axum::Form;
use axum::body::Body;
use axum::extract::{FromRequest, Request, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::sync::Arc;
use store::{Account, Credential, Millis, Scopes, StoreError};

const PAGE: &str = "/settings/programs";
/// Characters of a program's name.
const NAME: usize = 64;

/// One account's programs. Every call names this account to the store.
pub struct Shelf {
    web: Arc<Web>,
    account: Arc<Account>,
}

impl Shelf {
    pub fn new(web: Arc<Web>, account: Arc<Account>) -> Self {
        Shelf { web, account }
    }

    fn line(&self, one: Credential) -> ProgramLine {
        let when = |at: Millis| -> When { when::when(at, self.web.house.clock.now_ms(), &self.web.zone) };
        ProgramLine {
            id: one.id,
            collects: one.scopes.has(Scopes::POP3),
            sends: one.scopes.has(Scopes::SMTP),
            made: when(one.created_at),
            last_used: one.last_used_at.map(when),
            last_place: one.last_peer,
            only_from: one.networks,
            until: one.expires_at.map(when),
            name: one.name,
        }
    }

    async fn make(&self, typed: &str) -> Result<NewSecret, Refusal> {
        let plain = typed.chars().map(|char| if char.is_control() { ' ' } else { char });
        let name: String = plain.collect::<String>().trim().chars().take(NAME).collect();
        // The browser asks for a name; whoever goes round that gets one.
        let name = if name.is_empty() { "Program".to_owned() } else { name };
        let devices = self.web.house.sign_in.devices();
        let made = devices.make(self.account.id, name.clone(), Scopes::BOTH, Limits::default()).await;
        let (id, password) = made.map_err(|error| match error {
            // As many as one may have.
            StoreError::NotEmpty => Refusal::BadNumber,
            other => refused(other),
        })?;
        tracing::info!(target: "admin", event = "program-added", by = self.account.address, what = name);
        Ok(NewSecret { id, address: name, password: Some(password) })
    }
}

#[async_trait]
impl Programs for Shelf {
    async fn programs(&self) -> Result<Vec<ProgramLine>, Refusal> {
        let kept = self.web.house.store.credentials(self.account.id).await.map_err(refused)?;
        Ok(kept.into_iter().map(|one| self.line(one)).collect())
    }

    async fn revoke(&self, program: i64) -> Result<(), Refusal> {
        let now = self.web.house.clock.now_ms();
        self.web.house.store.revoke_credential(self.account.id, program, now).await.map_err(refused)?;
        tracing::info!(target: "admin", event = "program-revoked", by = self.account.address, what = program);
        Ok(())
    }
}

#[derive(Deserialize)]
struct ProgramForm {
    #[serde(default)]
    name: String,
}

/// `POST /settings/programs`: the password stands in the answer, once, and in no address (`docs/decisions/0006`).
pub async fn add(State(web): State<Arc<Web>>, visitor: Option<Visitor>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let page = || Request::from_parts(parts.clone(), Body::empty());
    let Some(visitor) = visitor else { return SignedOut::asking_for(&page()).into_response() };
    let form = match Form::<ProgramForm>::from_request(Request::from_parts(parts.clone(), body), &()).await {
        Ok(Form(form)) => form,
        Err(refused) => return refused.into_response(),
    };
    match web.shelf(&visitor).make(&form.name).await {
        Ok(secret) => {
            render(&web, Some(&visitor), Besides { secret: Some(secret), ..Besides::default() }, page()).await
        }
        Err(refusal) => refused_at(PAGE, refusal),
    }
}

//! Web sessions: `tower_sessions` over `store::session`, and how long they live.
//!
//! The browser holds a random id in a session cookie and nothing else. The store holds the id's BLAKE3 hash, so that
//! reading the database opens no session.

use crate::clock::Clock;
use crate::config::Config;
use crate::house::House;
use app::Habits;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;
use store::{Account, Millis, SessionRow, Store, StoreError};
use time::OffsetDateTime;
use tower_sessions::cookie::SameSite;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};
use tower_sessions::{Session, SessionManagerLayer, SessionStore};

const COOKIE: &str = "restante";
/// Where the person lies in a session's data.
const PERSON: &str = "person";
/// Whether single letters are commands.
const SINGLE_KEYS: &str = "single-keys";

const MINUTE: Millis = 60_000;
/// Being seen is written down this often at most, or every page would cost a write.
const SEEN_EVERY: Millis = MINUTE;
/// A session begun later than this from now was written by a clock that has been set back since: it would live too long.
const SKEW: Millis = 5 * MINUTE;

/// How long a session lives.
#[derive(Clone, Copy, Debug)]
pub struct Lifetime {
    /// Without a request.
    idle: Millis,
    /// In any case.
    whole: Millis,
}

impl Lifetime {
    pub fn of(config: &Config) -> Lifetime {
        let millis = |time: Duration| Millis::try_from(time.as_millis()).unwrap_or(Millis::MAX / 2);
        Lifetime { idle: millis(config.web_idle), whole: millis(config.web_session) }
    }
}

/// Who has signed in, and when.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Person {
    pub account: i64,
    since: Millis,
    seen: Millis,
    /// Of the password that opened the session: another password ends it, whatever else happens at that moment.
    stamp: String,
}

impl Person {
    fn expires_at(&self, lifetime: Lifetime) -> Millis {
        (self.seen + lifetime.idle).min(self.since + lifetime.whole)
    }

    /// Whether the account is still the one that signed in, and may.
    pub fn is(&self, account: &Account) -> bool {
        account.id == self.account && account.active && stamp(account) == self.stamp
    }
}

fn stamp(account: &Account) -> String {
    blake3::derive_key("restante web session 1", account.password_hash.as_bytes())[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The layer that reads and sets the cookie.
pub fn layer(house: &House, secure: bool) -> SessionManagerLayer<Sessions> {
    let lifetime = Lifetime::of(&house.config);
    SessionManagerLayer::new(Sessions { store: house.store.clone(), clock: house.clock, lifetime })
        .with_name(COOKIE)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_secure(secure)
}

/// Opens a session for `account` under a new id, so that an id planted before signing in is worth nothing.
pub async fn sign_in(session: &Session, account: &Account, now: Millis) -> std::result::Result<(), SessionError> {
    session.cycle_id().await?;
    let person = Person { account: account.id, since: now, seen: now, stamp: stamp(account) };
    session.insert(PERSON, person).await
}

pub async fn sign_out(session: &Session) -> std::result::Result<(), SessionError> {
    session.flush().await
}

pub async fn person(session: &Session) -> std::result::Result<Option<Person>, SessionError> {
    session.get(PERSON).await
}

/// Notes that the person is still there.
pub async fn seen(session: &Session, mut person: Person, now: Millis) -> std::result::Result<(), SessionError> {
    if now - person.seen >= SEEN_EVERY {
        person.seen = now;
        session.insert(PERSON, person).await?;
    }
    Ok(())
}

/// How long the session lives on if nobody does anything.
pub async fn left(house: &House, session: &Session) -> Option<Millis> {
    let person = person(session).await.ok().flatten()?;
    Some((person.expires_at(Lifetime::of(&house.config)) - house.clock.now_ms()).max(0))
}

/// What this person has chosen, until they sign out.
pub async fn habits(session: &Session) -> std::result::Result<Habits, SessionError> {
    Ok(Habits { single_keys: session.get(SINGLE_KEYS).await?.unwrap_or(true) })
}

pub async fn set_single_keys(session: &Session, on: bool) -> std::result::Result<(), SessionError> {
    session.insert(SINGLE_KEYS, on).await
}

/// Whether the session is still in the store and its account still may: for what outlives a request.
pub async fn is_alive(house: &House, session: &Session) -> bool {
    let (Some(id), Ok(Some(person))) = (session.id(), person(session).await) else {
        return false;
    };
    let kept = house.store.session(key(&id), house.clock.now_ms()).await;
    let account = house.store.account(person.account).await;
    matches!((kept, account), (Ok(Some(_)), Ok(account)) if person.is(&account))
}

pub type SessionError = tower_sessions::session::Error;

/// `tower_sessions`' view of the store.
#[derive(Clone)]
pub struct Sessions {
    store: Store,
    clock: Clock,
    lifetime: Lifetime,
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sessions")
    }
}

fn key(id: &Id) -> [u8; 32] {
    *blake3::hash(&id.0.to_le_bytes()).as_bytes()
}

fn failed(error: StoreError) -> Error {
    Error::Backend(error.to_string())
}

fn person_in(record: &Record) -> Option<Person> {
    serde_json::from_value(record.data.get(PERSON)?.clone()).ok()
}

fn row(record: &Record, lifetime: Lifetime, now: Millis) -> Result<SessionRow> {
    let person = person_in(record);
    Ok(SessionRow {
        id: key(&record.id),
        account: person.as_ref().map(|person| person.account),
        data: serde_json::to_vec(&record.data).map_err(|error| Error::Encode(error.to_string()))?,
        expires_at: person.map_or(now + lifetime.idle, |person| person.expires_at(lifetime)),
    })
}

#[async_trait]
impl SessionStore for Sessions {
    /// Under an id of ours: `tower_sessions` draws one as well, with dice of its own, and that one is never used.
    async fn create(&self, record: &mut Record) -> Result<()> {
        loop {
            record.id = Id(i128::from_le_bytes(self.clock.random()));
            match self.store.create_session(row(record, self.lifetime, self.clock.now_ms())?).await {
                Err(StoreError::Taken) => {}
                other => return other.map_err(failed),
            }
        }
    }

    /// Only a session that is still there is saved: a page that was under way while its reader signed out, or was
    /// suspended, must not bring the session back.
    async fn save(&self, record: &Record) -> Result<()> {
        self.store.save_session(row(record, self.lifetime, self.clock.now_ms())?).await.map_err(failed)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let now = self.clock.now_ms();
        let Some(row) = self.store.session(key(id), now).await.map_err(failed)? else {
            return Ok(None);
        };
        let data = serde_json::from_slice(&row.data).map_err(|error| Error::Decode(error.to_string()))?;
        let expiry_date = OffsetDateTime::from_unix_timestamp(row.expires_at / 1000)
            .map_err(|error| Error::Decode(error.to_string()))?;
        let record = Record { id: *id, data, expiry_date };
        // What the row says was true for the times that were set when it was written.
        let is_over = |person: &Person| person.seen > now + SKEW || person.expires_at(self.lifetime) <= now;
        Ok((!person_in(&record).as_ref().is_some_and(is_over)).then_some(record))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.store.delete_session(key(id)).await.map_err(failed)
    }
}

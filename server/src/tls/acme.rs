//! Certificates from an authority that speaks ACME (RFC 8555): fetched when there is none, and again when two thirds
//! of one's life are over.
//!
//! All of it lies in `acme/` in the data directory: the account with its key, the certificate with its key, and what
//! became of the last attempt. `restante tls` reads it, and asks for a renewal by leaving a note.

mod order;
mod renewal;

use super::keep::write_private;
use crate::clock::span;
use crate::config::Config;
use crate::house::House;
use crate::lifecycle::Shutdown;
use crate::tls::Pair;
use renewal::Renewal;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use store::Millis;

/// How often it is asked whether it is time, or whether a note lies there.
const LOOK: Duration = Duration::from_secs(2);
/// All of an attempt. The authority looks at each name, from several places.
const PATIENCE: Duration = Duration::from_secs(5 * 60);

/// The room in the data directory.
pub struct Acme {
    dir: PathBuf,
}

/// What became of the last attempt.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct State {
    /// Attempts that failed since the last that did not.
    pub failures: u32,
    /// Why the last one failed; empty when it did not.
    pub error: String,
    pub tried_at: Option<Millis>,
    pub next_at: Option<Millis>,
}

impl Acme {
    pub fn new(data: &Path) -> Acme {
        Acme { dir: data.join("acme") }
    }

    /// Chain and key in one file, so that nobody ever sees one without the other.
    pub fn certificate(data: &Path) -> PathBuf {
        data.join("acme").join("certificate.pem")
    }

    fn account(&self) -> PathBuf {
        self.dir.join("account.json")
    }

    fn note(&self) -> PathBuf {
        self.dir.join("renew-now")
    }

    /// Asks a running server to renew now.
    pub fn leave_note(&self) -> std::io::Result<()> {
        write_private(&self.note(), b"")
    }

    /// Whether the note lies there still: the server has not finished.
    pub fn note_is_there(&self) -> bool {
        self.note().exists()
    }

    pub fn take_note(&self) {
        let _ = std::fs::remove_file(self.note());
    }

    pub fn state(&self) -> State {
        let text = std::fs::read(self.dir.join("state.json")).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    fn put_state(&self, state: &State) {
        let text = serde_json::to_vec_pretty(state).unwrap_or_default();
        if let Err(error) = write_private(&self.dir.join("state.json"), &text) {
            tracing::warn!(%error, "what became of the certificate's renewal was not written down");
        }
    }
}

/// Fetches and renews until the house closes. Returns at once where no names are to be had.
pub async fn run(house: Arc<House>, shutdown: Shutdown) {
    if house.config.acme.domains.is_empty() {
        return;
    }
    let acme = Acme::new(&house.config.data);
    let dice = renewal::dice(house.clock.random());
    let mut state = acme.state();
    loop {
        let asked = acme.note_is_there();
        let due = due(&house.config, &state, dice, house.clock.now_ms());
        if state.next_at != Some(due.at) {
            state.next_at = Some(due.at);
            acme.put_state(&state);
        }
        if asked || due.is_now(house.clock.now_ms()) {
            state = attempt(&house, &acme, state, dice).await;
            acme.put_state(&state);
            acme.take_note();
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            () = shutdown.begun() => return,
        }
    }
}

/// When the next attempt is due: soon after a failure, else when two thirds of the certificate's life are over.
fn due(config: &Config, state: &State, dice: f64, now: Millis) -> Renewal {
    let file = Acme::certificate(&config.data);
    let held = Pair::read(&file, &file).ok();
    let fits = held.filter(|pair| config.acme.domains.iter().all(|name| pair.is_for(name.as_str())));
    let wanted = fits.map_or(now, |pair| renewal::at(pair.not_before, pair.not_after, dice));
    match state.tried_at {
        // Not sooner than the last failure allows, whatever the certificate's age.
        Some(tried) if state.failures > 0 => {
            Renewal { at: wanted.max(tried + span(renewal::wait(state.failures, dice))) }
        }
        _ => Renewal { at: wanted },
    }
}

async fn attempt(house: &House, acme: &Acme, state: State, dice: f64) -> State {
    let now = house.clock.now_ms();
    let obtained = tokio::time::timeout(PATIENCE, order::obtain(house, acme)).await;
    house.tls.keyring.answer_no_more();
    let result = match obtained {
        Ok(Ok(pem)) => {
            write_private(&Acme::certificate(&house.config.data), pem.as_bytes()).map_err(|error| error.to_string())
        }
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("the authority did not finish in time".to_owned()),
    };
    match result {
        Ok(()) => {
            let names: Vec<&str> = house.config.acme.domains.iter().map(mail::Domain::as_str).collect();
            tracing::info!(names = names.join(","), "a certificate was fetched");
            State { failures: 0, error: String::new(), tried_at: Some(now), next_at: None }
        }
        Err(error) => {
            let failures = state.failures.saturating_add(1);
            let again = renewal::wait(failures, dice).as_secs();
            tracing::error!(error, failures, again, "no certificate could be fetched; tried again in so many seconds");
            State { failures, error, tried_at: Some(now), next_at: None }
        }
    }
}

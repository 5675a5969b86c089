//! `restante tls …`

use super::{Failure, table};
use crate::clock::Clock;
use crate::config::Config;
use crate::tls::{Acme, Origin, Pair, Sources, make_self_signed};
use mail::Domain;
use std::fs::File;
use std::path::PathBuf;
use std::time::Duration;

/// How long a renewal is waited for: as long as the server gives it, and a little.
const PATIENCE: Duration = Duration::from_secs(6 * 60);
const LOOK: Duration = Duration::from_millis(200);

#[derive(clap::Subcommand)]
pub enum Command {
    /// Which certificates are shown, until when, and how the last renewal went.
    Status,
    /// Have the running server fetch a new certificate from the ACME authority now.
    Renew,
    /// Make a self-signed certificate: it encrypts, and nobody vouches for it.
    SelfSigned {
        /// The host names it is for; without one, `hostname`.
        names: Vec<String>,
        /// Where certificate.pem and key.pem are put; without it, where the server looks when no other is named.
        #[arg(long, value_name = "DIR")]
        into: Option<PathBuf>,
        /// Write over the pair that is there.
        #[arg(long)]
        replace: bool,
    },
}

pub async fn obey(command: Command, config: &Config) -> Result<(), Failure> {
    match command {
        Command::Status => status(config),
        Command::Renew => renew(config).await,
        Command::SelfSigned { names, into, replace } => self_signed(config, &names, into, replace),
    }
}

fn self_signed(config: &Config, names: &[String], into: Option<PathBuf>, replace: bool) -> Result<(), Failure> {
    let names: Vec<String> = match names {
        [] => vec![config.hostname.to_string()],
        names => names.iter().map(|name| host(name)).collect::<Result<_, _>>()?,
    };
    let dir = into.unwrap_or_else(|| config.data.join("tls"));
    let told = |error: &dyn std::fmt::Display| Failure::Failed(format!("{}: {error}", dir.display()));
    std::fs::create_dir_all(&dir).map_err(|error| told(&error))?;
    let (certificate, key) = (dir.join("certificate.pem"), dir.join("key.pem"));
    if !replace && (certificate.exists() || key.exists()) {
        return Err(told(&"a certificate is there already; --replace writes over it"));
    }
    make_self_signed(&certificate, &key, names).map_err(|error| Failure::Failed(error.to_string()))?;
    println!("tls_certificate = \"{}\"\ntls_key = \"{}\"", certificate.display(), key.display());
    Ok(())
}

/// A host name, or one with a wildcard as its first label.
fn host(name: &str) -> Result<String, Failure> {
    let (star, rest) = name.strip_prefix("*.").map_or(("", name), |rest| ("*.", rest));
    let domain = Domain::parse(rest)
        .map_err(|error| Failure::Usage(format!("{} is not a host name: {error}", table::plain(name))))?;
    Ok(format!("{star}{domain}"))
}

fn status(config: &Config) -> Result<(), Failure> {
    let all = Sources::new(config).all().map_err(|error| Failure::Failed(error.to_string()))?;
    let mut rows = Vec::new();
    for (origin, certificate, key) in all {
        let from = match origin {
            Origin::File => "file",
            Origin::Acme => "acme",
            Origin::SelfSigned => "self-signed",
        };
        let (names, until) = match Pair::read(&certificate, &key) {
            Ok(pair) => (pair.names.join(","), table::moment(pair.not_after)),
            Err(error) => (format!("cannot be used: {error}"), "-".to_owned()),
        };
        rows.push(vec![table::plain(&names), from.to_owned(), until, certificate.display().to_string()]);
    }
    table::print(&["NAMES", "FROM", "UNTIL", "FILE"], &rows, "no certificate");
    if config.acme.domains.is_empty() {
        return Ok(());
    }
    let state = Acme::new(&config.data).state();
    let moment = |at: Option<i64>| at.map_or_else(|| "-".to_owned(), table::moment);
    println!("\nauthority:    {}", config.acme.directory);
    println!("last attempt: {}", moment(state.tried_at));
    println!("next attempt: {}", moment(state.next_at));
    if state.failures > 0 {
        println!("failed:       {} times; the last time: {}", state.failures, table::plain(&state.error));
    }
    Ok(())
}

async fn renew(config: &Config) -> Result<(), Failure> {
    if config.acme.domains.is_empty() {
        return Err(Failure::Usage("acme_domains names no domain: there is nothing to fetch".to_owned()));
    }
    // It is the server that the authority asks.
    let served = File::open(config.data.join("serving.lock")).is_ok_and(|lock| lock.try_lock_shared().is_err());
    if !served {
        return Err(Failure::Failed("no server runs on this data directory: restante serve".to_owned()));
    }
    let (acme, clock) = (Acme::new(&config.data), Clock);
    acme.leave_note().map_err(|error| Failure::Failed(format!("the server could not be asked: {error}")))?;
    let ends_at = clock.instant() + PATIENCE;
    while acme.note_is_there() {
        if clock.instant() >= ends_at {
            return Err(Failure::Failed("the server does not answer; see its log".to_owned()));
        }
        tokio::time::sleep(LOOK).await;
    }
    let state = acme.state();
    if state.failures > 0 {
        return Err(Failure::Failed(table::plain(&state.error)));
    }
    println!("a new certificate was fetched; it is shown within seconds");
    Ok(())
}

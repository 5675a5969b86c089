//! `restante domain dns …` and `restante domain dkim …`

use super::{Desk, Failure, failed, table};
use crate::dkim;
use crate::dns::Dns;
use crate::dns_records::{Found, expected, look_up};
use std::time::Duration;
use store::{Algorithm, DkimKey, DomainRow};

/// DNS is told first, and verifiers forget what they knew: then the new keys sign.
const USUAL_WAIT: Duration = Duration::from_secs(3 * 24 * 60 * 60);

#[derive(clap::Subcommand)]
pub enum Command {
    /// The keys of a domain.
    List { domain: String },
    /// Make new keys: they sign in three days, when DNS knows them; until then the old ones do.
    Rotate {
        domain: String,
        /// Let the new keys sign at once.
        #[arg(long)]
        now: bool,
    },
}

pub async fn obey(command: Command, desk: &Desk, domain: &DomainRow) -> Result<(), Failure> {
    match command {
        Command::List { .. } => {
            let now = desk.clock.now_ms();
            let rows: Vec<Vec<String>> = keys(desk, domain).await?.iter().map(|key| row(key, now)).collect();
            table::print(&["SELECTOR", "KIND", "STATE", "SINCE"], &rows, "no keys: restante domain dkim rotate");
        }
        Command::Rotate { now, .. } => {
            let wait = if now { Duration::ZERO } else { USUAL_WAIT };
            let made = dkim::make(&desk.store, desk.clock, &domain.name, wait).await;
            made.map_err(|error| Failure::Failed(format!("{}: {error}", domain.name)))?;
            let when = if now { "now" } else { "in three days" };
            println!("{} has new keys; they sign {when}. To be copied into its zone:\n", domain.name);
            records(desk, domain, false).await?;
        }
    }
    Ok(())
}

/// What is to be copied into the domain's zone; with `check`, what DNS says now.
pub async fn records(desk: &Desk, domain: &DomainRow, check: bool) -> Result<(), Failure> {
    if desk.config.dkim_signing {
        let made = dkim::complete(&desk.store, desk.clock, &domain.name).await;
        made.map_err(|error| Failure::Failed(format!("{}: {error}", domain.name)))?;
    }
    let keys = keys(desk, domain).await?;
    let records = expected(&desk.config, &domain.name, &keys, desk.clock.now_ms());
    let dns = if check {
        Some(Dns::new(&desk.config).map_err(|error| Failure::Failed(format!("dns: {error}")))?)
    } else {
        None
    };
    let mut wrong = 0;
    for record in &records {
        println!("; {}: {}", record.purpose.name(), record.purpose.why());
        println!("{}", record.zone_line());
        if let Some(dns) = &dns {
            let found = look_up(dns, record).await;
            wrong += usize::from(found != Found::Right);
            println!("; {}", says(&found));
        }
        println!();
    }
    if wrong > 0 {
        return Err(Failure::Failed(format!("{wrong} of {} records are not as they should be", records.len())));
    }
    Ok(())
}

fn says(found: &Found) -> String {
    match found {
        Found::Right => "DNS: right".to_owned(),
        Found::Other(texts) => format!("DNS: other: {}", table::plain(&texts.join(" | "))),
        Found::Missing => "DNS: missing".to_owned(),
        Found::NotNow => "DNS: does not answer now".to_owned(),
    }
}

async fn keys(desk: &Desk, domain: &DomainRow) -> Result<Vec<DkimKey>, Failure> {
    desk.store.dkim_keys(&domain.name).await.map_err(|error| failed(&domain.name, error))
}

fn row(key: &DkimKey, now: i64) -> Vec<String> {
    let kind = match key.algorithm {
        Algorithm::RsaSha256 => "RSA-2048",
        Algorithm::Ed25519Sha256 => "Ed25519",
    };
    let state = if key.signs_at(now) {
        "signs".to_owned()
    } else if key.will_sign(now) {
        format!("signs from {}", table::moment(key.active_from))
    } else {
        "retired".to_owned()
    };
    vec![key.selector.clone(), kind.to_owned(), state, table::moment(key.created_at)]
}

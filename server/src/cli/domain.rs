//! `restante domain …`

mod alias;
mod limit;

use super::{Desk, Failure, failed, signing, table};
use crate::config::parse_separator;
use crate::dkim;
use mail::Domain;
use store::{DomainRow, StoreError};

#[derive(clap::Subcommand)]
pub enum Command {
    /// Take mail for a domain.
    Add { domain: String },
    /// Every domain of this server.
    List,
    /// Take no mail for it for now; senders try again.
    Suspend { domain: String },
    /// Take mail for it again.
    Resume { domain: String },
    /// Its other names.
    #[command(subcommand)]
    Alias(alias::Command),
    /// Who gets mail to names that nobody has: an address, or off.
    CatchAll { domain: String, target: String },
    /// What it may have; without limits named, shows them.
    Limit(limit::Limits),
    /// Whether mail for it is taken at all: on or off. Its postmaster is always reached.
    Receive {
        domain: String,
        #[arg(value_enum)]
        how: OnOff,
    },
    /// The sign before an address' detail (bob+news@): one of + - _ = . #, off, or usual for the server's own.
    Separator {
        domain: String,
        #[arg(allow_hyphen_values = true)]
        sign: String,
    },
    /// Take it away. It must have no accounts, aliases or other names.
    Remove { domain: String },
    /// The records to copy into its zone.
    Dns {
        domain: String,
        /// Ask DNS what it says now.
        #[arg(long)]
        check: bool,
    },
    /// The keys that sign its mail.
    #[command(subcommand)]
    Dkim(signing::Command),
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum OnOff {
    On,
    Off,
}

pub async fn obey(command: Command, desk: &Desk) -> Result<(), Failure> {
    match command {
        Command::Add { domain } => {
            let name = parse(&domain)?;
            match desk.store.add_domain(&name, desk.clock.now_ms()).await {
                Ok(_) => println!("{name} added"),
                Err(StoreError::Taken) => return Err(Failure::Failed(format!("{name} is here already"))),
                Err(error) => return Err(failed(&domain, error)),
            }
            if desk.config.dkim_signing {
                let made = dkim::complete(&desk.store, desk.clock, name.as_str()).await;
                made.map_err(|error| Failure::Failed(format!("{name}: {error}")))?;
            }
            println!("its DNS records: restante domain dns {name}");
        }
        Command::List => {
            let domains = desk.store.domains().await.map_err(|error| failed("domains", error))?;
            let row = |domain: &DomainRow| {
                let state = if domain.active { "active" } else { "suspended" };
                vec![domain.name.clone(), domain.accounts.to_string(), state.to_owned()]
            };
            let rows: Vec<Vec<String>> = domains.iter().map(row).collect();
            table::print(&["DOMAIN", "ACCOUNTS", "STATE"], &rows, "no domains yet: restante domain add example.com");
        }
        Command::Suspend { domain } => set_active(desk, &domain, false).await?,
        Command::Resume { domain } => set_active(desk, &domain, true).await?,
        Command::Alias(command) => alias::obey(command, desk).await?,
        Command::CatchAll { domain, target } => catch_all(desk, &domain, &target).await?,
        Command::Limit(limits) => limit::obey(limits, desk).await?,
        Command::Receive { domain, how } => {
            let row = find(desk, &domain).await?;
            let receives = how == OnOff::On;
            desk.store.set_domain_receives(row.id, receives).await.map_err(|error| failed(&domain, error))?;
            println!("{} {}", row.name, if receives { "takes mail" } else { "only sends: mail for it is refused" });
        }
        Command::Separator { domain, sign } => separator(desk, &domain, &sign).await?,
        Command::Remove { domain } => {
            let row = find(desk, &domain).await?;
            match desk.store.remove_domain(row.id).await {
                Ok(()) => println!("{} removed", row.name),
                Err(StoreError::NotEmpty) => {
                    return Err(Failure::Failed(format!(
                        "{} still has accounts, aliases or other names: remove them first",
                        row.name
                    )));
                }
                Err(error) => return Err(failed(&domain, error)),
            }
        }
        Command::Dns { domain, check } => signing::records(desk, &find(desk, &domain).await?, check).await?,
        Command::Dkim(command) => {
            let (signing::Command::List { domain } | signing::Command::Rotate { domain, .. }) = &command;
            let row = find(desk, domain).await?;
            signing::obey(command, desk, &row).await?;
        }
    }
    Ok(())
}

async fn catch_all(desk: &Desk, domain: &str, target: &str) -> Result<(), Failure> {
    let row = find(desk, domain).await?;
    if target == "off" {
        desk.store.set_catch_all(row.id, None).await.map_err(|error| failed(domain, error))?;
        println!("{} refuses names that nobody has", row.name);
        return Ok(());
    }
    let target = super::address(target)?;
    match desk.store.set_catch_all(row.id, Some(target.clone())).await {
        Ok(()) => println!("{target} gets what is for nobody at {}", row.name),
        Err(StoreError::Loop) => return Err(Failure::Failed(format!("nobody has {target} either"))),
        Err(error) => return Err(failed(domain, error)),
    }
    Ok(())
}

async fn separator(desk: &Desk, domain: &str, sign: &str) -> Result<(), Failure> {
    let row = find(desk, domain).await?;
    let wrong = || Failure::Usage(format!("{} is not one of + - _ = . #, off or usual", table::plain(sign)));
    let own = match sign {
        "usual" => None,
        sign => Some(parse_separator(sign).ok_or_else(wrong)?.map_or_else(String::new, String::from)),
    };
    desk.store.set_separator(row.id, own).await.map_err(|error| failed(domain, error))?;
    println!("{}: {}", row.name, if sign == "off" { "no details" } else { sign });
    Ok(())
}

async fn set_active(desk: &Desk, domain: &str, active: bool) -> Result<(), Failure> {
    let row = find(desk, domain).await?;
    desk.store.set_domain_active(row.id, active).await.map_err(|error| failed(domain, error))?;
    println!("{} {}", row.name, if active { "takes mail again" } else { "takes no mail for now" });
    Ok(())
}

async fn find(desk: &Desk, domain: &str) -> Result<DomainRow, Failure> {
    let name = parse(domain)?;
    desk.store.domain_named(&name).await.map_err(|error| match error {
        StoreError::NotFound => Failure::Failed(format!("{name} is not a domain of this server")),
        other => failed(domain, other),
    })
}

fn parse(domain: &str) -> Result<Domain, Failure> {
    Domain::parse(domain)
        .map_err(|_| Failure::Usage(format!("{} is not a domain name, as example.com", table::plain(domain))))
}

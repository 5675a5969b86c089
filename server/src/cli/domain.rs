//! `restante domain …`

use super::{Desk, Failure, failed, signing, table};
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
    /// Take it away. It must have no accounts.
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
        Command::Remove { domain } => {
            let row = find(desk, &domain).await?;
            match desk.store.remove_domain(row.id).await {
                Ok(()) => println!("{} removed", row.name),
                Err(StoreError::NotEmpty) => {
                    return Err(Failure::Failed(format!("{} still has accounts: remove them first", row.name)));
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

async fn set_active(desk: &Desk, domain: &str, active: bool) -> Result<(), Failure> {
    let row = find(desk, domain).await?;
    desk.store.set_domain_active(row.id, active).await.map_err(|error| failed(domain, error))?;
    println!("{} {}", row.name, if active { "takes mail again" } else { "takes no mail for now" });
    Ok(())
}

async fn find(desk: &Desk, domain: &str) -> Result<DomainRow, Failure> {
    let name = parse(domain)?;
    let domains = desk.store.domains().await.map_err(|error| failed(domain, error))?;
    let found = domains.into_iter().find(|row| row.name == name.as_str());
    found.ok_or_else(|| Failure::Failed(format!("{name} is not a domain of this server")))
}

fn parse(domain: &str) -> Result<Domain, Failure> {
    Domain::parse(domain)
        .map_err(|_| Failure::Usage(format!("{} is not a domain name, as example.com", table::plain(domain))))
}

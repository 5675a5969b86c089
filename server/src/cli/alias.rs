//! `restante alias …`

use super::{Desk, Failure, failed, table};
use mail::Address;
use store::{AliasQuery, AliasRow, StoreError};

const PAGE: i64 = 500;

#[derive(clap::Subcommand)]
pub enum Command {
    /// Send mail for an address to others: accounts here, other aliases, or people at other providers. Adds to an alias
    /// that is there.
    Add {
        /// As sales@example.com; the domain must be one of this server.
        address: String,
        #[arg(required = true, value_name = "TARGET")]
        targets: Vec<String>,
    },
    /// Every alias, or those of one domain.
    List {
        #[arg(default_value = "")]
        domain: String,
    },
    /// Take targets away; without any, the whole alias.
    Remove {
        address: String,
        #[arg(value_name = "TARGET")]
        targets: Vec<String>,
    },
}

pub async fn obey(command: Command, desk: &Desk) -> Result<(), Failure> {
    match command {
        Command::Add { address, targets } => add(desk, &address, &targets).await,
        Command::List { domain } => list(desk, &domain).await,
        Command::Remove { address, targets } => remove(desk, &address, &targets).await,
    }
}

async fn add(desk: &Desk, address: &str, targets: &[String]) -> Result<(), Failure> {
    let address = super::address(address)?;
    let written = desk.store.add_alias(address.clone(), parse(targets)?, desk.clock.now_ms()).await;
    let alias = written.map_err(|error| refused(&address, error))?;
    println!("{} reaches {}", alias.address, alias.targets.join(", "));
    Ok(())
}

async fn remove(desk: &Desk, address: &str, targets: &[String]) -> Result<(), Failure> {
    let address = super::address(address)?;
    let gone = desk.store.remove_alias(address.clone(), parse(targets)?).await;
    match gone.map_err(|error| refused(&address, error))? {
        true => println!("{address} removed"),
        false => println!("{address} does not reach {} any more", targets.join(", ")),
    }
    Ok(())
}

async fn list(desk: &Desk, domain: &str) -> Result<(), Failure> {
    let mut rows = Vec::new();
    let mut after = String::new();
    loop {
        let query = AliasQuery { domain: domain.to_owned(), search: String::new(), after, limit: PAGE };
        let page = desk.store.aliases(query).await.map_err(|error| failed("aliases", error))?;
        rows.extend(page.iter().map(|alias: &AliasRow| vec![alias.address.clone(), alias.targets.join(", ")]));
        match page.last() {
            Some(last) => after = last.address.clone(),
            None => break,
        }
    }
    table::print(&["ALIAS", "REACHES"], &rows, "no aliases yet: restante alias add sales@example.com bob@example.com");
    Ok(())
}

fn parse(targets: &[String]) -> Result<Vec<Address>, Failure> {
    targets.iter().map(|target| super::address(target)).collect()
}

fn refused(address: &Address, error: StoreError) -> Failure {
    Failure::Failed(match error {
        StoreError::Taken => format!("{address} is an account's address: it cannot be an alias too"),
        StoreError::NotFound => {
            format!("{address} is no such alias, or {} is no domain of this server", address.domain())
        }
        StoreError::Loop => format!("{address} would lead back to itself"),
        StoreError::Limit => format!("{address} would reach too many, or its domain has all the aliases it may"),
        other => return failed(&address.to_string(), other),
    })
}

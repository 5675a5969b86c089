//! `restante domain alias …`: other names of whole domains.

use super::{find, parse};
use crate::cli::{Desk, Failure, failed};
use store::StoreError;

#[derive(clap::Subcommand)]
pub enum Command {
    /// Give a domain another name: whoever is somebody there is the same somebody here.
    Add {
        domain: String,
        /// The other name.
        name: String,
    },
    /// Take another name away; mail to it is refused from then on.
    Remove { domain: String, name: String },
}

pub async fn obey(command: Command, desk: &Desk) -> Result<(), Failure> {
    match command {
        Command::Add { domain, name } => {
            let (row, name) = (find(desk, &domain).await?, parse(&name)?);
            match desk.store.add_domain_alias(&name, row.id, desk.clock.now_ms()).await {
                Ok(()) => println!("{name} is another name of {}", row.name),
                Err(StoreError::Taken) => return Err(Failure::Failed(format!("{name} is here already"))),
                Err(error) => return Err(failed(&domain, error)),
            }
        }
        Command::Remove { domain, name } => {
            let (row, name) = (find(desk, &domain).await?, parse(&name)?);
            let names = desk.store.domain_aliases(row.id).await.map_err(|error| failed(&domain, error))?;
            if !names.iter().any(|known| known == name.as_str()) {
                return Err(Failure::Failed(format!("{name} is not another name of {}", row.name)));
            }
            desk.store.remove_domain_alias(&name).await.map_err(|error| failed(&domain, error))?;
            println!("{name} is no name of {} any more", row.name);
        }
    }
    Ok(())
}

//! `restante account address …`: what else an account is reached by, and may send as.

use super::find;
use crate::cli::{Desk, Failure, address, failed};
use store::StoreError;

#[derive(clap::Subcommand)]
pub enum Command {
    /// Give the account one more address, in any domain of this server.
    Add {
        /// The account.
        account: String,
        /// The new address.
        address: String,
    },
    /// Take an address away; the one that the account is named by stays.
    Remove { account: String, address: String },
}

pub async fn obey(command: Command, desk: &Desk) -> Result<(), Failure> {
    match command {
        Command::Add { account, address: text } => {
            let (account, new) = (find(desk, &account).await?, address(&text)?);
            match desk.store.add_address(account.id, new.clone()).await {
                Ok(()) => println!("{} is reached at {new} too", account.address),
                Err(StoreError::Taken) => {
                    return Err(Failure::Failed(format!("{new} is an account's or an alias' address already")));
                }
                Err(StoreError::NotFound) => {
                    return Err(Failure::Failed(format!("{} is not a domain of this server", new.domain())));
                }
                Err(error) => return Err(failed(&text, error)),
            }
        }
        Command::Remove { account, address: text } => {
            let (account, old) = (find(desk, &account).await?, address(&text)?);
            match desk.store.remove_address(account.id, old.clone()).await {
                Ok(()) => println!("{} is not reached at {old} any more", account.address),
                Err(StoreError::Conflict) => {
                    return Err(Failure::Failed(format!("{old} is what the account is named by: it stays")));
                }
                Err(StoreError::NotFound) => {
                    return Err(Failure::Failed(format!("{old} is not an address of {}", account.address)));
                }
                Err(error) => return Err(failed(&text, error)),
            }
        }
    }
    Ok(())
}

//! `restante account device …`: passwords of programs.

use super::account::find;
use super::{Desk, Failure, failed, table};
use crate::sign_in::{Devices, Limits, Networks};
use store::{CREDENTIALS, Credential, Scopes, StoreError};

#[derive(clap::Subcommand)]
pub enum Command {
    /// Make a password for one program, and print it, this once.
    Add {
        address: String,
        /// What the owner calls the program, as "phone".
        name: String,
        /// What it may be used for: smtp, pop3 or both.
        #[arg(long, default_value = "both")]
        opens: String,
        /// From where: addresses and networks with commas between, as 192.0.2.0/24. Without it: from anywhere.
        #[arg(long, default_value = "")]
        from: String,
        /// For so many days; 0: until it is revoked.
        #[arg(long, default_value_t = 0)]
        days: u32,
    },
    /// The account's programs, and when each was last here.
    List { address: String },
    /// The password opens nothing any more: a number from the list, or the name.
    Revoke { address: String, program: String },
}

pub async fn obey(command: Command, desk: &Desk) -> Result<(), Failure> {
    match command {
        Command::Add { address, name, opens, from, days } => {
            let scopes = scopes(&opens)?;
            let networks = Networks::parse(&from).ok_or_else(|| {
                Failure::Usage(format!(
                    "--from {} is wrong: addresses or networks, as 192.0.2.0/24",
                    table::plain(&from)
                ))
            })?;
            let account = find(desk, &address).await?;
            let expires_at = (days > 0).then(|| desk.clock.now_ms() + i64::from(days) * 86_400_000);
            let devices = Devices::new(desk.store.clone(), desk.clock);
            let made = devices.make(account.id, named(&name)?, scopes, Limits { networks, expires_at }).await;
            let (_, password) = made.map_err(|error| match error {
                StoreError::Taken => Failure::Failed(format!("{address} has a program of that name already")),
                StoreError::NotEmpty => Failure::Failed(format!("{address} has {CREDENTIALS} programs: revoke some")),
                other => failed(&address, other),
            })?;
            println!("password: {password}");
        }
        Command::List { address } => {
            let account = find(desk, &address).await?;
            let programs = desk.store.credentials(account.id).await.map_err(|error| failed(&address, error))?;
            let rows: Vec<Vec<String>> = programs.iter().map(row).collect();
            let none = format!("no programs: restante account device add {} phone", account.address);
            table::print(&["ID", "NAME", "OPENS", "MADE", "LAST USED", "FROM", "ONLY FROM", "UNTIL"], &rows, &none);
        }
        Command::Revoke { address, program } => {
            let account = find(desk, &address).await?;
            let programs = desk.store.credentials(account.id).await.map_err(|error| failed(&address, error))?;
            let meant = |one: &&Credential| one.name == program || one.id.to_string() == program;
            let Some(found) = programs.iter().find(meant) else {
                let program = table::plain(&program);
                return Err(Failure::Failed(format!("{address} has no program {program} (any more)")));
            };
            let revoked = desk.store.revoke_credential(account.id, found.id, desk.clock.now_ms()).await;
            revoked.map_err(|error| failed(&address, error))?;
            println!("{} revoked", table::plain(&found.name));
        }
    }
    Ok(())
}

fn row(one: &Credential) -> Vec<String> {
    let opens = match (one.scopes.has(Scopes::SMTP), one.scopes.has(Scopes::POP3)) {
        (true, true) => "both",
        (true, false) => "smtp",
        _ => "pop3",
    };
    let or_dash = |text: &str| if text.is_empty() { "-".to_owned() } else { text.to_owned() };
    vec![
        one.id.to_string(),
        table::plain(&one.name),
        opens.to_owned(),
        table::moment(one.created_at),
        one.last_used_at.map_or_else(|| "never".to_owned(), table::moment),
        or_dash(&one.last_peer),
        or_dash(&one.networks),
        one.expires_at.map_or_else(|| "-".to_owned(), table::moment),
    ]
}

fn scopes(word: &str) -> Result<Scopes, Failure> {
    match word {
        "both" => Ok(Scopes::BOTH),
        "smtp" => Ok(Scopes::SMTP),
        "pop3" => Ok(Scopes::POP3),
        other => Err(Failure::Usage(format!("--opens {} is wrong: smtp, pop3 or both", table::plain(other)))),
    }
}

fn named(name: &str) -> Result<String, Failure> {
    let name = table::plain(name.trim());
    match name.chars().count() {
        1..=64 => Ok(name),
        _ => Err(Failure::Usage("the program's name has 1 to 64 characters".to_owned())),
    }
}

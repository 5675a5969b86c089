//! `restante account …`

mod address;

use super::{Desk, Failure, address as parse, device, failed, table};
use crate::config::parse_size;
use crate::sign_in::scram::learn;
use std::io::BufRead;
use store::{Account, AccountQuery, Allowance, NewAccount, Receives, StoreError};

/// As in the admin panel.
const SHORTEST_PASSWORD: usize = 10;
const PAGE: i64 = 500;

#[derive(clap::Subcommand)]
pub enum Command {
    /// Make an account. Prints its password, unless one is handed in. How much it may hold: --quota 2GiB.
    Add {
        /// As bob@example.com; the domain must be one of this server.
        address: String,
        /// The person's name.
        #[arg(long, default_value = "")]
        name: String,
        /// May manage accounts and domains in the webmail.
        #[arg(long)]
        admin: bool,
        /// Read the password from standard input, one line.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Every account, or those of one domain.
    List {
        #[arg(default_value = "")]
        domain: String,
    },
    /// Its other addresses.
    #[command(subcommand)]
    Address(address::Command),
    /// Whether mail for it is taken: `on`, `later` (senders try again) or `never`. Apart from signing in.
    Receive {
        address: String,
        #[arg(value_enum)]
        how: How,
    },
    /// Nobody can sign in; mail still arrives.
    Suspend { address: String },
    /// Signing in works again.
    Resume { address: String },
    /// Remove the account with all its mail.
    Remove { address: String },
    /// Give it a new password, printed unless one is handed in. Ends its web sessions.
    Password {
        address: String,
        /// Read the password from standard input, one line.
        #[arg(long)]
        password_stdin: bool,
    },
    /// How much mail it may hold, as 2GiB; 0 for no limit.
    Quota { address: String, size: String },
    /// How much it may send in a day before the rest is held: two numbers, 0 for no limit, - for what all have.
    Allowance { address: String, messages: String, new_recipients: String },
    /// Passwords of its programs.
    #[command(subcommand)]
    Device(device::Command),
}

/// What becomes of mail for an account.
#[derive(Clone, Copy, clap::ValueEnum)]
pub enum How {
    On,
    Later,
    Never,
}

pub async fn obey(command: Command, desk: &Desk) -> Result<(), Failure> {
    match command {
        Command::Add { address, name, admin, password_stdin } => {
            let address = parse(&address)?;
            let quota = quota_of_new(desk, address.domain()).await?;
            let (password, made) = password(desk, password_stdin)?;
            let password_hash = hash(desk, &password).await?;
            let new = NewAccount { address: address.clone(), name, admin, password_hash, quota };
            match desk.store.add_account(new, desk.clock.now_ms()).await {
                Ok(made) => {
                    learn(&desk.store, desk.clock, made.id, &made.password_hash, &password).await;
                    println!("{address} added");
                }
                Err(StoreError::Taken) => return Err(Failure::Failed(format!("{address} is here already"))),
                Err(StoreError::Limit) => {
                    let domain = address.domain();
                    return Err(Failure::Failed(format!("{domain} has all it may: restante domain limit {domain}")));
                }
                Err(StoreError::NotFound) => {
                    let domain = address.domain();
                    let remedy = format!("restante domain add {domain}");
                    return Err(Failure::Failed(format!("{domain} is not a domain of this server: {remedy}")));
                }
                Err(error) => return Err(failed(&address.to_string(), error)),
            }
            show(&password, made);
        }
        Command::Address(command) => address::obey(command, desk).await?,
        Command::Receive { address, how } => receive(desk, &address, how).await?,
        Command::List { domain } => list(desk, &domain).await?,
        Command::Suspend { address } => set_active(desk, &address, false).await?,
        Command::Resume { address } => set_active(desk, &address, true).await?,
        Command::Remove { address } => {
            let account = find(desk, &address).await?;
            desk.store.remove_account(account.id).await.map_err(|error| failed(&address, error))?;
            println!("{} removed with all its mail", account.address);
        }
        Command::Password { address, password_stdin } => {
            let account = find(desk, &address).await?;
            let (password, made) = password(desk, password_stdin)?;
            let hash = hash(desk, &password).await?;
            desk.store.set_password(account.id, hash.clone()).await.map_err(|error| failed(&address, error))?;
            learn(&desk.store, desk.clock, account.id, &hash, &password).await;
            desk.store.delete_sessions_of(account.id).await.map_err(|error| failed(&address, error))?;
            println!("{} has a new password", account.address);
            show(&password, made);
        }
        Command::Quota { address, size: text } => {
            let account = find(desk, &address).await?;
            let quota = size(&text)?;
            desk.store.set_quota(account.id, quota).await.map_err(|error| match error {
                StoreError::Limit => {
                    Failure::Failed(format!("{address}: the accounts of its domain may not hold so much"))
                }
                other => failed(&address, other),
            })?;
            let says = if quota == 0 { "no limit".to_owned() } else { format!("room for {}", table::size(quota)) };
            println!("{} has {says}", account.address);
        }
        Command::Allowance { address, messages, new_recipients } => {
            let account = find(desk, &address).await?;
            let own = Allowance { messages: allowed(&messages)?, recipients: allowed(&new_recipients)? };
            desk.store.set_allowance(account.id, own).await.map_err(|error| failed(&address, error))?;
            println!("{} may send accordingly from now on", account.address);
        }
        Command::Device(command) => device::obey(command, desk).await?,
    }
    Ok(())
}

async fn list(desk: &Desk, domain: &str) -> Result<(), Failure> {
    let mut rows = Vec::new();
    let mut after = String::new();
    loop {
        let query = AccountQuery { search: String::new(), domain: domain.to_owned(), after, limit: PAGE };
        let page = desk.store.accounts(query).await.map_err(|error| failed("accounts", error))?;
        rows.extend(page.iter().map(row));
        match page.last() {
            Some(last) => after = last.address.clone(),
            None => break,
        }
    }
    let head = ["ADDRESS", "NAME", "ROLE", "STATE", "USED", "LIMIT", "LAST SIGN-IN"];
    table::print(&head, &rows, "no accounts yet: restante account add bob@example.com");
    Ok(())
}

fn row(account: &Account) -> Vec<String> {
    vec![
        account.address.clone(),
        table::plain(&account.name),
        if account.admin { "admin" } else { "user" }.to_owned(),
        state(account).to_owned(),
        table::size(account.used),
        if account.quota == 0 { "-".to_owned() } else { table::size(account.quota) },
        account.last_sign_in.map_or_else(|| "-".to_owned(), table::moment),
    ]
}

fn state(account: &Account) -> &'static str {
    match (account.active, account.receives) {
        (true, Receives::Mail) => "active",
        (true, Receives::NothingNow) => "no mail now",
        (true, Receives::Nothing) => "no mail",
        (false, Receives::Mail) => "suspended",
        (false, Receives::NothingNow) => "suspended, no mail now",
        (false, Receives::Nothing) => "suspended, no mail",
    }
}

async fn receive(desk: &Desk, address: &str, how: How) -> Result<(), Failure> {
    let account = find(desk, address).await?;
    let (receives, says) = match how {
        How::On => (Receives::Mail, "takes mail"),
        How::Later => (Receives::NothingNow, "takes no mail for now; senders try again"),
        How::Never => (Receives::Nothing, "takes no mail; senders are told"),
    };
    desk.store.set_receives(account.id, receives).await.map_err(|error| failed(address, error))?;
    println!("{} {says}", account.address);
    Ok(())
}

/// What the domain gives a new account, else what the server does. A domain that is not here is found out later.
async fn quota_of_new(desk: &Desk, domain: &mail::Domain) -> Result<i64, Failure> {
    let usual = i64::try_from(desk.config.quota).unwrap_or(i64::MAX);
    match desk.store.domain_named(domain).await {
        Ok(row) => Ok(row.limits.default_quota.unwrap_or(usual)),
        Err(StoreError::NotFound) => Ok(usual),
        Err(error) => Err(failed(domain.as_str(), error)),
    }
}

async fn set_active(desk: &Desk, address: &str, active: bool) -> Result<(), Failure> {
    let account = find(desk, address).await?;
    desk.store.set_account_active(account.id, active).await.map_err(|error| failed(address, error))?;
    if !active {
        desk.store.delete_sessions_of(account.id).await.map_err(|error| failed(address, error))?;
    }
    println!("{} {}", account.address, if active { "can sign in again" } else { "cannot sign in; mail still arrives" });
    Ok(())
}

/// The password, and whether it was made here.
fn password(desk: &Desk, from_stdin: bool) -> Result<(String, bool), Failure> {
    if !from_stdin {
        return Ok((desk.passwords.generate(), true));
    }
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    read.map_err(|error| Failure::Failed(format!("the password cannot be read: {error}")))?;
    let password = line.trim_end_matches(['\r', '\n']).to_owned();
    if password.chars().count() < SHORTEST_PASSWORD {
        return Err(Failure::Usage(format!("the password is shorter than {SHORTEST_PASSWORD} characters")));
    }
    Ok((password, false))
}

async fn hash(desk: &Desk, password: &str) -> Result<String, Failure> {
    desk.passwords.hash(password).await.map_err(|error| Failure::Failed(format!("the password: {error}")))
}

fn show(password: &str, made: bool) {
    if made {
        println!("password: {password}");
    }
}

pub async fn find(desk: &Desk, text: &str) -> Result<Account, Failure> {
    let address = parse(text)?;
    let found = desk.store.account_by_address(&address).await.map_err(|error| failed(text, error))?;
    found.ok_or_else(|| Failure::Failed(format!("{address} is not an account of this server")))
}

/// None: as all accounts.
fn allowed(text: &str) -> Result<Option<i64>, Failure> {
    let wrong = || Failure::Usage(format!("{} is not a whole number, nor -", table::plain(text)));
    match text {
        "-" => Ok(None),
        number => number.parse::<u32>().map(|number| Some(number.into())).map_err(|_| wrong()),
    }
}

fn size(text: &str) -> Result<i64, Failure> {
    let wrong = || Failure::Usage(format!("{} is not a size, as 500MiB or 2GiB; 0 for no limit", table::plain(text)));
    parse_size(text).and_then(|size| i64::try_from(size).ok()).ok_or_else(wrong)
}

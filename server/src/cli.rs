//! The command line. `restante` alone serves; the other commands work on the same store, also while it serves.

mod account;
mod alias;
mod backup;
mod device;
mod domain;
mod queue;
mod report;
mod signing;
mod table;
mod tls;
mod trace;
pub mod trial;

use crate::clock::Clock;
use crate::config::{Config, ConfigError};
use crate::failure::Failure;
use crate::house::open_store;
use crate::passwords::Passwords;
use crate::tls::install_provider;
use crate::{allocator, maillog, run};
use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use mail::Address;
use std::path::PathBuf;
use std::process::ExitCode;
use store::{Store, StoreError};

/// Mail for travellers: SMTP, POP3 and webmail in one program.
#[derive(Parser)]
#[command(name = "restante", version, disable_help_subcommand = false)]
struct Cli {
    /// The file with the configuration; without it `restante.toml` in the data directory, if it is there.
    #[arg(long, env = "RESTANTE_CONFIG", value_name = "FILE", global = true)]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve mail and webmail (the default).
    Serve {
        /// On the first start, make two domains and three accounts to try it with, and print their passwords.
        #[arg(long)]
        trial: bool,
    },
    /// Accounts: who has mail here.
    #[command(subcommand)]
    Account(account::Command),
    /// Aliases: one address for many.
    #[command(subcommand)]
    Alias(alias::Command),
    /// Domains: whose mail comes here.
    #[command(subcommand)]
    Domain(domain::Command),
    /// Mail that waits to go out.
    #[command(subcommand)]
    Queue(queue::Command),
    /// What other providers tell of mail in our domains' names (DMARC), and of mail to them (TLS).
    #[command(subcommand)]
    Report(report::Command),
    /// Where is my mail? What other servers brought, and what they were told.
    Trace(trace::Ask),
    /// Certificates: which are shown, and fetching new ones.
    #[command(subcommand)]
    Tls(tls::Command),
    /// Copy everything into a new directory, also while the server runs. A server can be started on the copy.
    Backup { dir: PathBuf },
    /// Check the configuration and the certificate it names, and do nothing else.
    Check,
}

/// What those two keys may be.
const PEM: &str = "each may be the path of a PEM file that can be read";

/// The store and what commands need beside it.
struct Desk {
    store: Store,
    config: Config,
    clock: Clock,
    passwords: Passwords,
}

pub fn main() -> ExitCode {
    match begin() {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Usage(line)) => {
            eprintln!("restante: {line}");
            ExitCode::from(2)
        }
        Err(Failure::Failed(line)) => {
            eprintln!("restante: {line}");
            ExitCode::FAILURE
        }
    }
}

fn begin() -> Result<(), Failure> {
    let matches = match Cli::command().args(Config::flags()).try_get_matches() {
        Ok(matches) => matches,
        Err(error) if !error.use_stderr() => {
            let _ = error.print();
            return Ok(());
        }
        Err(error) => return Err(Failure::Usage(first_line(&error))),
    };
    let cli = Cli::from_arg_matches(&matches).map_err(|error| Failure::Usage(first_line(&error)))?;
    // A flag may stand before or behind the command.
    let mut innermost = &matches;
    while let Some((_, inner)) = innermost.subcommand() {
        innermost = inner;
    }
    let flags = Config::given(innermost);
    let command = cli.command.unwrap_or(Command::Serve { trial: false });
    let usual = if matches!(command, Command::Serve { trial: true }) { Config::for_trial() } else { Config::default() };
    let loaded = usual.load(cli.config.as_deref(), environment(), &flags);
    let config = loaded.map_err(|ConfigError(line)| Failure::Usage(line))?;
    if matches!(command, Command::Serve { .. }) {
        allocator::tame();
    }
    install_provider();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::Failed(format!("the runtime cannot be started: {error}")))?;
    runtime.block_on(obey(command, config))
}

async fn obey(command: Command, config: Config) -> Result<(), Failure> {
    match command {
        Command::Serve { trial } => {
            maillog::start(&config);
            run::run(config, trial).await
        }
        Command::Backup { dir } => backup::obey(&dir, &Desk::open(config).await?).await,
        Command::Check => {
            if !config.tls_certificate.is_empty() {
                let read = crate::tls::Tls::new(&config);
                read.map_err(|error| Failure::Usage(format!("tls_certificate and tls_key: {error}; {PEM}")))?;
            }
            println!("The configuration is in order. Data: {}", config.data.display());
            if config.hostname.as_str() == "localhost" {
                println!("hostname is not set: other servers will distrust one that calls itself localhost");
            }
            Ok(())
        }
        Command::Account(command) => account::obey(command, &Desk::open(config).await?).await,
        Command::Alias(command) => alias::obey(command, &Desk::open(config).await?).await,
        Command::Domain(command) => domain::obey(command, &Desk::open(config).await?).await,
        Command::Queue(command) => queue::obey(command, &Desk::open(config).await?).await,
        Command::Report(command) => report::obey(command, &Desk::open(config).await?).await,
        Command::Trace(ask) => trace::obey(ask, &Desk::open(config).await?).await,
        Command::Tls(command) => tls::obey(command, &config).await,
    }
}

impl Desk {
    async fn open(config: Config) -> Result<Desk, Failure> {
        let clock = Clock;
        let passwords = Passwords::new(config.argon2, clock).ok_or_else(|| {
            Failure::Usage("argon2_memory and argon2_iterations do not go together: argon2 refuses them".to_owned())
        })?;
        let store = open_store(&config).await?;
        Ok(Desk { store, config, clock, passwords })
    }
}

/// Variables that are not text are nobody's configuration.
fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

/// clap explains at length; the first line says what is wrong.
fn first_line(error: &clap::Error) -> String {
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return "the command is not complete; see restante --help".to_owned();
    }
    let text = error.to_string();
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    format!("{}; see restante --help", line.trim_start_matches("error: "))
}

/// An address as it was typed.
fn address(text: &str) -> Result<Address, Failure> {
    Address::parse(text).map_err(|error| Failure::Usage(format!("{} is not an address: {error}", table::plain(text))))
}

/// What a store's answer means to whoever typed the command.
fn failed(what: &str, error: StoreError) -> Failure {
    Failure::Failed(format!("{what}: {error}"))
}

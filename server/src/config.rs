//! What an operator may decide. Each key can stand in the file (`restante.toml`), in the environment
//! (`RESTANTE_KEY`) or as a flag (`--key`); flags win over the environment, and that over the file.

mod checks;
mod defaults;
mod keys;
mod values;

use crate::destination::harvest::NameLimit;
use crate::network::Network;
use crate::passwords::Cost;
use crate::sign_in::GuessLimit;
use keys::{KEYS, Key};
use mail::{Address, Domain};
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use checks::{Against, Checks, DnsFails, HeloCheck};
pub use values::{separator as parse_separator, size as parse_size};

/// Everything that is decided before the start. Read once.
#[derive(Clone, Debug)]
pub struct Config {
    pub data: PathBuf,
    /// How this server names itself to others: in the banner, EHLO, Received.
    pub hostname: Domain,
    /// Listeners; none is off. Port 0 takes a free one.
    pub smtp: Option<SocketAddr>,
    pub submission: Option<SocketAddr>,
    pub lmtp: Option<SocketAddr>,
    pub pop3: Option<SocketAddr>,
    pub http: Option<SocketAddr>,
    /// The same under TLS from the first octet (RFC 8314 §3): ports 465, 995 and 443.
    pub submissions: Option<SocketAddr>,
    pub pop3s: Option<SocketAddr>,
    pub https: Option<SocketAddr>,
    /// What people type to reach the webmail, without a trailing slash; none: what their browser names in Host.
    pub web_url: Option<String>,
    /// Proxies in front of the mail ports, which say whom they bring (PROXY protocol).
    pub proxy_protocol_from: Vec<Network>,
    /// HTTP proxies in front of us whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    pub plaintext_auth: PlaintextAuth,
    /// Certificate chains and, in the same order, their keys; the first is shown to who names no host.
    pub tls_certificate: Vec<PathBuf>,
    pub tls_key: Vec<PathBuf>,
    pub acme: Acme,

    /// DNS servers to ask; empty: the system's.
    pub dns: Vec<SocketAddr>,
    /// Where mail for a domain goes, whatever DNS says: host name or address, and port.
    pub next_hop: HashMap<String, (String, u16)>,
    pub outbound_port: u16,
    /// Destinations served at once.
    pub outbound_destinations: usize,
    /// Connections to one destination at once.
    pub outbound_connections: usize,
    pub outbound_tls: bool,
    /// One courier goes on for so long; what is left then goes another time.
    pub outbound_round: Duration,
    /// What is demanded of the TLS of some destinations, whatever they say of themselves; `*`: of all others.
    pub outbound_tls_policy: HashMap<String, TlsDemand>,
    /// Servers that take mail for some destinations, or for all others (`*`), instead of those that DNS names.
    pub smarthost: HashMap<String, (String, u16)>,
    /// The file with their passwords: host, user and password a line.
    pub smarthost_passwords: Option<PathBuf>,
    /// Whether policies that others publish (RFC 8461) are asked for and obeyed, and the port they are fetched at.
    pub mta_sts: bool,
    pub mta_sts_port: u16,
    /// Whether TLSA records that DNSSEC proves (RFC 7672) are asked for and obeyed.
    pub dane: bool,
    /// Keys that DNSSEC is trusted for, instead of the root's.
    pub dns_trust_anchor: Option<PathBuf>,
    /// Who may sign other servers' certificates (PEM); none: whom the system trusts.
    pub outbound_roots: Option<PathBuf>,
    /// Whether what leaves is signed, for domains that have keys; new domains get keys then.
    pub dkim_signing: bool,
    /// Whom reports to other domains are from; none: none are sent.
    pub report_from: Option<Address>,
    /// What one report is about.
    pub report_period: Duration,
    /// Waits before the first attempt, the second and so on; the last one repeats.
    pub retry_schedule: Vec<Duration>,
    /// A sender is told once that a message has not been delivered for so long; zero: never.
    pub delay_warning: Duration,
    /// A message that could not be delivered for so long is returned.
    pub expiry: Duration,
    pub connect_timeout: Duration,
    /// For each reply of a remote server.
    pub reply_timeout: Duration,

    /// Octets of a message at most.
    pub message_size: u64,
    /// Recipients of one message at most.
    pub recipients: usize,
    /// Connections of one listener at most, in all and from one peer.
    pub connections: usize,
    pub connections_per_peer: usize,
    /// New connections that one peer may make to one listener in a minute.
    pub connection_rate: u32,
    /// Messages and recipients from one peer to the SMTP listener in an hour; 0: as many as come.
    pub peer_messages: u32,
    pub peer_recipients: u32,
    /// Silence before a client is told to go: between commands, and in a message.
    pub command_timeout: Duration,
    pub data_timeout: Duration,
    pub pop3_timeout: Duration,
    /// How long a program may take until it has signed in.
    pub sign_in_timeout: Duration,
    /// The longest a connection may last.
    pub session_timeout: Duration,
    /// How long closing waits for sessions under way.
    pub shutdown_timeout: Duration,
    /// Octets of a message held in memory; more go to a file.
    pub spool_memory: usize,
    /// The sign before the detail of an address here (`bob+news@`); none: there are no details.
    pub address_separator: Option<char>,
    /// How many names that nobody has one peer may ask for.
    pub unknown_recipients: NameLimit,
    /// Whether the sender's domain must exist in DNS.
    pub check_sender_domain: bool,
    /// Who vouches for mail from outside.
    pub checks: Checks,

    pub argon2: Cost,
    pub sign_in: GuessLimit,
    /// What an account may send in a day before the rest is held; an account may have numbers of its own.
    pub daily_messages: u32,
    pub daily_new_recipients: u32,
    /// Whether Received tells where a program of ours sits.
    pub reveal_client: bool,
    /// Octets a new account may hold; 0 for no limit.
    pub quota: u64,
    /// Wrong commands and failed sign-ins after which a session is ended.
    pub max_errors: u32,
    /// Octets of large messages in memory at once, when they have come in.
    pub incoming_memory: u64,
    /// Octets of large messages in memory at once, on their way to servers.
    pub carried_memory: u64,
    /// Sign-ins that may wait until their password can be looked at.
    pub sign_in_waiting: u32,
    /// A webmail session ends after so long without a request.
    pub web_idle: Duration,
    /// And after so long in any case.
    pub web_session: Duration,
    /// The longest that a destination rests which cannot be reached: the schedule grows to hours, but what comes new should
    /// not wait so long.
    pub longest_rest: Duration,
    /// How long an HTTP client may take for the header of a request.
    pub http_header_timeout: Duration,
    /// Messages of one POP3 session at most, the latest: each is held in memory with its size and its unique id.
    pub pop3_messages: i64,
    pub pop3_deletes: Pop3Deletes,
    /// Days that what was deleted stays in Trash; 0: for ever.
    pub trash_days: u32,
    /// Octets of disk that are kept free: below, nothing new is accepted.
    pub disk_reserve: u64,
    pub readers: u32,
    pub log: String,
    pub log_format: LogFormat,
}

/// What is demanded of a connection to another server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TlsDemand {
    /// In the clear, even where TLS is offered.
    Never,
    /// Encrypted where it is offered (RFC 7435).
    Opportunistic,
    /// Encrypted, or not at all; whoever is at the other end.
    Encrypted,
    /// Encrypted, with a certificate for the server's name by somebody trusted.
    Verified,
}

/// Where a password may be sent without TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlaintextAuth {
    pub submission: bool,
    pub pop3: bool,
}

/// Certificates from an authority that speaks ACME (RFC 8555). None are asked for while `domains` is empty.
#[derive(Clone, Debug)]
pub struct Acme {
    pub directory: String,
    /// Where the authority writes to when something is wrong.
    pub contact: Vec<Address>,
    pub domains: Vec<Domain>,
    /// The root that the authority's own server is trusted by; none: the system's.
    pub root: Option<PathBuf>,
    pub challenge: AcmeChallenge,
}

/// How the authority sees that a name is ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcmeChallenge {
    /// It connects to the `https` listener, port 443 to it (RFC 8737).
    TlsAlpn,
    /// It asks the `http` listener, port 80 to it (RFC 8555 §8.3).
    Http,
}

/// What DELE and QUIT of a POP3 program mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pop3Deletes {
    /// To Trash, for `trash_days`: what a desktop takes is still there for a traveller.
    ToTrash,
    /// For ever, as the program asks.
    ForEver,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

/// A configuration that is wrong: one line for the operator.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub String);

impl Config {
    /// Puts file, environment and flags over what holds when nothing is said. `flags` has the keys given on the command line; `file` the one
    /// named there. Without it `restante.toml` in the data directory is read, if there is one.
    pub fn load(
        self,
        file: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
        flags: &[(&'static str, String)],
    ) -> Result<Config, ConfigError> {
        let environment = from_environment(environment)?;
        let data = flags.iter().chain(&environment).find(|(name, _)| *name == "data");
        let usual = data.map_or_else(|| self.data.clone(), |(_, data)| PathBuf::from(data)).join("restante.toml");
        let text = match file {
            Some(file) => Some((file, read(file)?)),
            None if usual.exists() => Some((usual.as_path(), read(&usual)?)),
            None => None,
        };

        let mut config = self;
        if let Some((file, text)) = text {
            config.apply_file(&file.display().to_string(), &text)?;
        }
        for (name, value) in &environment {
            config.apply(key(name)?, value, &format!("in the environment (RESTANTE_{})", name.to_uppercase()))?;
        }
        for (name, value) in flags {
            config.apply(key(name)?, value, &format!("in --{}", name.replace('_', "-")))?;
        }
        config.check()?;
        Ok(config)
    }

    fn apply_file(&mut self, file: &str, text: &str) -> Result<(), ConfigError> {
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
            let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
            ConfigError(format!("{file}, line {line}: not TOML: {}", one_line(error.message())))
        })?;
        for (name, value) in &table {
            let key = key(name).map_err(|ConfigError(unknown)| ConfigError(format!("{unknown} (in {file})")))?;
            self.apply(key, &values::flat(value), &format!("in {file}"))?;
        }
        Ok(())
    }

    fn apply(&mut self, key: &Key, value: &str, place: &str) -> Result<(), ConfigError> {
        (key.set)(self, value.trim()).ok_or_else(|| {
            let value = one_line(value);
            ConfigError(format!(
                "{} = \"{value}\" {place} is wrong: it is {}; it may be {}",
                key.name, key.what, key.may_be
            ))
        })
    }

    /// What no key can see alone.
    fn check(&self) -> Result<(), ConfigError> {
        let wrong = |text: &str| Err(ConfigError(text.to_owned()));
        match (self.tls_certificate.len(), self.tls_key.len()) {
            (certificates, 0) if certificates > 0 => {
                wrong("tls_key is missing: it is the file with the private key of tls_certificate; it may be a path")
            }
            (0, keys) if keys > 0 => {
                wrong("tls_certificate is missing: it is the file with the certificate of tls_key; it may be a path")
            }
            (certificates, keys) if certificates != keys => {
                wrong("tls_certificate and tls_key do not name equally many files: each certificate has its own key")
            }
            _ => self.acme.check(self),
        }
    }

    /// Flags for clap, one a key.
    pub fn flags() -> impl Iterator<Item = clap::Arg> {
        KEYS.iter().map(|key| {
            clap::Arg::new(key.name)
                .long(key.name.replace('_', "-"))
                .value_name("VALUE")
                .help(format!("{}: {}", key.what, key.may_be))
                .help_heading("Configuration (also RESTANTE_<KEY> and restante.toml)")
                .hide_short_help(true)
                .global(true)
        })
    }

    /// The keys that were given as flags.
    pub fn given(matches: &clap::ArgMatches) -> Vec<(&'static str, String)> {
        let value = |name: &str| matches.get_one::<String>(name).cloned();
        KEYS.iter().filter_map(|key| value(key.name).map(|value| (key.name, value))).collect()
    }

    /// The wait after `attempts` attempts.
    pub fn retry_after(&self, attempts: i64) -> Duration {
        let index = usize::try_from(attempts).unwrap_or(0).min(self.retry_schedule.len().saturating_sub(1));
        self.retry_schedule.get(index).copied().unwrap_or(self.expiry)
    }
}

impl Acme {
    fn check(&self, config: &Config) -> Result<(), ConfigError> {
        let (door, key, port) = match self.challenge {
            AcmeChallenge::TlsAlpn => (config.https, "https", 443),
            AcmeChallenge::Http => (config.http, "http", 80),
        };
        if self.domains.is_empty() || door.is_some() {
            return Ok(());
        }
        Err(ConfigError(format!(
            "{key} = \"off\" does not go with acme_domains: the authority asks at port {port}; open {key} there, or choose \
             another acme_challenge"
        )))
    }
}

fn key(name: &str) -> Result<&'static Key, ConfigError> {
    KEYS.iter().find(|key| key.name == name).ok_or_else(|| {
        let near = KEYS.iter().find(|key| key.name.contains(name) || name.contains(key.name));
        let hint =
            near.map_or_else(|| "all keys: restante help serve".to_owned(), |key| format!("perhaps {}", key.name));
        ConfigError(format!("{} is not a key of the configuration; {hint}", one_line(name)))
    })
}

fn from_environment(
    environment: impl Iterator<Item = (String, String)>,
) -> Result<Vec<(&'static str, String)>, ConfigError> {
    let mut given = Vec::new();
    for (variable, value) in environment {
        // Not keys: where the keys are, and where the build finds the site (build.rs) and tests find public suites.
        if matches!(variable.as_str(), "RESTANTE_CONFIG" | "RESTANTE_SITE_DIR" | "RESTANTE_TEST_DATA") {
            continue;
        }
        if let Some(name) = variable.strip_prefix("RESTANTE_") {
            let key = key(&name.to_lowercase())
                .map_err(|ConfigError(unknown)| ConfigError(format!("{unknown} (in the environment: {variable})")))?;
            given.push((key.name, value));
        }
    }
    Ok(given)
}

fn read(file: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(file).map_err(|error| {
        let file = file.display();
        ConfigError(format!("{file} cannot be read: {error}; it is the file with the configuration, and --config or RESTANTE_CONFIG may name another"))
    })
}

/// Whatever was typed stays on one line of the operator's terminal.
fn one_line(text: &str) -> String {
    text.chars().take(200).map(|char| if char.is_control() { ' ' } else { char }).collect()
}

#[cfg(test)]
mod tests;

//! Everything that the rooms share, put together once at the start.

use crate::carry::Carry;
use crate::clock::Clock;
use crate::config::Config;
use crate::destination::harvest::Harvest;
use crate::dns::Dns;
use crate::failure::Failure;
use crate::inbound::checks::dnsbl::Listings;
use crate::notify::Notify;
use crate::outbound::{Logins, SeatsOut, Signers, StsMemory, Trust};
use crate::pace::Pace;
use crate::passwords::Passwords;
use crate::pop3::Maildrops;
use crate::sign_in::SignIn;
use crate::spool::Spool;
use crate::submission::Allowances;
use crate::tls::Tls;
use crate::trace::Trace;
use mail::Address;
use std::sync::Arc;
use store::{Options, Recipient, Store, StoreError};

/// The house. Handed around as an `Arc`.
pub struct House {
    pub config: Config,
    pub clock: Clock,
    pub store: Store,
    pub notify: Notify,
    pub passwords: Passwords,
    pub sign_in: SignIn,
    pub dns: Dns,
    /// What lists of bad addresses said of late.
    pub listings: Listings,
    /// Notes of what was refused.
    pub trace: Trace,
    pub spool: Spool,
    pub tls: Tls,
    pub maildrops: Maildrops,
    /// How much each account may send.
    pub allowances: Allowances,
    /// How much each peer may send.
    pub pace: Pace,
    /// What return addresses of forwarded mail are signed with.
    pub srs_key: [u8; 32],
    pub harvest: Harvest,
    /// Large messages on their way to other servers.
    pub carry_to_servers: Carry,
    /// Connections to one address of another server at once.
    pub seats_out: SeatsOut,
    /// Who may sign other servers' certificates.
    pub trust: Trust,
    pub sts: StsMemory,
    /// Who we are to smarthosts.
    pub logins: Logins,
    /// Keys that sign what leaves.
    pub signers: Signers,
    /// Rung when something was put into the queue or made due.
    pub queue_bell: tokio::sync::Notify,
}

impl House {
    /// Opens the store and all that stands on it. The error is one line for the operator.
    pub async fn open(config: Config) -> Result<Arc<House>, Failure> {
        let clock = Clock;
        let data = config.data.display().to_string();
        std::fs::create_dir_all(&config.data)
            .map_err(|error| Failure::Usage(format!("data = \"{data}\" cannot be made: {error}")))?;
        let store = open_store(&config).await?;
        let passwords = Passwords::new(config.argon2, clock)
            .map(|desk| desk.with_room_for(config.sign_in_waiting))
            .ok_or("argon2_memory and argon2_iterations do not go together: argon2 refuses them")
            .map_err(|line| Failure::Usage(line.to_owned()))?;
        let spool = Spool::open(config.data.join("spool"), config.spool_memory, config.incoming_memory)
            .map_err(|error| Failure::Failed(format!("the spool in {data} cannot be opened: {error}")))?;
        let dns = Dns::new(&config).map_err(|error| {
            Failure::Usage(format!(
                "dns: the resolver cannot be started: {error}; it may be IP addresses of DNS servers, as 192.0.2.53"
            ))
        })?;
        let tls = Tls::new(&config).map_err(|error| Failure::Usage(format!("tls_certificate and tls_key: {error}")))?;
        let carried = u32::try_from(config.carried_memory / 1024).unwrap_or(u32::MAX);
        let srs_key = store.secret("srs", clock.random()).await;
        let srs_key = srs_key.map_err(|error| Failure::Failed(format!("the store in {data}: {error}")))?;
        Ok(Arc::new(House {
            harvest: Harvest::new(config.unknown_recipients),
            srs_key,
            sign_in: SignIn::new(store.clone(), passwords.clone(), clock, config.sign_in),
            trace: Trace::start(store.clone()),
            listings: Listings::default(),
            notify: Notify::default(),
            maildrops: Maildrops::default(),
            allowances: Allowances::default(),
            pace: Pace::new(&config, clock),
            carry_to_servers: Carry::new(carried),
            seats_out: SeatsOut::new(config.outbound_connections),
            trust: Trust::new(&config).map_err(Failure::Usage)?,
            sts: StsMemory::default(),
            logins: Logins::read(&config).map_err(Failure::Usage)?,
            signers: Signers::default(),
            queue_bell: tokio::sync::Notify::new(),
            config,
            clock,
            store,
            passwords,
            dns,
            spool,
            tls,
        }))
    }
}

impl House {
    /// Who gets mail to `address`. The house itself has two names of its own, whether or not it is one of our domains: who
    /// answers a bounce or writes to the host in the banner reaches the postmaster.
    pub async fn resolve(&self, address: &Address) -> Result<Recipient, StoreError> {
        match self.store.resolve(address).await? {
            Recipient::Elsewhere | Recipient::Unknown if self.is_of_the_house(address) => self.store.postmaster().await,
            found => Ok(found),
        }
    }

    /// The house's own names.
    pub fn is_of_the_house(&self, address: &Address) -> bool {
        let daemon = address.local().eq_ignore_ascii_case("mailer-daemon");
        (daemon || address.is_postmaster()) && *address.domain() == self.config.hostname
    }
}

/// The store alone, for the commands that need nothing else.
pub async fn open_store(config: &Config) -> Result<Store, Failure> {
    let options = Options { dir: config.data.clone(), readers: config.readers, reserve: config.disk_reserve };
    let store = Store::open(options).await;
    store
        .map(|store| store.separated_by(config.address_separator))
        .map_err(|error| Failure::Failed(format!("the store in {} cannot be opened: {error}", config.data.display())))
}

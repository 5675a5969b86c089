//! The server from start to end: opens the house, opens the doors, says that it is ready, and closes in order.

use crate::cli::trial;
use crate::config::Config;
use crate::house::House;
use crate::inbound::lmtp::LmtpDesk;
use crate::inbound::mx::MxDesk;
use crate::inbound::session::{self, Driver};
use crate::lifecycle::{Shutdown, watch_signals};
use crate::listen::{Door, Limits, bind};
use crate::proxied::Proxies;
use crate::submission::desk::SubmissionDesk;
use crate::wire::Wire;
use crate::{janitor, outbound, pop3, web};
use protocol::smtp::server::{Config as SmtpConfig, Session};
use std::fs::File;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;

/// Runs until a signal. The error is one line for the operator.
pub async fn run(config: Config, on_trial: bool) -> Result<(), String> {
    let shutdown = Shutdown::default();
    watch_signals(shutdown.clone()).map_err(|error| format!("signals cannot be watched: {error}"))?;
    raise_file_limit();
    let lock = lock(&config)?;
    let house = House::open(config).await?;
    // Under `serving.lock`: a command that opens the store meanwhile sweeps nothing away.
    house.store.clear_leftovers();
    let config = &house.config;
    let limits = || Limits::new(config.connections, config.connections_per_peer);
    let proxies = || Proxies::new(config.proxy_protocol_from.clone(), config.connections);

    // Every door is open before the first word about being ready, and a port in use is found before anything runs.
    let smtp = smtp_config(&house);
    let smtp_door = open("smtp", config.smtp, &limits, &proxies, || session::turned_away(&smtp)).await?;
    let submission = submission_config(&house);
    let submission_door =
        open("submission", config.submission, &limits, &proxies, || session::turned_away(&submission)).await?;
    let lmtp = lmtp_config(&house);
    let lmtp_door = open("lmtp", config.lmtp, &limits, &proxies, || session::turned_away(&lmtp)).await?;
    let pop3 = pop3::config(&house);
    let pop3_door = open("pop3", config.pop3, &limits, &proxies, || pop3::turned_away(&pop3)).await?;
    let http = match config.http {
        Some(address) => Some(bind("http", address).await?),
        None => None,
    };

    let mut ready = Ready::default();
    if let Some(door) = smtp_door {
        ready.add(door.name, &door.listener);
        let (house, inside) = (Arc::clone(&house), shutdown.clone());
        shutdown.spawn(door.serve(shutdown.clone(), move |stream, peer| {
            let (desk, session) = (MxDesk::new(Arc::clone(&house)), Session::new(Arc::clone(&smtp), false));
            let driver = Driver { house: Arc::clone(&house), desk, wire: Wire::new(stream), peer, session };
            driver.run(inside.clone())
        }));
    }
    if let Some(door) = submission_door {
        ready.add(door.name, &door.listener);
        let (house, inside) = (Arc::clone(&house), shutdown.clone());
        shutdown.spawn(door.serve(shutdown.clone(), move |stream, peer| {
            let (desk, session) =
                (SubmissionDesk::new(Arc::clone(&house)), Session::new(Arc::clone(&submission), false));
            let driver = Driver { house: Arc::clone(&house), desk, wire: Wire::new(stream), peer, session };
            driver.run(inside.clone())
        }));
    }
    if let Some(door) = lmtp_door {
        ready.add(door.name, &door.listener);
        let (house, inside) = (Arc::clone(&house), shutdown.clone());
        shutdown.spawn(door.serve(shutdown.clone(), move |stream, peer| {
            let (desk, session) = (LmtpDesk::new(Arc::clone(&house)), Session::new(Arc::clone(&lmtp), false));
            let driver = Driver { house: Arc::clone(&house), desk, wire: Wire::new(stream), peer, session };
            driver.run(inside.clone())
        }));
    }
    if let Some(door) = pop3_door {
        ready.add(door.name, &door.listener);
        let (house, inside) = (Arc::clone(&house), shutdown.clone());
        shutdown.spawn(door.serve(shutdown.clone(), move |stream, peer| {
            let collector = pop3::Collector::new(Arc::clone(&house), Wire::new(stream), peer, Arc::clone(&pop3));
            collector.run(inside.clone())
        }));
    }
    if let Some(listener) = http {
        ready.add("http", &listener);
        let serving = web::serve(Arc::clone(&house), listener, shutdown.clone());
        shutdown.spawn(async move {
            if let Err(error) = serving.await {
                tracing::error!(%error, "the webmail stopped");
            }
        });
    }
    shutdown.spawn(outbound::run(Arc::clone(&house), shutdown.clone()));
    shutdown.spawn(janitor::run(Arc::clone(&house), shutdown.clone()));

    if on_trial {
        trial::prepare(&house, &ready.doors).await?;
    }
    ready.say(&house);

    shutdown.begun().await;
    let left = shutdown.drained(house.config.shutdown_timeout).await;
    if left > 0 {
        tracing::warn!(left, "some sessions did not end in time and are cut off");
    }
    house.trace.flush().await;
    house.store.close().await;
    drop(lock);
    tracing::info!("closed");
    Ok(())
}

async fn open(
    name: &'static str,
    address: Option<SocketAddr>,
    limits: &impl Fn() -> Limits,
    proxies: &impl Fn() -> Proxies,
    turned_away: impl Fn() -> Vec<u8>,
) -> Result<Option<Door>, String> {
    match address {
        Some(address) => Door::open(name, address, limits(), proxies(), turned_away()).await.map(Some),
        None => Ok(None),
    }
}

fn smtp_config(house: &House) -> Arc<SmtpConfig> {
    let config = &house.config;
    Arc::new(SmtpConfig {
        size_limit: config.message_size,
        max_recipients: config.recipients,
        max_errors: config.max_errors,
        tls_available: true,
        ..SmtpConfig::mx(config.hostname.clone())
    })
}

fn lmtp_config(house: &House) -> Arc<SmtpConfig> {
    let config = &house.config;
    Arc::new(SmtpConfig {
        size_limit: config.message_size,
        max_recipients: config.recipients,
        max_errors: config.max_errors,
        tls_available: true,
        ..SmtpConfig::lmtp(config.hostname.clone())
    })
}

fn submission_config(house: &House) -> Arc<SmtpConfig> {
    let config = &house.config;
    Arc::new(SmtpConfig {
        size_limit: config.message_size,
        max_recipients: config.recipients,
        max_errors: config.max_errors,
        tls_available: true,
        require_tls_for_auth: !config.plaintext_auth.submission,
        ..SmtpConfig::submission(config.hostname.clone())
    })
}

/// Doors that are open, with the ports they really have.
#[derive(Default)]
struct Ready {
    doors: Vec<(&'static str, SocketAddr)>,
}

impl Ready {
    fn add(&mut self, name: &'static str, listener: &tokio::net::TcpListener) {
        self.doors.extend(listener.local_addr().ok().map(|address| (name, address)));
    }

    /// One line, on standard output for whoever waits for it, and in the log.
    fn say(&self, house: &House) {
        let doors = self.doors.iter().map(|(name, address)| format!("{name}={address}")).collect::<Vec<_>>().join(" ");
        let mut out = std::io::stdout().lock();
        // Whoever closed our standard output does not want to know.
        let _ = writeln!(out, "ready {doors}").and_then(|()| out.flush());
        tracing::info!(hostname = %house.config.hostname, data = %house.config.data.display(), "ready {doors}");
    }
}

/// Two servers on one data directory would deliver everything twice. A kill lets go of the lock.
fn lock(config: &Config) -> Result<File, String> {
    let data = config.data.display();
    std::fs::create_dir_all(&config.data)
        .map_err(|error| format!("data = \"{data}\" cannot be made: {error}; it may be a path that can be written"))?;
    let file = File::create(config.data.join("serving.lock")).map_err(|error| {
        format!("data = \"{data}\" cannot be written: {error}; it may be a path that can be written")
    })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(_) => Err(format!("data = \"{data}\" is in use by another server; it may be a directory of its own")),
    }
}

/// As many connections as the system lets us have: the usual soft limit is a thousand.
fn raise_file_limit() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::warn!(%error, "the limit of open files could not be raised");
    }
}

//! The server from start to end: opens the house, opens the doors, says that it is ready, and closes in order.

use crate::cli::trial;
use crate::config::Config;
use crate::doors::{self, Encryption};
use crate::failure::Failure;
use crate::house::House;
use crate::inbound::session;
use crate::lifecycle::{Shutdown, watch_signals};
use crate::listen::Door;
use crate::proxied::Proxies;
use crate::tls::{Sources, fetch_certificates};
use crate::{janitor, outbound, pop3, reports, web};
use protocol::smtp::server::Config as SmtpConfig;
use std::fs::File;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;

/// Runs until a signal. The error is one line for the operator.
pub async fn run(config: Config, on_trial: bool) -> Result<(), Failure> {
    let shutdown = Shutdown::default();
    watch_signals(shutdown.clone()).map_err(|error| Failure::Failed(format!("signals cannot be watched: {error}")))?;
    raise_file_limit();
    let lock = lock(&config).map_err(Failure::Usage)?;
    let house = House::open(config).await?;
    // Under `serving.lock`: a command that opens the store meanwhile sweeps nothing away.
    house.store.clear_leftovers();
    let config = &house.config;

    // Every door is open before the first word about being ready, and a port in use is found before anything runs.
    let smtp = smtp_config(&house);
    let smtp_door = open("smtp", config.smtp, &house, || session::turned_away(&smtp)).await?;
    let submission = submission_config(&house);
    let submission_door = open("submission", config.submission, &house, || session::turned_away(&submission)).await?;
    // To whom expects TLS, words in the clear say nothing.
    let submissions_door = open("submissions", config.submissions, &house, Vec::new).await?;
    let lmtp = lmtp_config(&house);
    let lmtp_door = open("lmtp", config.lmtp, &house, || session::turned_away(&lmtp)).await?;
    let pop3 = pop3::config(&house);
    let pop3_door = open("pop3", config.pop3, &house, || pop3::turned_away(&pop3)).await?;
    let pop3s_door = open("pop3s", config.pop3s, &house, Vec::new).await?;
    let http_door = open("http", config.http, &house, web::turned_away).await?;
    let https_door = open("https", config.https, &house, Vec::new).await?;

    // For the mail doors; before the web's, HTTP proxies say it in HTTP (`trusted_proxies`).
    let proxied = |door: Door| door.behind(Proxies::new(config.proxy_protocol_from.clone(), config.connections));

    let mut ready = Ready::default();
    if let Some(door) = smtp_door {
        ready.add(door.name, &door.listener);
        let house = Arc::clone(&house);
        shutdown.spawn(proxied(door).serve(shutdown.clone(), move |stream, address, guest| {
            doors::mx(Arc::clone(&house), Arc::clone(&smtp), stream, address, guest)
        }));
    }
    let ours = [(submission_door, Encryption::OnRequest), (submissions_door, Encryption::FromTheStart)];
    for (door, encryption) in ours {
        let Some(door) = door else { continue };
        ready.add(door.name, &door.listener);
        let (house, rules, patience) = (Arc::clone(&house), Arc::clone(&submission), config.sign_in_timeout);
        shutdown.spawn(proxied(door).sign_in_within(patience).serve(
            shutdown.clone(),
            move |stream, address, guest| {
                doors::submission(Arc::clone(&house), (Arc::clone(&rules), encryption), stream, address, guest)
            },
        ));
    }
    if let Some(door) = lmtp_door {
        ready.add(door.name, &door.listener);
        let house = Arc::clone(&house);
        shutdown.spawn(proxied(door).serve(shutdown.clone(), move |stream, address, guest| {
            doors::lmtp(Arc::clone(&house), Arc::clone(&lmtp), stream, address, guest)
        }));
    }
    for (door, encryption) in [(pop3_door, Encryption::OnRequest), (pop3s_door, Encryption::FromTheStart)] {
        let Some(door) = door else { continue };
        ready.add(door.name, &door.listener);
        let (house, rules, patience) = (Arc::clone(&house), Arc::clone(&pop3), config.sign_in_timeout);
        shutdown.spawn(proxied(door).sign_in_within(patience).serve(
            shutdown.clone(),
            move |stream, address, guest| {
                doors::pop3(Arc::clone(&house), (Arc::clone(&rules), encryption), stream, address, guest)
            },
        ));
    }
    let (http_door, https_door) = (http_door.into_iter(), https_door.into_iter());
    let web_doors = http_door.map(|door| (door, Encryption::OnRequest));
    let web_doors: Vec<_> = web_doors.chain(https_door.map(|door| (door, Encryption::FromTheStart))).collect();
    for (door, _) in &web_doors {
        ready.add(door.name, &door.listener);
    }
    web::serve(&house, web_doors, &shutdown);
    let watching = Sources::new(config).watch(Arc::clone(&house.tls.keyring), shutdown.clone());
    shutdown.spawn(watching);
    shutdown.spawn(fetch_certificates(Arc::clone(&house), shutdown.clone()));
    shutdown.spawn(outbound::run(Arc::clone(&house), shutdown.clone()));
    shutdown.spawn(janitor::run(Arc::clone(&house), shutdown.clone()));
    shutdown.spawn(reports::run(Arc::clone(&house), shutdown.clone()));

    if on_trial {
        trial::prepare(&house, &ready.doors).await.map_err(Failure::Failed)?;
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
    house: &Arc<House>,
    turned_away: impl Fn() -> Vec<u8>,
) -> Result<Option<Door>, Failure> {
    let Some(address) = address else { return Ok(None) };
    Door::open(name, address, house, turned_away()).await.map(Some).map_err(Failure::Usage)
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
        scram: true,
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

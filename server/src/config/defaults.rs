//! What holds when nothing is said: safe on a desk, on ports that need no rights.

use super::{Acme, AcmeChallenge, Checks, Config, LogFormat, PlaintextAuth, Pop3Deletes};
use crate::destination::harvest::NameLimit;
use crate::passwords::Cost;
use crate::sign_in::GuessLimit;
use mail::Domain;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

impl Default for Config {
    fn default() -> Self {
        let minutes = |count: u64| Duration::from_secs(60 * count);
        let loopback = |port| Some(SocketAddr::from(([127, 0, 0, 1], port)));
        Config {
            data: PathBuf::from("./data"),
            hostname: Domain::parse("localhost").expect("localhost is a domain name"),
            smtp: loopback(2525),
            submission: loopback(2587),
            lmtp: None,
            pop3: loopback(2110),
            http: loopback(8080),
            submissions: None,
            pop3s: None,
            https: None,
            web_url: None,
            proxy_protocol_from: Vec::new(),
            trusted_proxies: Vec::new(),
            plaintext_auth: PlaintextAuth::default(),
            tls_certificate: Vec::new(),
            tls_key: Vec::new(),
            acme: Acme {
                directory: "https://acme-v02.api.letsencrypt.org/directory".to_owned(),
                contact: Vec::new(),
                domains: Vec::new(),
                root: None,
                challenge: AcmeChallenge::TlsAlpn,
            },
            dns: Vec::new(),
            next_hop: HashMap::new(),
            outbound_port: 25,
            outbound_destinations: 100,
            outbound_connections: 4,
            outbound_tls: true,
            outbound_round: minutes(60),
            outbound_tls_policy: HashMap::new(),
            smarthost: HashMap::new(),
            smarthost_passwords: None,
            mta_sts: true,
            mta_sts_port: 443,
            dane: false,
            dns_trust_anchor: None,
            outbound_roots: None,
            dkim_signing: true,
            report_from: None,
            report_period: minutes(24 * 60),
            // RFC 5321 §4.5.4.1: two tries in the first hour, then the longer the later.
            retry_schedule: [0, 1, 5, 15, 30, 60, 120, 240, 480].map(minutes).to_vec(),
            delay_warning: minutes(4 * 60),
            expiry: minutes(5 * 24 * 60),
            connect_timeout: Duration::from_secs(30),
            reply_timeout: minutes(5),
            message_size: 25 * 1024 * 1024,
            recipients: 100,
            connections: 2000,
            connections_per_peer: 50,
            connection_rate: 1200,
            peer_messages: 20_000,
            peer_recipients: 100_000,
            command_timeout: minutes(5),
            data_timeout: minutes(3),
            pop3_timeout: minutes(10),
            sign_in_timeout: minutes(2),
            session_timeout: minutes(120),
            shutdown_timeout: Duration::from_secs(10),
            spool_memory: 256 * 1024,
            address_separator: Some('+'),
            unknown_recipients: NameLimit { burst: 30, interval: Duration::from_secs(20) },
            check_sender_domain: true,
            checks: Checks::default(),
            argon2: Cost { memory: 19 * 1024, iterations: 2 },
            sign_in: GuessLimit {
                burst: 30,
                interval: Duration::from_millis(500),
                account_burst: 1000,
                account_interval: Duration::from_secs(1),
            },
            daily_messages: 2000,
            daily_new_recipients: 500,
            reveal_client: false,
            quota: 0,
            max_errors: 20,
            incoming_memory: 16 * 1024 * 1024,
            carried_memory: 128 * 1024 * 1024,
            sign_in_waiting: 256,
            web_idle: minutes(20),
            web_session: minutes(12 * 60),
            longest_rest: minutes(15),
            http_header_timeout: Duration::from_secs(20),
            pop3_messages: 100_000,
            pop3_deletes: Pop3Deletes::ToTrash,
            trash_days: 30,
            disk_reserve: 64 * 1024 * 1024,
            readers: 4,
            log: "info".to_owned(),
            log_format: LogFormat::Text,
        }
    }
}

impl Config {
    /// What a trial has besides: every door that speaks TLS from its first octet, so that all can be tried.
    pub fn for_trial() -> Config {
        let loopback = |port| Some(SocketAddr::from(([127, 0, 0, 1], port)));
        Config { submissions: loopback(2465), pop3s: loopback(2995), https: loopback(8443), ..Config::default() }
    }
}

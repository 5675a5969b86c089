//! Asking DNS, and telling "there is none" from "nobody answered": the one fails for ever, the other is tried again.

mod relay;

use crate::config::Config;
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig};
use hickory_resolver::lookup::Lookup as Answer;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::dnssec::{Proof, TrustAnchors};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use mail::auth::lookup::{Failure, Family, Lookup};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DnsFailure {
    /// NXDOMAIN.
    NoSuchDomain,
    /// The domain exists, but has no such record.
    NoRecord,
    /// SERVFAIL, a time-out, a refusal: ask again later.
    NotNow,
}

/// One MX record. An empty host is the null MX (RFC 7505).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mx {
    pub preference: u16,
    /// Lower case, without a trailing dot.
    pub host: String,
}

/// The resolver, with its cache. Clones share it.
#[derive(Clone)]
pub struct Dns {
    resolver: TokioResolver,
    /// Answers are checked by DNSSEC, and forged ones are none.
    validates: bool,
}

impl Dns {
    /// Uses the servers of the configuration, else the system's.
    pub fn new(config: &Config) -> Result<Dns, String> {
        let mut builder = if config.dns.is_empty() {
            TokioResolver::builder_tokio().map_err(|error| error.to_string())?
        } else {
            let servers = config.dns.iter().copied().map(name_server).collect();
            let servers = ResolverConfig::from_name_servers(servers);
            TokioResolver::builder_with_config(servers, TokioRuntimeProvider::default())
        };
        let options = builder.options_mut();
        options.timeout = Duration::from_secs(3);
        options.attempts = 2;
        options.try_tcp_on_error = true;
        if !config.dns.is_empty() {
            // What these servers say, and not what this machine calls its neighbours.
            options.use_hosts_file = ResolveHosts::Never;
        }
        // A domain that has just been set up, or moved, is seen within this time.
        options.positive_max_ttl = Some(Duration::from_secs(3600));
        options.negative_max_ttl = Some(Duration::from_secs(300));
        options.validate = config.dane;
        if let Some(file) = config.dns_trust_anchor.as_ref().filter(|_| config.dane) {
            let anchors = TrustAnchors::from_file(file);
            let anchors = anchors.map_err(|error| format!("dns_trust_anchor: {}: {error}", file.display()))?;
            builder = builder.with_trust_anchor(Arc::new(anchors));
        }
        Ok(Dns { resolver: builder.build().map_err(|error: NetError| error.to_string())?, validates: config.dane })
    }

    /// Every MX record, lowest preference first.
    pub async fn mx(&self, domain: &str) -> Result<Vec<Mx>, DnsFailure> {
        let answer = self.ask(domain, RecordType::MX).await?;
        let mut hosts: Vec<Mx> = answer
            .answers()
            .iter()
            .filter_map(|record| match &record.data {
                RData::MX(mx) => Some(Mx { preference: mx.preference, host: host_name(&mx.exchange) }),
                _ => None,
            })
            .collect();
        hosts.sort_by_key(|mx| mx.preference);
        if hosts.is_empty() { Err(DnsFailure::NoRecord) } else { Ok(hosts) }
    }

    /// A and AAAA, IPv4 first. One that answers is enough.
    pub async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, DnsFailure> {
        let (four, six) = tokio::join!(self.ask(host, RecordType::A), self.ask(host, RecordType::AAAA));
        let mut found = Vec::new();
        let mut failure = DnsFailure::NoSuchDomain;
        for answer in [four, six] {
            match answer {
                Ok(lookup) => found.extend(lookup.answers().iter().filter_map(|record| record.data.ip_addr())),
                Err(DnsFailure::NotNow) => failure = DnsFailure::NotNow,
                Err(DnsFailure::NoRecord) if failure != DnsFailure::NotNow => failure = DnsFailure::NoRecord,
                Err(_) => {}
            }
        }
        if !found.is_empty() {
            return Ok(found);
        }
        Err(failure)
    }

    /// What this one asks with: the servers, the patience and the cache are the same for whoever borrows it.
    pub fn resolver(&self) -> &TokioResolver {
        &self.resolver
    }

    async fn ask(&self, name: &str, kind: RecordType) -> Result<Answer, DnsFailure> {
        // Fully qualified: the search list of this machine has no say in where mail goes.
        let mut name = Name::from_ascii(name).map_err(|_| DnsFailure::NoSuchDomain)?;
        name.set_fqdn(true);
        self.resolver.lookup(name, kind).await.map_err(|error| failure(&error))
    }
}

/// For the checks of incoming mail.
impl Lookup for Dns {
    async fn txt(&self, name: &str) -> Result<Vec<Vec<u8>>, Failure> {
        let answer = self.ask(name, RecordType::TXT).await?;
        let text = |data: &RData| match data {
            RData::TXT(text) => Some(text.txt_data.iter().flat_map(|part| part.iter().copied()).collect()),
            _ => None,
        };
        some(answer.answers().iter().filter_map(|record| text(&record.data)).collect())
    }

    async fn addresses(&self, name: &str, family: Family) -> Result<Vec<IpAddr>, Failure> {
        let kind = if family == Family::V4 { RecordType::A } else { RecordType::AAAA };
        let answer = self.ask(name, kind).await?;
        some(answer.answers().iter().filter_map(|record| record.data.ip_addr()).collect())
    }

    async fn exchanges(&self, name: &str) -> Result<Vec<String>, Failure> {
        Ok(self.mx(name).await?.into_iter().map(|mx| mx.host).collect())
    }

    async fn pointers(&self, address: IpAddr) -> Result<Vec<String>, Failure> {
        let answer = self.ask(&Name::from(address).to_ascii(), RecordType::PTR).await?;
        let name = |data: &RData| match data {
            RData::PTR(name) => Some(host_name(name)),
            _ => None,
        };
        some(answer.answers().iter().filter_map(|record| name(&record.data)).collect())
    }
}

fn some<T>(found: Vec<T>) -> Result<Vec<T>, Failure> {
    if found.is_empty() { Err(Failure::NoRecord) } else { Ok(found) }
}

impl From<DnsFailure> for Failure {
    fn from(failure: DnsFailure) -> Self {
        match failure {
            DnsFailure::NoSuchDomain => Failure::NoSuchDomain,
            DnsFailure::NoRecord => Failure::NoRecord,
            DnsFailure::NotNow => Failure::NotNow,
        }
    }
}

fn name_server(address: SocketAddr) -> NameServerConfig {
    let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
        connection.port = address.port();
        connection
    });
    NameServerConfig::new(address.ip(), true, connections.to_vec())
}

fn failure(error: &NetError) -> DnsFailure {
    match error {
        NetError::Dns(DnsError::NoRecordsFound(none)) => match none.response_code {
            ResponseCode::NXDomain => DnsFailure::NoSuchDomain,
            ResponseCode::NoError => DnsFailure::NoRecord,
            _ => DnsFailure::NotNow,
        },
        // There is none, and DNSSEC was asked for a proof of that: one that is forged is no answer.
        NetError::Dns(DnsError::Nsec { response, proof, .. }) if *proof != Proof::Bogus => {
            match response.response_code {
                ResponseCode::NXDomain => DnsFailure::NoSuchDomain,
                ResponseCode::NoError => DnsFailure::NoRecord,
                _ => DnsFailure::NotNow,
            }
        }
        _ => DnsFailure::NotNow,
    }
}

fn host_name(name: &Name) -> String {
    name.to_ascii().trim_end_matches('.').to_ascii_lowercase()
}

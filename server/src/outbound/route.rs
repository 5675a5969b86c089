//! Where mail for a domain goes (RFC 5321 §5.1): an override, MX by preference, or the domain's own address.

use super::Finding;
use crate::config::Config;
use crate::dns::{DnsFailure, Mx};
use crate::house::House;
use protocol::smtp::Reply;
use protocol::smtp::client::Login;
use std::net::{IpAddr, SocketAddr};

const NO_SUCH_DOMAIN: Reply = Reply::new(550, (1, 2), "The recipient's domain does not exist");
const TAKES_NO_MAIL: Reply = Reply::new(556, (1, 10), "The recipient's domain takes no mail");
const NO_HOST: Reply = Reply::new(550, (4, 4), "The recipient's domain names no mail server that exists");
const DNS_NOT_NOW: Reply = Reply::new(451, (4, 3), "The recipient's domain cannot be looked up now");
const LOOP: Reply = Reply::new(554, (4, 6), "DNS sends mail for this domain here, but it is not ours: a loop");

/// Addresses tried for one destination at most (RFC 5321 §5.1 asks for two at least).
const TRIED: usize = 10;

/// A server to try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub host: String,
    pub address: SocketAddr,
    /// DNSSEC proves that it serves the destination, and its address.
    pub secure: bool,
}

/// The way to a destination.
#[derive(Clone, Debug, Default)]
pub struct Route {
    /// In their order; one at least.
    pub targets: Vec<Target>,
    /// Who we are there.
    pub login: Option<Login>,
    /// The operator named the server; DNS was not asked who it is.
    pub by_setting: bool,
}

/// The smarthost for a domain: then all that goes there is one destination.
pub fn smarthost<'c>(config: &'c Config, domain: &str) -> Option<&'c (String, u16)> {
    if config.next_hop.contains_key(domain) {
        return None;
    }
    config.smarthost.get(domain).or_else(|| config.smarthost.get("*"))
}

/// What follows from the MX records.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Choice {
    /// Host names by preference; those within one list are equal.
    Hosts(Vec<Vec<String>>),
    /// No MX: the domain is the host.
    Domain,
    Hopeless(Reply),
    NotNow,
}

/// The servers to try for `domain`, in order, or what to tell each recipient.
pub async fn route(house: &House, domain: &str) -> Result<Route, Finding> {
    if let Some((host, port)) = house.config.next_hop.get(domain) {
        return Ok(Route { targets: named(house, host, *port).await?, login: None, by_setting: true });
    }
    if let Some((host, port)) = smarthost(&house.config, domain) {
        let targets = named(house, host, *port).await?;
        return Ok(Route { targets, login: house.logins.of(host), by_setting: true });
    }
    let answer = house.dns.proven_mx(domain).await;
    let proven = answer.as_ref().is_ok_and(|(_, proven)| *proven);
    let choice = choose(answer.map(|(records, _)| records), house.config.hostname.as_str());
    let targets = match choice {
        Choice::Hosts(by_preference) => {
            let mut hosts = Vec::new();
            for mut equal in by_preference {
                // RFC 5321 §5.1: equal preferences in an order of chance, to spread the load.
                house.clock.shuffle(&mut equal);
                hosts.append(&mut equal);
            }
            addresses(house, hosts, house.config.outbound_port, proven).await?
        }
        // That there is no MX is not proven here; the host is the domain itself, and its address may be.
        Choice::Domain => addresses(house, vec![domain.to_owned()], house.config.outbound_port, true).await?,
        Choice::Hopeless(reply) => return Err(Finding::ours(reply)),
        Choice::NotNow => return Err(Finding::ours(DNS_NOT_NOW)),
    };
    Ok(Route { targets: not_ourselves(house, targets).await?, ..Route::default() })
}

/// One that the operator named, by name or address.
async fn named(house: &House, host: &str, port: u16) -> Result<Vec<Target>, Finding> {
    match host.parse::<IpAddr>() {
        Ok(address) => {
            Ok(vec![Target { host: host.to_owned(), address: SocketAddr::new(address, port), secure: false }])
        }
        Err(_) => addresses(house, vec![host.to_owned()], port, false).await,
    }
}

/// Our own address under another name: what is less preferred than it leads in a circle as well (RFC 5321 §5.1).
async fn not_ourselves(house: &House, mut targets: Vec<Target>) -> Result<Vec<Target>, Finding> {
    let ours = house.dns.addresses(house.config.hostname.as_str()).await.unwrap_or_default();
    let port = house.config.smtp.map(|smtp| smtp.port());
    // Behind a port that is not the world's, the same address may be another server's (and is, in tests).
    let is_ours = |target: &Target| ours.contains(&target.address.ip()) && port == Some(target.address.port());
    if let Some(at) = targets.iter().position(is_ours) {
        targets.truncate(at);
    }
    if targets.is_empty() { Err(Finding::ours(LOOP)) } else { Ok(targets) }
}

fn choose(answer: Result<Vec<Mx>, DnsFailure>, ourselves: &str) -> Choice {
    let records = match answer {
        Ok(records) => records,
        Err(DnsFailure::NoRecord) => return Choice::Domain,
        Err(DnsFailure::NoSuchDomain) => return Choice::Hopeless(NO_SUCH_DOMAIN),
        Err(DnsFailure::NotNow) => return Choice::NotNow,
    };
    // RFC 7505: a single MX with an empty host. Among others it means nothing, and is not a host.
    let hosts: Vec<&Mx> = records.iter().filter(|mx| !mx.host.is_empty()).collect();
    if hosts.is_empty() {
        return Choice::Hopeless(TAKES_NO_MAIL);
    }
    // RFC 5321 §5.1: when we are in the list, only those more preferred than us can bring the mail further.
    let ours = hosts.iter().filter(|mx| mx.host == ourselves).map(|mx| mx.preference).min();
    let mut by_preference: Vec<(u16, Vec<String>)> = Vec::new();
    for mx in hosts.into_iter().filter(|mx| ours.is_none_or(|ours| mx.preference < ours)) {
        match by_preference.iter_mut().find(|(preference, _)| *preference == mx.preference) {
            Some((_, equal)) => equal.push(mx.host.clone()),
            None => by_preference.push((mx.preference, vec![mx.host.clone()])),
        }
    }
    if by_preference.is_empty() {
        return Choice::Hopeless(LOOP);
    }
    by_preference.sort_by_key(|(preference, _)| *preference);
    Choice::Hosts(by_preference.into_iter().map(|(_, hosts)| hosts).collect())
}

async fn addresses(house: &House, hosts: Vec<String>, port: u16, proven: bool) -> Result<Vec<Target>, Finding> {
    let mut targets = Vec::new();
    let mut failure = NO_HOST;
    for host in hosts {
        match house.dns.proven_addresses(&host).await {
            Ok((addresses, secure)) => targets.extend(addresses.into_iter().map(|address| Target {
                host: host.clone(),
                address: SocketAddr::new(address, port),
                secure: proven && secure,
            })),
            Err(DnsFailure::NotNow) => failure = DNS_NOT_NOW,
            Err(DnsFailure::NoRecord | DnsFailure::NoSuchDomain) => {}
        }
        if targets.len() >= TRIED {
            targets.truncate(TRIED);
            break;
        }
    }
    if targets.is_empty() { Err(Finding::ours(failure)) } else { Ok(targets) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mx(records: &[(u16, &str)]) -> Result<Vec<Mx>, DnsFailure> {
        Ok(records.iter().map(|(preference, host)| Mx { preference: *preference, host: (*host).to_owned() }).collect())
    }

    fn hosts(groups: &[&[&str]]) -> Choice {
        Choice::Hosts(groups.iter().map(|group| group.iter().map(|host| (*host).to_owned()).collect()).collect())
    }

    #[test]
    fn what_dns_says_decides_where_mail_goes() {
        for (answer, choice) in [
            (mx(&[(10, "a.test")]), hosts(&[&["a.test"]])),
            (mx(&[(20, "b.test"), (10, "a.test")]), hosts(&[&["a.test"], &["b.test"]])),
            (mx(&[(10, "a.test"), (10, "b.test"), (20, "c.test")]), hosts(&[&["a.test", "b.test"], &["c.test"]])),
            (mx(&[(0, "")]), Choice::Hopeless(TAKES_NO_MAIL)),
            (mx(&[(0, ""), (10, "a.test")]), hosts(&[&["a.test"]])),
            (Err(DnsFailure::NoRecord), Choice::Domain),
            (Err(DnsFailure::NoSuchDomain), Choice::Hopeless(NO_SUCH_DOMAIN)),
            (Err(DnsFailure::NotNow), Choice::NotNow),
            // We are mx.ours.test.
            (mx(&[(10, "a.test"), (20, "mx.ours.test"), (30, "c.test")]), hosts(&[&["a.test"]])),
            (mx(&[(10, "a.test"), (10, "mx.ours.test")]), Choice::Hopeless(LOOP)),
            (mx(&[(10, "mx.ours.test"), (20, "b.test")]), Choice::Hopeless(LOOP)),
        ] {
            let asked = format!("{answer:?}");
            assert_eq!(choose(answer, "mx.ours.test"), choice, "{asked}");
        }
    }

    #[test]
    fn what_is_hopeless_is_for_ever_and_what_nobody_answered_is_not() {
        for reply in [NO_SUCH_DOMAIN, TAKES_NO_MAIL, NO_HOST, LOOP] {
            assert!(reply.is_permanent(), "{reply}");
        }
        assert!(DNS_NOT_NOW.is_transient());
    }
}

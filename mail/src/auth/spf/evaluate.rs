//! `check_host()` (RFC 7208 §4), with its limits on questions (§4.6.4).

use super::SpfResult;
use super::expand::Values;
use super::macros::{DomainSpec, Text};
use super::record::{Directive, Mechanism, Qualifier, Record, choose};
use super::target::{Cidr, within};
use crate::auth::lookup::{Failure, Family, Lookup};
use std::net::IpAddr;
use std::pin::Pin;

/// Terms that ask DNS, in all (RFC 7208 §4.6.4).
const MOST_LOOKUPS: u32 = 10;
/// Questions that are answered with nothing.
const MOST_VOID: u32 = 2;
/// Names of one MX, and of one PTR.
const MOST_NAMES: usize = 10;

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    pub ip: IpAddr,
    /// Whose policy counts first.
    pub domain: &'a str,
    /// `local@domain`; an empty local part is `postmaster` (RFC 7208 §4.3).
    pub sender: &'a str,
    /// What the client called itself.
    pub helo: &'a str,
    /// Our own name, and the time in Unix seconds: both stand in explanations only.
    pub receiver: &'a str,
    pub now: u64,
}

/// What is answered. The explanation is the domain's own text: a stranger's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub result: SpfResult,
    pub explanation: Option<String>,
}

/// Why an evaluation ends before its record does.
enum Stop {
    Temporary,
    Permanent,
}

struct Run<'a, L> {
    dns: &'a L,
    asked: Asked<'a>,
    sender: String,
    lookups: u32,
    void: u32,
    /// The names that the address points to and that point back; asked once.
    validated: Option<Vec<String>>,
}

type Evaluated<'f> = Pin<Box<dyn Future<Output = Result<Answer, Stop>> + Send + 'f>>;

/// Asks a domain's policy about an address.
pub async fn check_host<L: Lookup>(dns: &L, asked: Asked<'_>) -> Answer {
    let none = Answer { result: SpfResult::None, explanation: None };
    let domain = asked.domain.strip_suffix('.').unwrap_or(asked.domain);
    if !is_name(domain) {
        return none;
    }
    let sender = match asked.sender.rsplit_once('@') {
        Some(("", domain)) => format!("postmaster@{domain}"),
        Some(_) => asked.sender.to_owned(),
        None => format!("postmaster@{}", asked.sender),
    };
    let asked = Asked { ip: asked.ip.to_canonical(), ..asked };
    let mut run = Run { dns, asked, sender, lookups: 0, void: 0, validated: None };
    match run.policy(domain.to_owned(), true).await {
        Ok(answer) => answer,
        Err(Stop::Temporary) => Answer { result: SpfResult::TempError, ..none },
        Err(Stop::Permanent) => Answer { result: SpfResult::PermError, ..none },
    }
}

/// RFC 7208 §4.3: labels of 1 to 63, and more than one of them.
fn is_name(domain: &str) -> bool {
    let label = |label: &str| (1..=63).contains(&label.len());
    domain.len() <= 253 && domain.contains('.') && domain.split('.').all(label) && !domain.contains('[')
}

impl<L: Lookup> Run<'_, L> {
    /// The policy of one domain. Includes and redirects come back here.
    fn policy(&mut self, domain: String, explains: bool) -> Evaluated<'_> {
        Box::pin(async move {
            let records = match self.dns.txt(&domain).await {
                Ok(records) => records,
                Err(Failure::NotNow) => return Err(Stop::Temporary),
                Err(_) => Vec::new(),
            };
            let Some(record) = choose(&records).map_err(|()| Stop::Permanent)? else {
                return Ok(Answer { result: SpfResult::None, explanation: None });
            };
            let record = Record::parse(record).ok_or(Stop::Permanent)?;
            for Directive { qualifier, mechanism } in &record.directives {
                if self.matches(mechanism, &domain).await? {
                    let result = match qualifier {
                        Qualifier::Pass => SpfResult::Pass,
                        Qualifier::Fail => SpfResult::Fail,
                        Qualifier::SoftFail => SpfResult::SoftFail,
                        Qualifier::Neutral => SpfResult::Neutral,
                    };
                    let explanation = match (&record.exp, result) {
                        (Some(exp), SpfResult::Fail) if explains => self.explain(exp, &domain).await,
                        _ => None,
                    };
                    return Ok(Answer { result, explanation });
                }
            }
            // RFC 7208 §6.1: where `all` stands it has matched, so only a record without it comes here.
            let Some(redirect) = &record.redirect else {
                return Ok(Answer { result: SpfResult::Neutral, explanation: None });
            };
            self.count()?;
            let target = self.name(redirect, &domain).await?;
            match self.policy(target, explains).await? {
                Answer { result: SpfResult::None, .. } => Err(Stop::Permanent),
                answer => Ok(answer),
            }
        })
    }

    async fn matches(&mut self, mechanism: &Mechanism, domain: &str) -> Result<bool, Stop> {
        match mechanism {
            Mechanism::All => Ok(true),
            Mechanism::Ip(network, bits) => Ok(within(self.asked.ip, *network, *bits)),
            Mechanism::Include(target) => {
                self.count()?;
                let target = self.name(target, domain).await?;
                match self.policy(target, false).await?.result {
                    SpfResult::Pass => Ok(true),
                    // RFC 7208 §5.2: what is included must be there.
                    SpfResult::None | SpfResult::PermError => Err(Stop::Permanent),
                    SpfResult::TempError => Err(Stop::Temporary),
                    SpfResult::Fail | SpfResult::SoftFail | SpfResult::Neutral => Ok(false),
                }
            }
            Mechanism::A(target, cidr) => {
                self.count()?;
                let target = self.target(target.as_ref(), domain).await?;
                let found = self.addresses(&target).await?;
                Ok(self.is_one_of(&found, *cidr))
            }
            Mechanism::Mx(target, cidr) => {
                self.count()?;
                let target = self.target(target.as_ref(), domain).await?;
                self.has_exchange(&target, *cidr).await
            }
            Mechanism::Ptr(target) => {
                self.count()?;
                let target = self.target(target.as_ref(), domain).await?;
                Ok(self.validated().await?.iter().any(|name| is_below(name, &target)))
            }
            Mechanism::Exists(target) => {
                self.count()?;
                let target = self.name(target, domain).await?;
                // RFC 7208 §5.7: A, also when the client speaks IPv6.
                let found = self.dns.addresses(&target, Family::V4).await;
                Ok(!self.found(found)?.is_empty())
            }
        }
    }

    async fn has_exchange(&mut self, target: &str, cidr: Cidr) -> Result<bool, Stop> {
        let exchanges = self.dns.exchanges(target).await;
        let exchanges = self.found(exchanges)?;
        // RFC 7208 §4.6.4: more would be an attack on somebody's DNS.
        if exchanges.len() > MOST_NAMES {
            return Err(Stop::Permanent);
        }
        for exchange in exchanges.iter().filter(|exchange| !exchange.is_empty()) {
            let found = match self.dns.addresses(exchange, Family::of(self.asked.ip)).await {
                Ok(found) => found,
                Err(Failure::NotNow) => return Err(Stop::Temporary),
                Err(_) => continue,
            };
            if self.is_one_of(&found, cidr) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn is_one_of(&self, found: &[IpAddr], cidr: Cidr) -> bool {
        let bits = if self.asked.ip.is_ipv4() { cidr.v4 } else { cidr.v6 };
        found.iter().any(|network| within(self.asked.ip, *network, bits))
    }

    async fn addresses(&mut self, name: &str) -> Result<Vec<IpAddr>, Stop> {
        let found = self.dns.addresses(name, Family::of(self.asked.ip)).await;
        self.found(found)
    }

    /// Nothing is an answer too, but few of them are borne (RFC 7208 §4.6.4).
    fn found<T>(&mut self, answer: Result<Vec<T>, Failure>) -> Result<Vec<T>, Stop> {
        match answer {
            Ok(found) if !found.is_empty() => Ok(found),
            Err(Failure::NotNow) => Err(Stop::Temporary),
            Ok(_) | Err(Failure::NoSuchDomain | Failure::NoRecord) => {
                self.void += 1;
                if self.void > MOST_VOID { Err(Stop::Permanent) } else { Ok(Vec::new()) }
            }
        }
    }

    fn count(&mut self) -> Result<(), Stop> {
        self.lookups += 1;
        if self.lookups > MOST_LOOKUPS { Err(Stop::Permanent) } else { Ok(()) }
    }

    /// RFC 7208 §5.5: the names it points to, of which an address leads back. Whatever fails here is no error.
    async fn validated(&mut self) -> Result<&[String], Stop> {
        if self.validated.is_none() {
            let mut validated = Vec::new();
            let names = self.dns.pointers(self.asked.ip).await;
            if matches!(names, Err(Failure::NoSuchDomain | Failure::NoRecord)) {
                self.found::<String>(Ok(Vec::new()))?;
            }
            for name in names.unwrap_or_default().into_iter().take(MOST_NAMES) {
                let found = self.dns.addresses(&name, Family::of(self.asked.ip)).await.unwrap_or_default();
                if found.contains(&self.asked.ip) {
                    validated.push(name);
                }
            }
            self.validated = Some(validated);
        }
        Ok(self.validated.as_deref().unwrap_or_default())
    }

    async fn target(&mut self, target: Option<&DomainSpec>, domain: &str) -> Result<String, Stop> {
        match target {
            Some(target) => self.name(target, domain).await,
            None => Ok(domain.to_owned()),
        }
    }

    async fn name(&mut self, spec: &DomainSpec, domain: &str) -> Result<String, Stop> {
        let DomainSpec(text) = spec;
        let validated = self.validated_for(text, domain).await?;
        Ok(text.name(&self.values(domain, &validated)))
    }

    /// What `%{p}` stands for: the domain itself, one below it, any, or `unknown` (RFC 7208 §7.3).
    async fn validated_for(&mut self, text: &Text, domain: &str) -> Result<String, Stop> {
        if !text.needs_validated() {
            return Ok(String::new());
        }
        let names = self.validated().await?;
        let same = names.iter().find(|name| name.eq_ignore_ascii_case(domain));
        let below = || names.iter().find(|name| is_below(name, domain));
        Ok(same.or_else(below).or_else(|| names.first()).cloned().unwrap_or_else(|| "unknown".to_owned()))
    }

    fn values<'v>(&'v self, domain: &'v str, validated: &'v str) -> Values<'v> {
        Values {
            ip: self.asked.ip,
            sender: &self.sender,
            helo: self.asked.helo,
            domain,
            validated,
            receiver: self.asked.receiver,
            now: self.asked.now,
        }
    }

    /// RFC 7208 §6.2: whatever is wrong with an explanation, the result stands without one.
    async fn explain(&mut self, exp: &DomainSpec, domain: &str) -> Option<String> {
        let name = self.name(exp, domain).await.ok()?;
        let records = self.dns.txt(&name).await.ok()?;
        let [record] = records.as_slice() else { return None };
        let text = Text::explanation(std::str::from_utf8(record).ok()?)?;
        let validated = self.validated_for(&text, domain).await.ok()?;
        Some(text.words(&self.values(domain, &validated)))
    }
}

/// `name` is `domain`, or ends in it.
fn is_below(name: &str, domain: &str) -> bool {
    let Some(at) = name.len().checked_sub(domain.len()) else { return false };
    name.is_char_boundary(at) && name[at..].eq_ignore_ascii_case(domain) && (at == 0 || name.as_bytes()[at - 1] == b'.')
}

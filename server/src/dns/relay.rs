//! What mail on its way out asks: texts, and what DNSSEC proves.

use super::{Dns, DnsFailure, Mx, host_name};
use crate::outbound::Tlsa;
use hickory_resolver::lookup::Lookup;
use hickory_resolver::proto::rr::{RData, RecordType};
use std::net::IpAddr;

impl Dns {
    /// Every TXT record, its strings put together (RFC 7208 §3.3).
    pub async fn texts(&self, name: &str) -> Result<Vec<String>, DnsFailure> {
        let answer = self.ask(name, RecordType::TXT).await?;
        let text = |data: &RData| match data {
            RData::TXT(text) => Some(text.txt_data.iter().map(|part| String::from_utf8_lossy(part)).collect()),
            _ => None,
        };
        Ok(answer.answers().iter().filter_map(|record| text(&record.data)).collect())
    }

    /// As `mx`, and whether DNSSEC proves it; that there is none is not proven here.
    pub async fn proven_mx(&self, domain: &str) -> Result<(Vec<Mx>, bool), DnsFailure> {
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
        if hosts.is_empty() { Err(DnsFailure::NoRecord) } else { Ok((hosts, self.proves(&answer))) }
    }

    /// As `addresses`, and whether DNSSEC proves them: RFC 7672 §2.2.2 asks for TLSA records of such hosts alone.
    pub async fn proven_addresses(&self, host: &str) -> Result<(Vec<IpAddr>, bool), DnsFailure> {
        let addresses = self.addresses(host).await?;
        let kind = if addresses.iter().any(IpAddr::is_ipv4) { RecordType::A } else { RecordType::AAAA };
        // Answered from the cache a moment after.
        let proven = self.ask(host, kind).await.is_ok_and(|answer| self.proves(&answer));
        Ok((addresses, proven))
    }

    /// TLSA records of a server, and whether DNSSEC proves them.
    pub async fn tlsa(&self, host: &str, port: u16) -> Result<(Vec<Tlsa>, bool), DnsFailure> {
        let answer = self.ask(&format!("_{port}._tcp.{host}"), RecordType::TLSA).await?;
        let records = answer.answers().iter().filter_map(|record| match &record.data {
            RData::TLSA(tlsa) => Some(Tlsa {
                usage: u8::from(tlsa.cert_usage),
                selector: u8::from(tlsa.selector),
                matching: u8::from(tlsa.matching),
                data: tlsa.cert_data.clone(),
            }),
            _ => None,
        });
        Ok((records.collect(), self.proves(&answer)))
    }

    fn proves(&self, answer: &Lookup) -> bool {
        let mut records = answer.answers().iter().peekable();
        self.validates && records.peek().is_some() && records.all(|record| record.proof.is_secure())
    }
}

//! The openspf suite for RFC 7208, whole.

mod suite;

use mail::auth::lookup::{Failure, Family, Lookup};
use mail::auth::spf::{Asked, check_host};
use std::collections::HashMap;
use std::net::IpAddr;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use suite::Node;

/// Tests in release 2014.04; a few of them allow two results.
const TESTS: usize = 203;

/// A zone of the suite: for each name its records in order, and where it stops answering.
struct Zone(HashMap<String, Vec<Record>>);

enum Record {
    Timeout,
    /// Type and value.
    Data(String, Node),
}

impl Zone {
    fn read(zonedata: &Node) -> Zone {
        let mut names = HashMap::new();
        for (name, records) in zonedata.entries() {
            let record = |node: &Node| match node {
                Node::Table(entries) => Record::Data(entries[0].0.clone(), entries[0].1.clone()),
                _ => Record::Timeout,
            };
            let mut all: Vec<Record> = items(records).into_iter().map(record).collect();
            // The suite was made for two types; one that has no TXT of its own has its SPF as TXT.
            let has_txt = all.iter().any(|record| matches!(record, Record::Data(kind, _) if kind == "TXT"));
            for record in &mut all {
                if let Record::Data(kind, _) = record
                    && kind == "SPF"
                    && !has_txt
                {
                    *kind = "TXT".to_owned();
                }
            }
            all.retain(|record| !matches!(record, Record::Data(_, value) if value.as_text() == "NONE"));
            names.insert(name.to_ascii_lowercase(), all);
        }
        Zone(names)
    }

    fn find(&self, name: &str, kind: &str) -> Result<Vec<&Node>, Failure> {
        let mut name = name.to_ascii_lowercase();
        for _ in 0..10 {
            let records = self.0.get(name.trim_end_matches('.')).ok_or(Failure::NoSuchDomain)?;
            let mut found = Vec::new();
            let mut alias = None;
            for record in records {
                match record {
                    Record::Timeout if found.is_empty() => return Err(Failure::NotNow),
                    Record::Timeout => break,
                    Record::Data(of, value) if of == kind && value.as_text() == "TIMEOUT" => {
                        return Err(Failure::NotNow);
                    }
                    Record::Data(of, value) if of == kind => found.push(value),
                    Record::Data(of, value) if of == "CNAME" => alias = Some(value.as_text().to_ascii_lowercase()),
                    Record::Data(..) => {}
                }
            }
            match alias {
                Some(alias) if found.is_empty() => name = alias,
                _ if found.is_empty() => return Err(Failure::NoRecord),
                _ => return Ok(found),
            }
        }
        // A loop of names: no server answers that.
        Err(Failure::NotNow)
    }
}

/// A list, or one thing as a list of one.
fn items(node: &Node) -> Vec<&Node> {
    match node {
        Node::List(items) => items.iter().collect(),
        one => vec![one],
    }
}

/// `\x80` in the suite is one octet.
fn octets(text: &str) -> Vec<u8> {
    text.chars().map(|char| u8::try_from(u32::from(char)).unwrap_or(b'?')).collect()
}

impl Lookup for Zone {
    async fn txt(&self, name: &str) -> Result<Vec<Vec<u8>>, Failure> {
        let strings = |node: &Node| match node {
            Node::List(parts) => parts.iter().flat_map(|part| octets(part.as_text())).collect(),
            one => octets(one.as_text()),
        };
        Ok(self.find(name, "TXT")?.into_iter().map(strings).collect())
    }

    async fn addresses(&self, name: &str, family: Family) -> Result<Vec<IpAddr>, Failure> {
        let kind = if family == Family::V4 { "A" } else { "AAAA" };
        Ok(self.find(name, kind)?.into_iter().map(|node| node.as_text().parse().unwrap()).collect())
    }

    async fn exchanges(&self, name: &str) -> Result<Vec<String>, Failure> {
        let host = |node: &Node| items(node)[1].as_text().trim_end_matches('.').to_owned();
        Ok(self.find(name, "MX")?.into_iter().map(host).collect())
    }

    async fn pointers(&self, address: IpAddr) -> Result<Vec<String>, Failure> {
        let name = match address {
            IpAddr::V4(four) => {
                let [a, b, c, d] = four.octets();
                format!("{d}.{c}.{b}.{a}.in-addr.arpa")
            }
            IpAddr::V6(six) => {
                let nibbles: Vec<String> =
                    six.octets().iter().rev().flat_map(|o| [o & 15, o >> 4]).map(|n| format!("{n:x}")).collect();
                format!("{}.ip6.arpa", nibbles.join("."))
            }
        };
        let names = self.find(&name, "PTR")?;
        Ok(names.into_iter().map(|node| node.as_text().trim_end_matches('.').to_owned()).collect())
    }
}

fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => panic!("a table answers at once"),
    }
}

/// None when it went well.
fn complaint(zone: &Zone, test: &Node) -> Option<String> {
    let (helo, sender) = (test.text("helo"), test.text("mailfrom"));
    let sender = if sender.is_empty() { format!("postmaster@{helo}") } else { sender.to_owned() };
    let asked = Asked {
        ip: test.text("host").parse().unwrap(),
        domain: sender.rsplit_once('@').map_or(sender.as_str(), |(_, domain)| domain),
        sender: &sender,
        helo,
        receiver: "receiver.test",
        now: 0,
    };
    let answer = now(check_host(zone, asked));
    let allowed: Vec<&str> = items(test.get("result").unwrap()).iter().map(|node| node.as_text()).collect();
    if !allowed.contains(&answer.result.word()) {
        return Some(format!("{} instead of {allowed:?}", answer.result));
    }
    let explanation = answer.explanation.as_deref().unwrap_or("DEFAULT");
    match test.get("explanation").map(Node::as_text) {
        Some(expected) if expected != explanation => Some(format!("explained {explanation:?}, not {expected:?}")),
        _ => None,
    }
}

#[test]
fn every_test_of_the_openspf_suite_passes() {
    let Some(documents) = suite::documents("rfc7208-tests.yml") else { return };
    let (mut passed, mut complaints) = (0, Vec::new());
    for document in &documents {
        let zone = Zone::read(document.get("zonedata").unwrap());
        for (name, test) in document.get("tests").unwrap().entries() {
            match complaint(&zone, test) {
                None => passed += 1,
                Some(complaint) => complaints.push(format!(
                    "{} / {name} ({}): {complaint}",
                    document.text("description"),
                    test.text("spec")
                )),
            }
        }
    }
    println!("RFC 7208 suite: {passed} of {} passed", passed + complaints.len());
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    assert_eq!(passed, TESTS, "all of the suite was read");
}

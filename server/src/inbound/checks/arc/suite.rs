//! ValiMail's ARC suite, whole, through the same path that a message takes.

use super::*;
use crate::config::Config;
use crate::dns::Dns;
use mail::Domain;
use mail::auth::lookup::{Failure, Family};
use std::net::IpAddr;

#[path = "../../../../../mail/tests/suite/mod.rs"]
pub mod nodes;

use nodes::Node;

/// Tests for validation; four of them have the name of another.
const VALIDATION: usize = 175;

/// Keys of a scenario.
struct Records<'a>(&'a [(String, Node)]);

impl Lookup for Records<'_> {
    async fn txt(&self, name: &str) -> Result<Vec<Vec<u8>>, Failure> {
        let found = self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, text)| vec![text.as_text().as_bytes().to_vec()]).ok_or(Failure::NoSuchDomain)
    }

    async fn addresses(&self, _name: &str, _family: Family) -> Result<Vec<IpAddr>, Failure> {
        Err(Failure::NoSuchDomain)
    }

    async fn exchanges(&self, _name: &str) -> Result<Vec<String>, Failure> {
        Err(Failure::NoSuchDomain)
    }

    async fn pointers(&self, _address: IpAddr) -> Result<Vec<String>, Failure> {
        Err(Failure::NoSuchDomain)
    }
}

async fn validate(records: &Node, message: &str) -> Arc {
    let nobody = Config { dns: vec![([127, 0, 0, 1], 9).into()], ..Config::default() };
    let authenticator = MessageAuthenticator(Dns::new(&nobody).unwrap().resolver().clone());
    let raw = message.replace('\n', "\r\n");
    let examined = Examined::of(raw.as_bytes(), &Domain::parse("mail.comentum.test").unwrap());
    check(&Records(records.entries()), &authenticator, &examined, Duration::from_secs(5)).await
}

#[tokio::test]
async fn every_chain_of_the_suite_is_judged_as_it_should_be() {
    let Some(documents) = nodes::documents("arc-validation-tests.yml") else { return };
    let (mut passed, mut complaints) = (0, Vec::new());
    for document in &documents {
        for (name, test) in document.get("tests").unwrap().entries() {
            let found = validate(document.get("txt-records").unwrap(), test.text("message")).await;
            let right = match test.text("cv") {
                "Pass" => matches!(found, Arc::Pass(_)),
                "None" => found == Arc::None,
                // A chain that says itself that it failed: the suite wants no result, RFC 8617 §5.2 wants fail.
                "Fail" | "" => found == Arc::Fail,
                odd => panic!("{name}: cv is {odd}"),
            };
            if right {
                passed += 1;
            } else {
                complaints.push(format!(
                    "{name}: {found:?} instead of {} ({})",
                    test.text("cv"),
                    test.text("description")
                ));
            }
        }
    }
    println!("ARC validation suite: {passed} of {} passed", passed + complaints.len());
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    assert_eq!(passed, VALIDATION, "all of the suite was read");
}

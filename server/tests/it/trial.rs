//! The first start for somebody who only wants to try it, and the second.

use crate::harness::{Browser, Pop3, program, within};
use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Starts with free ports of its own finding and reads what it says, up to the word that it is ready.
fn start(folder: &Path) -> (Child, Vec<String>) {
    let mut command = program();
    command.args(["serve", "--trial", "--data"]).arg(folder);
    for door in ["smtp", "submission", "submissions", "pop3", "pop3s", "http", "https"] {
        command.arg(format!("--{door}=127.0.0.1:0"));
    }
    command.args(["--argon2-memory=8", "--argon2-iterations=1", "--allow-plaintext-auth=true", "--log=warn"]);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    let mut said = Vec::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        said.push(line.unwrap());
        if said.last().is_some_and(|line| line.starts_with("ready ")) {
            return (child, said);
        }
    }
    panic!("it ended before it was ready: {said:?}, {:?}", child.wait());
}

fn stop(mut child: Child) {
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let status = within(Duration::from_secs(30), "an end after SIGINT", || child.try_wait().unwrap());
    assert!(status.success(), "{status}");
}

fn doors(said: &[String]) -> HashMap<String, SocketAddr> {
    let ready = said.last().unwrap().split(' ').skip(1);
    ready.map(|door| door.split_once('=').unwrap()).map(|(name, at)| (name.to_owned(), at.parse().unwrap())).collect()
}

fn password_of(who: &str, said: &[String]) -> Option<String> {
    said.iter().map(|line| line.split_whitespace()).find_map(|mut words| {
        let first = words.next();
        (first == Some(who)).then(|| words.next().unwrap().to_owned())
    })
}

#[test]
fn the_first_start_makes_people_to_try_with_and_the_second_keeps_them() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path().join("data");
    let (child, said) = start(&folder);
    let people = ["lisa@otherisp.test", "bob@comentum.test", "admin@comentum.test"];
    let passwords = people.map(|who| password_of(who, &said).unwrap_or_else(|| panic!("no word of {who}: {said:?}")));
    let at = doors(&said);
    assert!(at.values().all(|door| door.port() != 0 && said.iter().any(|line| line.contains(&door.to_string()))));
    for (who, password) in people.iter().zip(&passwords) {
        Pop3::sign_in(at["pop3"], who, password).quit();
    }
    let mut browser = Browser::new(at["http"]);
    browser.sign_in(people[2], &passwords[2]);
    assert_eq!(browser.get("/admin").status, 200);
    stop(child);

    let (child, said) = start(&folder);
    assert!(passwords.iter().all(|password| !said.iter().any(|line| line.contains(password))), "shown once only");
    Pop3::sign_in(doors(&said)["pop3"], people[1], &passwords[1]).quit();
    stop(child);
}

#[test]
fn a_first_start_that_was_killed_halfway_is_finished_by_the_next() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path().join("data");
    // What it had come to: a domain, and nobody in it.
    let made = program().args(["domain", "add", "otherisp.test", "--data"]).arg(&folder).status().unwrap();
    assert!(made.success());
    let (child, said) = start(&folder);
    let at = doors(&said);
    for who in ["lisa@otherisp.test", "bob@comentum.test", "admin@comentum.test"] {
        let password = password_of(who, &said).unwrap_or_else(|| panic!("no word of {who}: {said:?}"));
        Pop3::sign_in(at["pop3"], who, &password).quit();
    }
    stop(child);
}

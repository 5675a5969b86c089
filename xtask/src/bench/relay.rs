//! The queue: how many messages a second leave for another server, alone and beside ten thousand that wait for a dead one.

use super::Extent;
use super::load::Load;
use super::report::Table;
use super::server::{self, PASSWORD, Server};
use super::sink::Sink;
use super::words::Words;
use crate::failure::{Done, Failure};
use crate::stopwatch::Stopwatch;
use std::net::{SocketAddr, TcpListener};
use std::thread;
use std::time::Duration;

const MESSAGES: usize = 4_000;
const WAITING: usize = 10_000;
const CONNECTIONS: usize = 8;
/// Destinations that all lead to the same server.
const DOMAINS: usize = 50;
const PATIENCE: Duration = Duration::from_secs(600);

/// Handed in over the submission port by 8 programs, and taken by the other server.
pub fn relay(words: &Words, effort: Extent) -> Done<Table> {
    let head = ["submitted, queued and relayed, 4 KiB", "messages/s"];
    let mut table = Table::new("Relaying", &head);
    for waiting in [0, WAITING / effort.divisor] {
        let sink = Sink::start().map_err(|cause| trouble(cause.to_string()))?;
        let submission = free_port().map_err(|cause| trouble(cause.to_string()))?;
        let dead = free_port().map_err(|cause| trouble(cause.to_string()))?;
        let more = format!(
            "submission = \"{submission}\"\nnext_hop = {{ \"dead.test\" = \"{dead}\" }}\n\
             smarthost = {{ \"*\" = \"{}\" }}\noutbound_connections = 8\n",
            sink.address
        );
        let mut server = Server::prepare_with("relay", 1, &more)?;
        server.start()?;
        if waiting > 0 {
            send(words, submission, &["nobody@dead.test".to_owned()], waiting, 1)?;
        }
        let alive: Vec<String> = (0..DOMAINS).map(|number| format!("friend@alive{number}.test")).collect();
        let messages = MESSAGES / effort.divisor;
        let watch = Stopwatch::start();
        send(words, submission, &alive, messages, 2)?;
        while sink.taken() < messages {
            if watch.read() > PATIENCE {
                return Err(trouble(format!("{} of {messages} arrived", sink.taken())));
            }
            thread::sleep(Duration::from_millis(2));
        }
        let rate = messages as f64 / watch.read().as_secs_f64();
        server.stop()?;
        let beside = if waiting == 0 {
            "alone".to_owned()
        } else {
            format!("beside {waiting} that wait for a dead destination")
        };
        table.row(vec![beside, format!("{rate:.0}")]);
    }
    Ok(table)
}

fn send(words: &Words, to: SocketAddr, recipients: &[String], messages: usize, run: u64) -> Done {
    let user = server::address(0);
    let load = Load {
        words,
        to,
        recipients,
        connections: CONNECTIONS,
        messages,
        size: 4 * 1024,
        seed: run * 10_000_000,
        login: Some((&user, PASSWORD)),
    };
    match load.send().trouble {
        None => Ok(()),
        Some(what) => Err(trouble(what)),
    }
}

fn trouble(what: String) -> Failure {
    Failure::new(format!("relaying: {what}"), "look into target/bench-data/*.log")
}

fn free_port() -> std::io::Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0")?.local_addr()
}

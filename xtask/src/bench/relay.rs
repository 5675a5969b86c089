//! The queue: how many messages a second leave for another server, alone and beside ten thousand that wait for a dead one.

use super::Extent;
use super::load::Load;
use super::postfix::Postfix;
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

/// Handed in by 8 programs, and taken by the other server; the same by Postfix, where there is one.
pub fn relay(words: &Words, effort: Extent) -> Done<Table> {
    let head = ["submitted, queued and relayed, 4 KiB", "messages/s", "Postfix"];
    let mut table = Table::new("Relaying", &head);
    for waiting in [0, WAITING / effort.divisor] {
        let beside = match waiting {
            0 => "alone".to_owned(),
            _ => format!("beside {waiting} that wait for a dead destination"),
        };
        let messages = MESSAGES / effort.divisor;
        let rate = ours(words, waiting, messages)?;
        let postfix = postfix(words, waiting, messages)?.map_or("-".to_owned(), |rate| format!("{rate:.0}"));
        table.row(vec![beside, format!("{rate:.0}"), postfix]);
    }
    Ok(table)
}

fn ours(words: &Words, waiting: usize, messages: usize) -> Done<f64> {
    let sink = Sink::start().map_err(|cause| trouble(cause.to_string()))?;
    let [submission, dead] = [free_port()?, free_port()?];
    let more = format!(
        "submission = \"{submission}\"\nnext_hop = {{ \"dead.test\" = \"{dead}\" }}\n\
         smarthost = {{ \"*\" = \"{}\" }}\noutbound_connections = 8\ndaily_messages = 0\n\
         daily_new_recipients = 0\n",
        sink.address
    );
    let mut server = Server::prepare_with("relay", 1, &more)?;
    server.start()?;
    let user = server::address(0);
    let rate = drained(words, submission, Some((&user, PASSWORD)), &sink, waiting, messages)?;
    server.stop()?;
    Ok(rate)
}

fn postfix(words: &Words, waiting: usize, messages: usize) -> Done<Option<f64>> {
    let sink = Sink::start().map_err(|cause| trouble(cause.to_string()))?;
    let Some(postfix) = Postfix::start("relay", Some((sink.address, free_port()?)))? else { return Ok(None) };
    drained(words, postfix.smtp, None, &sink, waiting, messages).map(Some)
}

/// Messages a second, from the first that is handed in to the last that the sink has.
fn drained(
    words: &Words,
    to: SocketAddr,
    login: Option<(&str, &str)>,
    sink: &Sink,
    waiting: usize,
    messages: usize,
) -> Done<f64> {
    if waiting > 0 {
        send(words, to, login, &["nobody@dead.test".to_owned()], waiting, 1)?;
    }
    let alive: Vec<String> = (0..DOMAINS).map(|number| format!("friend@alive{number}.test")).collect();
    let watch = Stopwatch::start();
    send(words, to, login, &alive, messages, 2)?;
    while sink.taken() < messages {
        if watch.read() > PATIENCE {
            return Err(trouble(format!("{} of {messages} arrived", sink.taken())));
        }
        thread::sleep(Duration::from_millis(2));
    }
    Ok(messages as f64 / watch.read().as_secs_f64())
}

fn send(
    words: &Words,
    to: SocketAddr,
    login: Option<(&str, &str)>,
    recipients: &[String],
    messages: usize,
    run: u64,
) -> Done {
    let load = Load {
        words,
        to,
        recipients,
        connections: CONNECTIONS,
        messages,
        size: 4 * 1024,
        seed: run * 10_000_000,
        login,
    };
    match load.send().trouble {
        None => Ok(()),
        Some(what) => Err(trouble(what)),
    }
}

fn trouble(what: String) -> Failure {
    Failure::new(format!("relaying: {what}"), "look into target/bench-data/*.log")
}

fn free_port() -> Done<SocketAddr> {
    let port = TcpListener::bind("127.0.0.1:0").and_then(|held| held.local_addr());
    port.map_err(|cause| trouble(cause.to_string()))
}

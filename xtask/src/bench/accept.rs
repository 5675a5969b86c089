//! SMTP: how many messages a second are taken and on disk, and what each costs.

use super::load::{Load, Sent};
use super::meter::{self, FsyncCounter};
use super::report::{Table, median, percentile};
use super::server::{self, PASSWORD, Server};
use super::words::Words;
use super::{Extent, collect};
use crate::failure::{Done, Failure};

/// Mailboxes that the load is spread over.
const ACCOUNTS: usize = 16;

/// (octets, connections, messages of one run)
const CELLS: [(usize, usize, usize); 6] = [
    (4 * 1024, 1, 1_000),
    (4 * 1024, 8, 6_000),
    (4 * 1024, 64, 12_000),
    (100 * 1024, 1, 200),
    (100 * 1024, 8, 800),
    (100 * 1024, 64, 1_200),
];

/// Throughput, latency, CPU time and disk. A message counts when its 250 has come; the mailboxes are counted afterwards.
pub fn accept(words: &Words, effort: Extent) -> Done<Table> {
    let head = ["SMTP to mailbox", "msgs/s", "p50 ms", "p99 ms", "CPU-s per 1,000", "KiB on disk each"];
    let mut table = Table::new("Accept and store", &head);
    for (size, connections, messages) in CELLS {
        let messages = (messages / effort.divisor).max(connections * 4);
        let mut server = Server::prepare("accept", ACCOUNTS)?;
        let empty = meter::bytes_on_disk(&server.dir);
        server.start()?;
        let mut accepted = warm_up(words, &server, connections, size)?;
        let cpu_before = meter::cpu_seconds(server.pid());
        let (mut rates, mut latencies, mut measured) = (Vec::new(), Vec::new(), 0);
        for run in 0..effort.runs {
            let sent = send(words, &server, connections, messages, size, 1 + run as u64)?;
            rates.push(sent.accepted as f64 / sent.seconds);
            latencies.extend(sent.latencies);
            measured += sent.accepted;
        }
        let cpu = meter::cpu_seconds(server.pid()) - cpu_before;
        accepted += measured;
        check_count(&server, accepted)?;
        server.stop()?;
        let disk = meter::bytes_on_disk(&server.dir) - empty;
        table.row(vec![
            format!("{} KiB, {connections} connection{}", size / 1024, if connections == 1 { "" } else { "s" }),
            format!("{:.0}", median(rates)),
            format!("{:.2}", percentile(&mut latencies, 0.5)),
            format!("{:.2}", percentile(&mut latencies, 0.99)),
            format!("{:.2}", cpu * 1000.0 / measured as f64),
            format!("{:.1}", disk as f64 / 1024.0 / accepted as f64),
        ]);
    }
    Ok(table)
}

/// fsyncs a message, counted by strace in a run of its own, since strace slows the server down.
pub fn fsyncs(words: &Words, effort: Extent) -> Done<Table> {
    let mut table = Table::new(
        "Making it durable (under strace: groups grow)",
        &["SMTP to mailbox, 4 KiB", "fsyncs a message", "msgs/s then"],
    );
    for (connections, messages) in [(1, 300), (8, 2_000), (64, 6_000)] {
        let messages = (messages / effort.divisor).max(connections * 4);
        let mut server = Server::prepare("fsyncs", ACCOUNTS)?;
        server.start()?;
        warm_up(words, &server, connections, 4096)?;
        let Some(counter) = FsyncCounter::start(server.pid(), &server.dir) else {
            table.row(vec!["not measured: strace is not there".into(), "-".into(), "-".into()]);
            return Ok(table);
        };
        let sent = send(words, &server, connections, messages, 4096, 1)?;
        let calls = counter.stop().ok_or_else(|| Failure::new("strace gave no table", "try strace -c by hand"))?;
        server.stop()?;
        table.row(vec![
            format!("{connections} connection{}", if connections == 1 { "" } else { "s" }),
            format!("{:.3}", calls as f64 / sent.accepted as f64),
            format!("{:.0}", sent.accepted as f64 / sent.seconds),
        ]);
    }
    Ok(table)
}

/// A few messages that are not measured. Answers how many.
fn warm_up(words: &Words, server: &Server, connections: usize, size: usize) -> Done<usize> {
    Ok(send(words, server, connections, connections * 4, size, 0)?.accepted)
}

/// One load; anything but 250 for every message is a failure, not a figure.
pub fn send(words: &Words, server: &Server, connections: usize, messages: usize, size: usize, run: u64) -> Done<Sent> {
    let recipients = server::addresses(ACCOUNTS);
    let seed = run * 10_000_000 + size as u64 * 1_000_000_000;
    let load = Load { words, to: server.smtp, recipients: &recipients, connections, messages, size, seed, login: None };
    let sent = load.send();
    match sent.trouble {
        None => Ok(sent),
        Some(trouble) => Err(Failure::new(format!("sending: {trouble}"), "look into target/bench-data/*.log")),
    }
}

/// What POP3 finds must be what SMTP acknowledged.
fn check_count(server: &Server, accepted: usize) -> Done {
    let found = server::addresses(ACCOUNTS)
        .iter()
        .map(|address| collect::count(server.pop3, address, PASSWORD))
        .sum::<std::io::Result<usize>>()
        .map_err(|cause| Failure::new(format!("counting by POP3: {cause}"), "look into target/bench-data/*.log"))?;
    if found == accepted {
        Ok(())
    } else {
        let what = format!("{accepted} messages were acknowledged and {found} are there");
        Err(Failure::new(what, "this is a fault of the server: find it before measuring"))
    }
}

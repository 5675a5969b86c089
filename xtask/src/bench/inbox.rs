//! The webmail: the first page of an inbox, whatever its size; and what the server takes when nobody asks for anything.

use super::Extent;
use super::meter;
use super::page::Reader;
use super::report::{Table, median, percentile};
use super::server::{self, PASSWORD, Server};
use super::words::Words;
use crate::failure::{Done, Failure};
use crate::stopwatch::{self, Stopwatch};
use std::thread;
use std::time::Duration;

const SIZES: [u64; 3] = [100, 10_000, 1_000_000];
const ASKED: usize = 50;

/// Time to the first byte of the first page, and memory before and after.
pub fn inbox(words: &Words, effort: Extent) -> Done<Table> {
    let mut table = Table::new("Opening the inbox, and at rest", &["what", "median", "p99"]);
    let mut server = Server::prepare("inbox", SIZES.len())?;
    let mut filled = 0;
    for (number, size) in SIZES.into_iter().enumerate() {
        // The million stays a million, or the figure means nothing; a quick run goes without.
        if size == 1_000_000 && effort.divisor > 1 {
            continue;
        }
        let watch = Stopwatch::start();
        let address = server::address(number);
        server.fill(number, size, |at| words.message(at + number as u64 * 10_000_000, &address, 1024))?;
        filled += size;
        println!("bench: {size} messages filled in {}", stopwatch::words(watch.read()));
    }
    let started = server.start()?;
    table.row(vec![
        format!("start to banner, {filled} messages on disk"),
        milliseconds(started.as_secs_f64() * 1000.0),
        "-".into(),
    ]);
    thread::sleep(Duration::from_secs(2));
    let (rss, pss) = meter::memory_kib(server.pid());
    table.row(vec!["idle after the start: RSS, PSS".into(), mebibytes(rss), mebibytes(pss)]);

    let failed = |cause: std::io::Error| {
        Failure::new(format!("reading the inbox: {cause}"), "look into target/bench-data/*.log")
    };
    for (number, size) in SIZES.into_iter().enumerate() {
        if size == 1_000_000 && effort.divisor > 1 {
            continue;
        }
        let reader = Reader::sign_in(server.http, &server::address(number), PASSWORD).map_err(failed)?;
        let first = reader.inbox().map_err(failed)?;
        table.row(vec![
            format!("first byte of the inbox, {size} messages, the very first time"),
            milliseconds(first),
            "-".into(),
        ]);
        let mut times = Vec::new();
        for _ in 0..ASKED {
            times.push(reader.inbox().map_err(failed)?);
        }
        let p99 = percentile(&mut times, 0.99);
        table.row(vec![
            format!("first byte of the inbox, {size} messages"),
            milliseconds(median(times)),
            milliseconds(p99),
        ]);
    }
    let (rss, pss) = meter::memory_kib(server.pid());
    table.row(vec!["after it all: RSS, PSS".into(), mebibytes(rss), mebibytes(pss)]);
    server.stop()?;
    Ok(table)
}

fn milliseconds(value: f64) -> String {
    format!("{value:.1} ms")
}

fn mebibytes(kib: u64) -> String {
    format!("{:.1} MiB", kib as f64 / 1024.0)
}

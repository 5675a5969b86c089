//! POP3: how many messages a second are collected.

use super::Extent;
use super::load::Load;
use super::meter;
use super::report::{Table, median};
use super::server::{self, PASSWORD, Server};
use super::words::Words;
use crate::failure::{Done, Failure};
use crate::stopwatch::Stopwatch;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

/// The first mailbox is collected by one connection, each of the others by one of sixteen.
const OTHERS: usize = 16;

/// RETR of 4 KiB messages, one after another as programs do.
pub fn collect(words: &Words, effort: Extent) -> Done<Table> {
    let mut table =
        Table::new("Collecting", &["POP3 RETR, 4 KiB", "msgs/s", "CPU-s per 1,000", "sign-in + STAT + UIDL + LIST ms"]);
    let failed = |cause: io::Error| Failure::new(format!("collecting: {cause}"), "look into target/bench-data/*.log");
    let mut server = Server::prepare("collect", 1 + OTHERS)?;
    server.start()?;
    let (large, small) = (10_000 / effort.divisor, 1_000 / effort.divisor);
    let all = server::addresses(1 + OTHERS);
    for (recipients, messages, seed) in [(&all[..1], large, 1), (&all[1..], OTHERS * small, 2)] {
        let seed = seed * 1_000_000_000;
        let load =
            Load { words, to: server.smtp, recipients, connections: OTHERS, messages, size: 4096, seed, login: None };
        if let Some(trouble) = load.send().trouble {
            return Err(Failure::new(format!("sending: {trouble}"), "look into target/bench-data/*.log"));
        }
    }
    for (accounts, name) in [(&all[..1], "1 connection"), (&all[1..], "16 connections")] {
        let (mut rates, mut openings, mut fetched) = (Vec::new(), Vec::new(), 0);
        let cpu_before = meter::cpu_seconds(server.pid());
        for _ in 0..effort.runs {
            let (total, seconds) = retrieve_all(server.pop3, accounts).map_err(failed)?;
            rates.push(total as f64 / seconds);
            fetched += total;
        }
        let cpu = meter::cpu_seconds(server.pid()) - cpu_before;
        for _ in 0..5 {
            openings.push(open_and_look(server.pop3, &accounts[0]).map_err(failed)?);
        }
        let count = count(server.pop3, &accounts[0], PASSWORD).map_err(failed)?;
        table.row(vec![
            format!("{count} messages each, {name}"),
            format!("{:.0}", median(rates)),
            format!("{:.3}", cpu * 1000.0 / fetched as f64),
            format!("{:.1}", median(openings)),
        ]);
    }
    server.stop()?;
    Ok(table)
}

/// How many messages the account has.
pub fn count(at: SocketAddr, address: &str, password: &str) -> io::Result<usize> {
    let mut collector = Collector::sign_in(at, address, password)?;
    let count = collector.count()?;
    collector.quit()?;
    Ok(count)
}

/// What a program does before it fetches anything, in milliseconds.
fn open_and_look(at: SocketAddr, address: &str) -> io::Result<f64> {
    let watch = Stopwatch::start();
    let mut collector = Collector::sign_in(at, address, PASSWORD)?;
    collector.count()?;
    for command in ["UIDL", "LIST"] {
        collector.say(command)?;
        collector.skip()?;
    }
    let milliseconds = watch.read().as_secs_f64() * 1000.0;
    collector.quit()?;
    Ok(milliseconds)
}

/// A signed-in POP3 session.
struct Collector {
    socket: TcpStream,
    answers: BufReader<TcpStream>,
    line: Vec<u8>,
}

impl Collector {
    fn sign_in(at: SocketAddr, address: &str, password: &str) -> io::Result<Self> {
        let socket = TcpStream::connect(at)?;
        socket.set_nodelay(true)?;
        socket.set_read_timeout(Some(Duration::from_secs(60)))?;
        let answers = BufReader::with_capacity(64 * 1024, socket.try_clone()?);
        let mut collector = Self { socket, answers, line: Vec::new() };
        collector.status()?;
        collector.say(&format!("USER {address}"))?;
        collector.say(&format!("PASS {password}"))?;
        Ok(collector)
    }

    /// How many messages there are.
    fn count(&mut self) -> io::Result<usize> {
        let answer = self.say("STAT")?;
        let number = answer.split(' ').nth(1).and_then(|number| number.parse().ok());
        number.ok_or_else(|| io::Error::other(format!("not a STAT: {answer}")))
    }

    /// Fetches messages 1 to `count`, one after another, as programs do.
    fn retrieve(&mut self, count: usize) -> io::Result<()> {
        for number in 1..=count {
            self.say(&format!("RETR {number}"))?;
            self.skip()?;
        }
        Ok(())
    }

    /// Reads a multi-line answer to its dot.
    fn skip(&mut self) -> io::Result<()> {
        loop {
            self.line.clear();
            if self.answers.read_until(b'\n', &mut self.line)? == 0 {
                return Err(io::Error::other("closed inside an answer"));
            }
            if self.line == b".\r\n" {
                return Ok(());
            }
        }
    }

    fn quit(&mut self) -> io::Result<()> {
        self.say("QUIT").map(drop)
    }

    fn say(&mut self, line: &str) -> io::Result<String> {
        self.socket.write_all(format!("{line}\r\n").as_bytes())?;
        self.status()
    }

    fn status(&mut self) -> io::Result<String> {
        let mut answer = String::new();
        self.answers.read_line(&mut answer)?;
        if answer.starts_with("+OK") {
            Ok(answer.trim_end().to_owned())
        } else {
            Err(io::Error::other(format!("wanted +OK, got {}", answer.trim_end())))
        }
    }
}

/// All of `accounts` (one connection each) fetch all they have at the same time: (messages, seconds).
fn retrieve_all(at: SocketAddr, accounts: &[String]) -> io::Result<(usize, f64)> {
    let mut sessions = Vec::new();
    for address in accounts {
        let mut session = Collector::sign_in(at, address, PASSWORD)?;
        let count = session.count()?;
        sessions.push((session, count));
    }
    let total = sessions.iter().map(|(_, count)| count).sum();
    let start = Barrier::new(sessions.len() + 1);
    thread::scope(|scope| {
        let start = &start;
        let fetch = |(mut session, count): (Collector, usize)| {
            start.wait();
            let fetched = session.retrieve(count);
            (session, fetched)
        };
        let threads: Vec<_> = sessions.into_iter().map(|session| scope.spawn(move || fetch(session))).collect();
        start.wait();
        let watch = Stopwatch::start();
        let mut done = Vec::new();
        for thread in threads {
            done.push(thread.join().map_err(|_| io::Error::other("a collector broke"))?);
        }
        let seconds = watch.read().as_secs_f64();
        for (mut session, fetched) in done {
            fetched?;
            session.quit()?;
        }
        Ok((total, seconds))
    })
}

//! The server that is measured: the release build, with its defaults, in a fresh directory on the real disk.

use crate::failure::{Done, Failure};
use crate::stopwatch::Stopwatch;
use crate::{places, tools};
use std::fs::{self, File};
use std::io::{self, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

pub const PASSWORD: &str = "a password for measuring only";

/// A running server; it ends with the value.
pub struct Server {
    pub smtp: SocketAddr,
    pub pop3: SocketAddr,
    pub http: SocketAddr,
    pub dir: PathBuf,
    child: Option<Child>,
}

impl Server {
    /// A fresh directory with `accounts` accounts (`user0@bench.test` and so on); not started yet.
    pub fn prepare(name: &str, accounts: usize) -> Done<Self> {
        Self::prepare_with(name, accounts, "submission = \"off\"\n")
    }

    /// With more settings.
    pub fn prepare_with(name: &str, accounts: usize, more: &str) -> Done<Self> {
        let dir = places::target().join("bench-data").join(name);
        if dir.exists() {
            fs::remove_dir_all(&dir).map_err(|cause| crate::failure::file("clearing", &dir, &cause))?;
        }
        fs::create_dir_all(&dir).map_err(|cause| crate::failure::file("making", &dir, &cause))?;
        let [smtp, pop3, http] = free_ports()?;
        // What differs from the defaults is where it listens, and what hinders a load of one address: 64 connections
        // from one peer, and senders of a domain that no DNS knows (nor anybody who could vouch for it).
        let settings = format!(
            "hostname = \"mail.bench.test\"\nsmtp = \"{smtp}\"\npop3 = \"{pop3}\"\nhttp = \"{http}\"\n\
             connections_per_peer = 1500\nconnection_rate = 1000000\npeer_messages = 0\n\
             peer_recipients = 0\ncheck_sender_domain = false\n\
             spf = false\ndmarc = false\niprev = false\nhelo = \"off\"\nallow_plaintext_auth = true\nlog = \"warn\"\n{more}"
        );
        let file = dir.join("restante.toml");
        fs::write(&file, settings).map_err(|cause| crate::failure::file("writing", &file, &cause))?;
        let server = Self { smtp, pop3, http, dir, child: None };
        server.command(&["domain", "add", "bench.test"], "")?;
        for number in 0..accounts {
            server.command(&["account", "add", &address(number), "--password-stdin"], PASSWORD)?;
        }
        Ok(server)
    }

    fn program(&self, words: &[&str]) -> Command {
        let mut command = tools::program(places::server(true));
        command.args(words).arg("--data").arg(&self.dir);
        command
    }

    fn command(&self, words: &[&str], line: &str) -> Done {
        let step = format!("restante {}", words.join(" "));
        let failed = |cause: String| Failure::new(format!("{step}: {cause}"), "try it by hand");
        let mut child = self
            .program(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .map_err(|cause| failed(cause.to_string()))?;
        if let Some(mut input) = child.stdin.take() {
            // A command that reads nothing has closed its end: no harm.
            drop(writeln!(input, "{line}"));
        }
        match child.wait() {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(failed(status.to_string())),
            Err(cause) => Err(failed(cause.to_string())),
        }
    }

    /// Fills the mailbox of account `number` with `count` messages, past SMTP; the server must not run.
    pub fn fill(&self, number: usize, count: u64, mut message: impl FnMut(u64) -> Vec<u8>) -> Done {
        let failed =
            |cause: String| Failure::new(format!("filling a mailbox: {cause}"), "look whether the disk has room");
        let program = places::target().join("release/examples/fill");
        let mut child = tools::program(program)
            .arg(&self.dir)
            .arg(address(number))
            .stdin(Stdio::piped())
            .spawn()
            .map_err(|cause| failed(cause.to_string()))?;
        if let Some(input) = child.stdin.take() {
            let mut input = io::BufWriter::with_capacity(1 << 20, input);
            for at in 0..count {
                let bytes = message(at);
                let written = writeln!(input, "{}", bytes.len()).and_then(|()| input.write_all(&bytes));
                written.map_err(|cause| failed(cause.to_string()))?;
            }
            input.flush().map_err(|cause| failed(cause.to_string()))?;
        }
        match child.wait() {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(failed(status.to_string())),
            Err(cause) => Err(failed(cause.to_string())),
        }
    }

    /// Starts it. Answers how long it took until the banner.
    pub fn start(&mut self) -> Done<Duration> {
        let log = self.dir.with_extension("log");
        let log = File::create(&log).map_err(|cause| crate::failure::file("making", &log, &cause))?;
        let failed =
            |what: &str| Failure::new(format!("starting the server: {what}"), "look into target/bench-data/*.log");
        let watch = Stopwatch::start();
        let log_too = log.try_clone().map_err(|cause| failed(&cause.to_string()))?;
        let child = self.program(&["serve"]).stdin(Stdio::null()).stdout(log_too).stderr(log).spawn();
        self.child = Some(child.map_err(|cause| failed(&cause.to_string()))?);
        while watch.read() < Duration::from_secs(30) {
            if [self.smtp, self.pop3, self.http].iter().all(|port| TcpStream::connect(port).is_ok()) {
                return Ok(watch.read());
            }
            if let Some(Ok(Some(status))) = self.child.as_mut().map(Child::try_wait) {
                return Err(failed(&format!("it ended with {status}")));
            }
            thread::sleep(Duration::from_millis(2));
        }
        Err(failed("it does not answer"))
    }

    pub fn pid(&self) -> u32 {
        self.child.as_ref().map_or(0, Child::id)
    }

    /// Ends it in order: what waits is written, and the write-ahead log goes into the database.
    pub fn stop(&mut self) -> Done {
        let Some(mut child) = self.child.take() else { return Ok(()) };
        let pid = child.id().to_string();
        tools::go("ending the server", tools::program("kill").args(["-INT", &pid]), "none")?;
        child.wait().map_err(|cause| Failure::new(format!("ending the server: {cause}"), "none"))?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            drop(child.kill());
            drop(child.wait());
        }
    }
}

pub fn address(number: usize) -> String {
    format!("user{number}@bench.test")
}

pub fn addresses(count: usize) -> Vec<String> {
    (0..count).map(address).collect()
}

fn free_ports() -> Done<[SocketAddr; 3]> {
    let failed = |cause: io::Error| Failure::new(format!("finding free ports: {cause}"), "end what holds them");
    let listen = || TcpListener::bind("127.0.0.1:0").map_err(failed);
    // All three are held until all three are known: no two are the same.
    let held = [listen()?, listen()?, listen()?];
    let port = |number: usize| held[number].local_addr().map_err(failed);
    Ok([port(0)?, port(1)?, port(2)?])
}

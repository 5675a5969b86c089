//! The real program in a directory of its own, on free loopback ports, with the accounts the tests speak of.

use crate::harness::clock::within;
use crate::harness::dns::Dns;
use crate::harness::pop3::Pop3;
use crate::harness::settings::{Ports, Settings};
use crate::harness::smtp::Smtp;
use std::io::Read;
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

pub const BOB: &str = "bob@comentum.test";
pub const CAROL: &str = "carol@comentum.test";
pub const LISA: &str = "lisa@otherisp.test";
/// The admin; mail for postmaster goes there.
pub const POSTMASTER: &str = "chief@comentum.test";

/// What everybody's password is.
pub const PASSWORD: &str = "correct horse battery staple";

/// A running server with its directory, its DNS and its accounts. Ends with the value.
pub struct House {
    pub ports: Ports,
    pub dns: Dns,
    pub dir: PathBuf,
    settings: Settings,
    child: Option<Child>,
    /// Removes the directory, if it is ours.
    _temporary: Option<tempfile::TempDir>,
}

impl House {
    pub fn start() -> House {
        House::with(|settings| settings)
    }

    /// With other settings.
    pub fn with(change: impl FnOnce(Settings) -> Settings) -> House {
        let temporary = tempfile::Builder::new().prefix("restante-it-").tempdir().unwrap();
        let dir = temporary.path().join("data");
        let mut house = House::in_dir(&dir, change);
        house._temporary = Some(temporary);
        house
    }

    /// In a directory of the caller's.
    pub fn in_dir(dir: &Path, change: impl FnOnce(Settings) -> Settings) -> House {
        std::fs::create_dir_all(dir).unwrap();
        let dns = Dns::start();
        // The strangers of the tests come from a domain that is there.
        dns.mail_at("far.test", "mx.far.test", Ipv4Addr::LOCALHOST);
        let ports = Ports::free();
        let settings = change(Settings::usual(&ports, dns.address));
        settings.write(dir);
        let mut house = House { ports, dns, dir: dir.to_owned(), settings, child: None, _temporary: None };
        for domain in ["comentum.test", "otherisp.test"] {
            house.cli_ok(&["domain", "add", domain]);
        }
        house.add_account(POSTMASTER, true);
        for address in [BOB, CAROL, LISA] {
            house.add_account(address, false);
        }
        house.run();
        house
    }

    fn add_account(&self, address: &str, admin: bool) {
        let mut words = vec!["account", "add", address, "--password-stdin"];
        if admin {
            words.push("--admin");
        }
        let output = self.cli_with(&words, PASSWORD);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// The program with some words, on this house's directory.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = program();
        command.args(words).arg("--data").arg(&self.dir);
        command
    }

    pub fn cli(&self, words: &[&str]) -> Output {
        self.command(words).stdin(Stdio::null()).output().unwrap()
    }

    /// As `cli`, with a line on its standard input.
    pub fn cli_with(&self, words: &[&str], line: &str) -> Output {
        use std::io::Write;
        let mut command = self.command(words);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // It may have refused before it read: then the pipe is closed, and its words say why.
        drop(writeln!(child.stdin.take().unwrap(), "{line}"));
        child.wait_with_output().unwrap()
    }

    /// As `cli`; it must go well. Answers what it printed.
    pub fn cli_ok(&self, words: &[&str]) -> String {
        let output = self.cli(words);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "restante {}: {said}", words.join(" "));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Starts the server and waits until it answers at every port.
    pub fn run(&mut self) {
        assert!(self.child.is_none(), "it runs already");
        let log = std::fs::File::options().create(true).append(true).open(self.log_file()).unwrap();
        let child =
            self.command(&["serve"]).stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
        self.child = Some(child);
        within(Duration::from_secs(20), "a server that answers", || {
            if let Some(status) = self.child.as_mut().unwrap().try_wait().unwrap() {
                panic!("the server ended with {status}:\n{}", self.log());
            }
            let Ports { smtp, submission, pop3, http, .. } = self.ports;
            [smtp, submission, pop3, http].iter().all(|port| TcpStream::connect(port).is_ok()).then_some(())
        });
    }

    /// Our own server's process.
    pub fn pid(&self) -> u32 {
        self.child.as_ref().expect("it runs").id()
    }

    /// `kill -9`: no farewell.
    pub fn kill(&mut self) {
        let mut child = self.child.take().expect("it runs");
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Ctrl-C. Answers the exit status.
    pub fn interrupt(&mut self) -> std::process::ExitStatus {
        self.signal("INT");
        self.wait_for_end()
    }

    /// After a signal: waits for the end. Answers the exit status.
    pub fn wait_for_end(&mut self) -> std::process::ExitStatus {
        let mut child = self.child.take().expect("it runs");
        within(Duration::from_secs(30), "an end after SIGINT", || child.try_wait().unwrap())
    }

    /// Sends a signal to our own server.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").arg(format!("-{name}")).arg(self.pid().to_string()).status().unwrap();
        assert!(sent.success());
    }

    /// Ends in order and starts again at the same ports.
    pub fn restart(&mut self) {
        self.interrupt();
        self.run();
    }

    /// Starts again with one key of the configuration changed.
    pub fn change(&mut self, key: &str, value: impl ToString) {
        self.settings = std::mem::take(&mut self.settings).set(key, value);
        self.settings.write(&self.dir);
        self.restart();
    }

    /// Starts again with several keys changed.
    pub fn change_all(&mut self, change: impl FnOnce(Settings) -> Settings) {
        self.settings = change(std::mem::take(&mut self.settings));
        self.settings.write(&self.dir);
        self.restart();
    }

    /// A stranger's conversation at port 25, EHLO said.
    pub fn smtp(&self) -> Smtp {
        Smtp::hello(self.ports.smtp)
    }

    /// A mail program's conversation at the submission port, signed in.
    pub fn submission(&self, user: &str) -> Smtp {
        let mut smtp = Smtp::hello(self.ports.submission);
        let reply = smtp.auth(user, PASSWORD);
        assert!(reply.is("235"), "{:?}", reply.lines);
        smtp
    }

    /// A mail program's conversation at the POP3 port, signed in. A session that hung up a moment ago may still be
    /// there: then it waits for the lock.
    pub fn pop3(&self, user: &str) -> Pop3 {
        within(Duration::from_secs(10), "the lock of the maildrop", || {
            let mut pop3 = Pop3::connect(self.ports.pop3);
            pop3.ok(&format!("USER {user}"));
            let answer = pop3.say(&format!("PASS {PASSWORD}"));
            assert!(answer.starts_with("+OK") || answer.contains("[IN-USE]"), "{answer}\n{}", self.log());
            answer.starts_with("+OK").then_some(pop3)
        })
    }

    /// Waits until `user` has `count` messages (delivery of bounces takes a moment) and fetches them.
    pub fn mail_of(&self, user: &str, count: usize) -> Vec<String> {
        within(Duration::from_secs(30), &format!("{count} messages for {user}"), || {
            let mut pop3 = self.pop3(user);
            let found = (pop3.stat().0 >= count).then(|| pop3.all());
            pop3.quit();
            found.map(|all| all.iter().map(|message| String::from_utf8_lossy(message).into_owned()).collect())
        })
    }

    fn log_file(&self) -> PathBuf {
        self.dir.with_extension("log")
    }

    /// What the server wrote to its terminal.
    pub fn log(&self) -> String {
        let mut text = Vec::new();
        std::fs::File::open(self.log_file()).unwrap().read_to_end(&mut text).unwrap();
        String::from_utf8_lossy(&text).into_owned()
    }

    /// Bytes on disk below the data directory.
    pub fn disk(&self) -> u64 {
        size_of(&self.dir)
    }

    /// Messages half received that lie on disk.
    pub fn spooled(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.dir.join("spool"));
        entries.map(|all| all.filter_map(Result::ok).map(|entry| entry.path()).collect()).unwrap_or_default()
    }

    pub fn assert_no_spool(&self) {
        crate::harness::eventually("an empty spool", || self.spooled().is_empty().then_some(()));
    }
}

impl Drop for House {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            drop(child.kill());
            drop(child.wait());
        }
        if std::thread::panicking() {
            let log = self.log();
            let tail: Vec<_> = log.lines().rev().take(40).collect();
            eprintln!("--- end of the server's log");
            tail.iter().rev().for_each(|line| eprintln!("{line}"));
        }
        drop(std::fs::remove_file(self.log_file()));
    }
}

/// The program that is tested, with nothing of our own environment in its configuration.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_restante"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("RESTANTE_")) {
        command.env_remove(name);
    }
    command
}

/// Bytes on disk (allocated blocks) of all files below `folder`.
pub fn size_of(folder: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt;
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    entries
        .filter_map(Result::ok)
        .filter_map(|entry| Some((entry.metadata().ok()?, entry.path())))
        .map(|(data, path)| if data.is_dir() { size_of(&path) } else { data.blocks() * 512 })
        .sum()
}

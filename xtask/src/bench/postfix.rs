//! A Postfix of our own, to be measured at the same work in the same run: in a directory and on a port of its own, as the
//! distribution sets it up otherwise. Where there is none, or we may not start it, there is nothing to compare with.

use super::meter;
use crate::failure::{Done, Failure};
use crate::{places, tools};
use std::fmt::Write as _;
use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

const DAEMONS: &str = "/usr/lib/postfix/sbin";
/// name, private, process limit, program: what mail coming in and going on to another server needs.
const SERVICES: &[(&str, &str, &str, &str)] = &[
    ("pickup unix", "n", "1", "pickup"),
    ("cleanup unix", "n", "0", "cleanup"),
    ("qmgr unix", "n", "1", "qmgr"),
    ("rewrite unix", "-", "-", "trivial-rewrite"),
    ("bounce unix", "-", "0", "bounce"),
    ("defer unix", "-", "0", "bounce"),
    ("trace unix", "-", "0", "bounce"),
    ("verify unix", "-", "1", "verify"),
    ("flush unix", "n", "0", "flush"),
    ("proxymap unix", "-", "-", "proxymap"),
    ("smtp unix", "-", "-", "smtp"),
    ("relay unix", "-", "-", "smtp"),
    ("showq unix", "n", "-", "showq"),
    ("error unix", "-", "-", "error"),
    ("retry unix", "-", "-", "error"),
    ("discard unix", "-", "-", "discard"),
    ("anvil unix", "-", "1", "anvil"),
    ("scache unix", "-", "1", "scache"),
    ("postlog unix-dgram", "n", "1", "postlogd"),
];

pub struct Postfix {
    pub smtp: SocketAddr,
    dir: PathBuf,
}

impl Postfix {
    /// With everything sent to `next`; `dead.test` to a port where nobody is. None: there is no Postfix here.
    pub fn start(name: &str, next: Option<(SocketAddr, SocketAddr)>) -> Done<Option<Postfix>> {
        if tools::find("postfix").is_none() || !PathBuf::from(DAEMONS).is_dir() || !is_root() {
            println!("bench: no Postfix to compare with: it is not installed, or only root may start it");
            return Ok(None);
        }
        let dir = places::target().join("bench-data").join(format!("postfix-{name}"));
        let failed = |cause: std::io::Error| crate::failure::file("preparing Postfix", &dir, &cause);
        if dir.exists() {
            fs::remove_dir_all(&dir).map_err(failed)?;
        }
        for part in ["etc", "queue", "data"] {
            fs::create_dir_all(dir.join(part)).map_err(failed)?;
        }
        let smtp = TcpListener::bind("127.0.0.1:0").and_then(|held| held.local_addr()).map_err(failed)?;
        fs::write(dir.join("etc/main.cf"), main_cf(&dir, next)).map_err(failed)?;
        fs::write(dir.join("etc/master.cf"), master_cf(smtp)).map_err(failed)?;
        let owned = tools::program("chown").arg("postfix").arg(dir.join("data")).status();
        owned.map_err(failed)?;
        let postfix = Postfix { smtp, dir };
        let told =
            |what: &str| Failure::new(format!("starting Postfix: {what}"), "look into target/bench-data/postfix-*");
        let started = postfix.command("start").status().map_err(|cause| told(&cause.to_string()))?;
        if !started.success() {
            return Err(told(&started.to_string()));
        }
        for _ in 0..500 {
            if TcpStream::connect(smtp).is_ok() {
                return Ok(Some(postfix));
            }
            thread::sleep(Duration::from_millis(20));
        }
        Err(told("it does not answer"))
    }

    fn command(&self, word: &str) -> Command {
        let mut command = tools::program("postfix");
        command.arg("-c").arg(self.dir.join("etc")).arg(word);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// PSS of all its processes.
    pub fn memory_kib(&self) -> u64 {
        let pid = fs::read_to_string(self.dir.join("queue/pid/master.pid")).unwrap_or_default();
        let Ok(master) = pid.trim().parse::<u32>() else { return 0 };
        let children = fs::read_to_string(format!("/proc/{master}/task/{master}/children")).unwrap_or_default();
        let children = children.split_ascii_whitespace().filter_map(|pid| pid.parse().ok());
        std::iter::once(master).chain(children).map(|pid| meter::memory_kib(pid).1).sum()
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        drop(self.command("stop").status());
    }
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

fn main_cf(dir: &std::path::Path, next: Option<(SocketAddr, SocketAddr)>) -> String {
    let dir = dir.display();
    let mut text = format!(
        "compatibility_level = 3.6\nqueue_directory = {dir}/queue\ndata_directory = {dir}/data\n\
         daemon_directory = {DAEMONS}\ncommand_directory = /usr/sbin\nmeta_directory = /etc/postfix\n\
         maillog_file = {dir}/log\nmaillog_file_prefixes = {dir}\nmyhostname = mail.bench.test\nmydestination =\n\
         mynetworks = 127.0.0.0/8\ninet_protocols = ipv4\nalias_maps =\nalias_database =\n\
         smtpd_relay_restrictions = permit_mynetworks, reject\nsmtpd_peername_lookup = no\n\
         smtpd_client_connection_count_limit = 0\ndefault_process_limit = 1200\n"
    );
    if let Some((relay, dead)) = next {
        let host = |address: SocketAddr| format!("[{}]:{}", address.ip(), address.port());
        // Written into a String, which takes all.
        let _ =
            write!(text, "relayhost = {}\ntransport_maps = inline:{{ dead.test=smtp:{} }}\n", host(relay), host(dead));
    }
    text
}

fn master_cf(smtp: SocketAddr) -> String {
    let mut text = format!("{smtp} inet n - n - - smtpd\n");
    for (service, private, limit, program) in SERVICES {
        let _ = writeln!(text, "{service} {private} - n {} {limit} {program}", wakeup(program));
    }
    text
}

/// The two that are woken by the clock.
fn wakeup(program: &str) -> &'static str {
    match program {
        "pickup" => "60",
        "qmgr" => "300",
        _ => "-",
    }
}

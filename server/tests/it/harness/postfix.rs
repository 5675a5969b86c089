//! A Postfix of the test's own, as the distribution has it: on a port of its own, with everything of it in one folder.

use std::fmt::Write as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

const DAEMONS: &str = "/usr/lib/postfix/sbin";
/// name, private, wake-up, limit, program.
const SERVICES: [(&str, &str, &str, &str, &str); 18] = [
    ("pickup unix", "n", "60", "1", "pickup"),
    ("cleanup unix", "n", "-", "0", "cleanup"),
    ("qmgr unix", "n", "1", "1", "qmgr"),
    ("rewrite unix", "-", "-", "-", "trivial-rewrite"),
    ("bounce unix", "-", "-", "0", "bounce"),
    ("defer unix", "-", "-", "0", "bounce"),
    ("trace unix", "-", "-", "0", "bounce"),
    ("verify unix", "-", "-", "1", "verify"),
    ("flush unix", "n", "-", "0", "flush"),
    ("proxymap unix", "-", "-", "-", "proxymap"),
    ("tlsmgr unix", "-", "1000", "1", "tlsmgr"),
    ("smtp unix", "-", "-", "-", "smtp"),
    ("showq unix", "n", "-", "-", "showq"),
    ("error unix", "-", "-", "-", "error"),
    ("retry unix", "-", "-", "-", "error"),
    ("virtual unix", "-", "-", "-", "virtual"),
    ("anvil unix", "-", "-", "1", "anvil"),
    ("postlog unix-dgram", "n", "-", "1", "postlogd"),
];

/// It ends with the value.
pub struct Postfix {
    pub smtp: SocketAddr,
    dir: tempfile::TempDir,
}

impl Postfix {
    /// `friend@pf.test` has a mailbox in it; all other mail goes to `next`, with TLS where it is offered. None: it is not
    /// installed, or only root may.
    pub fn start(next: SocketAddr, certificate: (&Path, &Path)) -> Option<Postfix> {
        let is_root = rustix::process::geteuid().is_root();
        if !Path::new("/usr/sbin/postfix").exists() || !Path::new(DAEMONS).is_dir() || !is_root {
            println!("skipped: Postfix is not there, or may not be started");
            return None;
        }
        let dir = tempfile::Builder::new().prefix("restante-postfix-").tempdir().unwrap();
        // Its programs run as others than root, and all of them have to come to it.
        std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        for part in ["etc", "queue", "data", "mail"] {
            std::fs::create_dir(dir.path().join(part)).unwrap();
        }
        let smtp = TcpListener::bind("127.0.0.1:0").and_then(|held| held.local_addr()).unwrap();
        std::fs::write(dir.path().join("etc/main.cf"), main_cf(dir.path(), next, certificate)).unwrap();
        let mut services = format!("{smtp} inet n - n - - smtpd\n");
        for (service, private, wakeup, limit, program) in SERVICES {
            // What writes into mailboxes may become others than itself.
            let unprivileged = if program == "virtual" { "n" } else { "-" };
            writeln!(services, "{service} {private} {unprivileged} n {wakeup} {limit} {program}").unwrap();
        }
        std::fs::write(dir.path().join("etc/master.cf"), services).unwrap();
        for part in ["data", "mail"] {
            assert!(Command::new("chown").arg("postfix").arg(dir.path().join(part)).status().unwrap().success());
        }
        let postfix = Postfix { smtp, dir };
        assert!(postfix.command("start").status().unwrap().success(), "{}", postfix.log());
        super::eventually("Postfix", || TcpStream::connect(smtp).ok());
        Some(postfix)
    }

    fn command(&self, word: &str) -> Command {
        let mut command = Command::new("/usr/sbin/postfix");
        command.arg("-c").arg(self.dir.path().join("etc")).arg(word);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }

    /// Waits for so many messages in the mailbox of its own.
    pub fn wait_for(&self, count: usize) -> Vec<Vec<u8>> {
        let new: PathBuf = self.dir.path().join("mail/friend/new");
        super::clock::within(Duration::from_secs(30), &format!("{count} messages in Postfix's mailbox"), || {
            let files = std::fs::read_dir(&new).ok()?;
            let mail: Vec<_> = files.map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect();
            (mail.len() >= count).then_some(mail)
        })
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        drop(self.command("stop").status());
    }
}

fn main_cf(dir: &Path, next: SocketAddr, (certificate, key): (&Path, &Path)) -> String {
    let (dir, certificate, key) = (dir.display(), certificate.display(), key.display());
    let next = format!("[{}]:{}", next.ip(), next.port());
    format!(
        "compatibility_level = 3.6\nqueue_directory = {dir}/queue\ndata_directory = {dir}/data\n\
         daemon_directory = {DAEMONS}\ncommand_directory = /usr/sbin\nmeta_directory = /etc/postfix\n\
         maillog_file = {dir}/log\nmaillog_file_prefixes = {dir}\nmyhostname = mx.pf.test\nmydestination =\n\
         mynetworks = 127.0.0.0/8\ninet_protocols = ipv4\nalias_maps =\nalias_database =\nrelayhost = {next}\n\
         virtual_mailbox_domains = pf.test\nvirtual_mailbox_base = {dir}/mail\n\
         virtual_mailbox_maps = inline:{{ friend@pf.test=friend/ }}\nvirtual_minimum_uid = 1\n\
         virtual_uid_maps = static:$(id)\nvirtual_gid_maps = static:$(gid)\n\
         smtpd_relay_restrictions = permit_mynetworks, reject\nsmtpd_peername_lookup = no\n\
         smtpd_tls_security_level = may\nsmtpd_tls_cert_file = {certificate}\nsmtpd_tls_key_file = {key}\n\
         smtp_tls_security_level = may\nsmtp_tls_loglevel = 1\nsmtputf8_enable = yes\n\
         minimal_backoff_time = 1s\nmaximal_backoff_time = 1s\nqueue_run_delay = 1s\n",
    )
    .replace("$(id)", &of_postfix("-u"))
    .replace("$(gid)", &of_postfix("-g"))
}

/// The number of its user or group.
fn of_postfix(which: &str) -> String {
    let output = Command::new("id").args([which, "postfix"]).output().unwrap();
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

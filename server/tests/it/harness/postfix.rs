//! A Postfix of its own, from the distribution: its configuration, queue and mailboxes in a temporary folder, its DNS ours,
//! at an address of loopback that nobody else has.

use crate::harness::{elsewhere, within};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

const DAEMONS: &str = "/usr/lib/postfix/sbin/master";
/// Whose the mailboxes are: nobody.
const NOBODY: u32 = 65_534;

/// Where it will listen; the house has to know before either starts.
pub struct Place {
    pub address: SocketAddr,
}

/// It ends with the value.
pub struct Postfix {
    pub address: SocketAddr,
    folder: tempfile::TempDir,
    master: Child,
}

impl Place {
    /// None, with a word, where there is no Postfix.
    pub fn find() -> Option<Place> {
        if !Path::new(DAEMONS).is_file() {
            println!("skipped: Postfix is not there; `cargo xtask test` installs it");
            return None;
        }
        let pid = std::process::id();
        // Two of one process have their DNS at port 53 each.
        static PLACES: AtomicU8 = AtomicU8::new(0);
        let place = 128 + 32 * (PLACES.fetch_add(1, Ordering::Relaxed) % 3) + (pid >> 16) as u8 % 32;
        let own = Ipv4Addr::new(127, place, (pid >> 8) as u8, (pid as u8).max(1));
        let address = TcpListener::bind((own, 0)).unwrap().local_addr().unwrap();
        Some(Place { address })
    }

    pub fn ip(&self) -> Ipv4Addr {
        let SocketAddr::V4(address) = self.address else { panic!("loopback of IPv4") };
        *address.ip()
    }

    /// For pf.test with `friend` and `other`; mail for others goes to port `to`. Its DNS is at its own address.
    pub fn start(self, to: u16) -> Option<Postfix> {
        let folder = tempfile::Builder::new().prefix("restante-postfix-").tempdir().unwrap();
        let at = folder.path();
        // Its daemons are other users.
        std::fs::set_permissions(at, std::fs::Permissions::from_mode(0o755)).unwrap();
        for name in ["etc", "queue", "data", "mail"] {
            std::fs::create_dir(at.join(name)).unwrap();
        }
        let owner = std::process::Command::new("id").args(["-u", "postfix"]).output().unwrap();
        let owner = String::from_utf8(owner.stdout).unwrap().trim().parse().unwrap();
        if chown(at.join("data"), Some(owner), None).is_err() {
            println!("skipped: Postfix needs root");
            return None;
        }
        chown(at.join("mail"), Some(NOBODY), None).unwrap();
        let made = rcgen::generate_simple_self_signed(vec!["mx.pf.test".to_owned()]).unwrap();
        // The key first, as Postfix wants it.
        std::fs::write(at.join("etc/chain.pem"), made.signing_key.serialize_pem() + &made.cert.pem()).unwrap();
        std::fs::set_permissions(at.join("etc/chain.pem"), std::fs::Permissions::from_mode(0o600)).unwrap();
        std::fs::write(at.join("etc/main.cf"), rules(at, to)).unwrap();
        std::fs::write(at.join("etc/master.cf"), daemons(self.address)).unwrap();
        let etc = at.join("etc");
        let mut command = elsewhere::asking(self.ip(), at, &["postfix", "-c", etc.to_str()?, "start-fg"])?;
        let master = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let postfix = Postfix { address: self.address, folder, master };
        within(Duration::from_secs(30), "a Postfix that answers", || TcpStream::connect(postfix.address).ok());
        Some(postfix)
    }
}

impl Postfix {
    /// What lies in a mailbox, once there are `count`, the first to come first.
    pub fn mail_of(&self, name: &str, count: usize) -> Vec<String> {
        let new = self.folder.path().join("mail").join(name).join("new");
        let mut files: Vec<PathBuf> = within(Duration::from_secs(30), "mail at Postfix", || {
            let found: Vec<PathBuf> = std::fs::read_dir(&new).ok()?.map(|one| one.unwrap().path()).collect();
            (found.len() >= count).then_some(found)
        });
        files.sort_by_key(|file| std::fs::metadata(file).unwrap().modified().unwrap());
        files.iter().map(|file| String::from_utf8_lossy(&std::fs::read(file).unwrap()).into_owned()).collect()
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("data/log")).unwrap_or_default()
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- Postfix's log\n{}", self.log());
        }
        let pid = std::fs::read_to_string(self.folder.path().join("queue/pid/master.pid")).unwrap_or_default();
        if let Ok(pid) = pid.trim().parse::<u32>() {
            drop(std::process::Command::new("kill").arg(pid.to_string()).status());
        } else {
            drop(self.master.kill());
        }
        drop(self.master.wait());
    }
}

fn rules(at: &Path, to: u16) -> String {
    let at = at.display();
    format!(
        "compatibility_level = 3.6
queue_directory = {at}/queue
data_directory = {at}/data
mail_owner = postfix
setgid_group = postdrop
maillog_file = {at}/data/log
maillog_file_prefixes = {at}
myhostname = mx.pf.test
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtp_tcp_port = {to}
smtp_tls_security_level = encrypt
smtp_tls_loglevel = 1
smtpd_tls_security_level = may
smtpd_tls_received_header = yes
alias_maps =
smtpd_tls_chain_files = {at}/etc/chain.pem
virtual_mailbox_domains = pf.test
virtual_mailbox_base = {at}/mail
virtual_mailbox_maps = inline:{{ friend@pf.test=friend/, other@pf.test=other/ }}
virtual_alias_maps = inline:{{ moved@pf.test=gone@nowhere.test }}
virtual_uid_maps = static:{NOBODY}
virtual_gid_maps = static:{NOBODY}
minimal_backoff_time = 5s
queue_run_delay = 5s
"
    )
}

fn daemons(address: SocketAddr) -> String {
    format!(
        "{address} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"
    )
}

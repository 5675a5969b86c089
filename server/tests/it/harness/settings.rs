//! How the server of a test is configured.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;

/// Where the server listens.
#[derive(Clone, Copy, Debug)]
pub struct Ports {
    pub smtp: SocketAddr,
    pub submission: SocketAddr,
    pub pop3: SocketAddr,
    pub http: SocketAddr,
    pub submissions: SocketAddr,
    pub pop3s: SocketAddr,
    pub https: SocketAddr,
}

impl Ports {
    /// Ports that nobody else in this test run uses: each process has a loopback address of its own.
    pub fn free() -> Ports {
        let pid = std::process::id();
        let own = Ipv4Addr::new(127, 64 + (pid >> 16) as u8 % 64, (pid >> 8) as u8, (pid as u8).max(1));
        let held: Vec<_> = (0..7).map(|_| TcpListener::bind((own, 0)).unwrap()).collect();
        let at = |number: usize| held[number].local_addr().unwrap();
        Ports {
            smtp: at(0),
            submission: at(1),
            pop3: at(2),
            http: at(3),
            submissions: at(4),
            pop3s: at(5),
            https: at(6),
        }
    }
}

/// Keys of the configuration that differ from what all tests have.
#[derive(Clone, Debug, Default)]
pub struct Settings(Vec<(String, String)>);

impl Settings {
    /// What all tests have: everything on loopback, passwords that cost nothing to check.
    pub fn usual(ports: &Ports, dns: SocketAddr) -> Settings {
        Settings::default()
            .set("hostname", "\"mail.comentum.test\"")
            .set("smtp", format!("\"{}\"", ports.smtp))
            .set("submission", format!("\"{}\"", ports.submission))
            .set("pop3", format!("\"{}\"", ports.pop3))
            .set("http", format!("\"{}\"", ports.http))
            .set("submissions", format!("\"{}\"", ports.submissions))
            .set("pop3s", format!("\"{}\"", ports.pop3s))
            .set("https", format!("\"{}\"", ports.https))
            .set("dns", format!("\"{}\"", dns))
            .set("allow_plaintext_auth", "true")
            .set("connections_per_peer", 1000)
            // All of a test comes from one address.
            .set("connection_rate", 1_000_000)
            .set("peer_messages", 0)
            .set("peer_recipients", 0)
            .set("daily_messages", 0)
            .set("daily_new_recipients", 0)
            .set("argon2_memory", 8)
            .set("argon2_iterations", 1)
            // Keys take a second to make; the tests of signing switch it on.
            .set("dkim_signing", "false")
            .set("disk_reserve", "\"1MiB\"")
            .set("outbound_port", 9)
    }

    /// `value` as TOML.
    pub fn set(self, key: &str, value: impl ToString) -> Settings {
        let mut settings = self;
        settings.0.retain(|(name, _)| name != key);
        settings.0.push((key.to_owned(), value.to_string()));
        settings
    }

    pub fn write(&self, dir: &Path) {
        let text: String = self.0.iter().map(|(key, value)| format!("{key} = {value}\n")).collect();
        std::fs::write(dir.join("restante.toml"), text).unwrap();
    }

    /// Octets of a message at most.
    pub fn message_size(self, octets: u64) -> Settings {
        self.set("message_size", octets)
    }

    /// Mail to others goes to this port.
    pub fn outbound_port(self, port: u16) -> Settings {
        self.set("outbound_port", port)
    }
}

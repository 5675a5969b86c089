//! Pebble, the ACME authority that Let's Encrypt's makers test clients with, where it is installed.

use crate::harness::clock::within;
use crate::harness::tls;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A running authority. It looks at names through `dns`, at the ports that it was told.
pub struct Pebble {
    child: Child,
    listens: SocketAddr,
    manages: SocketAddr,
    dir: tempfile::TempDir,
}

impl Pebble {
    /// None, with a word, where the program is not there.
    pub fn start(dns: SocketAddr, http: u16, tls: u16) -> Option<Pebble> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        if !std::env::split_paths(&path).any(|folder| folder.join("pebble").is_file()) {
            println!("skipped: pebble is not there");
            return None;
        }
        let dir = tempfile::Builder::new().prefix("restante-pebble-").tempdir().unwrap();
        let held = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
        let [listens, manages] = held.each_ref().map(|listener| listener.local_addr().unwrap());
        drop(held);
        own_certificate(dir.path());
        let file = |name: &str| dir.path().join(name).display().to_string();
        let config = format!(
            r#"{{"pebble": {{"listenAddress": "{listens}", "managementListenAddress": "{manages}", "certificate": "{}",
                "privateKey": "{}", "httpPort": {http}, "tlsPort": {tls}, "ocspResponderURL": "",
                "externalAccountBindingRequired": false}}}}"#,
            file("own.pem"),
            file("own.key"),
        );
        std::fs::write(dir.path().join("config.json"), config).unwrap();
        let log = std::fs::File::create(dir.path().join("log")).unwrap();
        let child = Command::new("pebble")
            .args(["-config", &file("config.json"), "-dnsserver", &dns.to_string()])
            // It waits up to fifteen seconds before it looks, on purpose; and refuses one nonce in twenty, which stays.
            .env("PEBBLE_VA_NOSLEEP", "1")
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let pebble = Pebble { child, listens, manages, dir };
        within(Duration::from_secs(20), "pebble", || TcpStream::connect(listens).ok());
        Some(pebble)
    }

    pub fn directory(&self) -> String {
        format!("https://{}/dir", self.listens)
    }

    /// The root that its own server is to be trusted by.
    pub fn root_of_its_server(&self) -> PathBuf {
        self.dir.path().join("root.pem")
    }

    /// The root of what it issues (PEM): another in each run.
    pub fn root_of_what_it_issues(&self) -> String {
        let root = std::fs::read_to_string(self.root_of_its_server()).unwrap();
        let socket = TcpStream::connect(self.manages).unwrap();
        let mut stream = tls::client_trusting(socket, "127.0.0.1", &root);
        stream.write_all(b"GET /roots/0 HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        drop(stream.read_to_end(&mut answer));
        let answer = String::from_utf8(answer).unwrap();
        answer[answer.find("-----BEGIN").expect("a certificate")..].to_owned()
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Pebble {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
        if std::thread::panicking() {
            eprintln!("--- pebble's log\n{}", self.log());
        }
    }
}

/// What the authority's own server shows, with the root that vouches for it.
fn own_certificate(dir: &std::path::Path) {
    let (root_key, own_key) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let mut root = CertificateParams::default();
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let made = root.self_signed(&root_key).unwrap();
    let issuer = Issuer::new(root, root_key);
    let own = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap().signed_by(&own_key, &issuer).unwrap();
    std::fs::write(dir.join("root.pem"), made.pem()).unwrap();
    std::fs::write(dir.join("own.pem"), own.pem()).unwrap();
    std::fs::write(dir.join("own.key"), own_key.serialize_pem()).unwrap();
}

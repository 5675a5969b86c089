//! A certificate authority of the test's own, and a web server that shows a domain's TLS policy (RFC 8461).

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    dir: tempfile::TempDir,
}

impl Authority {
    pub fn new() -> Authority {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("roots.pem"), issuer.pem()).unwrap();
        Authority { issuer, dir }
    }

    /// The file for `outbound_roots`.
    pub fn file(&self) -> PathBuf {
        self.dir.path().join("roots.pem")
    }

    /// A certificate for `host`, and a server that shows it.
    pub fn certify(&self, host: &str) -> (CertificateDer<'static>, Arc<ServerConfig>) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap().der().clone();
        let chain = vec![certificate.clone(), self.issuer.der().clone()];
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, PrivatePkcs8KeyDer::from(key.serialize_der()).into())
            .unwrap();
        (certificate, Arc::new(config))
    }

    pub fn server(&self, host: &str) -> Arc<ServerConfig> {
        self.certify(host).1
    }
}

/// Shows one policy over HTTPS at 127.0.0.1.
pub struct Policies {
    pub address: SocketAddr,
    text: Arc<Mutex<String>>,
    asked: Arc<AtomicUsize>,
}

impl Policies {
    pub fn start(config: Arc<ServerConfig>, text: &str) -> Policies {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let policies = Policies { address, text: Arc::new(Mutex::new(text.to_owned())), asked: Arc::default() };
        let (text, asked) = (policies.text.clone(), policies.asked.clone());
        std::thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                let mut stream = StreamOwned::new(ServerConnection::new(config.clone()).unwrap(), socket);
                let mut request = [0; 4096];
                let Ok(count) = stream.read(&mut request) else { continue };
                let request = String::from_utf8_lossy(&request[..count]).into_owned();
                asked.fetch_add(1, Ordering::SeqCst);
                let found = request.starts_with("GET /.well-known/mta-sts.txt HTTP/1.1\r\n");
                let (status, text) =
                    if found { ("200 OK", text.lock().unwrap().clone()) } else { ("404 No", "".into()) };
                let answer = format!(
                    "HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}",
                    text.len()
                );
                drop(stream.write_all(answer.as_bytes()));
                stream.conn.send_close_notify();
                drop(stream.flush());
            }
        });
        policies
    }

    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

//! A DNS whose answers DNSSEC proves: one signed root zone that holds everything.

use hickory_proto::dnssec::crypto::EcdsaSigningKey;
use hickory_proto::dnssec::rdata::DNSKEY;
use hickory_proto::dnssec::{Algorithm, DnssecSigner, SigningKey};
use hickory_proto::rr::rdata::SOA;
use hickory_proto::rr::{LowerName, Name, RData, Record};
use hickory_server::Server;
use hickory_server::dnssec::NxProofKind;
use hickory_server::net::runtime::TokioRuntimeProvider;
use hickory_server::store::in_memory::InMemoryZoneHandler;
use hickory_server::zone_handler::{AxfrPolicy, Catalog, ZoneType};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

/// The server; it ends with the value.
pub struct SignedDns {
    pub address: SocketAddr,
    dir: tempfile::TempDir,
    _runtime: tokio::runtime::Runtime,
}

impl SignedDns {
    /// Knows `records`, and proves that there is nothing else.
    pub fn start(records: Vec<(&str, RData)>) -> SignedDns {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let pkcs8 = EcdsaSigningKey::generate_pkcs8(Algorithm::ECDSAP256SHA256).unwrap();
        let key = EcdsaSigningKey::from_pkcs8(&pkcs8, Algorithm::ECDSAP256SHA256).unwrap();
        let dnskey = DNSKEY::from_key(&key.to_public_key().unwrap());
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("anchor"), format!(". 3600 IN DNSKEY {dnskey}\n")).unwrap();

        let mut zone = InMemoryZoneHandler::<TokioRuntimeProvider>::empty(
            Name::root(),
            ZoneType::Primary,
            AxfrPolicy::Deny,
            Some(NxProofKind::Nsec),
        );
        let soa = SOA::new(Name::root(), Name::root(), 1, 3600, 600, 86400, 60);
        zone.upsert_mut(Record::from_rdata(Name::root(), 60, RData::SOA(soa)), 0);
        for (name, data) in records {
            zone.upsert_mut(Record::from_rdata(Name::from_str(&format!("{name}.")).unwrap(), 60, data), 0);
        }
        let signer = DnssecSigner::new(dnskey, Box::new(key), Name::root(), Duration::from_secs(86_400));
        zone.add_zone_signing_key_mut(signer).unwrap();
        zone.secure_zone_mut().unwrap();

        let mut catalog = Catalog::new();
        catalog.upsert(LowerName::from(Name::root()), vec![Arc::new(zone)]);
        let address = runtime.block_on(async {
            let udp = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
            let address = udp.local_addr().unwrap();
            let tcp = tokio::net::TcpListener::bind(address).await;
            let mut server = Server::new(catalog);
            server.register_socket(udp);
            if let Ok(tcp) = tcp {
                server.register_listener(tcp, Duration::from_secs(5), 4096);
            }
            tokio::spawn(async move { server.block_until_done().await });
            address
        });
        SignedDns { address, dir, _runtime: runtime }
    }

    /// The file for `dns_trust_anchor`.
    pub fn anchor(&self) -> PathBuf {
        self.dir.path().join("anchor")
    }
}

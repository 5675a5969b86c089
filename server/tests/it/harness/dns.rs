//! A small real DNS server on loopback, whose answers a test may change at any time.

use async_trait::async_trait;
use hickory_proto::op::{Metadata, ResponseCode};
use hickory_proto::rr::rdata::{A, MX, SOA, TXT};
use hickory_proto::rr::{Name, RData, Record, RecordType};
use hickory_server::Server;
use hickory_server::net::runtime::Time;
use hickory_server::server::{Request, RequestHandler, ResponseHandler, ResponseInfo};
use hickory_server::zone_handler::MessageResponseBuilder;
use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What the DNS says about one name. A name it was not told of does not exist (NXDOMAIN).
#[derive(Clone, Debug)]
pub enum Says {
    /// Mail exchangers with their preference. `(0, ".")` alone is the null MX of RFC 7505.
    Mx(Vec<(u16, &'static str)>),
    Address(Ipv4Addr),
    Txt(String),
    /// The name is there, with no record that was asked for.
    Nothing,
    ServFail,
    /// SERVFAIL for TXT alone.
    TxtFails,
    /// No answer at all.
    Silence,
}

/// The server; it ends with the value.
pub struct Dns {
    pub address: SocketAddr,
    zone: Arc<Mutex<Zone>>,
    runtime: tokio::runtime::Runtime,
}

#[derive(Default)]
struct Zone {
    names: HashMap<String, Vec<Says>>,
    asked: Vec<String>,
}

impl Dns {
    /// A server that knows nothing yet: everything is NXDOMAIN.
    pub fn start() -> Dns {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let zone = Arc::new(Mutex::new(Zone::default()));
        let handler = Handler(zone.clone());
        let address = runtime.block_on(async {
            let udp = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
            let address = udp.local_addr().unwrap();
            // TCP on the same number, for answers that do not fit a datagram; taken by another is no harm.
            let tcp = tokio::net::TcpListener::bind(address).await;
            let mut server = Server::new(handler);
            server.register_socket(udp);
            if let Ok(tcp) = tcp {
                server.register_listener(tcp, Duration::from_secs(5), 4096);
            }
            tokio::spawn(async move { server.block_until_done().await });
            address
        });
        Dns { address, zone, runtime }
    }

    /// The same at port 53 of another address, for programs that can be told no port. Needs root.
    pub fn also_at(&self, address: Ipv4Addr) {
        let handler = Handler(self.zone.clone());
        let (udp, tcp) = self.runtime.block_on(async {
            let udp = tokio::net::UdpSocket::bind((address, 53)).await.unwrap();
            (udp, tokio::net::TcpListener::bind((address, 53)).await.unwrap())
        });
        self.runtime.spawn(async move {
            let mut server = Server::new(handler);
            server.register_socket(udp);
            server.register_listener(tcp, Duration::from_secs(5), 4096);
            server.block_until_done().await
        });
    }

    /// From now on `name` (no final dot) is answered so.
    pub fn set(&self, name: &str, says: &[Says]) {
        self.zone.lock().unwrap().names.insert(name.to_ascii_lowercase(), says.to_vec());
    }

    /// From now on there is no such name.
    pub fn forget(&self, name: &str) {
        self.zone.lock().unwrap().names.remove(name);
    }

    /// From now on `name` has this text.
    pub fn txt(&self, name: &str, text: &str) {
        self.set(name, &[Says::Txt(text.to_owned())]);
    }

    /// `domain` takes mail at `host`, which is at `address`.
    pub fn mail_at(&self, domain: &str, host: &'static str, address: Ipv4Addr) {
        self.set(domain, &[Says::Mx(vec![(10, host)])]);
        self.set(host, &[Says::Address(address)]);
    }

    /// The text that `name` was given.
    pub fn text(&self, name: &str) -> Option<String> {
        let zone = self.zone.lock().unwrap();
        zone.names.get(name)?.iter().find_map(|said| match said {
            Says::Txt(text) => Some(text.clone()),
            _ => None,
        })
    }

    /// How often `type name` was asked, e.g. `MX far.test`.
    pub fn asked(&self, question: &str) -> usize {
        self.zone.lock().unwrap().asked.iter().filter(|asked| *asked == question).count()
    }
}

#[derive(Clone)]
struct Handler(Arc<Mutex<Zone>>);

enum Found {
    Answer(ResponseCode, Vec<RData>),
    Silence,
}

impl Handler {
    fn find(&self, name: &str, kind: RecordType) -> Found {
        let mut zone = self.0.lock().unwrap();
        zone.asked.push(format!("{kind} {name}"));
        let Some(says) = zone.names.get(name) else {
            return Found::Answer(ResponseCode::NXDomain, Vec::new());
        };
        let mut records = Vec::new();
        for said in says {
            match said {
                Says::ServFail => return Found::Answer(ResponseCode::ServFail, Vec::new()),
                Says::Silence => return Found::Silence,
                Says::Mx(hosts) if kind == RecordType::MX => {
                    records.extend(hosts.iter().map(|(preference, host)| {
                        RData::MX(MX::new(
                            *preference,
                            Name::from_str(&format!("{}.", host.trim_end_matches('.'))).unwrap(),
                        ))
                    }));
                }
                Says::TxtFails if kind == RecordType::TXT => return Found::Answer(ResponseCode::ServFail, Vec::new()),
                Says::Txt(text) if kind == RecordType::TXT => {
                    let parts = text.as_bytes().chunks(255).map(|part| String::from_utf8_lossy(part).into_owned());
                    records.push(RData::TXT(TXT::new(parts.collect())));
                }
                Says::Address(address) if kind == RecordType::A => records.push(RData::A(A(*address))),
                _ => {}
            }
        }
        Found::Answer(ResponseCode::NoError, records)
    }
}

#[async_trait]
impl RequestHandler for Handler {
    async fn handle_request<R: ResponseHandler, T: Time>(&self, request: &Request, mut response: R) -> ResponseInfo {
        let builder = MessageResponseBuilder::from_message_request(request);
        let Ok(info) = request.request_info() else {
            let reply = builder.error_msg(&request.metadata, ResponseCode::FormErr);
            return response.send_response(reply).await.unwrap();
        };
        let mut metadata = Metadata::response_from_request(&request.metadata);
        metadata.authoritative = true;
        metadata.recursion_available = true;
        let owner = Name::from(info.query.name().clone());
        let name = owner.to_ascii().to_ascii_lowercase();
        let Found::Answer(code, data) = self.find(name.trim_end_matches('.'), info.query.query_type()) else {
            // Nobody answers: the caller's time-out is what is tested. It has gone long before this ends.
            T::delay_for(Duration::from_secs(60)).await;
            let reply = builder.error_msg(&request.metadata, ResponseCode::ServFail);
            return response.send_response(reply).await.unwrap();
        };
        metadata.response_code = code;
        // TTL 0: what a test sets counts from the next question on.
        let answers: Vec<Record> = data.into_iter().map(|data| Record::from_rdata(owner.clone(), 0, data)).collect();
        let soa = SOA::new(Name::root(), Name::root(), 1, 3600, 600, 86400, 0);
        let authority = [Record::from_rdata(Name::root(), 0, RData::SOA(soa))];
        let none: &[Record] = &[];
        let soa: &[Record] = if answers.is_empty() { &authority } else { none };
        let reply = builder.build(metadata, &answers, none, soa, none);
        response.send_response(reply).await.unwrap()
    }
}

//! Connections that come through a proxy of the operator's: it says first who its client is (PROXY protocol, versions 1
//! and 2). From everybody else these bytes are never read as that.

use crate::network::Network;
use crate::seats::Seats;
use protocol::proxy::{self, Origin, Progress};
use std::io;
use std::net::IpAddr;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

/// A proxy says it with its first packet.
const PATIENCE: Duration = Duration::from_secs(5);

/// The proxies that one door knows. Clones share the room for those who wait.
#[derive(Clone)]
pub struct Proxies {
    from: Vec<Network>,
    /// How many may be about to say who they bring.
    waiting: Seats<IpAddr>,
}

impl Proxies {
    pub fn new(from: Vec<Network>, most: usize) -> Proxies {
        Proxies { from, waiting: Seats::new(most, most) }
    }

    /// Whether who comes from there has to say first whom it brings.
    pub fn include(&self, address: IpAddr) -> bool {
        self.from.iter().any(|network| network.contains(address))
    }

    /// Who is behind the proxy; the proxy itself when it brings nobody. None: it did not say, or said something else.
    pub async fn introduce(&self, stream: &mut TcpStream, proxy: IpAddr) -> Option<IpAddr> {
        let _place = self.waiting.take(proxy)?;
        let heard = tokio::time::timeout(PATIENCE, client(stream)).await;
        match heard.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())) {
            Ok(client) => Some(client.unwrap_or(proxy)),
            Err(error) => {
                tracing::info!(target: "mail", event = "not-introduced", peer = %proxy, %error);
                None
            }
        }
    }
}

/// Reads the header and not one octet more: what follows is the client's, TLS perhaps.
async fn client(stream: &mut TcpStream) -> io::Result<Option<IpAddr>> {
    let mut header = Vec::new();
    loop {
        match proxy::read(&header).map_err(|wrong| io::Error::new(io::ErrorKind::InvalidData, wrong))? {
            Progress::Needs(more) => {
                let before = header.len();
                header.resize(before + more, 0);
                stream.read_exact(&mut header[before..]).await?;
            }
            Progress::Whole(Origin::Client { source, .. }, _) => return Ok(Some(source.ip().to_canonical())),
            Progress::Whole(Origin::Itself, _) => return Ok(None),
        }
    }
}

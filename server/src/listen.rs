//! The doors: who comes in, how many at once and how fast, and how many of them from one place.

mod crowd;

pub use crowd::{Crowd, Guest};

use crate::house::House;
use crate::lifecycle::Shutdown;
use crate::peer::Peer;
use crate::proxied::Proxies;
use crate::throttle::Throttle;
use std::io::Write;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};

/// A door of the house: where it is, what it is called, and what those hear for whom there is no room.
pub struct Door {
    pub name: &'static str,
    pub listener: TcpListener,
    house: Arc<House>,
    crowd: Crowd,
    rate: Arc<Mutex<Throttle<Peer>>>,
    turned_away: Vec<u8>,
    sign_in_within: Option<Duration>,
    uncounted: Vec<IpAddr>,
    proxies: Option<Proxies>,
}

impl Door {
    /// Opens at `address`. The error is one line that names the key.
    pub async fn open(
        name: &'static str,
        address: SocketAddr,
        house: &Arc<House>,
        turned_away: Vec<u8>,
    ) -> Result<Door, String> {
        Ok(Door::of(name, bind(name, address).await?, house, turned_away))
    }

    pub fn of(name: &'static str, listener: TcpListener, house: &Arc<House>, turned_away: Vec<u8>) -> Door {
        let config = &house.config;
        let interval = Duration::from_secs(60) / config.connection_rate;
        Door {
            name,
            listener,
            house: Arc::clone(house),
            crowd: Crowd::new(config.connections, config.connections_per_peer),
            rate: Arc::new(Mutex::new(Throttle::new(config.connection_rate, interval))),
            turned_away,
            sign_in_within: None,
            uncounted: Vec::new(),
            proxies: None,
        }
    }

    /// Whoever has not signed in within this time has to go.
    pub fn sign_in_within(self, patience: Duration) -> Door {
        Door { sign_in_within: Some(patience), ..self }
    }

    /// Proxies of ours speak for everybody, and do their own counting.
    pub fn uncounted(self, uncounted: Vec<IpAddr>) -> Door {
        Door { uncounted, ..self }
    }

    /// Who comes from one of these says first whom it brings.
    pub fn behind(self, proxies: Proxies) -> Door {
        Door { proxies: Some(proxies), ..self }
    }

    /// Lets people in until closing begins. Each session runs by itself, and closing waits for it. It has to end soon
    /// after its guest was asked to leave.
    pub async fn serve<S, F>(self, shutdown: Shutdown, session: S)
    where
        S: Fn(TcpStream, SocketAddr, Guest) -> F + Send + Sync + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let (door, session) = (Arc::new(self), Arc::new(session));
        loop {
            let accepted = tokio::select! {
                accepted = door.listener.accept() => accepted,
                () = shutdown.begun() => return,
            };
            let (mut stream, address) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of file descriptors, mostly: it passes as sessions end. Trying at once would only burn.
                    tracing::warn!(door = door.name, %error, "could not let somebody in");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            };
            let from = address.ip().to_canonical();
            let Some(proxies) = door.proxies.as_ref().filter(|proxies| proxies.include(from)) else {
                door.let_in(stream, address, &shutdown, &*session);
                continue;
            };
            // Limits are for the client, and who that is may take the proxy a moment to say: nobody waits for it here.
            let introducing = proxies.clone();
            let (door, session, closing) = (Arc::clone(&door), Arc::clone(&session), shutdown.clone());
            shutdown.spawn(async move {
                let client = tokio::select! {
                    client = introducing.introduce(&mut stream, from) => client,
                    () = closing.begun() => None,
                };
                if let Some(client) = client {
                    door.let_in(stream, SocketAddr::new(client, address.port()), &closing, &*session);
                }
            });
        }
    }

    /// Gives somebody a place and a session, or turns them away.
    fn let_in<S, F>(&self, stream: TcpStream, address: SocketAddr, shutdown: &Shutdown, session: &S)
    where
        S: Fn(TcpStream, SocketAddr, Guest) -> F,
        F: Future<Output = ()> + Send + 'static,
    {
        let Some(guest) = self.admit(address.ip().to_canonical(), shutdown) else {
            tracing::info!(target: "mail", event = "turned-away", door = self.name, peer = %address.ip());
            turn_away(stream, &self.turned_away);
            return;
        };
        let inside = session(stream, address, guest.clone());
        let patience = self.sign_in_within;
        shutdown.spawn(async move {
            tokio::select! {
                () = inside => {}
                () = overstay(&guest, patience) => {}
            }
        });
    }

    fn admit(&self, address: IpAddr, shutdown: &Shutdown) -> Option<Guest> {
        if self.uncounted.contains(&address) {
            return Some(Guest::uncounted(shutdown));
        }
        let (peer, now) = (Peer::from(address), self.house.clock.instant());
        let regular = self.house.sign_in.regulars().knows(peer, now);
        // Nobody is kept from their own mail by what a neighbour behind the same address does.
        let too_fast = || self.rate.lock().unwrap_or_else(PoisonError::into_inner).take(&peer, now).is_err();
        if !regular && too_fast() {
            return None;
        }
        self.crowd.enter(peer, regular, shutdown, now)
    }
}

/// Returns when a guest who has to go has had time enough to do so.
async fn overstay(guest: &Guest, sign_in_within: Option<Duration>) {
    if let Some(patience) = sign_in_within {
        tokio::select! {
            () = tokio::time::sleep(patience) => guest.hurry(),
            () = guest.gone() => return,
        }
    }
    guest.gone().await;
}

/// The last words to somebody for whom there is no room. What does not fit into the socket's empty buffer at once is not
/// worth a task.
fn turn_away(stream: TcpStream, words: &[u8]) {
    // Not by tokio: it takes a socket for full until it has heard of it, and this one has just come.
    if let Ok(mut stream) = stream.into_std() {
        let _ = stream.write(words);
    }
}

/// Binds, or says on one line which key is wrong and why.
pub async fn bind(name: &str, address: SocketAddr) -> Result<TcpListener, String> {
    let hint = "it may be an address of this machine with a free port, or off";
    TcpListener::bind(address)
        .await
        .map_err(|error| format!("{name} = \"{address}\" cannot be listened on: {error}; {hint}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[tokio::test]
    async fn whoever_is_turned_away_always_hears_why() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        for number in 0..50 {
            let mut guest = std::net::TcpStream::connect(address).unwrap();
            turn_away(listener.accept().await.unwrap().0, b"421 full\r\n");
            let mut heard = String::new();
            guest.read_to_string(&mut heard).unwrap();
            assert_eq!(heard, "421 full\r\n", "guest {number}");
        }
    }
}

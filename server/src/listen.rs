//! The doors: who comes in, how many at once, and how many of them from one place.

use crate::lifecycle::Shutdown;
use crate::peer::Peer;
use crate::proxied::Proxies;
use std::collections::HashMap;
use std::io::Write;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};

/// How many may be inside at once, counted for one door.
#[derive(Clone)]
pub struct Limits {
    all: usize,
    per_peer: usize,
    inside: Arc<Mutex<Inside>>,
}

#[derive(Default)]
struct Inside {
    all: usize,
    by_peer: HashMap<Peer, usize>,
}

/// A place inside. Given up when dropped.
pub struct Place {
    peer: Peer,
    inside: Arc<Mutex<Inside>>,
}

impl Limits {
    pub fn new(all: usize, per_peer: usize) -> Self {
        Limits { all, per_peer, inside: Arc::default() }
    }

    /// A place for one more from `peer`, unless there are too many.
    pub fn enter(&self, peer: Peer) -> Option<Place> {
        let mut inside = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        let from_there = inside.by_peer.get(&peer).copied().unwrap_or(0);
        if inside.all >= self.all || from_there >= self.per_peer {
            return None;
        }
        inside.all += 1;
        inside.by_peer.insert(peer, from_there + 1);
        Some(Place { peer, inside: Arc::clone(&self.inside) })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut inside = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        inside.all -= 1;
        if let Some(count) = inside.by_peer.get_mut(&self.peer) {
            *count -= 1;
            if *count == 0 {
                inside.by_peer.remove(&self.peer);
            }
        }
    }
}

/// A door of the house: where it is, what it is called, and what those hear for whom there is no room.
pub struct Door {
    pub name: &'static str,
    pub listener: TcpListener,
    pub limits: Limits,
    pub proxies: Proxies,
    pub turned_away: Vec<u8>,
}

impl Door {
    /// Opens at `address`. The error is one line that names the key.
    pub async fn open(
        name: &'static str,
        address: SocketAddr,
        limits: Limits,
        proxies: Proxies,
        turned_away: Vec<u8>,
    ) -> Result<Door, String> {
        let listener = bind(name, address).await?;
        Ok(Door { name, listener, limits, proxies, turned_away })
    }

    /// Lets people in until closing begins. Each session runs by itself, and closing waits for it.
    pub async fn serve<S, F>(self, shutdown: Shutdown, session: S)
    where
        S: Fn(TcpStream, IpAddr) -> F + Send + Sync + 'static,
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
            let address = address.ip().to_canonical();
            if !door.proxies.include(address) {
                door.let_in(stream, address, &shutdown, &*session);
                continue;
            }
            // Limits are for the client, and who that is may take the proxy a moment to say: nobody waits for it here.
            let (door, session, closing) = (Arc::clone(&door), Arc::clone(&session), shutdown.clone());
            shutdown.spawn(async move {
                let client = tokio::select! {
                    client = door.proxies.introduce(&mut stream, address) => client,
                    () = closing.begun() => None,
                };
                if let Some(client) = client {
                    door.let_in(stream, client, &closing, &*session);
                }
            });
        }
    }

    /// Gives somebody a place and a session, or turns them away.
    fn let_in<S, F>(&self, stream: TcpStream, address: IpAddr, shutdown: &Shutdown, session: &S)
    where
        S: Fn(TcpStream, IpAddr) -> F,
        F: Future<Output = ()> + Send + 'static,
    {
        let Some(place) = self.limits.enter(address.into()) else {
            tracing::info!(target: "mail", event = "turned-away", door = self.name, peer = %address);
            turn_away(stream, &self.turned_away);
            return;
        };
        let inside = session(stream, address);
        shutdown.spawn(async move {
            inside.await;
            drop(place);
        });
    }
}

/// The last words to somebody for whom there is no room. What does not fit into the socket's empty buffer at once is not
/// worth a task.
pub fn turn_away(stream: TcpStream, words: &[u8]) {
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

    #[test]
    fn one_place_cannot_take_all_the_room_and_leaving_gives_it_back() {
        let limits = Limits::new(3, 2);
        let peer = |last: u8| Peer::from(IpAddr::from([192, 0, 2, last]));
        let first = limits.enter(peer(1)).unwrap();
        let _second = limits.enter(peer(1)).unwrap();
        assert!(limits.enter(peer(1)).is_none(), "two from one address");
        let _other = limits.enter(peer(2)).unwrap();
        assert!(limits.enter(peer(3)).is_none(), "three in all");
        drop(first);
        assert!(limits.enter(peer(1)).is_some());
        assert_eq!(limits.inside.lock().unwrap().by_peer.len(), 2);
    }
}

//! HTTP connections: taken, counted, given so long to ask, and closed in order.

use crate::doors::Encryption;
use crate::house::House;
use crate::lifecycle::Shutdown;
use crate::listen::{Door, Guest};
use crate::tls::ACME_TLS;
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tower::ServiceExt;

/// Octets of a request's header at most, and of what is buffered for a connection.
const BUFFER: usize = 64 * 1024;
/// A handshake is a few packets; whoever needs longer is not trying.
const HANDSHAKE: Duration = Duration::from_secs(20);

/// What those hear for whom there is no place.
pub fn turned_away() -> Vec<u8> {
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".to_vec()
}

/// Serves until the house closes. Connections under way end by themselves, watched by `shutdown`.
pub async fn accept(house: Arc<House>, router: Router, door: Door, encryption: Encryption, shutdown: Shutdown) {
    door.serve(shutdown, move |stream, address, guest| {
        let (house, router) = (Arc::clone(&house), router.clone());
        async move {
            let leave = guest.leave().clone();
            let served = async {
                // Without it the last, short packet of a page waits for an acknowledgement. Where it fails, pages are slower.
                let _ = stream.set_nodelay(true);
                match encryption {
                    Encryption::OnRequest => {
                        serve_one(stream, address, router, guest, house.config.http_header_timeout).await
                    }
                    Encryption::FromTheStart => serve_encrypted(&house, stream, address, router, guest).await,
                }
            };
            if let Err(error) = served.await {
                // Browsers hang up all the time.
                tracing::debug!(%address, %error, closing = leave.has_begun(), "an HTTP connection ended early");
            }
        }
    })
    .await;
}

async fn serve_encrypted(
    house: &House,
    stream: TcpStream,
    address: SocketAddr,
    router: Router,
    guest: Guest,
) -> Result<(), io::Error> {
    let handshake = tokio::time::timeout(HANDSHAKE, house.tls.web.accept(stream));
    let mut stream = tokio::select! {
        done = handshake => done.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??,
        () = guest.leave().begun() => return Ok(()),
    };
    if stream.get_ref().1.alpn_protocol() == Some(ACME_TLS) {
        // RFC 8737 §3: the handshake was the answer; nothing else is said.
        return stream.shutdown().await;
    }
    serve_one(stream, address, router, guest, house.config.http_header_timeout).await
}

/// `patience`: from the first octet of a request (or the end of the one before) to the end of its header.
async fn serve_one<S>(
    stream: S,
    address: SocketAddr,
    router: Router,
    guest: Guest,
    patience: Duration,
) -> Result<(), io::Error>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let leave = guest.leave().clone();
    let service = router.map_request(move |request: Request<Incoming>| {
        guest.is_busy();
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(address));
        request.extensions_mut().insert(guest.clone());
        request
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience)
        .max_buf_size(BUFFER)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = leave.begun() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    ended.map_err(io::Error::other)
}

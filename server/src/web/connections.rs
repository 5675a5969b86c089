//! HTTP connections: taken, counted, given so long to ask, and closed in order.

use crate::house::House;
use crate::lifecycle::Shutdown;
use crate::listen::turn_away;
use crate::peer::Peer;
use crate::web::seats::Seats;
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt;

/// Octets of a request's header at most, and of what is buffered for a connection.
const BUFFER: usize = 64 * 1024;
/// What those hear for whom there is no place.
const TURNED_AWAY: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
/// After a failure to accept (no file descriptor left): let others finish first.
const BREATH: Duration = Duration::from_millis(100);

/// Serves until the house closes. Connections under way end by themselves, watched by `shutdown`.
pub async fn accept(house: &House, router: Router, listener: TcpListener, shutdown: &Shutdown) {
    let seats = Seats::new(house.config.connections, house.config.connections_per_peer);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = shutdown.begun() => return,
        };
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "an HTTP connection could not be taken");
                tokio::time::sleep(BREATH).await;
                continue;
            }
        };
        // A proxy of ours speaks for everybody; it does its own counting.
        let proxy = house.config.trusted_proxies.contains(&address.ip().to_canonical());
        let seat = if proxy { None } else { seats.take(Peer::from(address.ip())) };
        if seat.is_none() && !proxy {
            tracing::debug!(%address, "too many HTTP connections");
            turn_away(stream, TURNED_AWAY);
            continue;
        }
        let (router, closing, patience) = (router.clone(), shutdown.clone(), house.config.http_header_timeout);
        shutdown.spawn(async move {
            serve_one(stream, address, router, patience, closing).await;
            drop(seat);
        });
    }
}

/// `patience`: from the first octet of a request (or the end of the one before) to the end of its header.
async fn serve_one(stream: TcpStream, address: SocketAddr, router: Router, patience: Duration, shutdown: Shutdown) {
    // Without it the last, short packet of a page waits for an acknowledgement. Where it fails, pages are slower.
    let _ = stream.set_nodelay(true);
    let service = router.map_request(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(address));
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
        () = shutdown.begun() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        // Browsers hang up all the time.
        tracing::debug!(%address, %error, "an HTTP connection ended early");
    }
}

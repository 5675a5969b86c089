//! Fetches a policy over HTTPS (RFC 8461 §3.3): the certificate must be good, nothing is redirected, and what comes is
//! bounded in size and time.

use super::verifier::Check;
use crate::house::House;
use crate::wire::Wire;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST};
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Empty, Limited};
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;

const PATIENCE: Duration = Duration::from_secs(30);
/// Octets.
const LARGEST: usize = 64 * 1024;

/// The text. The error is for the log.
pub async fn fetch(house: &House, domain: &str) -> Result<String, String> {
    tokio::time::timeout(PATIENCE, within_time(house, domain)).await.unwrap_or_else(|_| Err("timed out".to_owned()))
}

async fn within_time(house: &House, domain: &str) -> Result<String, String> {
    let host = format!("mta-sts.{domain}");
    let stream = connect(house, &host).await?;
    let (connector, judge) =
        house.trust.connector(Check::Roots(house.trust.roots()), true).map_err(|error| error.to_string())?;
    let mut wire = Wire::new(stream);
    if let Err(error) = wire.connect_tls(&connector, &host, PATIENCE).await {
        return Err(judge.found().map_or_else(|| error.to_string(), |failure| failure.name().to_owned()));
    }
    let Wire::Tls(stream) = wire else { return Err("no TLS".to_owned()) };
    let shaken = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = shaken.map_err(|error| error.to_string())?;
    let request = Request::get("/.well-known/mta-sts.txt")
        .header(HOST, &host)
        .body(Empty::<Bytes>::new())
        .map_err(|error| error.to_string())?;
    let exchange = async {
        let answer = sender.send_request(request).await.map_err(|error| error.to_string())?;
        // RFC 8461 §3.3: 200, and no way round it.
        if answer.status() != StatusCode::OK {
            return Err(format!("HTTP {}", answer.status().as_u16()));
        }
        let kind = answer.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !kind.to_ascii_lowercase().starts_with("text/plain") {
            return Err(format!("it is {kind:?} and not text/plain"));
        }
        let body = Limited::new(answer.into_body(), LARGEST).collect().await.map_err(|error| error.to_string())?;
        String::from_utf8(body.to_bytes().to_vec()).map_err(|error| error.to_string())
    };
    tokio::pin!(exchange);
    tokio::select! {
        answer = &mut exchange => answer,
        // The last bytes may have come with the end.
        _ = connection => exchange.await,
    }
}

async fn connect(house: &House, host: &str) -> Result<TcpStream, String> {
    let addresses = house.dns.addresses(host).await.map_err(|failure| format!("{host}: {failure:?}"))?;
    let mut why = format!("{host} has no address");
    for address in addresses {
        match TcpStream::connect(SocketAddr::new(address, house.config.mta_sts_port)).await {
            Ok(stream) => return Ok(stream),
            Err(error) => why = format!("{host}: {}", error.kind()),
        }
    }
    Err(why)
}

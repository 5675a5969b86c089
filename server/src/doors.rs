//! What stands behind each mail door: the wire, encrypted at once where the door is of that kind, and the session.

use crate::house::House;
use crate::inbound::lmtp::LmtpDesk;
use crate::inbound::mx::MxDesk;
use crate::inbound::session::Driver;
use crate::listen::Guest;
use crate::pop3::Collector;
use crate::submission::desk::SubmissionDesk;
use crate::wire::Wire;
use protocol::pop3::Config as Pop3Config;
use protocol::smtp::server::{Config as SmtpConfig, Session};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;

/// A handshake is a few packets; whoever needs longer is not trying.
const HANDSHAKE: Duration = Duration::from_secs(30);

/// Whether TLS is there from the first octet (RFC 8314 §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    FromTheStart,
    /// STARTTLS, STLS.
    OnRequest,
}

/// A session of another mail server.
pub async fn mx(house: Arc<House>, rules: Arc<SmtpConfig>, stream: TcpStream, address: SocketAddr, guest: Guest) {
    let inside = guest.leave().clone();
    let desk = MxDesk::new(Arc::clone(&house), guest);
    let (wire, peer, session) = (Wire::new(stream), address.ip().to_canonical(), Session::new(rules, false));
    Driver { house, desk, wire, peer, session }.run(inside).await;
}

/// A session of a program of this house that hands over mail for mailboxes here.
pub async fn lmtp(house: Arc<House>, rules: Arc<SmtpConfig>, stream: TcpStream, address: SocketAddr, guest: Guest) {
    let inside = guest.leave().clone();
    let desk = LmtpDesk::new(Arc::clone(&house), guest);
    let (wire, peer, session) = (Wire::new(stream), address.ip().to_canonical(), Session::new(rules, false));
    Driver { house, desk, wire, peer, session }.run(inside).await;
}

/// A session of a mail program that hands mail in.
pub async fn submission(
    house: Arc<House>,
    (rules, encryption): (Arc<SmtpConfig>, Encryption),
    stream: TcpStream,
    address: SocketAddr,
    guest: Guest,
) {
    let Some(wire) = wire(&house, stream, encryption, &guest).await else { return };
    let inside = guest.leave().clone();
    let desk = SubmissionDesk::new(Arc::clone(&house), guest);
    let session = Session::new(rules, encryption == Encryption::FromTheStart);
    Driver { house, desk, wire, peer: address.ip().to_canonical(), session }.run(inside).await;
}

/// A session of a mail program that collects mail.
pub async fn pop3(
    house: Arc<House>,
    (rules, encryption): (Arc<Pop3Config>, Encryption),
    stream: TcpStream,
    address: SocketAddr,
    guest: Guest,
) {
    let Some(wire) = wire(&house, stream, encryption, &guest).await else { return };
    let inside = guest.leave().clone();
    Collector::new(house, wire, address.ip().to_canonical(), rules, guest).run(inside).await;
}

async fn wire(house: &House, stream: TcpStream, encryption: Encryption, guest: &Guest) -> Option<Wire> {
    let mut wire = Wire::new(stream);
    if encryption == Encryption::OnRequest {
        return Some(wire);
    }
    let made = tokio::select! {
        made = wire.accept_tls(&house.tls.acceptor, HANDSHAKE) => made,
        () = guest.leave().begun() => return None,
    };
    match made {
        Ok(()) => Some(wire),
        Err(error) => {
            tracing::debug!(%error, "a TLS handshake failed");
            None
        }
    }
}

//! Drives the client's machine over a wire until it has nothing to do, or has an answer.

use super::courier::{Courier, peer};
use super::route::Target;
use super::tls::{Sealed, Terms};
use crate::wire::Wire;
use bytes::Bytes;
use protocol::smtp::client::{Delivery, Session, Stage, Step};
use std::time::Duration;

/// Handed to the machine at once.
const CHUNK: usize = 64 * 1024;
/// After QUIT nothing depends on the answer.
const GOODBYE: Duration = Duration::from_secs(5);
const HANDSHAKE: Duration = Duration::from_secs(60);

pub enum Driven {
    /// The message under way is settled.
    Finished(Delivery),
    /// It waits for a message, or is closed.
    Idle,
    /// We are closing, and nothing of the message has been sent yet.
    Leaving,
}

/// Works until one of these. Beside it how a handshake ended, if there was one.
pub async fn drive(
    courier: &Courier<'_>,
    target: &Target,
    terms: &Terms,
    wire: &mut Wire,
    session: &mut Session,
    bytes: &Bytes,
) -> (Driven, Option<Result<Sealed, String>>) {
    let clock = courier.house.clock;
    let patience = courier.house.config.reply_timeout;
    let mut body = bytes.chunks(CHUNK);
    let mut buffer = vec![0; 8 * 1024];
    let mut handshake = None;
    // For a whole reply, not for each of its bytes.
    let mut silent_since = clock.instant();
    // A piece has its own patience; a message of hundreds of pieces has a round, or a tarpit would hold us for days.
    let body_ends = silent_since + courier.house.config.outbound_round;
    loop {
        match session.next() {
            Step::NeedInput => {
                let patience = if session.is_open() { patience_at(session.stage(), patience) } else { GOODBYE };
                let leaving = session.is_open() && session.stage() < Stage::Data;
                let until = match silent_since + patience {
                    // The end of the round cuts no message short: after the dot that would double it.
                    until if leaving => until.min(courier.ends_at.max(silent_since + GOODBYE)),
                    until => until,
                };
                tokio::select! {
                    biased;
                    () = courier.shutdown.begun(), if leaving => return (Driven::Leaving, handshake),
                    read = wire.read(&mut buffer) => match read {
                        Ok(0) | Err(_) => session.closed(),
                        Ok(count) => session.receive(&buffer[..count]),
                    },
                    () = tokio::time::sleep_until(until) => session.timeout(),
                }
                continue;
            }
            Step::Send(bytes) => {
                let written = tokio::time::timeout_at(body_ends, wire.write(bytes, patience)).await;
                if !matches!(written, Ok(Ok(()))) {
                    // It takes no more of the message: perhaps it has said why.
                    hear_out(wire, session, &mut buffer).await;
                    session.closed();
                }
            }
            Step::StartTls => match terms.encrypt(courier.house, wire, target, patience.min(HANDSHAKE)).await {
                Ok(sealed) => {
                    handshake = Some(Ok(sealed));
                    session.tls_started();
                }
                Err(why) => {
                    tracing::info!(target: "mail", event = "tls-failed", peer = %peer(target), why);
                    handshake = Some(Err(why));
                    session.tls_failed();
                }
            },
            Step::NeedBody => match body.next() {
                Some(chunk) => session.body(chunk),
                None => session.end_of_body(),
            },
            Step::Finished(delivery) => return (Driven::Finished(delivery), handshake),
            Step::Idle | Step::Close => return (Driven::Idle, handshake),
        }
        silent_since = clock.instant();
    }
}

/// Hands over what the remote has said before its connection broke.
async fn hear_out(wire: &mut Wire, session: &mut Session, buffer: &mut [u8]) {
    let hearing = async {
        while let Ok(count @ 1..) = wire.read(buffer).await {
            session.receive(&buffer[..count]);
        }
    };
    let _ = tokio::time::timeout(GOODBYE, hearing).await;
}

/// RFC 5321 §4.5.3.2.6: after the dot, wait longest: giving up too soon doubles the message.
fn patience_at(stage: Stage, patience: Duration) -> Duration {
    if stage == Stage::End { patience * 2 } else { patience }
}

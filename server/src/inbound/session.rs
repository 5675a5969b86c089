//! Drives one SMTP session: bytes between socket and machine, questions to a desk, the body to the spool.

use crate::house::House;
use crate::lifecycle::Shutdown;
use crate::spool::{Filling, Spooled, is_full};
use crate::wire::Wire;
use protocol::sasl::Credentials;
use protocol::sasl::scram::ScramCredentials;
use protocol::smtp::server::{Config, Envelope, Question, Refusal, Session, Step};
use protocol::smtp::{Reply, replies};
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use tokio::time::Instant;

/// Room for what a client says between messages, and in one.
const TALKING: usize = 8 * 1024;
const RECEIVING: usize = 64 * 1024;

/// What a desk may look at.
pub struct Visitor<'a> {
    pub peer: IpAddr,
    pub session: &'a Session,
}

/// A message that has come in whole, and is waiting for its 250.
pub struct Incoming {
    pub envelope: Envelope,
    pub message: Spooled,
    /// Octets of the fields that the desk put before it.
    pub head: usize,
    /// As in its Received field, and in our reply.
    pub id: String,
    /// `ESMTPS` and so on.
    pub with: &'static str,
    pub peer: IpAddr,
}

/// A message that is coming in.
struct Arriving {
    filling: Filling,
    head: usize,
    id: String,
}

/// Who answers a session's questions. 2xx is yes.
pub trait Desk: Send {
    fn login(&mut self, visitor: Visitor<'_>, credentials: Credentials) -> impl Future<Output = Reply> + Send;
    /// What is kept of a user's password for SCRAM, made up for an unknown one. None: not possible now; and so it is
    /// with a desk that keeps nothing, whose listener does not offer it.
    fn scram(&mut self, _visitor: Visitor<'_>, _user: &str) -> impl Future<Output = Option<ScramCredentials>> + Send {
        std::future::ready(None)
    }
    /// A user has proved one of its passwords, or has failed to.
    fn scram_proof(
        &mut self,
        _visitor: Visitor<'_>,
        _user: &str,
        _right: Option<usize>,
    ) -> impl Future<Output = Reply> + Send {
        std::future::ready(replies::LOGIN_NOT_NOW)
    }
    fn sender(&mut self, visitor: Visitor<'_>, path: mail::envelope::ReversePath)
    -> impl Future<Output = Reply> + Send;
    fn recipient(
        &mut self,
        visitor: Visitor<'_>,
        path: mail::envelope::ForwardPath,
    ) -> impl Future<Output = Reply> + Send;
    /// The session has refused something itself; it was said already.
    fn refused(&mut self, _visitor: Visitor<'_>, _refusal: Refusal) {}
    /// The fields that go before the message.
    fn head(&self, visitor: Visitor<'_>, envelope: &Envelope, id: &str) -> String;
    /// 250 promises that it is on disk.
    fn message(&mut self, incoming: Incoming) -> impl Future<Output = Reply> + Send;
    /// The same for LMTP, which hears what became of each recipient (RFC 2033 §4.2). One reply is for all.
    fn message_each(&mut self, incoming: Incoming) -> impl Future<Output = Vec<Reply>> + Send {
        async { vec![self.message(incoming).await] }
    }
}

/// One session, from the banner to the end.
pub struct Driver<D> {
    pub house: Arc<House>,
    pub desk: D,
    pub wire: Wire,
    pub peer: IpAddr,
    pub session: Session,
}

impl<D: Desk> Driver<D> {
    /// Ends with the session, a broken connection or the end of patience.
    pub async fn run(mut self, shutdown: Shutdown) {
        if let Err(error) = self.converse(&shutdown).await {
            tracing::debug!(peer = %self.peer, %error, "an SMTP connection broke");
        }
    }

    async fn converse(&mut self, shutdown: &Shutdown) -> io::Result<()> {
        let house = Arc::clone(&self.house);
        let config = &house.config;
        let ends_at = self.house.clock.instant() + config.session_timeout;
        let mut buffer = vec![0; TALKING];
        let mut body: Option<Arriving> = None;
        let mut told = false;
        // The time-out is for a whole command, not for each of its bytes: it begins when we last had something to do.
        let mut silent_since = self.house.clock.instant();
        loop {
            for refusal in self.session.refusals() {
                self.desk.refused(Visitor { peer: self.peer, session: &self.session }, refusal);
            }
            match self.session.next() {
                Step::NeedInput => {
                    let receiving = self.session.is_receiving();
                    let patience = if receiving { config.data_timeout } else { config.command_timeout };
                    let until = (silent_since + patience).min(ends_at);
                    match hear(&mut self.wire, &mut buffer, until, shutdown, told).await {
                        Heard::Bytes(0) => return Ok(()),
                        Heard::Bytes(count) => {
                            self.session.receive(&buffer[..count]);
                            if receiving {
                                silent_since = self.house.clock.instant();
                            }
                        }
                        Heard::Broken(error) => return Err(error),
                        Heard::Silence => self.session.timeout(),
                        Heard::Closing => {
                            told = true;
                            self.session.shutdown();
                        }
                    }
                    continue;
                }
                Step::Send(bytes) => self.wire.write(bytes, config.data_timeout).await?,
                Step::Ask(question) => {
                    self.answer(question, &mut body).await;
                    buffer.truncate(TALKING);
                    buffer.shrink_to_fit();
                }
                Step::BodyStart => {
                    let id = self.house.clock.id();
                    let visitor = Visitor { peer: self.peer, session: &self.session };
                    let head = match self.session.envelope() {
                        Some(envelope) => self.desk.head(visitor, envelope, &id),
                        None => String::new(),
                    };
                    body = Some(Arriving { head: head.len(), filling: self.house.spool.begin(head), id });
                    buffer.resize(RECEIVING, 0);
                }
                Step::Body(chunk) => {
                    if let Some(arriving) = &mut body
                        && let Err(error) = arriving.filling.write(chunk).await
                    {
                        body = None;
                        self.session.refuse_body(spool_failed(&error));
                    }
                }
                Step::BodyAbort(why) => {
                    tracing::debug!(peer = %self.peer, ?why, "a message was given up");
                    body = None;
                }
                Step::StartTls => {
                    self.start_tls().await?;
                }
                Step::Close => {
                    self.wire.close().await;
                    return Ok(());
                }
            }
            silent_since = self.house.clock.instant();
        }
    }

    async fn answer(&mut self, question: Question, body: &mut Option<Arriving>) {
        let visitor = Visitor { peer: self.peer, session: &self.session };
        let reply = match question {
            Question::Login(credentials) => self.desk.login(visitor, credentials).await,
            Question::Scram { user } => {
                let kept = self.desk.scram(visitor, &user).await;
                let nonce = self.house.clock.nonce();
                return self.session.answer_scram(kept.map(|kept| (nonce.as_str(), kept)));
            }
            Question::ScramProof { user, right } => self.desk.scram_proof(visitor, &user, right).await,
            Question::Sender { path, .. } => self.desk.sender(visitor, path).await,
            Question::Recipient(path) => self.desk.recipient(visitor, path).await,
            Question::Message(envelope) => {
                let replies = self.take(envelope, body.take()).await;
                return self.session.answer_each(&replies);
            }
        };
        self.session.answer(reply);
    }

    async fn take(&mut self, envelope: Envelope, body: Option<Arriving>) -> Vec<Reply> {
        let Some(Arriving { filling, head, id }) = body else { return vec![replies::STORE_BUSY] };
        let message = match filling.finish().await {
            Ok(message) => message,
            Err(error) => return vec![spool_failed(&error)],
        };
        let with = self.session.with();
        self.desk.message_each(Incoming { envelope, message, head, id, with, peer: self.peer }).await
    }

    async fn start_tls(&mut self) -> io::Result<()> {
        let patience = self.house.config.command_timeout;
        self.wire.accept_tls(&self.house.tls.acceptor, patience).await?;
        self.session.tls_started();
        Ok(())
    }
}

/// What came of listening.
pub enum Heard {
    Bytes(usize),
    Broken(io::Error),
    Silence,
    /// The house closes. Said once.
    Closing,
}

/// Listens until `until`, or until the house closes, unless that was `told` already.
pub async fn hear(wire: &mut Wire, buffer: &mut [u8], until: Instant, shutdown: &Shutdown, told: bool) -> Heard {
    tokio::select! {
        biased;
        () = shutdown.begun(), if !told => Heard::Closing,
        read = wire.read(buffer) => read.map_or_else(Heard::Broken, Heard::Bytes),
        () = tokio::time::sleep_until(until) => Heard::Silence,
    }
}

fn spool_failed(error: &io::Error) -> Reply {
    if is_full(error) {
        return replies::STORE_FULL;
    }
    tracing::error!(%error, "the spool failed");
    replies::STORE_BUSY
}

/// What somebody hears for whom there is no room (RFC 5321 §3.8).
pub fn turned_away(config: &Arc<Config>) -> Vec<u8> {
    let mut session = Session::new(Arc::clone(config), false);
    session.overloaded();
    match session.next() {
        Step::Send(bytes) => bytes.to_vec(),
        _ => Vec::new(),
    }
}

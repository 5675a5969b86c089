//! Collecting mail over POP3 (RFC 1939): drives one session between socket, machine and store.
//!
//! What a program deletes goes to Trash and stays there for the retention period (unless the operator says otherwise):
//! a desktop that empties the maildrop cannot take from the traveller what only the webmail could still show.

mod maildrops;

pub use maildrops::Maildrops;

use crate::config::Pop3Deletes;
use crate::house::House;
use crate::inbound::session::{Heard, hear};
use crate::lifecycle::Shutdown;
use crate::listen::Guest;
use crate::maillog;
use crate::sign_in::{Awaited, SignInRefused, SignedIn, Via};
use crate::wire::Wire;
use maildrops::Lock;
use protocol::pop3::{Answer, Config, Entry, Question, Refusal, Session, Step};
use protocol::sasl::Credentials;
use std::collections::HashSet;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use store::{Account, Event, Kind, Pieces, Role, StoreError};

/// The rules of the door, from the configuration.
pub fn config(house: &House) -> Arc<Config> {
    Arc::new(Config {
        banner: "Restante POP3 ready".to_owned(),
        tls_available: true,
        require_tls_for_login: !house.config.plaintext_auth.pop3,
        scram: true,
        max_errors: house.config.max_errors,
    })
}

/// What somebody hears for whom there is no room.
pub fn turned_away(config: &Arc<Config>) -> Vec<u8> {
    let mut session = Session::new(Arc::clone(config), false);
    session.overloaded();
    match session.next() {
        Step::Send(bytes) => bytes.to_vec(),
        _ => Vec::new(),
    }
}

/// One session, from the greeting to the end.
pub struct Collector {
    house: Arc<House>,
    guest: Guest,
    wire: Wire,
    peer: IpAddr,
    session: Session,
    /// Whose proof is awaited.
    awaited: Option<Awaited>,
    /// Who signed in, and the lock on their maildrop: given up with this.
    inside: Option<(Account, Lock)>,
    retrieved: HashSet<i64>,
    deleted: i64,
    /// What is left of the message on its way out.
    sending: Option<Sending>,
}

struct Sending {
    placement: i64,
    /// Not only its top.
    whole: bool,
    pieces: Pieces,
}

impl Collector {
    pub fn new(house: Arc<House>, wire: Wire, peer: IpAddr, config: Arc<Config>, guest: Guest) -> Self {
        let session = Session::new(config, wire.tls_version().is_some());
        Collector {
            house,
            guest,
            wire,
            peer,
            session,
            awaited: None,
            inside: None,
            retrieved: HashSet::new(),
            deleted: 0,
            sending: None,
        }
    }

    pub async fn run(mut self, shutdown: Shutdown) {
        if let Err(error) = self.converse(&shutdown).await {
            tracing::debug!(peer = %self.peer, %error, "a POP3 connection broke");
        }
        self.write_down().await;
    }

    async fn converse(&mut self, shutdown: &Shutdown) -> io::Result<()> {
        let house = Arc::clone(&self.house);
        let config = &house.config;
        let ends_at = house.clock.instant() + config.session_timeout;
        let mut buffer = vec![0; 4096];
        let mut told = false;
        let mut silent_since = house.clock.instant();
        loop {
            match self.session.next() {
                Step::NeedInput => {
                    self.sending = None;
                    let until = (silent_since + config.pop3_timeout).min(ends_at);
                    match hear(&mut self.wire, &mut buffer, until, shutdown, told).await {
                        Heard::Bytes(0) => return Ok(()),
                        Heard::Bytes(count) => self.session.receive(&buffer[..count]),
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
                    let answer = match question {
                        Question::Login(credentials) => self.sign_in(credentials).await,
                        Question::Scram { user } => self.scram(&user).await,
                        Question::ScramProof { right, .. } => self.scram_proof(right).await,
                        Question::Retrieve { id, whole } => self.retrieve(id, whole).await,
                        Question::Part => self.send_on().await,
                        Question::Quit { deleted } => self.delete(deleted).await,
                    };
                    self.session.answer(answer);
                }
                Step::StartTls => {
                    self.wire.accept_tls(&house.tls.acceptor, config.command_timeout).await?;
                    self.session.tls_started();
                }
                Step::Close => {
                    // The lock goes first: a program that opens its next session at once must find it free.
                    self.write_down().await;
                    self.wire.close().await;
                    return Ok(());
                }
            }
            silent_since = house.clock.instant();
        }
    }

    async fn sign_in(&mut self, credentials: Credentials) -> Answer {
        let password = credentials.password.expose();
        // Comparing passwords takes its time: meanwhile nobody takes this place.
        self.guest.is_busy();
        let attempt = self.house.sign_in.attempt(&credentials.user, password, self.peer, Via::Pop3).await;
        self.open(attempt).await
    }

    async fn scram(&mut self, user: &str) -> Answer {
        self.awaited = None;
        match self.house.sign_in.scram(user, self.peer, Via::Pop3).await {
            Ok(awaited) => {
                let kept = awaited.asked.kept();
                self.awaited = Some(awaited);
                Answer::Scram(self.house.clock.nonce(), kept)
            }
            Err(_) => Answer::Refused(Refusal::NotNow),
        }
    }

    async fn scram_proof(&mut self, right: Option<usize>) -> Answer {
        let Some(awaited) = self.awaited.take() else { return Answer::Refused(Refusal::NotNow) };
        let attempt = self.house.sign_in.scram_proven(awaited, right, self.peer, Via::Pop3);
        self.open(attempt).await
    }

    /// The maildrop of whoever signed in.
    async fn open(&mut self, attempt: Result<SignedIn, SignInRefused>) -> Answer {
        let account = match attempt {
            Ok(signed_in) => signed_in.account,
            Err(SignInRefused::Wrong) => return Answer::Refused(Refusal::Credentials),
            Err(SignInRefused::Throttled | SignInRefused::Unavailable) => return Answer::Refused(Refusal::NotNow),
        };
        self.guest.is_vouched_for();
        let Some(lock) = self.house.maildrops.lock_soon(account.id).await else {
            return Answer::Refused(Refusal::InUse);
        };
        match self.house.store.maildrop(account.id, self.house.config.pop3_messages).await {
            Ok(messages) => {
                self.inside = Some((account, lock));
                let entry = |message: store::Dropped| Entry {
                    id: message.id,
                    size: u64::try_from(message.size).unwrap_or(0),
                    uidl: message.uidl,
                };
                Answer::Maildrop(messages.into_iter().map(entry).collect())
            }
            Err(error) => {
                tracing::error!(%error, account = account.address, "a maildrop could not be read");
                Answer::Refused(Refusal::NotNow)
            }
        }
    }

    async fn retrieve(&mut self, placement: i64, whole: bool) -> Answer {
        let Some((account, _)) = &self.inside else { return Answer::Unavailable };
        match self.house.store.pieces(account.id, placement).await {
            Ok(pieces) => self.sending = Some(Sending { placement, whole, pieces }),
            Err(error) => return self.unavailable(placement, &error),
        }
        self.send_on().await
    }

    /// The next part, and no more of it in memory: a client that is slow with a large message keeps nobody waiting.
    async fn send_on(&mut self) -> Answer {
        let Some(mut sending) = self.sending.take() else { return Answer::Unavailable };
        let part = match sending.pieces.next().await {
            Ok(part) => part,
            Err(error) => return self.unavailable(sending.placement, &error),
        };
        let last = sending.pieces.is_done();
        if !last {
            self.sending = Some(sending);
        } else if sending.whole {
            self.retrieved.insert(sending.placement);
        }
        Answer::Part { octets: part.into(), last }
    }

    fn unavailable(&self, id: i64, error: &StoreError) -> Answer {
        // Removed in the webmail meanwhile is not an error; all else is for the operator.
        if !matches!(error, StoreError::NotFound) {
            tracing::error!(%error, placement = id, peer = %self.peer, "a message could not be given out");
        }
        Answer::Unavailable
    }

    /// RFC 1939 §6, the UPDATE state: `+OK` promises that it is on disk.
    async fn delete(&mut self, deleted: Vec<i64>) -> Answer {
        let Some((account, _)) = &self.inside else { return Answer::NotRemoved };
        match self.remove(account, deleted).await {
            Ok(count) => {
                self.deleted = count;
                self.house.notify.changed(account.id);
                Answer::Committed
            }
            Err(error) => {
                tracing::error!(%error, account = account.address, "what a POP3 program deleted could not be removed");
                Answer::NotRemoved
            }
        }
    }

    /// Only what is still in the inbox: what its owner has archived in the webmail meanwhile is not this session's any
    /// more.
    async fn remove(&self, account: &Account, deleted: Vec<i64>) -> Result<i64, StoreError> {
        let (store, now) = (&self.house.store, self.house.clock.now_ms());
        let mailboxes = store.mailboxes(account.id).await?;
        let mailbox = |role: Role| {
            let found = mailboxes.iter().find(|mailbox| mailbox.role == role).map(|mailbox| mailbox.id);
            found.ok_or_else(|| StoreError::Broken(format!("an account has no {role:?}")))
        };
        let inbox = mailbox(Role::Inbox)?;
        match self.house.config.pop3_deletes {
            Pop3Deletes::ForEver => {
                let event = self.event(Kind::Destroyed, &account.address);
                store.destroy_in(account.id, inbox, deleted, event, now).await
            }
            Pop3Deletes::ToTrash => {
                let event = self.event(Kind::Deleted, &account.address);
                store.move_from(account.id, deleted, (inbox, mailbox(Role::Trash)?), event, now).await
            }
        }
    }

    /// Gives up the lock, and writes down what was collected: once a session, not once a message.
    async fn write_down(&mut self) {
        let Some((account, lock)) = self.inside.take() else { return };
        drop(lock);
        let retrieved = std::mem::take(&mut self.retrieved);
        maillog::collected(&account.address, &self.peer.to_string(), retrieved.len(), self.deleted);
        if retrieved.is_empty() {
            return;
        }
        let event = self.event(Kind::Collected, &account.address);
        let now = self.house.clock.now_ms();
        let retrieved = retrieved.into_iter().collect();
        if let Err(error) = self.house.store.record(account.id, retrieved, event, now).await {
            tracing::warn!(%error, account = account.address, "what was collected was not written down");
        }
    }

    fn event(&self, kind: Kind, address: &str) -> Event {
        Event { kind, by: address.to_owned(), detail: format!("POP3 from {}", self.peer) }
    }
}

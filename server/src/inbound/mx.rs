//! The desk for other mail servers: takes mail for people here, and for nobody else.

use crate::destination::{self, Destination, Spread};
use crate::house::House;
use crate::inbound::checks::client::Client;
use crate::inbound::checks::greylist::{self, Greylist};
use crate::inbound::checks::sender_domain::{self, SenderDomain};
use crate::inbound::checks::spf;
use crate::inbound::deliver::{self, Delivery, MAX_HOPS, Stamp, Weighed};
use crate::inbound::judged::{Judged, judge};
use crate::inbound::session::{Desk, Incoming, Visitor};
use crate::inbound::told;
use crate::inbound::verdict::{self, SenderFindings, arrival};
use crate::listen::Guest;
use crate::maillog;
use crate::reports;
use crate::submission::forward::{NotForwarded, forward};
use crate::submission::{queued, sender_text};
use mail::Address;
use mail::auth::findings::Findings;
use mail::auth::spf::Spf;
use mail::auth::verdict::Disposition;
use mail::envelope::{ForwardPath, Greeting, ReversePath};
use mail::message::trace::{Received, return_path};
use protocol::sasl::Credentials;
use protocol::smtp::server::{Envelope, Refusal};
use protocol::smtp::{Reply, replies};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use store::{Event, Expansion, Kind, Recipient, Refused, Role, StoreError};

const TOO_MANY_MESSAGES: Reply =
    Reply::new(451, (7, 1), "Too many messages from your address this hour; try again later");
const NOT_SENT_ON: Reply = Reply::new(550, (7, 1), "Judged junk, and not sent on to other providers");
const TOO_MANY_RECIPIENTS: Reply =
    Reply::new(451, (7, 1), "Too many recipients from your address this hour; try again later");

pub struct MxDesk {
    house: Arc<House>,
    guest: Guest,
    /// What is known of the client, whichever message it brings.
    client: Client,
    helo: String,
    /// The sender under way, and as it stands in the log.
    path: ReversePath,
    sender: String,
    /// May this client send for it?
    spf: Option<Spf>,
    /// The client is to be asked who it is: it is not a program of this house.
    stranger: bool,
    /// Recipients of the message under way that were found at RCPT.
    found: HashMap<ForwardPath, Expansion>,
    /// Answers held back in this session, since it asks for names that nobody has.
    held: u32,
}

impl MxDesk {
    pub fn new(house: Arc<House>, guest: Guest) -> Self {
        MxDesk {
            house,
            guest,
            client: Client::default(),
            helo: String::new(),
            path: ReversePath::Null,
            sender: String::new(),
            spf: None,
            stranger: false,
            found: HashMap::new(),
            held: 0,
        }
    }

    async fn look_at(&self, path: &ReversePath) -> Result<SenderFindings, StoreError> {
        let room = self.house.store.has_room();
        let domain = match path {
            // An address in brackets has nothing that DNS could be asked for.
            ReversePath::Address(address)
                if self.house.config.check_sender_domain && !address.domain().is_literal() =>
            {
                match self.house.resolve(address).await? {
                    Recipient::Elsewhere => sender_domain::check(&self.house.dns, address.domain()).await,
                    Recipient::Unknown => SenderDomain::NobodyOfOurs,
                    _ => SenderDomain::Ours,
                }
            }
            _ => SenderDomain::NotAsked,
        };
        Ok(SenderFindings { domain, room })
    }

    /// Everybody that a message is for, as they were found at RCPT.
    fn spread(&self, envelope: &Envelope) -> Result<Spread, StoreError> {
        let mut spread = Spread::default();
        for path in envelope.paths() {
            // Should somebody have been removed since, the commit fails, and the sender hears of it at the next RCPT.
            let Some(expansion) = self.found.get(path) else {
                return Err(StoreError::Broken(format!("{} was never accepted", path_text(path))));
            };
            spread.add(path, expansion);
        }
        Ok(spread)
    }

    /// Names that nobody has are answered the slower the more of them were asked for.
    async fn know(&mut self, path: &ForwardPath, destination: Destination, peer: IpAddr) -> Reply {
        let reply = destination::reply(&destination);
        match destination {
            Destination::Found(Recipient::Reaches(expansion)) => drop(self.found.insert(path.clone(), expansion)),
            Destination::Found(Recipient::Unknown | Recipient::Refused) | Destination::NoWayBack(_) => {
                let now = self.house.clock.instant();
                return self.house.harvest.unknown(peer.into(), now, &mut self.held).await.unwrap_or(reply);
            }
            Destination::Found(_) => {}
        }
        reply
    }

    async fn take_judged(&self, incoming: &Incoming, judged: &Judged) -> Result<Reply, StoreError> {
        let junk = judged.verdict.disposition == Disposition::Junk;
        if junk && self.would_be_lost(&incoming.envelope) {
            return Ok(NOT_SENT_ON);
        }
        let mut weighed = deliver::weigh_stamped(&self.house, &incoming.message, &judged.stamp).await?;
        weighed.verdict = judged.verdict.to_text(&judged.findings);
        let role = if junk { Role::Junk } else { Role::Inbox };
        let reply = self.put(incoming, weighed, role, Some(&judged.stamp)).await?;
        if reply.is_positive() && !junk && told::is_proved(&incoming.envelope.sender, &judged.findings) {
            told::tell(&self.house, incoming, &self.found).await;
        }
        if reply.is_positive() {
            reports::look(&self.house, incoming, judged).await;
        }
        if let Some(domain) = judged.proved().filter(|_| reply.is_positive()) {
            greylist::remember(&self.house, domain);
        }
        Ok(reply)
    }

    /// Whether somebody it is for lives elsewhere alone: junk is kept here or refused, and never sent on.
    fn would_be_lost(&self, envelope: &Envelope) -> bool {
        let elsewhere =
            |found: &Expansion| !found.forwards.is_empty() && found.locals.is_empty() && found.waiting.is_empty();
        envelope.paths().any(|path| self.found.get(path).is_some_and(elsewhere))
    }

    /// What a program of this house hands over is taken as it is.
    pub(super) async fn take(&self, incoming: &Incoming) -> Result<Reply, StoreError> {
        let weighed = deliver::weigh(&self.house, &incoming.message).await?;
        self.put(incoming, weighed, Role::Inbox, None).await
    }

    async fn put(
        &self,
        incoming: &Incoming,
        weighed: Weighed,
        role: Role,
        stamp: Option<&Stamp>,
    ) -> Result<Reply, StoreError> {
        if weighed.hops >= MAX_HOPS {
            return Ok(replies::MAIL_LOOP);
        }
        let mut spread = self.spread(&incoming.envelope)?;
        let not_sent_on = if role == Role::Junk { spread.keep_here() } else { Vec::new() };
        let octets = incoming.message.size().saturating_sub(incoming.head as u64);
        if let Some(too_large) = destination::too_large(octets, spread.size_limit) {
            return Ok(too_large);
        }
        let forwarded = match forward(&self.house, &incoming.envelope.sender, &spread, &incoming.message, stamp).await {
            Ok(forwarded) => forwarded,
            Err(NotForwarded::Loop) => return Ok(replies::MAIL_LOOP),
            Err(NotForwarded::Store(error)) => return Err(error),
        };
        let sender = sender_text(&incoming.envelope.sender);
        let verdict = weighed.verdict.clone();
        let delivery = Delivery {
            copies: spread.copies(role),
            queued: queued(&self.house, &incoming.envelope.sender, spread.later()),
            forwarded,
            settled: Vec::new(),
            draft: None,
            answers: None,
            event: Event {
                kind: Kind::Arrived,
                by: incoming.peer.to_string(),
                detail: format!("id {} from <{sender}> with {}", incoming.id, incoming.with),
            },
        };
        let accepted = deliver::commit(&self.house, weighed, delivery).await?;
        let to: Vec<String> = incoming.envelope.paths().map(path_text).collect();
        let line = maillog::Line {
            id: &incoming.id,
            from: &sender,
            to: &to,
            peer: &incoming.peer.to_string(),
            with: incoming.with,
            size: incoming.message.size(),
            verdict: &verdict,
        };
        maillog::arrived(&line, &accepted);
        self.guest.is_vouched_for();
        maillog::forwarded(&incoming.id, &spread);
        for address in &not_sent_on {
            self.note("sent on", &address.to_string(), &incoming.peer.to_string(), NOT_SENT_ON);
        }
        self.house.harvest.good(incoming.peer.into(), self.house.clock.instant());
        Ok(replies::MESSAGE_ACCEPTED.with_text(format!("Message accepted as {}", incoming.id)))
    }

    /// A transaction begins: what was found for the one before is of no use to it.
    pub(super) fn begin(&mut self, path: &ReversePath) {
        self.sender = sender_text(path);
        self.path = path.clone();
        self.found.clear();
    }

    /// RCPT, once it is known that the recipient is here: may this client bring them anything?
    async fn welcome(&self, visitor: &Visitor<'_>, path: &ForwardPath) -> Result<Reply, StoreError> {
        // RFC 5321 §4.5.1: whoever is refused must be able to ask why.
        let asks_why = match path {
            ForwardPath::Postmaster => true,
            ForwardPath::Address(address) => address.is_postmaster(),
        };
        if asks_why || !self.stranger {
            return Ok(replies::RECIPIENT_OK);
        }
        let findings = self.client.findings();
        let verdict = arrival::client(findings, &self.house.config.checks);
        if let Some(refusal) = arrival::reply(&verdict, findings, visitor.peer) {
            return Ok(refusal);
        }
        let recipient = path_text(path);
        let known = greylist::check(&self.house, visitor.peer, &self.path, &recipient, self.spf.as_ref()).await?;
        Ok(match known {
            Greylist::Welcome => replies::RECIPIENT_OK,
            Greylist::ComeAgain => arrival::COME_AGAIN,
        })
    }

    pub(super) fn note(&self, what: &str, to: &str, visitor_peer: &str, reply: Reply) -> Reply {
        self.note_message(what, to, visitor_peer, "", reply)
    }

    /// A refusal goes into the log and into the trace.
    fn note_message(&self, what: &str, to: &str, visitor_peer: &str, message_id: &str, reply: Reply) -> Reply {
        if !reply.is_positive() {
            let words = reply.to_string();
            maillog::refused(what, &self.sender, to, visitor_peer, &words);
            self.house.trace.refused(Refused {
                at: self.house.clock.now_ms(),
                peer: visitor_peer.to_owned(),
                helo: self.helo.clone(),
                sender: self.sender.clone(),
                recipient: to.to_owned(),
                message_id: message_id.to_owned(),
                reply: words,
                reason: what.to_owned(),
            });
        }
        reply
    }
}

impl Desk for MxDesk {
    /// AUTH is not offered here, so the session never asks.
    async fn login(&mut self, _visitor: Visitor<'_>, _credentials: Credentials) -> Reply {
        replies::LOGIN_NOT_NOW
    }

    async fn sender(&mut self, visitor: Visitor<'_>, path: ReversePath) -> Reply {
        self.begin(&path);
        self.stranger = true;
        if !self.house.pace.message(visitor.peer) {
            return self.note("sender", "", &visitor.peer.to_string(), TOO_MANY_MESSAGES);
        }
        let greeting = visitor.session.greeting();
        self.helo = greeting.map(greeting_text).unwrap_or_default();
        let mut client = std::mem::take(&mut self.client);
        let (found, spf, _) = tokio::join!(
            self.look_at(&path),
            spf::check(&self.house, &path, greeting, visitor.peer),
            client.look(&self.house, greeting, visitor.peer)
        );
        self.client = client;
        self.spf = spf;
        let reply = match found {
            Ok(findings) => verdict::sender(&findings),
            Err(error) => troubled(&error),
        };
        self.note("sender", "", &visitor.peer.to_string(), reply)
    }

    async fn recipient(&mut self, visitor: Visitor<'_>, path: ForwardPath) -> Reply {
        let found = match self.house.pace.recipient(visitor.peer) {
            true => destination::find(&self.house, &path).await,
            false => return self.note("recipient", &path_text(&path), &visitor.peer.to_string(), TOO_MANY_RECIPIENTS),
        };
        let reply = match found {
            Ok(found) => {
                self.guest.is_busy();
                let declared = visitor.session.envelope().and_then(|envelope| envelope.declared);
                match destination::declared_too_large(declared, &found) {
                    Some(too_large) => too_large,
                    None => self.know(&path, found, visitor.peer).await,
                }
            }
            Err(error) => troubled(&error),
        };
        let reply = match reply.is_positive() {
            true => self.welcome(&visitor, &path).await.unwrap_or_else(|error| troubled(&error)),
            false => reply,
        };
        self.note("recipient", &path_text(&path), &visitor.peer.to_string(), reply)
    }

    fn refused(&mut self, visitor: Visitor<'_>, refusal: Refusal) {
        let Refusal { what, sender, recipient, reply } = refusal;
        let greeting = visitor.session.greeting();
        self.helo = greeting.map(greeting_text).unwrap_or_default();
        // The transaction under way, if there is one, has a sender of its own.
        let kept = std::mem::replace(&mut self.sender, sender);
        self.note(what, &recipient, &visitor.peer.to_string(), reply);
        self.sender = kept;
    }

    fn head(&self, visitor: Visitor<'_>, envelope: &Envelope, id: &str) -> String {
        // RFC 5321 §4.4: the return path at the top, at final delivery; then who had it, newest first.
        return_path(&envelope.sender) + &received(&self.house, &visitor, envelope, id)
    }

    async fn message(&mut self, incoming: Incoming) -> Reply {
        let mut message_id = String::new();
        let before = Findings { spf: self.spf.clone(), ..self.client.findings().clone() };
        let reply = match judge(&self.house, &incoming, before).await {
            Ok(judged) => {
                reports::count(&self.house, &incoming, &judged);
                message_id.clone_from(&judged.message_id);
                match arrival::reply(&judged.verdict, &judged.findings, incoming.peer) {
                    Some(refusal) => refusal,
                    None => self.take_judged(&incoming, &judged).await.unwrap_or_else(|error| troubled(&error)),
                }
            }
            Err(error) => troubled(&error),
        };
        let to: Vec<String> = incoming.envelope.paths().map(path_text).collect();
        self.note_message("message", &to.join(","), &incoming.peer.to_string(), &message_id, reply)
    }
}

/// The Received field of a message that is coming in over SMTP.
pub fn received(house: &House, visitor: &Visitor<'_>, envelope: &Envelope, id: &str) -> String {
    let recipient = match envelope.recipients.as_slice() {
        [one] => Some(&one.path),
        // More would tell each of the others (RFC 5321 §7.2).
        _ => None,
    };
    let received = Received {
        greeting: visitor.session.greeting(),
        peer: Some(visitor.peer),
        by: &house.config.hostname,
        with: visitor.session.with(),
        id,
        recipient,
        at: house.clock.now(),
    };
    received.write()
}

/// What a client called itself.
fn greeting_text(greeting: &Greeting) -> String {
    match greeting {
        Greeting::Domain(domain) => domain.to_string(),
        Greeting::Literal(literal) => literal.clone(),
    }
}

/// As it stands in the log.
pub fn path_text(path: &ForwardPath) -> String {
    match path {
        ForwardPath::Address(address) => Address::to_string(address),
        ForwardPath::Postmaster => "postmaster".to_owned(),
    }
}

/// Says what to do next to the peer, and what it was to the log.
pub(super) fn troubled(error: &StoreError) -> Reply {
    if !matches!(error, StoreError::QuotaFull | StoreError::Full) {
        tracing::error!(%error, "incoming mail met trouble in the store");
    }
    verdict::store(error)
}

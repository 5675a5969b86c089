//! The desk for our own people's mail programs (RFC 6409): they sign in first, and then send to anybody.

use crate::destination::{Destination, declared_too_large, find};
use crate::house::House;
use crate::inbound::mx::{path_text, received};
use crate::inbound::session::{Desk, Incoming, Visitor};
use crate::inbound::verdict;
use crate::listen::Guest;
use crate::maillog;
use crate::sign_in::{Awaited, SignInRefused, SignedIn, Via};
use crate::submission::{Origin, Submission, SubmitRefused, Wishes, is_own, sender_text, submit};
use mail::Address;
use mail::envelope::{ForwardPath, ReversePath};
use mail::message::trace::{Received, return_path};
use protocol::sasl::Credentials;
use protocol::sasl::scram::ScramCredentials;
use protocol::smtp::server::Envelope;
use protocol::smtp::{Reply, replies};
use std::sync::Arc;
use store::{Account, Recipient, StoreError};

const TOO_MANY_GUESSES: Reply = Reply::new(454, (7, 0), "Too many wrong passwords; wait a little and try again");
const SIGN_IN_FIRST: Reply = Reply::new(530, (7, 0), "Sign in first");
const TOO_MANY_RECIPIENTS: Reply = Reply::new(452, (5, 3), "Too many recipients");
const NO_RECIPIENT: Reply = Reply::new(554, (5, 1), "No recipient");
const TOO_LARGE: Reply = Reply::new(552, (3, 4), "Larger than we take");

pub struct SubmissionDesk {
    house: Arc<House>,
    guest: Guest,
    account: Option<Account>,
    /// Whose own password that was, if not the account's.
    program: Option<i64>,
    /// Whose proof is awaited.
    awaited: Option<Awaited>,
}

impl SubmissionDesk {
    pub fn new(house: Arc<House>, guest: Guest) -> Self {
        SubmissionDesk { house, guest, account: None, program: None, awaited: None }
    }

    async fn may_send_as(&self, path: &ReversePath) -> Result<Reply, StoreError> {
        let Some(account) = &self.account else { return Ok(SIGN_IN_FIRST) };
        // Switched off since it signed in: a connection that stays open is no way round that.
        if !self.house.store.account(account.id).await?.active || self.is_revoked().await? {
            return Ok(replies::LOGIN_REFUSED);
        }
        if !self.house.store.has_room() {
            return Ok(replies::STORE_FULL);
        }
        if is_own(&self.house, account, path).await? {
            return Ok(replies::SENDER_OK);
        }
        // What to do about it: programs show this to their user.
        let yours = &account.address;
        Ok(replies::NOT_YOUR_ADDRESS.with_text(format!("This sender address is not one of yours; send as {yours}")))
    }

    fn signed_in(&mut self, attempt: Result<SignedIn, SignInRefused>) -> Reply {
        match attempt {
            Ok(SignedIn { account, program }) => {
                self.guest.is_vouched_for();
                self.account = Some(account);
                self.program = program;
                replies::LOGIN_OK
            }
            Err(SignInRefused::Wrong) => replies::LOGIN_REFUSED,
            Err(SignInRefused::Throttled) => TOO_MANY_GUESSES,
            Err(SignInRefused::Unavailable) => replies::LOGIN_NOT_NOW,
        }
    }

    /// Whether the program's password that was signed in with opens nothing any more.
    async fn is_revoked(&self) -> Result<bool, StoreError> {
        let (Some(account), Some(program)) = (&self.account, self.program) else { return Ok(false) };
        let kept = self.house.store.credentials(account.id).await?;
        Ok(!kept.iter().any(|one| one.id == program))
    }

    /// The recipients' addresses, and what was asked for them. `<postmaster>` without a domain is somebody here (RFC 5321
    /// §4.5.1), with an address of their own.
    async fn addressed(&self, envelope: &Envelope) -> Result<(Vec<Address>, Wishes), StoreError> {
        let mut addresses = Vec::with_capacity(envelope.recipients.len());
        let mut wishes = Wishes { message: envelope.wishes.clone(), ..Wishes::default() };
        for recipient in &envelope.recipients {
            let address = match &recipient.path {
                ForwardPath::Address(address) => Some(address.clone()),
                ForwardPath::Postmaster => match self.house.store.postmaster().await? {
                    Recipient::Reaches(expansion) => expansion.locals.into_iter().next().map(|local| local.address),
                    _ => None,
                },
            };
            if let Some(address) = address {
                wishes.add(&address, recipient.wishes.clone());
                addresses.push(address);
            }
        }
        Ok((addresses, wishes))
    }
}

impl Desk for SubmissionDesk {
    async fn login(&mut self, visitor: Visitor<'_>, credentials: Credentials) -> Reply {
        // Comparing passwords takes its time: meanwhile nobody takes this place.
        self.guest.is_busy();
        let password = credentials.password.expose();
        let attempt = self.house.sign_in.attempt(&credentials.user, password, visitor.peer, Via::Submission).await;
        self.signed_in(attempt)
    }

    async fn scram(&mut self, visitor: Visitor<'_>, user: &str) -> Option<ScramCredentials> {
        self.awaited = None;
        let awaited = self.house.sign_in.scram(user, visitor.peer, Via::Submission).await.ok()?;
        let kept = awaited.asked.kept();
        self.awaited = Some(awaited);
        Some(kept)
    }

    async fn scram_proof(&mut self, visitor: Visitor<'_>, _user: &str, right: Option<usize>) -> Reply {
        let Some(awaited) = self.awaited.take() else { return replies::LOGIN_NOT_NOW };
        let attempt = self.house.sign_in.scram_proven(awaited, right, visitor.peer, Via::Submission);
        self.signed_in(attempt)
    }

    async fn sender(&mut self, visitor: Visitor<'_>, path: ReversePath) -> Reply {
        let reply = self.may_send_as(&path).await.unwrap_or_else(|error| verdict::store(&error));
        if !reply.is_positive() {
            let peer = visitor.peer.to_string();
            maillog::refused("sender", &sender_text(&path), "", &peer, &reply.to_string());
        }
        reply
    }

    async fn recipient(&mut self, visitor: Visitor<'_>, path: ForwardPath) -> Reply {
        let found = find(&self.house, &path).await;
        let declared = visitor.session.envelope().and_then(|envelope| envelope.declared);
        if let Some(too_large) = found.as_ref().ok().and_then(|found| declared_too_large(declared, found)) {
            return too_large;
        }
        match found {
            Ok(Destination::Found(Recipient::Unknown | Recipient::DomainTakesNone) | Destination::NoWayBack(_)) => {
                replies::NO_SUCH_USER
            }
            Ok(Destination::Found(Recipient::Refused)) => replies::MAILBOX_SUSPENDED,
            // Full and switched-off mailboxes wait in the queue: our own people need not try again themselves.
            Ok(_) => replies::RECIPIENT_OK,
            Err(error) => verdict::store(&error),
        }
    }

    fn head(&self, visitor: Visitor<'_>, envelope: &Envelope, id: &str) -> String {
        // The return path for those whose mailbox is here; it is taken off what leaves the house.
        let return_path = return_path(&envelope.sender);
        if self.house.config.reveal_client {
            return return_path + &received(&self.house, &visitor, envelope, id);
        }
        // Where a traveller sits is nobody's business: neither the address nor the name their program gives itself.
        let ours = Received {
            greeting: None,
            peer: None,
            by: &self.house.config.hostname,
            with: visitor.session.with(),
            id,
            recipient: None,
            at: self.house.clock.now(),
        };
        return_path + &ours.write()
    }

    async fn message(&mut self, incoming: Incoming) -> Reply {
        let peer = incoming.peer.to_string();
        let from = sender_text(&incoming.envelope.sender);
        let to = incoming.envelope.paths().map(path_text).collect::<Vec<_>>().join(",");
        let (recipients, wishes) = match self.addressed(&incoming.envelope).await {
            Ok(addressed) => addressed,
            Err(error) => return verdict::store(&error),
        };
        let Some(account) = &self.account else { return SIGN_IN_FIRST };
        let submission = Submission {
            account: Some(account),
            reverse_path: incoming.envelope.sender,
            recipients,
            wishes,
            message: incoming.message,
            sent_copy: false,
            draft: None,
            answers: None,
            settled: Vec::new(),
            origin: Origin::Program { id: incoming.id, peer: peer.clone(), with: incoming.with, head: incoming.head },
        };
        let reply = match submit(&self.house, submission).await {
            Ok(taken) => return replies::MESSAGE_ACCEPTED.with_text(format!("Message accepted as {}", taken.id)),
            Err(refused) => reply_for(refused),
        };
        maillog::refused("message", &from, &to, &peer, &reply.to_string());
        reply
    }
}

fn reply_for(refused: SubmitRefused) -> Reply {
    match refused {
        SubmitRefused::NotYourAddress => replies::NOT_YOUR_ADDRESS,
        SubmitRefused::NoRecipient => NO_RECIPIENT,
        SubmitRefused::TooManyRecipients => TOO_MANY_RECIPIENTS,
        SubmitRefused::UnknownRecipient(address) => {
            replies::NO_SUCH_USER.with_text(format!("No such user here: {address}"))
        }
        SubmitRefused::TooLarge => TOO_LARGE,
        SubmitRefused::Loop => replies::MAIL_LOOP,
        SubmitRefused::Full => replies::STORE_FULL,
        SubmitRefused::QuotaFull => replies::MAILBOX_FULL,
        SubmitRefused::Busy | SubmitRefused::Broken => replies::STORE_BUSY,
    }
}

//! The desk for LMTP (RFC 2033): servers and programs of this house hand over mail for people here. They have checked it
//! themselves, and hear for each recipient what became of it.

use crate::house::House;
use crate::inbound::mx::{MxDesk, path_text, troubled};
use crate::inbound::session::{Desk, Incoming, Visitor};
use crate::listen::Guest;
use mail::envelope::{ForwardPath, ReversePath};
use protocol::sasl::Credentials;
use protocol::smtp::server::{Envelope, Refusal};
use protocol::smtp::{Reply, replies};
use std::collections::HashMap;
use std::sync::Arc;
use store::StoreError;

/// As the desk for other servers, without the questions about the sender.
pub struct LmtpDesk {
    house: Arc<House>,
    mx: MxDesk,
}

impl LmtpDesk {
    pub fn new(house: Arc<House>, guest: Guest) -> Self {
        LmtpDesk { mx: MxDesk::new(Arc::clone(&house), guest), house }
    }

    async fn take(&self, incoming: &Incoming) -> Reply {
        let reply = self.mx.take(incoming).await.unwrap_or_else(|error| troubled(&error));
        self.note(incoming, reply)
    }

    fn note(&self, incoming: &Incoming, reply: Reply) -> Reply {
        let to: Vec<String> = incoming.envelope.paths().map(path_text).collect();
        self.mx.note("message", &to.join(","), &incoming.peer.to_string(), reply)
    }
}

impl Desk for LmtpDesk {
    /// AUTH is not offered here, so the session never asks.
    async fn login(&mut self, _visitor: Visitor<'_>, _credentials: Credentials) -> Reply {
        replies::LOGIN_NOT_NOW
    }

    async fn sender(&mut self, visitor: Visitor<'_>, path: ReversePath) -> Reply {
        self.mx.begin(&path);
        let reply = if self.house.store.has_room() { replies::SENDER_OK } else { replies::STORE_FULL };
        self.mx.note("sender", "", &visitor.peer.to_string(), reply)
    }

    async fn recipient(&mut self, visitor: Visitor<'_>, path: ForwardPath) -> Reply {
        self.mx.recipient(visitor, path).await
    }

    fn refused(&mut self, visitor: Visitor<'_>, refusal: Refusal) {
        self.mx.refused(visitor, refusal);
    }

    fn head(&self, visitor: Visitor<'_>, envelope: &Envelope, id: &str) -> String {
        self.mx.head(visitor, envelope, id)
    }

    async fn message(&mut self, incoming: Incoming) -> Reply {
        self.message_each(incoming).await.into_iter().next().unwrap_or(replies::STORE_BUSY)
    }

    /// All in one commit, as long as nobody's mailbox has filled up meanwhile; then each alone, so that the others get
    /// theirs.
    async fn message_each(&mut self, mut incoming: Incoming) -> Vec<Reply> {
        match self.mx.take(&incoming).await {
            Err(StoreError::QuotaFull) if incoming.envelope.recipients.len() > 1 => {}
            result => return vec![self.note(&incoming, result.unwrap_or_else(|error| troubled(&error)))],
        }
        let mut replies: Vec<Reply> = Vec::new();
        let mut known: HashMap<ForwardPath, Reply> = HashMap::new();
        for recipient in std::mem::take(&mut incoming.envelope.recipients) {
            let path = recipient.path.clone();
            let reply = match known.get(&path) {
                // Named twice, it still gets one copy.
                Some(reply) => reply.clone(),
                None => {
                    incoming.envelope.recipients = vec![recipient];
                    self.take(&incoming).await
                }
            };
            known.insert(path, reply.clone());
            replies.push(reply);
        }
        replies
    }
}

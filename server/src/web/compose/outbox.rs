//! Sending a draft: written as a message, handed in through the one door out, and gone from the drafts with the commit.

use crate::house::House;
use crate::spool::is_full;
use crate::submission::{self, Origin, Submission, SubmitRefused};
use crate::web::refused::{off_thread, refused};
use crate::web::state::Web;
use crate::web::visitor::Visitor;
use api::Refusal;
use mail::Address;
use mail::envelope::ReversePath;
use mail::message::compose::{Outgoing, OutgoingAttachment, parse_recipients};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use store::{Account, Draft, StoreError};
use tokio::sync::{Mutex as Turn, Semaphore};

/// Drafts share this many turns; two that share one wait for each other now and then.
const TURNS: usize = 64;
/// How many sent drafts are remembered, for those who press the button twice.
const REMEMBERED: usize = 4096;
/// Messages with large attachments written at the same time: each is in memory more than once meanwhile.
const LARGE: usize = 2;

/// Keeps a draft from being sent twice.
pub struct Outbox {
    turns: [Turn<()>; TURNS],
    /// (account, draft), the newest last.
    sent: Mutex<VecDeque<(i64, i64)>>,
    large: Semaphore,
}

impl Default for Outbox {
    fn default() -> Self {
        Outbox { turns: std::array::from_fn(|_| Turn::new(())), sent: Mutex::default(), large: Semaphore::new(LARGE) }
    }
}

impl Outbox {
    /// Whether this draft has become a message since the server started (the last few thousand are known).
    pub fn has_sent(&self, account: i64, draft: i64) -> bool {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).contains(&(account, draft))
    }

    fn remember(&self, account: i64, draft: i64) {
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        if sent.len() == REMEMBERED {
            sent.pop_front();
        }
        sent.push_back((account, draft));
    }

    fn turn(&self, draft: i64) -> &Turn<()> {
        &self.turns[usize::try_from(draft.unsigned_abs() % TURNS as u64).unwrap_or(0)]
    }
}

/// Sends the draft as it is kept. When this returns `Ok` the message is on disk: in Sent, and in mailboxes or queue.
pub async fn send(web: &Arc<Web>, visitor: &Visitor, draft: i64) -> Result<(), Refusal> {
    let (web, account) = (Arc::clone(web), Arc::clone(&visitor.0));
    // A task of its own: whoever hangs up between commit and answer must not leave it half remembered.
    let sending = tokio::spawn(async move {
        let _turn = web.outbox.turn(draft).lock().await;
        let result = send_kept(&web.house, &web.outbox.large, &account, draft).await;
        match result {
            Ok(()) => web.outbox.remember(account.id, draft),
            Err(Refusal::NotFound) if web.outbox.has_sent(account.id, draft) => return Ok(()),
            Err(_) => {}
        }
        result
    });
    sending.await.unwrap_or_else(|error| {
        tracing::error!(%error, "sending a draft failed");
        Err(Refusal::Broken)
    })
}

async fn send_kept(house: &House, large: &Semaphore, account: &Account, draft: i64) -> Result<(), Refusal> {
    let draft = house.store.draft(account.id, draft).await.map_err(refused)?;
    let people = |field: &str| parse_recipients(field).map_err(|_| Refusal::BadAddress);
    let (to, cc, bcc) = (people(&draft.fields.to)?, people(&draft.fields.cc)?, people(&draft.fields.bcc)?);
    let recipients: Vec<Address> = to.iter().chain(&cc).chain(&bcc).map(|(_, address)| address.clone()).collect();
    if recipients.is_empty() {
        return Err(Refusal::NoRecipient);
    }
    let from = Address::parse(&account.address).map_err(|error| {
        tracing::error!(%error, account = account.address, "an account's address is none");
        Refusal::Broken
    })?;

    let weight: i64 = draft.attachments.iter().map(|attachment| attachment.size).sum();
    let is_large = u64::try_from(weight).is_ok_and(|weight| weight > house.config.spool_memory as u64);
    let permit = if is_large { large.acquire().await.ok() } else { None };
    let outgoing = Outgoing {
        from_name: account.name.clone(),
        from: from.clone(),
        to,
        cc,
        subject: draft.fields.subject.clone(),
        text: draft.fields.text.clone(),
        attachments: attachments(house, account.id, &draft).await?,
        in_reply_to: draft.in_reply_to.clone(),
        references: draft.references.clone(),
        date: house.clock.now(),
        message_id: house.clock.message_id(from.domain()),
        boundary: house.clock.boundary(),
    };
    let written = off_thread(move || outgoing.write()).await?;
    let message = house.spool.keep(written).await.map_err(|error| {
        tracing::error!(%error, "a message to send could not be spooled");
        if is_full(&error) { Refusal::TryAgain } else { Refusal::Broken }
    })?;
    drop(permit);

    let submission = Submission {
        account: Some(account),
        reverse_path: ReversePath::Address(from),
        recipients,
        wishes: submission::Wishes::ours(),
        message,
        sent_copy: true,
        draft: Some(draft.id),
        answers: draft.answers,
        settled: Vec::new(),
        origin: Origin::Webmail,
    };
    submission::submit(house, submission).await.map(|_| ()).map_err(not_submitted)
}

async fn attachments(house: &House, account: i64, draft: &Draft) -> Result<Vec<OutgoingAttachment>, Refusal> {
    let mut all = Vec::with_capacity(draft.attachments.len());
    for attachment in &draft.attachments {
        match house.store.attachment(account, draft.id, attachment.id).await {
            Ok((info, bytes)) => {
                all.push(OutgoingAttachment { name: info.name, media_type: info.media_type, bytes: bytes.into() });
            }
            // Taken off in another window since the draft was read: somebody is still at work on it.
            Err(StoreError::NotFound) => return Err(Refusal::EditedElsewhere),
            Err(error) => return Err(refused(error)),
        }
    }
    Ok(all)
}

fn not_submitted(why: SubmitRefused) -> Refusal {
    match why {
        SubmitRefused::NotYourAddress => Refusal::Forbidden,
        SubmitRefused::NoRecipient => Refusal::NoRecipient,
        SubmitRefused::TooManyRecipients => Refusal::BadNumber,
        SubmitRefused::UnknownRecipient(_) => Refusal::BadAddress,
        SubmitRefused::TooLarge => Refusal::TooLarge,
        SubmitRefused::QuotaFull => Refusal::QuotaFull,
        SubmitRefused::Busy | SubmitRefused::Full => Refusal::TryAgain,
        SubmitRefused::Loop | SubmitRefused::Broken => Refusal::Broken,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_so_many_are_remembered() {
        let outbox = Outbox::default();
        for draft in 0..REMEMBERED as i64 + 1 {
            outbox.remember(1, draft);
        }
        assert!(!outbox.has_sent(1, 0), "the oldest was forgotten");
        assert!(outbox.has_sent(1, 1));
        assert!(!outbox.has_sent(2, 1), "another account's draft of that number was not sent");
    }
}

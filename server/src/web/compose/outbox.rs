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
use store::{Account, Draft, DraftFields, StoreError};
use tokio::sync::{Mutex as Turn, Semaphore};

/// Drafts share this many turns; two that share one wait for each other now and then.
const TURNS: usize = 64;
/// How many sent drafts are remembered, for those who press the button twice.
const REMEMBERED: usize = 4096;
/// Characters of a wrong address that are shown again.
const SHOWN: usize = 120;
/// Messages with large attachments written at the same time: each is in memory more than once meanwhile.
const LARGE: usize = 2;

/// What a draft said when it was sent. Another text under the same number was not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seal(blake3::Hash);

impl Seal {
    pub fn of(fields: &DraftFields) -> Seal {
        let DraftFields { to, cc, bcc, subject, text, from } = fields;
        let mut hasher = blake3::Hasher::new();
        for field in [to, cc, bcc, subject, text, from] {
            hasher.update(&field.len().to_le_bytes()).update(field.as_bytes());
        }
        Seal(hasher.finalize())
    }
}

/// Why a draft was not sent.
pub struct NotSent {
    pub refusal: Refusal,
    /// The address that it is about, or nothing.
    pub about: String,
}

impl From<Refusal> for NotSent {
    fn from(refusal: Refusal) -> Self {
        NotSent { refusal, about: String::new() }
    }
}

/// Keeps a draft from being sent twice.
pub struct Outbox {
    turns: [Turn<()>; TURNS],
    /// (account, draft) and what it said, the newest last.
    sent: Mutex<VecDeque<(i64, i64, Seal)>>,
    large: Semaphore,
}

impl Default for Outbox {
    fn default() -> Self {
        Outbox { turns: std::array::from_fn(|_| Turn::new(())), sent: Mutex::default(), large: Semaphore::new(LARGE) }
    }
}

impl Outbox {
    /// What this draft said, if it has become a message since the server started (the last few thousand are known).
    pub fn sent(&self, account: i64, draft: i64) -> Option<Seal> {
        let sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        sent.iter().rev().find(|(whose, which, _)| (*whose, *which) == (account, draft)).map(|(_, _, seal)| *seal)
    }

    fn remember(&self, account: i64, draft: i64, seal: Seal) {
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        if sent.len() == REMEMBERED {
            sent.pop_front();
        }
        sent.push_back((account, draft, seal));
    }

    fn turn(&self, draft: i64) -> &Turn<()> {
        &self.turns[usize::try_from(draft.unsigned_abs() % TURNS as u64).unwrap_or(0)]
    }
}

/// Sends the draft as it is kept. When this returns `Ok` the message is on disk: in Sent, and in mailboxes or queue.
pub async fn send(web: &Arc<Web>, visitor: &Visitor, draft: i64) -> Result<(), NotSent> {
    let (web, account) = (Arc::clone(web), Arc::clone(&visitor.0));
    // A task of its own: whoever hangs up between commit and answer must not leave it half remembered.
    let sending = tokio::spawn(async move {
        let _turn = web.outbox.turn(draft).lock().await;
        let seal = send_kept(&web.house, &web.outbox.large, &account, draft).await?;
        web.outbox.remember(account.id, draft, seal);
        Ok(())
    });
    sending.await.unwrap_or_else(|error| {
        tracing::error!(%error, "sending a draft failed");
        Err(Refusal::Broken.into())
    })
}

/// Answers what it said.
async fn send_kept(house: &House, large: &Semaphore, account: &Account, draft: i64) -> Result<Seal, NotSent> {
    let draft = house.store.draft(account.id, draft).await.map_err(refused)?;
    let seal = Seal::of(&draft.fields);
    let people = |field: &str| {
        parse_recipients(field).map_err(|wrong| NotSent {
            refusal: Refusal::BadAddress,
            about: wrong.into_iter().next().unwrap_or_default().chars().take(SHOWN).collect(),
        })
    };
    let (to, cc, bcc) = (people(&draft.fields.to)?, people(&draft.fields.cc)?, people(&draft.fields.bcc)?);
    let recipients: Vec<Address> = to.iter().chain(&cc).chain(&bcc).map(|(_, address)| address.clone()).collect();
    if recipients.is_empty() {
        return Err(Refusal::NoRecipient.into());
    }
    let from = sender(house, account, &draft.fields.from).await?;

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
    submission::submit(house, submission).await.map(|_| seal).map_err(not_submitted)
}

/// The address chosen, if it is one of the account's; without a choice the one that the account is named by.
async fn sender(house: &House, account: &Account, chosen: &str) -> Result<Address, Refusal> {
    let own = house.store.addresses(account.id).await.map_err(refused)?;
    let mut own = own.into_iter();
    let found =
        if chosen.is_empty() { own.next() } else { own.find(|address| address.key() == chosen.to_ascii_lowercase()) };
    // Taken from the account since the draft was written.
    found.ok_or(Refusal::Forbidden)
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

fn not_submitted(why: SubmitRefused) -> NotSent {
    let refusal = match why {
        SubmitRefused::UnknownRecipient(address) => {
            return NotSent { refusal: Refusal::UnknownRecipient, about: address.to_string() };
        }
        SubmitRefused::NotYourAddress => Refusal::Forbidden,
        SubmitRefused::NoRecipient => Refusal::NoRecipient,
        SubmitRefused::TooManyRecipients => Refusal::TooManyRecipients,
        SubmitRefused::TooLarge => Refusal::MessageTooLarge,
        SubmitRefused::QuotaFull => Refusal::QuotaFull,
        SubmitRefused::Busy | SubmitRefused::Full => Refusal::TryAgain,
        SubmitRefused::Loop | SubmitRefused::Broken => Refusal::Broken,
    };
    refusal.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_so_many_are_remembered() {
        let outbox = Outbox::default();
        let seal = Seal::of(&DraftFields { text: "Dear Lisa".into(), ..DraftFields::default() });
        for draft in 0..REMEMBERED as i64 + 1 {
            outbox.remember(1, draft, seal);
        }
        assert!(outbox.sent(1, 0).is_none(), "the oldest was forgotten");
        assert_eq!(outbox.sent(1, 1), Some(seal));
        assert!(outbox.sent(2, 1).is_none(), "another account's draft of that number was not sent");
    }

    #[test]
    fn a_seal_knows_one_field_from_the_next() {
        let seal =
            |to: &str, cc: &str| Seal::of(&DraftFields { to: to.into(), cc: cc.into(), ..DraftFields::default() });
        assert_eq!(seal("ab", ""), seal("ab", ""));
        assert_ne!(seal("ab", ""), seal("a", "b"));
    }
}

//! The one door out. Webmail, mail programs and bounces all hand in their messages here, and nothing else puts
//! anything into the queue.

mod allowance;
mod complete;
pub mod desk;
pub mod forward;
mod notice;
mod priority;
mod wishes;

pub use allowance::Allowances;
pub use wishes::Wishes;

use crate::clock::span;
use crate::destination::{self, Destination, Spread};
use crate::house::House;
use crate::inbound::deliver::{self, Delivery};
use crate::maillog;
use crate::outbound;
use crate::spool::{Spooled, is_full};
use mail::Address;
use mail::dsn::Action;
use mail::envelope::{ForwardPath, MessageWishes, RecipientWishes, ReversePath};
use mail::message::authors::Authors;
use std::collections::HashSet;
use store::{
    Account, Copy, Event, Flags, Kind, NewQueued, NewRecipient, Priority, Recipient, Role, Settled, StoreError,
};

/// A message handed in.
pub struct Submission<'a> {
    /// Who signed in; none: this server itself (a bounce).
    pub account: Option<&'a Account>,
    pub reverse_path: ReversePath,
    pub recipients: Vec<Address>,
    /// What was asked for the message and for each of them.
    pub wishes: Wishes,
    pub message: Spooled,
    /// Whether a copy goes into the account's Sent.
    pub sent_copy: bool,
    /// The draft that this was: removed with the commit.
    pub draft: Option<i64>,
    /// The message this answers: flagged with the commit.
    pub answers: Option<(i64, Flags)>,
    /// Queue rows that this message, a bounce, settles with the commit.
    pub settled: Vec<Settled>,
    pub origin: Origin,
}

impl Submission<'_> {
    /// A letter of this server's own, which nobody hears of if it cannot be delivered.
    pub fn of_the_house(recipients: Vec<Address>, message: Spooled, origin: Origin) -> Self {
        Submission {
            account: None,
            reverse_path: ReversePath::Null,
            recipients,
            wishes: Wishes::ours(),
            message,
            sent_copy: false,
            draft: None,
            answers: None,
            settled: Vec::new(),
            origin,
        }
    }
}

/// Where it was handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// By a mail program over SMTP. Its message begins with `head` octets of ours, Return-Path and Received; `id` is in
    /// them.
    Program {
        id: String,
        peer: String,
        with: &'static str,
        head: usize,
    },
    Webmail,
    Bounce,
    /// A letter of this server's to people here.
    Notice,
}

/// It is committed: on disk, in mailboxes and queue.
#[derive(Clone, Debug)]
pub struct Submitted {
    /// As in Received and in the log.
    pub id: String,
}

/// Why it was not taken. Nothing of it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubmitRefused {
    /// The sender, From or Sender is another account's address here or, for the envelope, anybody else's; or From is not
    /// clear.
    NotYourAddress,
    NoRecipient,
    TooManyRecipients,
    /// An address at one of our domains that nobody has.
    UnknownRecipient(Address),
    TooLarge,
    /// A hundred servers have had it (RFC 5321 §6.3).
    Loop,
    /// Try again later: the store is busy.
    Busy,
    /// Try again later: the disk is full.
    Full,
    QuotaFull,
    /// Something failed here; it is in the log.
    Broken,
}

/// Takes the message, or refuses it whole. When this returns `Submitted` it is on disk.
pub async fn submit(house: &House, submission: Submission<'_>) -> Result<Submitted, SubmitRefused> {
    check_limits(house, &submission)?;
    if let Some(account) = submission.account
        && !is_own(house, account, &submission.reverse_path).await.map_err(refused)?
    {
        return Err(SubmitRefused::NotYourAddress);
    }

    let id = match &submission.origin {
        Origin::Program { id, .. } => id.clone(),
        Origin::Webmail | Origin::Bounce | Origin::Notice => house.clock.id(),
    };
    let mut routed = route(house, &submission).await?;
    let read = house.spool.read(&submission.message).await.map_err(broken)?;
    if let Some(account) = submission.account
        && !may_write_as(house, &submission, &read.bytes, account).await?
    {
        return Err(SubmitRefused::NotYourAddress);
    }
    let completed = complete::complete(house, &submission, &id, &read.bytes);
    routed.priority = priority::of(&submission, &read.bytes);
    drop(read);
    let message = match completed {
        Some(completed) => &house.spool.keep(completed).await.map_err(broken)?,
        None => &submission.message,
    };
    let weighed = deliver::weigh(house, message).await.map_err(refused)?;
    if weighed.hops >= deliver::MAX_HOPS {
        return Err(SubmitRefused::Loop);
    }
    if destination::too_large(message.size(), routed.spread.size_limit).is_some() {
        return Err(SubmitRefused::TooLarge);
    }
    let under_way = weigh_allowance(house, &submission, &mut routed).await?;
    let first_held = routed.held && !is_holding(house, &submission).await?;
    let accepted = match deliver::commit(house, weighed, delivery(house, &submission, &routed, &id)).await {
        // Somebody's mailbox has filled up since it was looked at. The queue finds out whose, one by one.
        Err(StoreError::QuotaFull) => {
            routed.nobody_now();
            let weighed = deliver::weigh(house, message).await.map_err(refused)?;
            deliver::commit(house, weighed, delivery(house, &submission, &routed, &id)).await
        }
        other => other,
    };
    let accepted = accepted.map_err(refused)?;
    maillog::submitted(&id, &submission, message.size(), routed.held, &accepted);
    match (under_way, submission.account) {
        (Some(message), _) if !message.over => message.written_down(&house.store, house.clock.now_ms()),
        (Some(_), Some(account)) if first_held => notice::tell(house, account).await,
        _ => {}
    }
    tell_of_success(house, &submission, &routed, message).await;
    Ok(Submitted { id })
}

/// RFC 3461 §5.2.3: recipients here have it now, and their sender may want to hear so.
async fn tell_of_success(house: &House, submission: &Submission<'_>, routed: &Routed, message: &Spooled) {
    let told: Vec<(Address, RecipientWishes, Action)> = routed
        .here
        .iter()
        .map(|at| &submission.recipients[*at])
        .filter_map(|address| {
            Some((address.clone(), submission.wishes.recipients.get(address)?.clone(), Action::Delivered))
        })
        .filter(|(_, wishes, _)| wishes.notify.is_some_and(|notify| notify.success))
        .collect();
    if told.is_empty() {
        return;
    }
    if let Ok(read) = house.spool.read(message).await {
        let wishes = &submission.wishes.message;
        // A report is submitted in its turn, and nobody asks for a report on it.
        Box::pin(outbound::delivered_here(house, &submission.reverse_path, wishes, &told, &read.bytes)).await;
    }
}

/// What leaves the house counts for the day, and is held when it is too much.
async fn weigh_allowance(
    house: &House,
    submission: &Submission<'_>,
    routed: &mut Routed,
) -> Result<Option<allowance::UnderWay>, SubmitRefused> {
    let (recipients, now) = (routed.leaving(), house.clock.now_ms());
    let Some(account) = submission.account.filter(|_| !recipients.is_empty()) else { return Ok(None) };
    let weighed = house.allowances.weigh(&house.store, &house.config, account, recipients, now).await;
    let weighed = weighed.map_err(refused)?;
    routed.held = weighed.over;
    Ok(Some(weighed))
}

/// Whether mail of this sender's is held already: then they know.
async fn is_holding(house: &House, submission: &Submission<'_>) -> Result<bool, SubmitRefused> {
    let held = house.store.held_of(&sender_text(&submission.reverse_path), 1).await.map_err(refused)?;
    Ok(!held.is_empty())
}

fn delivery(house: &House, submission: &Submission<'_>, routed: &Routed, id: &str) -> Delivery {
    let mut copies = Vec::new();
    if let (true, Some(account)) = (submission.sent_copy, submission.account) {
        // Counted like all other mail: it may go over the quota by one message, and no further.
        copies.push(Copy { account: account.id, role: Role::Sent, flags: Flags::SEEN, quota: true });
    }
    copies.extend(routed.spread.copies(Role::Inbox));
    Delivery {
        copies,
        queued: routed.queued(house, submission),
        // Its sender is one of ours, or nobody: it needs no other to be sent on.
        forwarded: None,
        settled: submission.settled.clone(),
        draft: submission.draft,
        answers: submission.answers,
        event: event(&submission.origin, submission.account, id),
    }
}

/// Recipients by what becomes of them.
#[derive(Default)]
struct Routed {
    /// Those with an address here.
    spread: Spread,
    /// Which recipients have it with this commit, all who are behind them.
    here: Vec<usize>,
    priority: Priority,
    /// In a domain here that takes nothing now.
    later: Vec<String>,
    /// At other providers.
    elsewhere: Vec<String>,
    /// What goes into the queue stays there until somebody lets it go.
    held: bool,
}

impl Routed {
    /// At other providers, named by their own address or behind an alias here.
    fn leaving(&self) -> Vec<String> {
        let forwards = self.spread.forwards.iter().map(Address::to_string);
        let mut all: Vec<String> = self.elsewhere.iter().cloned().chain(forwards).collect();
        unique(&mut all);
        all
    }

    /// All whom the queue has to find.
    fn queued(&self, house: &House, submission: &Submission<'_>) -> Option<NewQueued> {
        let mut all = self.leaving();
        all.extend(self.later.iter().cloned());
        all.extend(self.spread.later());
        unique(&mut all);
        let mut queued = queued(house, &submission.reverse_path, all)?;
        for recipient in &mut queued.recipients {
            recipient.wishes = submission.wishes.of(&recipient.address);
        }
        let warn_after = house.config.delay_warning;
        let may_warn = !warn_after.is_zero() && submission.reverse_path != ReversePath::Null;
        Some(NewQueued {
            wishes: submission.wishes.message.clone(),
            priority: self.priority,
            held: self.held,
            warn_at: may_warn.then(|| house.clock.now_ms() + span(warn_after)),
            ..queued
        })
    }

    /// Somebody has filled up since: the queue finds out who, one by one.
    fn nobody_now(&mut self) {
        self.spread.nobody_now();
        self.here.clear();
    }
}

/// Rows of the queue for recipients who do not get it with this commit; none when there are none. Nobody is told that
/// they wait: who asked for that is not known.
pub fn queued(house: &House, sender: &ReversePath, recipients: Vec<String>) -> Option<NewQueued> {
    let now = house.clock.now_ms();
    (!recipients.is_empty()).then(|| NewQueued {
        sender: sender_text(sender),
        recipients: recipients.into_iter().map(NewRecipient::from).collect(),
        // Where somebody's address or the header needs it, it is asked for, and nowhere else.
        wishes: MessageWishes { utf8: true, ..MessageWishes::default() },
        priority: Priority::default(),
        held: false,
        first_at: now + span(house.config.retry_after(0)),
        expires_at: now + span(house.config.expiry),
        warn_at: None,
    })
}

fn unique(list: &mut Vec<String>) {
    let mut seen = HashSet::new();
    list.retain(|recipient| seen.insert(recipient.clone()));
}

/// As the store keeps it: empty for the null path.
pub fn sender_text(path: &ReversePath) -> String {
    match path {
        ReversePath::Null => String::new(),
        ReversePath::Address(address) => address.to_string(),
    }
}

/// A bounce tells somebody that their message did not arrive: it is let in even where nothing else is.
fn is_let_in_always(submission: &Submission<'_>) -> bool {
    matches!(submission.origin, Origin::Bounce | Origin::Notice)
}

async fn route(house: &House, submission: &Submission<'_>) -> Result<Routed, SubmitRefused> {
    let mut routed = Routed::default();
    if is_let_in_always(submission) {
        routed.spread = Spread::of_bounce();
    }
    for (at, address) in submission.recipients.iter().enumerate() {
        let path = ForwardPath::Address(address.clone());
        match destination::find(house, &path).await.map_err(refused)? {
            Destination::Found(Recipient::Reaches(expansion)) => {
                if routed.spread.reaches_all_now(&expansion) {
                    routed.here.push(at);
                }
                routed.spread.add(&path, &expansion);
            }
            Destination::Found(Recipient::DomainSuspended) => routed.later.push(address.to_string()),
            Destination::Found(Recipient::Elsewhere) => routed.elsewhere.push(address.to_string()),
            Destination::Found(Recipient::Unknown | Recipient::Refused | Recipient::DomainTakesNone)
            | Destination::NoWayBack(_) => return Err(SubmitRefused::UnknownRecipient(address.clone())),
        }
    }
    Ok(routed)
}

fn check_limits(house: &House, submission: &Submission<'_>) -> Result<(), SubmitRefused> {
    if submission.recipients.is_empty() {
        return Err(SubmitRefused::NoRecipient);
    }
    if submission.recipients.len() > house.config.recipients {
        return Err(SubmitRefused::TooManyRecipients);
    }
    // Our own Received is not the sender's weight.
    if submission.message.size() > house.config.message_size + 4096 {
        return Err(SubmitRefused::TooLarge);
    }
    if !house.store.has_room() {
        return Err(SubmitRefused::Full);
    }
    Ok(())
}

/// The null path is nobody's: mail programs use it for receipts (RFC 8098 §3), and no bounce can follow.
pub async fn is_own(house: &House, account: &Account, path: &ReversePath) -> Result<bool, StoreError> {
    match path {
        ReversePath::Null => Ok(true),
        ReversePath::Address(address) => Ok(house.store.owner(address).await? == Some(account.id)),
    }
}

/// From and Sender may name any address but another one of ours: nobody here writes in a neighbour's name. What is not
/// clear is refused; without a From there must be an envelope sender to make one of (`complete`), and a message that
/// has the null sender must say by From whose it is.
async fn may_write_as(
    house: &House,
    submission: &Submission<'_>,
    raw: &[u8],
    account: &Account,
) -> Result<bool, SubmitRefused> {
    let Ok(authors) = Authors::read(complete::as_handed_in(submission, raw)) else { return Ok(false) };
    let only_mine = submission.reverse_path == ReversePath::Null;
    if only_mine && authors.from.is_empty() {
        return Ok(false);
    }
    let named = authors.from.iter().map(|named| (named, only_mine));
    for (named, only_mine) in named.chain(authors.sender.iter().map(|named| (named, false))) {
        if house.store.owner(named).await.map_err(refused)? == Some(account.id) {
            continue;
        }
        if only_mine || house.resolve(named).await.map_err(refused)? != Recipient::Elsewhere {
            return Ok(false);
        }
    }
    Ok(true)
}

fn event(origin: &Origin, account: Option<&Account>, id: &str) -> Event {
    let by = account.map_or_else(|| "queue".to_owned(), |account| account.address.clone());
    match origin {
        Origin::Program { peer, with, .. } => {
            Event { kind: Kind::Submitted, by, detail: format!("id {id} from {peer} with {with}") }
        }
        Origin::Webmail => Event { kind: Kind::Submitted, by, detail: format!("id {id} in the webmail") },
        Origin::Bounce => Event { kind: Kind::Bounced, by, detail: format!("id {id}") },
        Origin::Notice => Event { kind: Kind::Submitted, by, detail: format!("id {id}, a notice") },
    }
}

fn refused(error: StoreError) -> SubmitRefused {
    match error {
        StoreError::Busy(cause) => {
            tracing::warn!(%cause, "submission: the store is busy");
            SubmitRefused::Busy
        }
        StoreError::Full => SubmitRefused::Full,
        StoreError::QuotaFull => SubmitRefused::QuotaFull,
        other => {
            tracing::error!(error = %other, "submission failed in the store");
            SubmitRefused::Broken
        }
    }
}

fn broken(error: std::io::Error) -> SubmitRefused {
    if is_full(&error) {
        return SubmitRefused::Full;
    }
    tracing::error!(%error, "submission failed in the spool");
    SubmitRefused::Broken
}

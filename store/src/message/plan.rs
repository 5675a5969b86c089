//! What a group of messages will become: ids, uids, modseqs and counters, decided here so that each table is written
//! once for the whole group. No database: what is known goes in, what is to be written comes out.

use super::accept::{Accepted, Delivery, Intake};
use crate::{Flags, Result, Role, StoreError, chance};
use mail::message::parse::Summary;
use std::collections::{BTreeMap, HashMap};

/// What the database says, before.
#[derive(Default)]
pub(super) struct Known {
    pub accounts: HashMap<i64, Account>,
    pub mailboxes: HashMap<(i64, Role), Mailbox>,
    /// By hash: id, and the file it is in.
    pub blobs: HashMap<Vec<u8>, (i64, Option<String>)>,
    /// Thread of a message, by account and hashed Message-ID.
    pub threads: HashMap<(i64, i64), i64>,
    /// The last ids that were given.
    pub last: Last,
}

#[derive(Clone, Copy, Default)]
pub(super) struct Last {
    pub blob: i64,
    pub message: i64,
    pub placement: i64,
}

#[derive(Clone, Copy)]
pub(super) struct Account {
    pub quota: i64,
    pub used: i64,
    pub modseq: i64,
}

#[derive(Clone, Copy)]
pub(super) struct Mailbox {
    pub id: i64,
    pub uidnext: i64,
}

/// What is to be written.
#[derive(Default)]
pub(super) struct Plan {
    /// New blobs: id, holders, and which delivery has the bytes.
    pub blobs: Vec<(i64, i64, usize)>,
    /// More holders of blobs that are there.
    pub held: BTreeMap<i64, i64>,
    pub copies: Vec<Placing>,
    /// By account: bytes more in use, and the new modseq.
    pub accounts: BTreeMap<i64, (i64, i64)>,
    /// By mailbox: messages, unseen and bytes more, and the new modseq.
    pub mailboxes: BTreeMap<i64, (i64, i64, i64, i64)>,
    /// Of each delivery: its blob, and the sender's own copy.
    pub ends: Vec<(Option<i64>, Option<i64>)>,
}

/// One copy.
pub(super) struct Placing {
    pub delivery: usize,
    pub account: i64,
    pub message: i64,
    pub placement: i64,
    pub blob: i64,
    pub thread: i64,
    pub msgid: i64,
    pub mailbox: i64,
    pub uid: i64,
    pub flags: Flags,
    pub modseq: i64,
    pub trashed: bool,
    pub uidl: i64,
}

/// Decides for all deliveries that have not failed. Those that cannot be taken get their error and leave no trace.
pub(super) fn plan(known: &mut Known, deliveries: &mut [&mut Delivery]) -> Plan {
    let mut plan = Plan::default();
    for (n, delivery) in deliveries.iter_mut().enumerate() {
        plan.ends.push((None, None));
        delivery.outcome = admit(known, &delivery.intake).map(|()| place(known, &mut plan, n, &mut delivery.intake));
    }
    plan
}

/// Whether every copy has a place and room. An account is filled over its quota by one message at most.
fn admit(known: &Known, intake: &Intake) -> Result<()> {
    let mut added: HashMap<i64, i64> = HashMap::new();
    for copy in &intake.copies {
        if !known.mailboxes.contains_key(&(copy.account, copy.role)) {
            return Err(StoreError::NotFound);
        }
        let account = known.accounts.get(&copy.account).ok_or(StoreError::NotFound)?;
        let added = added.entry(copy.account).or_default();
        if copy.quota && account.quota > 0 && account.used + *added >= account.quota {
            return Err(StoreError::QuotaFull);
        }
        if copy.role != Role::Trash {
            *added += intake.blob.size;
        }
    }
    Ok(())
}

fn place(known: &mut Known, plan: &mut Plan, n: usize, intake: &mut Intake) -> Accepted {
    let holders = intake.copies.len() as i64 + i64::from(intake.queued.is_some());
    let blob = if holders > 0 { Some(hold(known, plan, n, intake, holders)) } else { None };
    plan.ends[n].0 = blob;
    let mut accepted = Accepted::default();
    // Without a Message-ID it is a thread of its own.
    let msgid = intake.summary.message_id.as_deref().map_or_else(chance::uidl, hashed);
    for copy in &intake.copies {
        let place = (known.accounts.get_mut(&copy.account), known.mailboxes.get_mut(&(copy.account, copy.role)), blob);
        let (Some(account), Some(mailbox), Some(blob)) = place else { continue };
        let trashed = copy.role == Role::Trash;
        let counted = if trashed { 0 } else { intake.blob.size };
        account.used += counted;
        account.modseq += 1;
        let of_account = plan.accounts.entry(copy.account).or_default();
        *of_account = (of_account.0 + counted, account.modseq);
        let unseen = i64::from(!copy.flags.has(Flags::SEEN));
        let of_box = plan.mailboxes.entry(mailbox.id).or_default();
        *of_box = (of_box.0 + 1, of_box.1 + unseen, of_box.2 + intake.blob.size, account.modseq);
        known.last.message += 1;
        known.last.placement += 1;
        if copy.role == Role::Sent {
            plan.ends[n].1.get_or_insert(known.last.message);
        }
        accepted.placements.push(known.last.placement);
        let thread = thread(&known.threads, copy.account, &intake.summary, msgid);
        known.threads.entry((copy.account, msgid)).or_insert(thread);
        plan.copies.push(Placing {
            delivery: n,
            account: copy.account,
            message: known.last.message,
            placement: known.last.placement,
            blob,
            thread,
            msgid,
            mailbox: mailbox.id,
            uid: mailbox.uidnext,
            flags: copy.flags,
            modseq: account.modseq,
            trashed,
            uidl: chance::uidl(),
        });
        mailbox.uidnext += 1;
    }
    accepted
}

/// One row for a content: in the database, in this group, or new.
fn hold(known: &mut Known, plan: &mut Plan, n: usize, intake: &mut Intake, holders: i64) -> i64 {
    let blob = &mut intake.blob;
    if let Some((id, file)) = known.blobs.get(&blob.hash[..]) {
        blob.settle(file.as_deref());
        match plan.blobs.iter_mut().find(|new| new.0 == *id) {
            Some(new) => new.1 += holders,
            None => *plan.held.entry(*id).or_default() += holders,
        }
        return *id;
    }
    known.last.blob += 1;
    let id = known.last.blob;
    let file = blob.file().map(str::to_owned);
    blob.settle(file.as_deref());
    known.blobs.insert(blob.hash.to_vec(), (id, file));
    plan.blobs.push((id, holders, n));
    id
}

/// That of an ancestor that is here; else it is named after the oldest one, so that an answer that comes before its
/// question finds it too.
fn thread(threads: &HashMap<(i64, i64), i64>, account: i64, summary: &Summary, own: i64) -> i64 {
    let mut ancestors = ancestors(summary);
    let oldest = summary.references.first().map(|id| hashed(id));
    ancestors.find_map(|id| threads.get(&(account, id)).copied()).or(oldest).unwrap_or(own)
}

pub(super) fn ancestors(summary: &Summary) -> impl Iterator<Item = i64> {
    summary.references.iter().map(|id| hashed(id))
}

/// The first 63 bits of BLAKE3.
pub(crate) fn hashed(message_id: &str) -> i64 {
    let hash = blake3::hash(message_id.as_bytes());
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&hash.as_bytes()[..8]);
    i64::from_le_bytes(bytes) & i64::MAX
}

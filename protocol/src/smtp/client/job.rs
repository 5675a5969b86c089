//! The message under way: what was sent of its envelope, and what is known of each recipient.

use super::offers::Limits;
use super::{Cause, Delivery, Envelope, Outcome, Recipient, Stage};
use mail::Domain;

#[derive(Debug)]
pub(super) struct Job {
    pub envelope: Envelope,
    /// One for each recipient; none: nothing bad yet.
    outcomes: Vec<Option<Outcome>>,
    /// Recipients that were gone through, and those of them that were named to the remote, in their order.
    next: usize,
    named: Vec<usize>,
    answered: usize,
}

impl Job {
    pub(super) fn new(envelope: Envelope) -> Job {
        let outcomes = vec![None; envelope.recipients.len()];
        Job { envelope, outcomes, next: 0, named: Vec::new(), answered: 0 }
    }

    /// Finds what the remote cannot do for a recipient before it is asked: without SMTPUTF8 it cannot even be told the
    /// name, and beyond its limits the rest waits for another transaction.
    pub(super) fn sift(&mut self, utf8: bool, limits: Limits) {
        let mut places = limits.recipients.unwrap_or(usize::MAX);
        let mut domains: Vec<&Domain> = Vec::new();
        for (recipient, outcome) in self.envelope.recipients.iter().zip(&mut self.outcomes) {
            if recipient.address.needs_utf8() && !utf8 {
                *outcome = Some(Outcome::found(Cause::NoUtf8, Stage::Recipient));
                continue;
            }
            let domain = recipient.address.domain();
            let known = domains.contains(&domain);
            if places == 0 || (!known && limits.domains.is_some_and(|most| domains.len() >= most)) {
                *outcome = Some(Outcome::found(Cause::AnotherTransaction, Stage::Recipient));
                continue;
            }
            places -= 1;
            if !known && limits.domains.is_some() {
                domains.push(domain);
            }
        }
    }

    /// The next recipient to name to the remote. What is settled is not named any more.
    pub(super) fn name_next(&mut self) -> Option<&Recipient> {
        let after = self.next;
        let at = (after..self.outcomes.len()).find(|&at| self.outcomes[at].is_none())?;
        self.next = at + 1;
        self.named.push(at);
        self.envelope.recipients.get(at)
    }

    /// All that were named are answered.
    pub(super) fn is_answered(&self) -> bool {
        self.answered >= self.named.len()
    }

    /// Somebody is still to be named.
    pub(super) fn has_more(&self) -> bool {
        self.outcomes[self.next..].iter().any(Option::is_none)
    }

    /// The reply to the next RCPT in turn. What was settled before, by MAIL, stays.
    pub(super) fn answer(&mut self, refusal: Option<Outcome>) {
        if let Some(&at) = self.named.get(self.answered)
            && self.outcomes[at].is_none()
        {
            self.outcomes[at] = refusal;
        }
        self.answered += 1;
    }

    /// Whether anybody may still get the message.
    pub(super) fn has_hope(&self) -> bool {
        self.outcomes.iter().any(Option::is_none)
    }

    /// Settles all that are not settled yet.
    pub(super) fn settle(&mut self, outcome: &Outcome) {
        for open in self.outcomes.iter_mut().filter(|open| open.is_none()) {
            *open = Some(outcome.clone());
        }
    }

    /// MAIL was refused: that is the answer to those as well who were to wait for another transaction.
    pub(super) fn refuse_all(&mut self, outcome: &Outcome) {
        let waits =
            |known: &Option<Outcome>| known.as_ref().is_none_or(|found| found.cause == Cause::AnotherTransaction);
        for open in self.outcomes.iter_mut().filter(|known| waits(known)) {
            *open = Some(outcome.clone());
        }
    }

    pub(super) fn finish(mut self, outcome: &Outcome) -> Delivery {
        self.settle(outcome);
        Delivery { recipients: self.outcomes.into_iter().flatten().collect() }
    }
}

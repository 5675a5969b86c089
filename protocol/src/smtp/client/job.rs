//! The message under way: what was sent of its envelope, and what is known of each recipient.

use super::{Delivery, Envelope, Outcome};

#[derive(Debug)]
pub(super) struct Job {
    pub envelope: Envelope,
    /// One for each recipient; none: nothing bad yet.
    outcomes: Vec<Option<Outcome>>,
    /// RCPTs sent, and RCPTs answered.
    pub sent: usize,
    pub answered: usize,
}

impl Job {
    pub(super) fn new(envelope: Envelope) -> Job {
        let outcomes = vec![None; envelope.recipients.len()];
        Job { envelope, outcomes, sent: 0, answered: 0 }
    }

    /// The reply to the next RCPT in turn. What was settled before, by MAIL, stays.
    pub(super) fn answer(&mut self, refusal: Option<Outcome>) {
        if let Some(outcome) = self.outcomes.get_mut(self.answered)
            && outcome.is_none()
        {
            *outcome = refusal;
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

    pub(super) fn finish(mut self, outcome: &Outcome) -> Delivery {
        self.settle(outcome);
        Delivery { recipients: self.outcomes.into_iter().flatten().collect() }
    }
}

//! Who goes first when not everything can go at once: a person's letter before a machine's, and both before a circular.

use super::{Origin, Submission};
use mail::message::importance::{Importance, importance};
use store::Priority;

/// To more than this is to many.
const MANY: usize = 20;
/// More than this takes a line for itself. Octets.
const LARGE: u64 = 5 * 1024 * 1024;

/// Decided once, when the message is taken; the queue keeps it.
pub fn of(submission: &Submission<'_>, raw: &[u8]) -> Priority {
    // Behind the fields that we have put before it.
    let head = match submission.origin {
        Origin::Program { head, .. } => head.min(raw.len()),
        _ => 0,
    };
    if submission.origin == Origin::Bounce {
        return Priority::Automatic;
    }
    decide(importance(&raw[head..]), submission.recipients.len(), submission.message.size())
}

fn decide(importance: Importance, recipients: usize, size: u64) -> Priority {
    match importance {
        Importance::Bulk => Priority::Bulk,
        _ if recipients > MANY || size > LARGE => Priority::Bulk,
        Importance::Automatic => Priority::Automatic,
        Importance::Personal => Priority::Personal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_to_many_or_large_goes_last() {
        use Importance::*;
        for (importance, recipients, size, priority) in [
            (Personal, 20, 1_000, Priority::Personal),
            (Personal, 21, 1_000, Priority::Bulk),
            (Personal, 1, LARGE + 1, Priority::Bulk),
            (Automatic, 1, 1_000, Priority::Automatic),
            (Bulk, 1, 1_000, Priority::Bulk),
        ] {
            assert_eq!(decide(importance, recipients, size), priority, "{importance:?} {recipients} {size}");
        }
    }
}

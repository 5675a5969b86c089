//! What follows from what was found: pure functions from findings to replies, tested by tables.

pub mod arrival;

use crate::inbound::checks::sender_domain::SenderDomain;
use protocol::smtp::{Reply, replies};
use store::StoreError;

/// Everything known when a sender is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SenderFindings {
    pub domain: SenderDomain,
    /// Whether the disk has room for mail.
    pub room: bool,
}

const NO_SUCH_SENDER: Reply = Reply::new(550, (1, 0), "Nobody here has this sender address");
const SENDER_DOMAIN_TAKES_NO_MAIL: Reply = Reply::new(550, (1, 8), "The sender's domain takes no mail");
const SENDER_DOMAIN_NOT_NOW: Reply = Reply::new(451, (4, 3), "The sender's domain cannot be looked up now");

/// MAIL.
pub fn sender(findings: &SenderFindings) -> Reply {
    // A refusal for ever comes before one for now: trying again would not help.
    match findings.domain {
        SenderDomain::NoSuchDomain => replies::SENDER_DOMAIN_UNKNOWN,
        SenderDomain::NobodyOfOurs => NO_SUCH_SENDER,
        SenderDomain::NoHost | SenderDomain::NullMx => SENDER_DOMAIN_TAKES_NO_MAIL,
        _ if !findings.room => replies::STORE_FULL,
        SenderDomain::NotNow => SENDER_DOMAIN_NOT_NOW,
        SenderDomain::NotAsked | SenderDomain::Ours | SenderDomain::TakesMail => replies::SENDER_OK,
    }
}

/// A store that could not. The peer hears a general line and tries again; nothing here is for ever.
pub fn store(error: &StoreError) -> Reply {
    match error {
        StoreError::Full => replies::STORE_FULL,
        StoreError::QuotaFull => replies::MAILBOX_FULL,
        _ => replies::STORE_BUSY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(reply: &Reply) -> String {
        reply.to_string().chars().take(9).collect()
    }

    #[test]
    fn a_sender_is_judged_by_its_domain_and_then_by_our_room() {
        for (domain, room, reply) in [
            (SenderDomain::NotAsked, true, "250 2.1.0"),
            (SenderDomain::Ours, true, "250 2.1.0"),
            (SenderDomain::NobodyOfOurs, true, "550 5.1.0"),
            (SenderDomain::NobodyOfOurs, false, "550 5.1.0"),
            (SenderDomain::TakesMail, true, "250 2.1.0"),
            (SenderDomain::TakesMail, false, "452 4.3.1"),
            (SenderDomain::NotAsked, false, "452 4.3.1"),
            (SenderDomain::NoSuchDomain, true, "550 5.1.8"),
            (SenderDomain::NoSuchDomain, false, "550 5.1.8"),
            (SenderDomain::NoHost, true, "550 5.1.8"),
            (SenderDomain::NullMx, true, "550 5.1.8"),
            (SenderDomain::NotNow, true, "451 4.4.3"),
            (SenderDomain::NotNow, false, "452 4.3.1"),
        ] {
            let findings = SenderFindings { domain, room };
            assert_eq!(written(&sender(&findings)), reply, "{findings:?}");
        }
    }

    #[test]
    fn a_store_that_cannot_is_never_a_refusal_for_ever() {
        for (error, reply) in [
            (StoreError::Busy("locked".to_owned()), "451 4.3.0"),
            (StoreError::Full, "452 4.3.1"),
            (StoreError::QuotaFull, "452 4.2.2"),
            (StoreError::Broken("what it was".to_owned()), "451 4.3.0"),
            (StoreError::NotFound, "451 4.3.0"),
        ] {
            assert_eq!(written(&store(&error)), reply, "{error:?}");
            assert!(!store(&error).to_string().contains("what it was"), "the cause is for the log");
        }
    }
}

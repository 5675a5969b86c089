//! What a stranger hears for a recipient: from what was found to a reply. Pure, tested by a table.

use super::Destination;
use super::srs::Wrong;
use protocol::smtp::{Reply, replies};
use store::{Expansion, Recipient};

const DOMAIN_SUSPENDED: Reply = Reply::new(450, (2, 1), "This domain takes no mail for now");
const MAILBOX_NOT_NOW: Reply = Reply::new(450, (2, 1), "This mailbox takes no mail for now");
/// RFC 7505 §4.
const DOMAIN_TAKES_NONE: Reply = Reply::new(550, (1, 10), "This domain takes no mail");
const FORGED: Reply = Reply::new(550, (7, 1), "This return address was not made here");
const EXPIRED: Reply = Reply::new(550, (7, 1), "This return address is too old");
const TOO_LARGE: Reply = Reply::new(552, (3, 4), "Larger than a recipient's domain takes");

/// RCPT.
pub fn reply(destination: &Destination) -> Reply {
    match destination {
        Destination::Found(Recipient::Reaches(expansion)) => reached(expansion),
        Destination::Found(Recipient::Unknown) => replies::NO_SUCH_USER,
        Destination::Found(Recipient::Refused) => replies::MAILBOX_SUSPENDED,
        Destination::Found(Recipient::DomainSuspended) => DOMAIN_SUSPENDED,
        Destination::Found(Recipient::DomainTakesNone) => DOMAIN_TAKES_NONE,
        Destination::Found(Recipient::Elsewhere) => replies::NO_RELAYING,
        Destination::NoWayBack(Wrong::Forged) => FORGED,
        Destination::NoWayBack(Wrong::Expired) => EXPIRED,
    }
}

/// One who can be given it is enough: the others get it by the queue when they can.
fn reached(expansion: &Expansion) -> Reply {
    if expansion.takes_now() {
        replies::RECIPIENT_OK
    } else if expansion.locals.is_empty() {
        MAILBOX_NOT_NOW
    } else {
        replies::MAILBOX_FULL
    }
}

/// After DATA: octets of the message as it came, and the least that its recipients' domains take.
pub fn too_large(octets: u64, limit: Option<i64>) -> Option<Reply> {
    let limit = u64::try_from(limit?).unwrap_or(0);
    (octets > limit).then_some(TOO_LARGE)
}

/// RCPT, where MAIL said how large it will be (RFC 1870 §6.1): better before the message than after it.
pub fn declared_too_large(declared: Option<u64>, found: &Destination) -> Option<Reply> {
    let Destination::Found(Recipient::Reaches(expansion)) = found else { return None };
    too_large(declared?, expansion.size_limit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use mail::Address;
    use store::Local;

    fn local(over_quota: bool) -> Local {
        Local { account: 1, address: Address::parse("bob@comentum.test").unwrap(), over_quota, always: false }
    }

    fn reaches(locals: Vec<Local>, forwards: usize, waiting: usize) -> Destination {
        let other = Address::parse("lisa@far.test").unwrap();
        let (forwards, waiting) = (vec![other.clone(); forwards], vec![other; waiting]);
        Destination::Found(Recipient::Reaches(Expansion { locals, forwards, waiting, size_limit: None }))
    }

    #[test]
    fn a_recipient_must_be_here_and_one_of_those_behind_it_have_room() {
        for (destination, says) in [
            (reaches(vec![local(false)], 0, 0), "250 2.1.5"),
            (reaches(vec![local(true)], 0, 0), "452 4.2.2"),
            (reaches(vec![local(true), local(false)], 0, 0), "250 2.1.5"),
            (reaches(vec![local(true)], 1, 0), "250 2.1.5"),
            (reaches(vec![local(true)], 0, 1), "452 4.2.2"),
            (reaches(vec![], 0, 1), "450 4.2.1"),
            (reaches(vec![], 1, 1), "250 2.1.5"),
            (Destination::Found(Recipient::Unknown), "550 5.1.1"),
            (Destination::Found(Recipient::Refused), "550 5.2.1"),
            (Destination::Found(Recipient::DomainSuspended), "450 4.2.1"),
            (Destination::Found(Recipient::DomainTakesNone), "550 5.1.10"),
            (Destination::Found(Recipient::Elsewhere), "550 5.7.1"),
            (Destination::NoWayBack(Wrong::Forged), "550 5.7.1"),
            (Destination::NoWayBack(Wrong::Expired), "550 5.7.1"),
        ] {
            let reply = reply(&destination).to_string();
            assert!(reply.starts_with(&format!("{says} ")), "{destination:?}: {reply}");
        }
    }

    #[test]
    fn a_domain_without_a_limit_takes_what_the_server_takes() {
        assert_eq!(too_large(u64::MAX, None), None);
        assert_eq!(too_large(100, Some(100)), None);
        assert!(too_large(101, Some(100)).is_some_and(|reply| reply.to_string().starts_with("552 5.3.4")));
    }
}

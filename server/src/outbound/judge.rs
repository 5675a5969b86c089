//! What follows from how a delivery ended: it is settled, or something else is tried first. Pure.

use super::Finding;
use protocol::smtp::client::{Cause, Class, Delivery, Outcome, Stage};

#[derive(Debug, PartialEq)]
pub enum Judged {
    /// One finding for each recipient; none: there was no place for it in this transaction, and it goes next.
    Settled(Vec<Option<Finding>>),
    /// STARTTLS came to nothing.
    NoTls(Finding),
    /// The server ended a connection that had served before: it deserves a new one.
    Again,
    /// Another server of the domain.
    Elsewhere(Finding),
}

/// `about` is what all findings have in common; `served`: messages that were settled over the same connection before.
pub fn judge(delivery: &Delivery, host: &str, about: &Finding, served: usize) -> Judged {
    let finding = |outcome: &Outcome| Finding {
        class: outcome.class,
        reply: outcome.reply.clone(),
        said_by: (outcome.cause == Cause::Reply).then(|| host.to_owned()),
        in_doubt: is_in_doubt(outcome),
        ..about.clone()
    };
    let lost = |outcome: &Outcome| matches!(outcome.cause, Cause::Lost | Cause::Timeout);
    let broken = |outcome: &Outcome| matches!(outcome.cause, Cause::TlsFailed | Cause::Garbage);
    // RFC 5321 §3.8: 421 says that this connection ends, and nothing about the message.
    let ended = |outcome: &Outcome| lost(outcome) || outcome.reply.code() == 421;
    // What ends a connection ends it for all recipients alike: the first speaks for them.
    match delivery.recipients.first() {
        // Some servers offer it and then hang up, or say nothing: that must not keep mail for five days.
        Some(first) if first.stage == Stage::Tls && (broken(first) || lost(first)) => Judged::NoTls(finding(first)),
        Some(first) if ended(first) && first.stage <= Stage::Sender && served > 0 => Judged::Again,
        // RFC 5321 §5.1: what happens before MAIL says nothing about the message; the next host may do better.
        Some(first) if first.stage < Stage::Sender => Judged::Elsewhere(finding(first)),
        _ => {
            // Each round settles somebody, or it would go on for ever.
            let any = |is: fn(&Outcome) -> bool| delivery.recipients.iter().any(is);
            let any_taken = any(|outcome| outcome.class == Class::Accepted);
            let any_named = any(|outcome| outcome.cause != Cause::AnotherTransaction);
            let later = |outcome: &Outcome| match outcome.cause {
                Cause::AnotherTransaction => any_named,
                _ => any_taken && is_too_many(outcome),
            };
            Judged::Settled(
                delivery.recipients.iter().map(|outcome| (!later(outcome)).then(|| finding(outcome))).collect(),
            )
        }
    }
}

/// Of what two servers of a domain came to: while one of them may do better later, nothing is given up. Else the later
/// one counts.
pub fn kinder(before: Option<Finding>, now: Finding) -> Finding {
    match before {
        Some(before) if before.class == Class::Temporary && now.class == Class::Permanent => before,
        _ => now,
    }
}

/// The dot is sent, and nobody knows what became of it.
fn is_in_doubt(outcome: &Outcome) -> bool {
    outcome.stage == Stage::End && matches!(outcome.cause, Cause::Lost | Cause::Timeout | Cause::Garbage)
}

/// RFC 5321 §4.5.3.1.10: more recipients than it takes at once.
fn is_too_many(outcome: &Outcome) -> bool {
    outcome.cause == Cause::Reply
        && outcome.stage == Stage::Recipient
        && outcome.reply.enhanced().is_some_and(|code| (code.class, code.subject, code.detail) == (4, 5, 3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::smtp::Reply;

    const SO: Reply = Reply::new(451, (4, 2), "so it ended");

    fn ended(cause: Cause, stage: Stage, class: Class) -> Delivery {
        let outcome = Outcome { class, reply: SO, cause, stage };
        Delivery { recipients: vec![outcome.clone(), outcome] }
    }

    fn said(code: u16, stage: Stage) -> Delivery {
        let reply = Reply::new(code, (3, 2), "said the remote");
        Delivery { recipients: vec![Outcome { class: Class::Temporary, reply, cause: Cause::Reply, stage }; 2] }
    }

    #[test]
    fn one_server_that_is_down_for_now_keeps_the_message_whatever_the_others_say() {
        let down = Finding::ours(Reply::new(451, (4, 1), "down"));
        let busy = Finding::ours(Reply::new(421, (3, 2), "busy"));
        let never = Finding::ours(Reply::new(554, (7, 1), "never"));
        assert_eq!(kinder(None, never.clone()), never);
        assert_eq!(kinder(Some(down.clone()), never.clone()), down);
        assert_eq!(kinder(Some(never.clone()), down.clone()), down);
        assert_eq!(kinder(Some(down), busy.clone()), busy, "the later of the same kind");
    }

    fn judged(delivery: &Delivery, served: usize) -> Judged {
        judge(delivery, "mx.test", &Finding::about(SO, "mx.test [192.0.2.1]:25"), served)
    }

    #[test]
    fn only_what_was_said_about_the_message_is_settled() {
        use {Cause::*, Class::*, Stage::*};
        for (delivery, served, says) in [
            (ended(Reply, End, Accepted), 0, "settled"),
            (ended(Reply, Recipient, Permanent), 0, "settled"),
            (ended(Reply, Sender, Temporary), 3, "settled"),
            (said(421, Sender), 3, "again"),
            (said(421, Sender), 0, "settled"),
            (said(421, Recipient), 3, "settled"),
            (said(450, Sender), 3, "settled"),
            (ended(Lost, End, Temporary), 0, "settled"),
            (ended(Lost, Body, Temporary), 3, "settled"),
            (ended(Lost, Sender, Temporary), 0, "settled"),
            (ended(Lost, Sender, Temporary), 3, "again"),
            (ended(Timeout, Banner, Temporary), 0, "elsewhere"),
            (ended(Reply, Banner, Permanent), 0, "elsewhere"),
            (ended(Reply, Hello, Temporary), 0, "elsewhere"),
            (ended(Reply, Login, Temporary), 0, "elsewhere"),
            (ended(NoTls, Tls, Temporary), 0, "elsewhere"),
            (ended(TlsFailed, Tls, Temporary), 0, "no tls"),
            (ended(Lost, Tls, Temporary), 0, "no tls"),
            (ended(Timeout, Tls, Temporary), 0, "no tls"),
            (ended(Garbage, Tls, Temporary), 0, "no tls"),
            (said(421, Tls), 0, "elsewhere"),
        ] {
            let judged = judged(&delivery, served);
            let word = match &judged {
                Judged::Settled(findings) => {
                    assert_eq!(findings.iter().flatten().count(), 2, "one for each recipient");
                    "settled"
                }
                Judged::NoTls(_) => "no tls",
                Judged::Again => "again",
                Judged::Elsewhere(_) => "elsewhere",
            };
            assert_eq!(word, says, "{delivery:?} after {served}");
        }
    }

    #[test]
    fn a_remote_is_named_only_for_what_it_said_itself() {
        let said = |delivery: &Delivery| match judged(delivery, 0) {
            Judged::Settled(findings) => findings[0].as_ref().and_then(|finding| finding.said_by.clone()),
            _ => None,
        };
        assert_eq!(said(&ended(Cause::Reply, Stage::Recipient, Class::Permanent)).as_deref(), Some("mx.test"));
        assert_eq!(said(&ended(Cause::Lost, Stage::End, Class::Temporary)), None);
    }

    #[test]
    fn only_a_lost_answer_to_the_dot_is_a_doubt() {
        use {Cause::*, Stage::*};
        for (cause, stage, doubt) in [
            (Lost, End, true),
            (Timeout, End, true),
            (Garbage, End, true),
            (Reply, End, false),
            (Lost, Body, false),
            (Garbage, Data, false),
        ] {
            let Judged::Settled(findings) = judged(&ended(cause, stage, Class::Temporary), 0) else { panic!() };
            assert_eq!(findings[0].as_ref().unwrap().in_doubt, doubt, "{cause:?} at {stage:?}");
        }
    }

    #[test]
    fn who_found_no_place_goes_next_and_only_after_somebody_did() {
        let outcome = |reply: Reply, class, stage| Outcome { class, reply, cause: Cause::Reply, stage };
        let taken = outcome(Reply::new(250, (0, 0), "ok"), Class::Accepted, Stage::End);
        let full = outcome(Reply::new(452, (5, 3), "too many"), Class::Temporary, Stage::Recipient);
        let waits = |recipients: Vec<Outcome>| match judged(&Delivery { recipients }, 0) {
            Judged::Settled(findings) => findings.iter().filter(|finding| finding.is_none()).count(),
            _ => panic!(),
        };
        assert_eq!(waits(vec![taken.clone(), full.clone(), full.clone()]), 2);
        assert_eq!(waits(vec![full.clone(), full.clone()]), 0, "or it would go on for ever");
        let other = outcome(Reply::new(452, (2, 2), "mailbox full"), Class::Temporary, Stage::Recipient);
        assert_eq!(waits(vec![taken, other]), 0);
    }
}

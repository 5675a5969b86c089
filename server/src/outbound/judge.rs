//! What follows from how a delivery ended: it is settled, or something else is tried first. Pure.

use super::Finding;
use protocol::smtp::client::{Cause, Class, Delivery, Outcome, Stage};

#[derive(Debug, PartialEq)]
pub enum Judged {
    /// One finding for each recipient.
    Settled(Vec<Finding>),
    /// STARTTLS came to nothing: the same server without TLS (RFC 7435: some protection, else none).
    InTheClear,
    /// The server ended a connection that had served before: it deserves a new one.
    Again,
    /// Another server of the domain.
    Elsewhere(Finding),
}

/// `served`: messages that were settled over the same connection before.
pub fn judge(delivery: &Delivery, host: &str, peer: &str, served: usize) -> Judged {
    let finding = |outcome: &Outcome| Finding {
        class: outcome.class,
        reply: outcome.reply.clone(),
        said_by: (outcome.cause == Cause::Reply).then(|| host.to_owned()),
        peer: peer.to_owned(),
    };
    let lost = |outcome: &Outcome| matches!(outcome.cause, Cause::Lost | Cause::Timeout);
    let broken = |outcome: &Outcome| matches!(outcome.cause, Cause::TlsFailed | Cause::Garbage);
    // RFC 5321 §3.8: 421 says that this connection ends, and nothing about the message.
    let ended = |outcome: &Outcome| lost(outcome) || outcome.reply.code() == 421;
    // What ends a connection ends it for all recipients alike: the first speaks for them.
    match delivery.recipients.first() {
        // Some servers offer it and then hang up, or say nothing: that must not keep mail for five days.
        Some(first) if first.stage == Stage::Tls && (broken(first) || lost(first)) => Judged::InTheClear,
        Some(first) if ended(first) && first.stage <= Stage::Sender && served > 0 => Judged::Again,
        // RFC 5321 §5.1: what happens before MAIL says nothing about the message; the next host may do better.
        Some(first) if first.stage < Stage::Sender => Judged::Elsewhere(finding(first)),
        _ => Judged::Settled(delivery.recipients.iter().map(finding).collect()),
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

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::smtp::Reply;

    fn ended(cause: Cause, stage: Stage, class: Class) -> Delivery {
        let outcome = Outcome { class, reply: Reply::new(451, (4, 2), "so it ended"), cause, stage };
        Delivery { recipients: vec![outcome.clone(), outcome] }
    }

    fn said(code: u16, stage: Stage) -> Delivery {
        let reply = Reply::new(code, (3, 2), "said the remote");
        Delivery { recipients: vec![Outcome { class: Class::Temporary, reply, cause: Cause::Reply, stage }; 2] }
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
            (ended(TlsFailed, Tls, Temporary), 0, "in the clear"),
            (ended(Lost, Tls, Temporary), 0, "in the clear"),
            (ended(Timeout, Tls, Temporary), 0, "in the clear"),
            (ended(Garbage, Tls, Temporary), 0, "in the clear"),
            (ended(NoTls, Tls, Temporary), 0, "elsewhere"),
            (said(421, Tls), 0, "elsewhere"),
        ] {
            let judged = judge(&delivery, "mx.test", "mx.test [192.0.2.1]:25", served);
            let word = match &judged {
                Judged::Settled(findings) => {
                    assert_eq!(findings.len(), 2, "one for each recipient");
                    "settled"
                }
                Judged::InTheClear => "in the clear",
                Judged::Again => "again",
                Judged::Elsewhere(_) => "elsewhere",
            };
            assert_eq!(word, says, "{delivery:?} after {served}");
        }
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

    #[test]
    fn a_remote_is_named_only_for_what_it_said_itself() {
        let said = |delivery: &Delivery| match judge(delivery, "mx.test", "", 0) {
            Judged::Settled(findings) => findings[0].said_by.clone(),
            _ => None,
        };
        assert_eq!(said(&ended(Cause::Reply, Stage::Recipient, Class::Permanent)).as_deref(), Some("mx.test"));
        assert_eq!(said(&ended(Cause::Lost, Stage::End, Class::Temporary)), None);
    }
}

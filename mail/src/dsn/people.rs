//! The part for people: what happened, to whom, why, and what follows.

use super::words::one_line;
use super::{Action, Report, Reported};
use crate::date;
use crate::message::compose::with_crlf;
use lettre::message::SinglePart;
use lettre::message::header::ContentType;
use std::fmt::Write;

/// The worst of what is said.
pub(super) fn subject(recipients: &[Reported]) -> &'static str {
    let any = |wanted: fn(Action) -> bool| recipients.iter().any(|reported| wanted(reported.action));
    if any(|action| action == Action::Failed) {
        "Your message could not be delivered"
    } else if any(|action| matches!(action, Action::Delayed { .. })) {
        "Your message is late, and is still being tried"
    } else {
        "Your message was delivered"
    }
}

pub(super) fn part(report: &Report<'_>) -> Vec<u8> {
    let mut text = format!("This is the mail server {}.\n", report.reporting);
    type Section = (fn(Action) -> bool, &'static str, &'static str);
    let sections: [Section; 4] = [
        (
            |action| action == Action::Failed,
            "Your message could not be delivered to",
            "It will not be tried again. What you wrote is attached, in whole or its header alone.",
        ),
        (
            |action| matches!(action, Action::Delayed { .. }),
            "Your message has not been delivered yet to",
            "You need do nothing: it is tried again by itself, and you hear of it if it fails.",
        ),
        (
            |action| action == Action::Relayed,
            "Your message was handed over to the next server for",
            "That server does not tell whether it reaches the mailbox.",
        ),
        (|action| action == Action::Delivered, "Your message is in the mailbox of", ""),
    ];
    for (belongs, opens, ends) in sections {
        let of: Vec<&Reported> = report.recipients.iter().filter(|reported| belongs(reported.action)).collect();
        if of.is_empty() {
            continue;
        }
        let _ = write!(text, "\n{opens} {}:\n", if of.len() == 1 { "this recipient" } else { "these recipients" });
        for reported in of {
            recipient(&mut text, reported);
        }
        if !ends.is_empty() {
            let _ = write!(text, "\n{ends}\n");
        }
    }
    SinglePart::builder().header(ContentType::TEXT_PLAIN).body(with_crlf(&text)).formatted()
}

fn recipient(text: &mut String, reported: &Reported) {
    let _ = write!(text, "\n  {}\n", reported.recipient);
    if let Some(wanted) = reported.original.as_deref().and_then(other_address)
        && !wanted.eq_ignore_ascii_case(&reported.recipient.to_string())
    {
        let _ = writeln!(text, "    You wrote to: {wanted}");
    }
    let who = if reported.remote.is_some() { "The server there answered" } else { "Reason" };
    let diagnostic = one_line(&reported.diagnostic);
    if !diagnostic.is_empty() && !matches!(reported.action, Action::Relayed | Action::Delivered) {
        let _ = writeln!(text, "    {who}: {diagnostic}");
    }
    if let Action::Delayed { until } = reported.action {
        let _ = writeln!(text, "    It is tried until {}", date::rfc5322(until));
    }
}

/// The address of `rfc822;address`.
fn other_address(original: &str) -> Option<String> {
    original.split_once(';').map(|(_, address)| one_line(address))
}

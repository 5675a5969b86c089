//! The words of the pages that are not in one page alone: refusals, counts, what was done.

use crate::AppError;
use api::{MailboxRole, Refusal};

/// What happened, what is safe, what to do.
pub fn refusal(refusal: Refusal) -> &'static str {
    use Refusal::*;
    match refusal {
        SignedOut => "You are signed out. Sign in again; your drafts are kept.",
        WrongCredentials => "Address and password do not match. Check both and try again.",
        TooManyAttempts => "Too many attempts. Wait a few minutes, then try again.",
        Forbidden => "Your account may not do this. An admin can.",
        NotFound => "That is not here any more. It may have been moved or deleted.",
        BadAddress => "An address is not complete. It should look like anna@example.org.",
        BadDomain => "That is not a domain name. It should look like example.org.",
        NoRecipient => "Nobody to send to yet. Add an address under To.",
        UnknownRecipient => "Nobody has that address here. Look how it is spelled.",
        TooManyRecipients => "That is more people than one message may go to. Take some off, or send it in parts.",
        NoMailbox => "No mailbox was chosen. Choose one beside “Move”, then press it again.",
        Taken => "That name is in use already. Choose another.",
        NotEmpty => "The domain still has accounts, aliases or other names. Remove them first.",
        Loop => "That would lead back to itself, and mail would go round. Nothing was changed.",
        Limit => "That is more than may be: the domain’s limits say how much. Nothing was changed.",
        NamedByIt => "The account is named by that address. It stays as long as the account does.",
        NotConfirmed => "What you typed is not the same. Nothing was removed.",
        WeakPassword => "That password is too short. Use ten characters or more.",
        BadNumber => "That number is out of range. Nothing was changed.",
        TooLarge => "The file is too large for one message. The draft is kept without it.",
        MessageTooLarge => {
            "With its files the message is too large to send. All is kept; take a file off and try again."
        }
        TextTooLong => "The text is longer than four megabytes. All of it is below, and not saved: make it shorter.",
        QuotaFull => "The mailbox is full. Delete something and empty Trash, then try again.",
        EditedElsewhere => {
            "This draft was changed in another window. Here is the newest version; nothing was overwritten."
        }
        SentAlready => "This was sent already, with an earlier text. What you typed since is kept in this draft.",
        Yourself => "You cannot take away your own account. Ask another admin.",
        TryAgain => "The server is busy. Nothing was lost; try again in a moment.",
        Broken => "Something failed here. Nothing was lost; try again, or tell your admin the time.",
    }
}

/// The words for any error.
pub fn error(error: AppError) -> &'static str {
    match error {
        AppError::Refused(code) => refusal(code),
        AppError::Unreachable => "The server does not answer. What you see may be old; try again in a moment.",
    }
}

/// `12,431`: grouped by thousands.
pub fn count(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if number < 0 {
        grouped.push('-');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `1 message`, `12,431 messages`.
pub fn many(number: i64, one: &str, more: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { more })
}

/// The form's word when no message was ticked.
pub const NOTHING: &str = "nothing";

/// What was done to messages; `verb` is the word in the form.
pub fn done(verb: &str, number: i64) -> Option<String> {
    let messages = many(number, "message", "messages");
    if verb == NOTHING {
        return Some("No message was selected. Tick some first.".to_owned());
    }
    if number == 0 {
        return Some("Nothing was changed: it was so already, or the messages are not here any more.".to_owned());
    }
    Some(match verb {
        "archive" => format!("{messages} archived."),
        "delete" => format!("{messages} moved to Trash."),
        "destroy" => format!("{messages} deleted for ever."),
        "junk" => format!("{messages} moved to Junk."),
        "inbox" => format!("{messages} moved to the inbox."),
        "move" => format!("{messages} moved."),
        "read" => format!("{messages} marked as read."),
        "unread" => format!("{messages} marked as unread."),
        "star" => format!("{messages} starred."),
        "unstar" => format!("{messages} without star."),
        "empty" => format!("{messages} deleted for ever."),
        _ => return None,
    })
}

/// The icon of a mailbox.
pub fn mailbox_icon(role: MailboxRole) -> &'static str {
    match role {
        MailboxRole::Inbox => "inbox",
        MailboxRole::Drafts => "file-text",
        MailboxRole::Sent => "send",
        MailboxRole::Archive => "archive",
        MailboxRole::Junk => "octagon-alert",
        MailboxRole::Trash => "trash-2",
        MailboxRole::None => "folder",
    }
}

/// What an empty mailbox says: what it is for, and that all is well.
pub fn empty_mailbox(role: MailboxRole) -> (&'static str, &'static str) {
    match role {
        MailboxRole::Inbox => ("Nothing waits for you", "New mail appears here by itself."),
        MailboxRole::Drafts => ("No drafts", "What you begin to write is kept here until you send it."),
        MailboxRole::Sent => ("Nothing sent yet", "A copy of everything you send stays here."),
        MailboxRole::Archive => {
            ("The archive is empty", "Archive a message to keep it without seeing it in the inbox.")
        }
        MailboxRole::Junk => ("No junk", "What you mark as junk comes here."),
        MailboxRole::Trash => ("Trash is empty", "What you delete waits here until you empty it."),
        MailboxRole::None => ("Empty", "Move messages here to keep them together."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::REFUSALS;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(12431), "12,431");
        assert_eq!(count(1_000_000), "1,000,000");
        assert_eq!(count(-1500), "-1,500");
        assert_eq!(many(1, "message", "messages"), "1 message");
    }

    #[test]
    fn every_refusal_says_something_of_its_own_in_whole_sentences() {
        let mut said: Vec<_> = REFUSALS.into_iter().map(refusal).collect();
        assert!(said.iter().all(|words| words.ends_with('.') && words.len() > 20));
        said.sort_unstable();
        said.dedup();
        assert_eq!(said.len(), REFUSALS.len());
    }

    #[test]
    fn doing_nothing_says_so() {
        assert_eq!(done(NOTHING, 0).as_deref(), Some("No message was selected. Tick some first."));
        assert!(done("archive", 0).unwrap().starts_with("Nothing was changed"), "ticked, but archived already");
        assert_eq!(done("archive", 1).as_deref(), Some("1 message archived."));
        assert_eq!(done("shout", 1), None);
    }
}

//! The store's and the mail crate's words, said as pages say them.

use crate::web::when;
use api::{Attachment, DraftText, MailboxLine, MailboxRole, Stand, Vouching};
use mail::auth::findings::Findings;
use mail::auth::verdict::{Disposition, Verdict};
use mail::auth::{self, Vouched};
use mail::message::show;
use store::{DraftAttachment, DraftFields, Mailbox, Role};

pub fn role(role: Role) -> MailboxRole {
    match role {
        Role::Inbox => MailboxRole::Inbox,
        Role::Drafts => MailboxRole::Drafts,
        Role::Sent => MailboxRole::Sent,
        Role::Archive => MailboxRole::Archive,
        Role::Junk => MailboxRole::Junk,
        Role::Trash => MailboxRole::Trash,
        Role::None => MailboxRole::None,
    }
}

/// What stands in `/mail/{slug}`: the role's name; the id for a mailbox of the owner's.
pub fn slug(mailbox: &Mailbox) -> String {
    match mailbox.role {
        Role::Inbox => "inbox".to_owned(),
        Role::Drafts => "drafts".to_owned(),
        Role::Sent => "sent".to_owned(),
        Role::Archive => "archive".to_owned(),
        Role::Junk => "junk".to_owned(),
        Role::Trash => "trash".to_owned(),
        Role::None => mailbox.id.to_string(),
    }
}

/// Who vouches for a message, from what is kept of it. None: nothing was checked.
pub fn vouching(kept: &str) -> Option<Vouching> {
    let (verdict, findings) = Verdict::parse(kept).filter(|(_, findings)| *findings != Findings::default())?;
    let Vouched { stand, says } = Vouched::of(&findings);
    let stand = match stand {
        auth::Stand::Passed => Stand::Passed,
        auth::Stand::Unverified => Stand::Unverified,
        auth::Stand::Failed => Stand::Failed,
    };
    let junk = verdict.says(&findings).filter(|_| verdict.disposition == Disposition::Junk);
    Some(Vouching { stand, says, junk })
}

pub fn line(mailbox: &Mailbox) -> MailboxLine {
    MailboxLine {
        id: mailbox.id,
        role: role(mailbox.role),
        name: mailbox.name.clone(),
        slug: slug(mailbox),
        total: mailbox.total,
        unread: mailbox.unseen,
    }
}

pub fn person(person: show::Person) -> api::Person {
    api::Person { name: person.name, address: person.address }
}

pub fn body(body: show::Body) -> api::Body {
    match body {
        show::Body::Text(blocks) => api::Body::Text(blocks.into_iter().map(block).collect()),
        show::Body::Html { height, remote_blocked } => api::Body::Html { height, remote_blocked },
        show::Body::Empty => api::Body::Empty,
    }
}

fn block(block: show::TextBlock) -> api::TextBlock {
    let piece = |piece| match piece {
        show::Piece::Text(text) => api::Piece::Text(text),
        show::Piece::Link { text, href } => api::Piece::Link { text, href },
    };
    api::TextBlock { depth: block.depth, pieces: block.pieces.into_iter().map(piece).collect() }
}

pub fn part(part: show::AttachmentInfo) -> Attachment {
    Attachment {
        part: i64::from(part.part),
        name: part.name,
        media_type: part.media_type,
        size: when::size(i64::try_from(part.size).unwrap_or(i64::MAX)),
    }
}

pub fn attached(attachment: DraftAttachment) -> Attachment {
    Attachment {
        part: attachment.id,
        name: attachment.name,
        media_type: attachment.media_type,
        size: when::size(attachment.size),
    }
}

pub fn typed(fields: DraftFields) -> DraftText {
    let DraftFields { from, to, cc, bcc, subject, text } = fields;
    DraftText { from, to, cc, bcc, subject, text }
}

/// As it is kept: forms send CRLF, the browser's own code LF, and the same text must not count as two.
pub fn fields(typed: DraftText) -> DraftFields {
    let one_line = |text: String| text.replace(['\r', '\n'], " ");
    DraftFields {
        from: one_line(typed.from),
        to: one_line(typed.to),
        cc: one_line(typed.cc),
        bcc: one_line(typed.bcc),
        subject: one_line(typed.subject),
        text: typed.text.replace("\r\n", "\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_and_the_browser_save_the_same_text() {
        let form = DraftText { text: "Dear Bob,\r\n\r\nyes.".into(), subject: "Hi".into(), ..DraftText::default() };
        let script = DraftText { text: "Dear Bob,\n\nyes.".into(), ..form.clone() };
        assert_eq!(fields(form), fields(script));
    }

    #[test]
    fn a_header_field_is_one_line() {
        let typed =
            DraftText { subject: "Hi\r\nBcc: all@x.test".into(), to: "a@x.test\nb".into(), ..DraftText::default() };
        let kept = fields(typed);
        assert_eq!(kept.subject, "Hi  Bcc: all@x.test");
        assert_eq!(kept.to, "a@x.test b");
    }
}

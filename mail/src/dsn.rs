//! Bounces: delivery status notifications (RFC 3464).

use crate::date;
use crate::message::compose::{ids, mailbox, with_crlf};
use crate::{Address, Domain};
use lettre::message::header::{
    ContentTransferEncoding, ContentType, Date, From, HeaderName, HeaderValue, Headers, MIME_VERSION_1_0, Subject, To,
};
use lettre::message::{Body, Mailboxes, SinglePart};
use std::fmt::Write;
use std::time::SystemTime;

/// Of the original's header. Bytes.
const HEADER_MAX: usize = 64 * 1024;
/// Of one reply of a remote. Characters.
const DIAGNOSTIC_MAX: usize = 1_000;

/// One recipient that could not be reached.
#[derive(Clone, Debug)]
pub struct FailedRecipient {
    pub recipient: Address,
    /// Enhanced status, `5.1.1`.
    pub status: String,
    /// The remote's reply as it came, or our own words.
    pub diagnostic: String,
    /// `smtp` when the remote replied, else none (our own finding). The remote's host name does as well, and is told.
    pub remote: Option<String>,
    pub last_attempt: SystemTime,
}

/// Everything a bounce says. Nothing is looked up.
#[derive(Clone, Debug)]
pub struct Bounce<'a> {
    pub reporting: &'a Domain,
    pub to: &'a Address,
    pub arrived: SystemTime,
    pub now: SystemTime,
    /// Without the angle brackets.
    pub message_id: String,
    pub boundary: String,
    pub failed: &'a [FailedRecipient],
    /// The message; its header is returned, its body is not.
    pub original: &'a [u8],
}

impl Bounce<'_> {
    /// The bounce as bytes: multipart/report with text for people, delivery-status and the original's header.
    ///
    /// CRLF, ASCII, no line over 998. It must be sent from the null sender (RFC 3464 §2), which is the caller's part.
    pub fn write(&self) -> Vec<u8> {
        let boundary: String = self.boundary.chars().filter(char::is_ascii_alphanumeric).take(60).collect();
        let mut headers = Headers::new();
        headers.set(Date::new(self.now));
        let daemon = lettre::Address::new_dangerous("MAILER-DAEMON", self.reporting.as_str());
        let daemon = lettre::message::Mailbox::new(Some("Mail delivery".to_owned()), daemon);
        headers.set(From::from(Mailboxes::from(daemon)));
        headers.set(To::from(Mailboxes::from(mailbox("", self.to))));
        headers.set(Subject::from("Your message could not be delivered".to_owned()));
        headers.insert_raw(plain("Message-ID", ids(std::slice::from_ref(&self.message_id))));
        // RFC 3834 §5: so that nobody's holiday notice answers.
        headers.insert_raw(plain("Auto-Submitted", "auto-replied".to_owned()));
        headers.set(MIME_VERSION_1_0);
        let kind = format!("multipart/report; report-type=delivery-status;\r\n boundary=\"{boundary}\"");
        headers.insert_raw(plain("Content-Type", kind));
        let mut message = headers.to_string().into_bytes();
        for part in [self.for_people(), self.for_machines(), self.returned()] {
            message.extend_from_slice(format!("\r\n--{boundary}\r\n").as_bytes());
            message.extend_from_slice(&part);
        }
        message.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        message
    }

    fn for_people(&self) -> Vec<u8> {
        let host = self.reporting;
        let mut text = format!("This is the mail server {host}.\n\n");
        text.push_str(if self.failed.len() == 1 {
            "Your message could not be delivered to this recipient:\n"
        } else {
            "Your message could not be delivered to these recipients:\n"
        });
        for failed in self.failed {
            let _ = write!(text, "\n  {}\n", failed.recipient);
            let who = if failed.remote.is_some() { "The server there answered" } else { "Reason" };
            let diagnostic = one_line(&failed.diagnostic);
            if !diagnostic.is_empty() {
                let _ = writeln!(text, "    {who}: {diagnostic}");
            }
        }
        text.push_str("\nIt will not be tried again. The header of your message is attached.\n");
        SinglePart::builder().header(ContentType::TEXT_PLAIN).body(with_crlf(&text)).formatted()
    }

    /// RFC 3464 §2: fields about the message, then a block for each recipient.
    fn for_machines(&self) -> Vec<u8> {
        let mut status = String::from("Content-Type: message/delivery-status\r\n\r\n");
        let _ = write!(status, "Reporting-MTA: dns; {}\r\n", self.reporting);
        let _ = write!(status, "Arrival-Date: {}\r\n", date::rfc5322(self.arrived));
        for failed in self.failed {
            let _ = write!(status, "\r\nFinal-Recipient: rfc822; {}\r\n", failed.recipient);
            let _ = write!(status, "Action: failed\r\nStatus: {}\r\n", enhanced(&failed.status));
            if let Some(host) = failed.remote.as_deref().and_then(|remote| Domain::parse(remote).ok()) {
                // `smtp` names the kind of remote and not a host.
                if host.as_str() != "smtp" {
                    let _ = write!(status, "Remote-MTA: dns; {host}\r\n");
                }
            }
            let kind = if failed.remote.is_some() { "smtp" } else { "x-local" };
            let diagnostic = one_line(&failed.diagnostic);
            if !diagnostic.is_empty() {
                let _ = write!(status, "{}\r\n", folded(&format!("Diagnostic-Code: {kind}; {diagnostic}")));
            }
            let _ = write!(status, "Last-Attempt-Date: {}\r\n", date::rfc5322(failed.last_attempt));
        }
        status.into_bytes()
    }

    /// RFC 3462 §2: the header alone, so that a bounce of spam is not spam.
    fn returned(&self) -> Vec<u8> {
        let original = &self.original[..self.original.len().min(HEADER_MAX)];
        let end = memchr::memmem::find(original, b"\r\n\r\n").map_or(original.len(), |at| at + 2);
        let header = original[..end].to_vec();
        let tame = header.is_ascii()
            && !header.contains(&0)
            && header.split(|byte| *byte == b'\n').all(|line| line.len() < 998 && !line.starts_with(b"--"))
            && header.split(|byte| *byte == b'\n').rev().skip(1).all(|line| line.ends_with(b"\r"));
        let encoding = match tame {
            true => ContentTransferEncoding::SevenBit,
            // Quoted-printable leaves a line of dashes as it is.
            false if header.windows(2).any(|two| two == b"--") => ContentTransferEncoding::Base64,
            false => ContentTransferEncoding::QuotedPrintable,
        };
        let body = Body::new_with_encoding(header, encoding)
            .unwrap_or_else(|bytes| Body::dangerous_pre_encoded(bytes, ContentTransferEncoding::Binary));
        let mut part = SinglePart::builder();
        if let Ok(kind) = ContentType::parse("text/rfc822-headers") {
            part = part.header(kind);
        }
        part.body(body).formatted()
    }
}

fn plain(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str(name), value.clone(), value)
}

/// A remote's reply, of as many lines as it liked and in whatever bytes, as one line of ASCII.
fn one_line(diagnostic: &str) -> String {
    let words: Vec<&str> = diagnostic.split(|char: char| char.is_whitespace() || char.is_control()).collect();
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    words.join(" ").chars().take(DIAGNOSTIC_MAX).map(|char| if char.is_ascii() { char } else { '?' }).collect()
}

/// Folded before column 78 where there is a space, and before 900 where there is none (RFC 5322 §2.2.3).
fn folded(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + 32);
    let mut column = 0;
    for (index, word) in line.split(' ').enumerate() {
        if index > 1 && column + word.len() > 76 {
            out.push_str("\r\n");
            column = 0;
        }
        if index > 0 {
            out.push(' ');
            column += 1;
        }
        let mut word = word;
        while word.len() > 900 {
            let (head, rest) = word.split_at(900);
            out.push_str(head);
            out.push_str("\r\n ");
            word = rest;
            column = 1;
        }
        out.push_str(word);
        column += word.len();
    }
    out
}

/// RFC 3463 §2: class, subject, detail. A bounce is a failure for good, whatever the last reply was.
fn enhanced(status: &str) -> String {
    let fields: Vec<&str> = status.split('.').collect();
    let number = |text: &str| (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    match fields[..] {
        [class, subject, detail] if number(subject) && number(detail) && matches!(class, "4" | "5") => {
            status.to_owned()
        }
        _ => "5.0.0".to_owned(),
    }
}

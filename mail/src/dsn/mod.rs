//! Delivery status notifications (RFC 3464): what became of a message, for people and for machines, one report for all
//! recipients of whom there is something to say at once.

mod machines;
mod people;
mod returned;
mod words;

use crate::envelope::Return;
use crate::message::compose::{ids, mailbox};
use crate::{Address, Domain};
use lettre::message::Mailboxes;
use lettre::message::header::{Date, From, HeaderName, HeaderValue, Headers, MIME_VERSION_1_0, Subject};
use std::time::SystemTime;

/// What became of a recipient (RFC 3464 §2.3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// For ever.
    Failed,
    /// Not yet; it is tried until then.
    Delayed { until: SystemTime },
    /// Taken over by a server that tells no more about it (RFC 3461 §5.2.2).
    Relayed,
    /// In the mailbox.
    Delivered,
}

/// One recipient of whom there is something to say.
#[derive(Clone, Debug)]
pub struct Reported {
    pub recipient: Address,
    /// ORCPT as `type;address`, decoded (RFC 3461 §4.2): the address that the sender wrote to.
    pub original: Option<String>,
    pub action: Action,
    /// Enhanced status, `5.1.1`.
    pub status: String,
    /// The remote's reply as it came, or our own words.
    pub diagnostic: String,
    /// The remote's host name when the reply is its own, else none.
    pub remote: Option<String>,
    pub last_attempt: SystemTime,
}

/// Everything a report says. Nothing is looked up.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    pub reporting: &'a Domain,
    pub to: &'a Address,
    pub arrived: SystemTime,
    pub now: SystemTime,
    /// Without the angle brackets.
    pub message_id: String,
    pub boundary: String,
    /// ENVID (RFC 3461 §4.4), decoded.
    pub envelope: Option<&'a str>,
    /// RET (RFC 3461 §4.3): how much of the message comes back when it failed. None: its header.
    pub ret: Option<Return>,
    /// At least one.
    pub recipients: &'a [Reported],
    pub original: &'a [u8],
}

impl Report<'_> {
    /// The report as bytes: multipart/report with text for people, delivery-status and what is returned.
    ///
    /// CRLF, no line over 998. It must be sent from the null sender (RFC 3464 §2), which is the caller's part.
    pub fn write(&self) -> Vec<u8> {
        let boundary: String = self.boundary.chars().filter(char::is_ascii_alphanumeric).take(60).collect();
        let mut headers = Headers::new();
        headers.set(Date::new(self.now));
        let daemon = lettre::Address::new_dangerous("MAILER-DAEMON", self.reporting.as_str());
        let daemon = lettre::message::Mailbox::new(Some("Mail delivery".to_owned()), daemon);
        headers.set(From::from(Mailboxes::from(daemon)));
        headers.insert_raw(plain("To", self.recipient()));
        headers.set(Subject::from(people::subject(self.recipients).to_owned()));
        headers.insert_raw(plain("Message-ID", ids(std::slice::from_ref(&self.message_id))));
        // RFC 3834 §5: so that nobody's holiday notice answers.
        headers.insert_raw(plain("Auto-Submitted", "auto-replied".to_owned()));
        headers.set(MIME_VERSION_1_0);
        let kind = format!("multipart/report; report-type=delivery-status;\r\n boundary=\"{boundary}\"");
        headers.insert_raw(plain("Content-Type", kind));
        if self.is_global() {
            headers.insert_raw(plain("Content-Transfer-Encoding", "8bit".to_owned()));
        }
        let mut message = headers.to_string().into_bytes();
        for part in [people::part(self), machines::part(self), returned::part(self, &boundary)] {
            message.extend_from_slice(format!("\r\n--{boundary}\r\n").as_bytes());
            message.extend_from_slice(&part);
        }
        message.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        message
    }

    /// An address of letters beyond ASCII stands as it is (RFC 6532 §3.2): whoever has one can be told so.
    fn recipient(&self) -> String {
        let address = self.to.to_string();
        if address.is_ascii() { Mailboxes::from(mailbox("", self.to)).to_string() } else { address }
    }

    /// RFC 6533 §3: in UTF-8 as it is, for those who can only be reached by SMTPUTF8 anyway.
    fn is_global(&self) -> bool {
        !self.to.to_string().is_ascii()
    }

    fn has_failed(&self) -> bool {
        self.recipients.iter().any(|reported| reported.action == Action::Failed)
    }
}

fn plain(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str(name), value.clone(), value)
}

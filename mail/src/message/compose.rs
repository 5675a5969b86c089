//! Writing a message.

pub use crate::message::recipients::parse_recipients;

use crate::Address;
use crate::message::{clean, name};
use lettre::message::header::{
    Cc, ContentTransferEncoding, ContentType, Date, From, HeaderName, HeaderValue, Headers, MIME_VERSION_1_0, Subject,
    To,
};
use lettre::message::{Attachment, Body, Mailbox, Mailboxes, MultiPart, SinglePart};
use std::time::SystemTime;

/// Characters; a longer one is cut, so that no line of the header grows beyond RFC 5322 §2.1.1.
const SUBJECT_MAX: usize = 400;
const NAME_MAX: usize = 100;

/// A file that goes along.
pub struct OutgoingAttachment {
    pub name: String,
    pub media_type: String,
    pub bytes: Vec<u8>,
}

/// A message as its writer means it. Bcc is in the envelope, never here.
pub struct Outgoing {
    pub from_name: String,
    pub from: Address,
    pub to: Vec<(String, Address)>,
    pub cc: Vec<(String, Address)>,
    pub subject: String,
    pub text: String,
    pub attachments: Vec<OutgoingAttachment>,
    /// Without the angle brackets, as are `references` and `message_id`.
    pub in_reply_to: Option<String>,
    pub references: Vec<String>,
    pub date: SystemTime,
    /// Without the angle brackets.
    pub message_id: String,
    pub boundary: String,
}

impl Outgoing {
    /// The message as bytes: CRLF, ASCII, no line over 998. The same value gives the same bytes.
    pub fn write(&self) -> Vec<u8> {
        let mut headers = Headers::new();
        headers.set(Date::new(self.date));
        headers.set(From::from(Mailboxes::from(mailbox(&self.from_name, &self.from))));
        if !self.to.is_empty() {
            headers.set(To::from(mailboxes(&self.to)));
        }
        if !self.cc.is_empty() {
            headers.set(Cc::from(mailboxes(&self.cc)));
        }
        if self.to.is_empty() && self.cc.is_empty() {
            // RFC 5322 §3.6.3: an empty group tells the reader that there are recipients, and not who.
            headers.insert_raw(plain("To", "undisclosed-recipients:;".to_owned()));
        }
        headers.set(Subject::from(clean::cut(&clean::line(&self.subject), SUBJECT_MAX).to_owned()));
        headers.insert_raw(plain("Message-ID", ids(std::slice::from_ref(&self.message_id))));
        if let Some(parent) = &self.in_reply_to {
            headers.insert_raw(plain("In-Reply-To", ids(std::slice::from_ref(parent))));
        }
        if !self.references.is_empty() {
            headers.insert_raw(plain("References", ids(&self.references)));
        }
        headers.set(MIME_VERSION_1_0);
        // The part ends with a line end of its own.
        let text = with_crlf(&self.text);
        let text = SinglePart::plain(text.strip_suffix("\r\n").unwrap_or(&text).to_owned());
        let body = if self.attachments.is_empty() {
            text.formatted()
        } else {
            let boundary: String = self.boundary.chars().filter(char::is_ascii_alphanumeric).take(60).collect();
            let whole = MultiPart::mixed().boundary(boundary).singlepart(text);
            self.attachments.iter().fold(whole, |whole, file| whole.singlepart(attached(file))).formatted()
        };
        let mut message = headers.to_string().into_bytes();
        message.extend_from_slice(&body);
        message
    }
}

/// lettre's kind of address, from one that was checked here.
pub(crate) fn mailbox(name: &str, address: &Address) -> Mailbox {
    let name = clean::cut(&clean::line(name), NAME_MAX).to_owned();
    let checked = lettre::Address::new_dangerous(address.local(), address.domain().as_str());
    Mailbox::new(Some(name).filter(|name| !name.is_empty()), checked)
}

fn mailboxes(people: &[(String, Address)]) -> Mailboxes {
    people.iter().map(|(name, address)| mailbox(name, address)).collect()
}

/// A field whose value is ASCII and folded already.
fn plain(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str(name), value.clone(), value)
}

/// `<a>` or `<a>` folded before `<b>`, each on a line of its own, without anything that could end one.
pub(crate) fn ids(ids: &[String]) -> String {
    let bracketed: Vec<String> = ids
        .iter()
        .map(|id| id.chars().filter(|char| char.is_ascii_graphic() && !"<>".contains(*char)).take(900).collect())
        .filter(|id: &String| !id.is_empty())
        .map(|id| format!("<{id}>"))
        .collect();
    bracketed.join("\r\n ")
}

pub(crate) fn with_crlf(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "").replace('\n', "\r\n")
}

fn attached(file: &OutgoingAttachment) -> SinglePart {
    let name = name::file_name(&file.name).unwrap_or_else(|| "attachment".to_owned());
    let octets = || ContentType::parse("application/octet-stream").unwrap_or(ContentType::TEXT_PLAIN);
    let media_type = file.media_type.to_ascii_lowercase();
    let as_it_is = media_type.starts_with("message/") && is_seven_bit(&file.bytes);
    // RFC 2046 §5.2.1: a message part may not be base64. One that cannot go as it is goes as a file.
    let named = if media_type.starts_with("message/") && !as_it_is { "" } else { &media_type };
    let kind = ContentType::parse(named).ok().filter(|_| named.is_ascii() && !named.contains(['\r', '\n']));
    let kind = kind.filter(|_| !named.starts_with("multipart/")).unwrap_or_else(octets);
    let encoding = if as_it_is { ContentTransferEncoding::SevenBit } else { ContentTransferEncoding::Base64 };
    let body = Body::new_with_encoding(file.bytes.clone(), encoding)
        .unwrap_or_else(|bytes| Body::dangerous_pre_encoded(bytes, ContentTransferEncoding::Binary));
    Attachment::new(name).body(body, kind)
}

/// May go through any relay unchanged (RFC 5322 §2.1.1, RFC 2045 §2.7).
fn is_seven_bit(bytes: &[u8]) -> bool {
    bytes.is_ascii()
        && !bytes.contains(&0)
        && bytes.split(|byte| *byte == b'\n').all(|line| line.len() < 998)
        && bytes.iter().filter(|byte| **byte == b'\r').count() == bytes.windows(2).filter(|two| two == b"\r\n").count()
        && bytes.iter().filter(|byte| **byte == b'\n').count() == bytes.windows(2).filter(|two| two == b"\r\n").count()
}

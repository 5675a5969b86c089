//! Writing a message.

use crate::Address;
use std::time::SystemTime;

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
    pub in_reply_to: Option<String>,
    pub references: Vec<String>,
    pub date: SystemTime,
    /// Without the angle brackets.
    pub message_id: String,
    pub boundary: String,
}

impl Outgoing {
    pub fn write(&self) -> Vec<u8> {
        todo!()
    }
}

/// What stands in a To, Cc or Bcc field: `Anna <anna@x.test>, bob@y.test; "C, D" <c@z.test>`.
/// Err has the pieces that are not addresses, as typed.
pub fn parse_recipients(_field: &str) -> Result<Vec<(String, Address)>, Vec<String>> {
    todo!()
}

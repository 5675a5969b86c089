//! What a list, a thread and a search need of a message, read once at delivery.

/// Never fails: a malformed message gives what can be read of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub from_name: String,
    pub from_address: String,
    /// To and Cc as shown in Sent: names where given, else addresses, joined by ", ". At most 200 characters.
    pub to: String,
    pub subject: String,
    /// First ~140 characters of the body as text, white space folded, quoted lines left out.
    pub preview: String,
    /// Date header, Unix milliseconds.
    pub sent_at: Option<i64>,
    /// Without the angle brackets.
    pub message_id: Option<String>,
    /// In-Reply-To and References, oldest first, at most 30.
    pub references: Vec<String>,
    pub has_attachment: bool,
    /// Every name and address in From, To, Cc, Bcc, Reply-To, for the search index.
    pub people: String,
    /// The text to index: body, attachment names. At most 256 KiB.
    pub text: String,
}

pub fn summarize(_raw: &[u8]) -> Summary {
    todo!()
}

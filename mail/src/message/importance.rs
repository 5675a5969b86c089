//! Whether a message was written by a person to a few, by a machine, or to many.

use crate::message::header;

/// What a header tells about who waits for the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Importance {
    Personal,
    /// Auto-Submitted says so (RFC 3834 §5): a bounce, an answer of a machine.
    Automatic,
    /// Precedence says so, or it is a list's (RFC 2919, RFC 2369).
    Bulk,
}

/// By the header alone.
pub fn importance(raw: &[u8]) -> Importance {
    let mut found = Importance::Personal;
    for field in header::fields(raw) {
        if field.is("Precedence") && matches!(&*header::token(field.value), "bulk" | "list" | "junk")
            || field.is("List-Id")
            || field.is("List-Unsubscribe")
        {
            return Importance::Bulk;
        }
        if field.is("Auto-Submitted") && header::token(field.value) != "no" {
            found = Importance::Automatic;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_tells_who_waits() {
        for (raw, expected) in [
            ("Subject: x\r\n\r\nPrecedence: bulk", Importance::Personal),
            ("Auto-Submitted: no\r\n\r\n", Importance::Personal),
            ("Auto-Submitted: auto-replied (vacation)\r\n\r\n", Importance::Automatic),
            ("Precedence: BULK\r\n\r\n", Importance::Bulk),
            ("Precedence: first-class\r\n\r\n", Importance::Personal),
            ("Auto-Submitted: auto-generated\r\nList-Id: <a.b>\r\n\r\n", Importance::Bulk),
        ] {
            assert_eq!(importance(raw.as_bytes()), expected, "{raw}");
        }
    }
}

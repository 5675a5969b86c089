//! Delivered-To (RFC 9228): for which address a message was sent on, so that one that comes round again is known.

use crate::Address;
use crate::message::header;

/// The field, ending in CRLF.
pub fn delivered_to(address: &Address) -> String {
    format!("Delivered-To: {address}\r\n")
}

/// Whether a field in the header names the address. Stops at the end of the header.
pub fn was_delivered_to(raw: &[u8], address: &Address) -> bool {
    let key = address.key();
    header::fields(raw).filter(|field| field.is("Delivered-To")).any(|field| {
        let value = field.value.trim_ascii();
        let bare = value.strip_prefix(b"<").and_then(|value| value.strip_suffix(b">")).unwrap_or(value);
        bare.eq_ignore_ascii_case(key.as_bytes())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_found_again_in_the_header_and_nowhere_else() {
        let sales = Address::parse("Sales@comentum.test").unwrap();
        let whole =
            |field: &str| format!("Received: x\r\n{field}Subject: y\r\n\r\nDelivered-To: sales@comentum.test\r\n");
        assert!(was_delivered_to(whole(&delivered_to(&sales)).as_bytes(), &sales));
        assert!(was_delivered_to(whole("delivered-to : <sales@COMENTUM.test>\r\n").as_bytes(), &sales));
        for other in ["", "Delivered-To: sales@comentum.test.evil\r\n", "X-Delivered-To: sales@comentum.test\r\n"] {
            assert!(!was_delivered_to(whole(other).as_bytes(), &sales), "{other}");
        }
    }
}

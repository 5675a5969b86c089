//! A message as it leaves the house: without what is only for our own mailboxes, with line ends that no two servers read
//! differently, in 7 bits where the other server takes no more, and signed last.

use super::seal;
use crate::house::House;
use bytes::Bytes;
use mail::message::downgrade::{Rigid, to_seven_bit};

/// As it leaves.
///
/// # Errors
/// Why it could not be signed; unsigned, it would be taken for a forgery.
pub async fn leave(house: &House, stored: &Bytes, seven_bit: bool) -> Result<Result<Bytes, Rigid>, String> {
    let mut message = with_whole_line_ends(without_return_path(stored.clone()));
    if seven_bit {
        let ascii: Bytes = match to_seven_bit(&message) {
            Ok(ascii) => ascii.into(),
            Err(rigid) => return Ok(Err(rigid)),
        };
        // The seal we put on what is sent on is for these bytes, or for none.
        message = if ascii == message { message } else { seal::again(house, ascii).await };
    }
    if !house.config.dkim_signing {
        return Ok(Ok(message));
    }
    let signature = house.signers.sign(&house.store, house.clock, &message).await?;
    if signature.is_empty() {
        return Ok(Ok(message));
    }
    let mut signed = Vec::with_capacity(signature.len() + message.len());
    signed.extend_from_slice(signature.as_bytes());
    signed.extend_from_slice(&message);
    Ok(Ok(signed.into()))
}

/// RFC 5321 §4.4: Return-Path is for those whose mailbox is here, and does not leave the house. It is the first field,
/// on one line, of all that `submission` lets through.
fn without_return_path(bytes: Bytes) -> Bytes {
    if !bytes.starts_with(b"Return-Path: ") {
        return bytes;
    }
    let line = bytes.iter().position(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    bytes.slice(line..)
}

/// The client sends no CR or LF alone (RFC 5321 §2.3.8): what is signed must be what is sent.
pub(super) fn with_whole_line_ends(bytes: Bytes) -> Bytes {
    let count = |wanted: u8| bytes.iter().filter(|byte| **byte == wanted).count();
    let whole = bytes.windows(2).filter(|pair| *pair == b"\r\n").count();
    if count(b'\r') == whole && count(b'\n') == whole && (bytes.is_empty() || bytes.ends_with(b"\r\n")) {
        return bytes;
    }
    let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 16);
    let mut before = 0;
    for &byte in bytes.iter() {
        match byte {
            b'\n' if before == b'\r' => {}
            b'\r' | b'\n' => out.extend_from_slice(b"\r\n"),
            other => out.push(other),
        }
        before = byte;
    }
    if !out.is_empty() && !out.ends_with(b"\r\n") {
        out.extend_from_slice(b"\r\n");
    }
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leaves_has_no_return_path_and_whole_line_ends() {
        for (stored, leaves) in [
            ("Return-Path: <bob@x.test>\r\nSubject: a\r\n\r\nb\r\n", "Subject: a\r\n\r\nb\r\n"),
            ("Subject: a\r\nReturn-Path: <b>\r\n\r\n", "Subject: a\r\nReturn-Path: <b>\r\n\r\n"),
            ("a\nb\rc\r\r\nd", "a\r\nb\r\nc\r\n\r\nd\r\n"),
            ("", ""),
        ] {
            let bytes = with_whole_line_ends(without_return_path(Bytes::from_static(stored.as_bytes())));
            assert_eq!(bytes, leaves, "{stored:?}");
        }
    }
}

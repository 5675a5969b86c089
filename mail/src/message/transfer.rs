//! Transfer encodings (RFC 2045 §6), read as well as can be: what is broken is passed over, never refused.

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode_char;
use memchr::memchr;
use std::borrow::Cow;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// 7bit, 8bit, binary, and what nobody knows.
    #[default]
    Identity,
    QuotedPrintable,
    Base64,
}

impl Encoding {
    /// `name` in lower case.
    pub fn named(name: &str) -> Encoding {
        match name {
            "base64" => Encoding::Base64,
            "quoted-printable" => Encoding::QuotedPrintable,
            _ => Encoding::Identity,
        }
    }

    pub fn decode<'a>(self, body: &'a [u8]) -> Cow<'a, [u8]> {
        match self {
            Encoding::Identity => Cow::Borrowed(body),
            Encoding::QuotedPrintable => Cow::Owned(quoted_printable(body)),
            Encoding::Base64 => Cow::Owned(base64(body)),
        }
    }

    /// Decodes no more of `body` than gives about `limit` bytes. True: there was more.
    pub fn decode_some<'a>(self, body: &'a [u8], limit: usize) -> (Cow<'a, [u8]>, bool) {
        // Quoted-printable takes three octets for one, base64 four for three and its line ends.
        let most = if self == Encoding::Identity { limit } else { limit.saturating_mul(3) };
        let some = &body[..body.len().min(most)];
        let (bytes, more) = (self.decode(some), some.len() < body.len());
        if bytes.len() <= limit {
            return (bytes, more);
        }
        let bytes = match bytes {
            Cow::Borrowed(bytes) => Cow::Borrowed(&bytes[..limit]),
            Cow::Owned(mut bytes) => {
                bytes.truncate(limit);
                Cow::Owned(bytes)
            }
        };
        (bytes, true)
    }

    /// Length of the decoded body, without decoding base64.
    pub fn decoded_len(self, body: &[u8]) -> usize {
        match self {
            Encoding::Identity => body.len(),
            Encoding::QuotedPrintable => quoted_printable(body).len(),
            Encoding::Base64 => body.iter().filter(|byte| is_base64(**byte)).count() * 3 / 4,
        }
    }
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/'
}

fn base64(body: &[u8]) -> Vec<u8> {
    // RFC 2045 §6.8: characters outside the alphabet are to be ignored.
    base64_decode(body).unwrap_or_else(|| {
        let meant: Vec<u8> = body.iter().copied().filter(|byte| is_base64(*byte) || *byte == b'=').collect();
        base64_decode(&meant).unwrap_or_default()
    })
}

fn quoted_printable(body: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = memchr(b'=', rest) {
        decoded.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        if let [high, low, ..] = rest
            && let Some(byte) = quoted_printable_decode_char(*high, *low)
        {
            decoded.push(byte);
            rest = &rest[2..];
            continue;
        }
        // A soft line break, with the white space that relays leave before the line end.
        let blank = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
        match rest.get(blank) {
            Some(b'\n') => rest = &rest[blank + 1..],
            None => rest = &[],
            // RFC 2045 §6.7: an `=` that means nothing stands for itself.
            Some(_) => decoded.push(b'='),
        }
    }
    decoded.extend_from_slice(rest);
    decoded
}

/// A body for a line of 7 bits (RFC 2045 §6.7): lines stay lines, none is longer than 76 octets.
pub(crate) fn to_quoted_printable(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() + body.len() / 8);
    let mut column = 0;
    let mut rest = body;
    while let Some((&byte, tail)) = rest.split_first() {
        if rest.starts_with(b"\r\n") {
            out.extend_from_slice(b"\r\n");
            (column, rest) = (0, &rest[2..]);
            continue;
        }
        // White space at the end of a line gets lost on the way.
        let ends = tail.is_empty() || tail.starts_with(b"\r\n");
        let plain = matches!(byte, b'!'..=b'<' | b'>'..=b'~') || matches!(byte, b' ' | b'\t') && !ends;
        let width = if plain { 1 } else { 3 };
        if column + width > 75 {
            out.extend_from_slice(b"=\r\n");
            column = 0;
        }
        if plain {
            out.push(byte);
        } else {
            out.extend_from_slice(format!("={byte:02X}").as_bytes());
        }
        column += width;
        rest = tail;
    }
    out
}

/// RFC 2045 §6.8, in lines of 76, without an end of its last line.
pub(crate) fn to_base64(body: &[u8]) -> Vec<u8> {
    use base64::Engine as _;
    let lines: Vec<String> =
        body.chunks(57).map(|line| base64::engine::general_purpose::STANDARD.encode(line)).collect();
    lines.join("\r\n").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_encodings_give_what_can_be_read() {
        let qp = |text: &[u8]| String::from_utf8(quoted_printable(text)).unwrap();
        assert_eq!(qp(b"a=3Db=\r\nc=  \r\nd=\ne"), "a=bcde");
        assert_eq!(qp(b"a=zz == =4 ="), "a=zz == =4 ");
        assert_eq!(base64(b"aGFs\r\nbG8="), b"hallo");
        assert_eq!(base64(b"aG*Fs\x00bG8"), b"hallo");
        assert_eq!(base64(b"===="), b"");
    }

    #[test]
    fn a_little_of_much_is_decoded() {
        let body = "aGFsbG8g".repeat(10_000);
        let (some, more) = Encoding::Base64.decode_some(body.as_bytes(), 12);
        assert_eq!((&some[..], more), (&b"hallo hallo "[..], true));
        assert_eq!(Encoding::Base64.decoded_len(body.as_bytes()), 60_000);
        assert_eq!(Encoding::Identity.decode_some(b"abc", 3), (Cow::Borrowed(&b"abc"[..]), false));
    }
}

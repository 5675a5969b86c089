//! Bytes to text, whatever their label says.

use encoding_rs::{Encoding, WINDOWS_1252};
use mail_parser::decoders::charsets::map::charset_decoder;
use std::borrow::Cow;

/// Text of bytes labelled `label`. A missing, unknown or wrong label falls back to [`guess`].
pub(crate) fn decode<'a>(bytes: Cow<'a, [u8]>, label: Option<&str>) -> Cow<'a, str> {
    let label = label.map(str::trim).unwrap_or_default();
    let plain = ["", "utf-8", "utf8", "us-ascii", "ascii"].iter().any(|name| label.eq_ignore_ascii_case(name));
    if !plain {
        // UTF-8 labelled as something else is common, and other charsets hardly ever look like it by chance.
        let wide = label.len() >= 3 && label[..3].eq_ignore_ascii_case("utf");
        let ascii = bytes.is_ascii();
        if !wide && !ascii && std::str::from_utf8(&bytes).is_ok() && !is_multibyte(label) {
            return owned(bytes);
        }
        if let Some(decoder) = charset_decoder(label.as_bytes()) {
            return Cow::Owned(decoder(&bytes));
        }
        if let Some(encoding) = Encoding::for_label(label.as_bytes()) {
            return Cow::Owned(encoding.decode_without_bom_handling(&bytes).0.into_owned());
        }
    }
    owned(bytes)
}

/// Charsets whose bytes may be valid UTF-8 by chance, being ASCII with escapes or pairs.
fn is_multibyte(label: &str) -> bool {
    let label = label.to_ascii_lowercase();
    ["2022", "hz-", "jis", "gb", "big5", "euc", "ks_c"].iter().any(|mark| label.contains(mark))
}

fn owned(bytes: Cow<'_, [u8]>) -> Cow<'_, str> {
    match bytes {
        Cow::Borrowed(bytes) => guess(bytes),
        Cow::Owned(bytes) => match String::from_utf8(bytes) {
            Ok(text) => Cow::Owned(text),
            Err(error) => Cow::Owned(guess(error.as_bytes()).into_owned()),
        },
    }
}

/// UTF-8 when it is that, else what most 8-bit mail without a label is: windows-1252. UTF-8 that was cut or damaged
/// stays UTF-8, with marks where it is broken.
pub(crate) fn guess(bytes: &[u8]) -> Cow<'_, str> {
    let error = match std::str::from_utf8(bytes) {
        Ok(text) => return Cow::Borrowed(text),
        Err(error) => error,
    };
    let (valid, _) = bytes.split_at(error.valid_up_to());
    if error.error_len().is_none() && !valid.is_ascii() {
        // Cut in the middle of the last character.
        return String::from_utf8_lossy(valid);
    }
    let lossy = String::from_utf8_lossy(bytes);
    if lossy.chars().any(|char| !char.is_ascii() && char != '\u{FFFD}') {
        return lossy;
    }
    WINDOWS_1252.decode_without_bom_handling(bytes).0
}

/// The charset an HTML document names in its first kilobyte (`<meta charset=…>`), for parts whose header names none.
pub(crate) fn of_html(bytes: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(1_024)]).to_ascii_lowercase();
    let value = head[head.find("charset")? + 7..].trim_start().strip_prefix('=')?.trim_start();
    let value = value.trim_start_matches(['"', '\'']);
    let end = value.find(|char: char| !char.is_ascii_alphanumeric() && !"-_:.".contains(char)).unwrap_or(value.len());
    (end > 0).then(|| value[..end].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8], label: Option<&str>) -> String {
        decode(Cow::Borrowed(bytes), label).into_owned()
    }

    #[test]
    fn bytes_without_a_label_are_utf_8_if_they_can_be_and_windows_1252_else() {
        assert_eq!(text("grün €".as_bytes(), None), "grün €");
        assert_eq!(text(b"gr\xfcn \x80", None), "grün €");
        assert_eq!(text(b"gr\xfcn", Some("us-ascii")), "grün");
        assert_eq!(text(b"gr\xfcn", Some("x-no-such-charset")), "grün");
        assert_eq!(text(b"gr\xfcn", Some("utf-8")), "grün");
        assert_eq!(text(b"caf\xe9", None), "café");
    }

    #[test]
    fn labels_are_obeyed_and_wrong_ones_seen_through() {
        assert_eq!(text(b"gr\xfcn", Some("ISO-8859-1")), "grün");
        assert_eq!(text(b"\xcf\xf0\xe8\xe2\xe5\xf2", Some("windows-1251")), "Привет");
        assert_eq!(text(b"\x1b$B%O%m!<\x1b(B", Some("iso-2022-jp")), "ハロー");
        assert_eq!(text("grün".as_bytes(), Some("iso-8859-1")), "grün");
        assert_eq!(text(b"\xff\xfeh\x00i\x00", Some("utf-16")), "hi");
    }

    #[test]
    fn damaged_utf_8_stays_utf_8() {
        assert_eq!(text(b"gr\xc3\xbcn \xff", None), "grün \u{FFFD}");
        assert_eq!(text(b"gr\xc3\xbcn \xc3", None), "grün ");
    }

    #[test]
    fn html_may_name_its_own_charset() {
        assert_eq!(of_html(b"<meta charset=\"KOI8-R\">").as_deref(), Some("koi8-r"));
        assert_eq!(of_html(b"<meta content='text/html; charset=utf-8'>").as_deref(), Some("utf-8"));
        assert_eq!(of_html(b"<p>charset"), None);
    }
}

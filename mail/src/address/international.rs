//! Addresses in other letters than ASCII: which code points a local part may have, and how domains go to DNS and back.

use super::AddressError;
use icu_normalizer::ComposingNormalizerBorrowed;
use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use std::borrow::Cow;

/// Octets of UTF-8 that a domain may be written in: more cannot become 255 octets of A-labels.
const WRITTEN_MAX: usize = 1024;

/// U-labels as A-labels (UTS 46, not transitional: `ß` stays a letter of its own). Hyphens and lengths are looked at by
/// the caller, as with ASCII; right-to-left labels follow RFC 5893.
pub(super) fn to_a_labels(text: &str) -> Result<Cow<'_, str>, AddressError> {
    if text.len() > WRITTEN_MAX {
        return Err(AddressError::TooLong);
    }
    Uts46::new()
        .to_ascii(text.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast, DnsLength::Ignore)
        .map_err(|_| AddressError::Domain)
}

pub(super) fn to_u_labels(domain: &str) -> Cow<'_, str> {
    if !domain.contains("xn--") {
        return Cow::Borrowed(domain);
    }
    match Uts46::new().to_unicode(domain.as_bytes(), AsciiDenyList::STD3, Hyphens::Allow) {
        (letters, Ok(())) => letters,
        (_, Err(_)) => Cow::Borrowed(domain),
    }
}

/// Lower case, then composed (RFC 5198 §3 asks for NFC): `E` with a combining accent is the same as `é`.
pub(super) fn fold(text: &str) -> String {
    ComposingNormalizerBorrowed::new_nfc().normalize(&text.to_lowercase()).into_owned()
}

/// Whether a local part shows what it is: no control characters, no spaces, nothing that turns the direction of the text
/// around it or cannot be seen. RFC 6532 §3.2 allows more; a name that reads as another is of use to deceivers only.
pub(super) fn is_plain(local: &str) -> bool {
    let mut before = '.';
    local.chars().all(|char| {
        let plain = match char {
            // Joiners shape letters in Persian and in Indic scripts; beside ASCII they are invisible.
            '\u{200C}' | '\u{200D}' => !before.is_ascii(),
            _ => char.is_ascii() || !(char.is_control() || char.is_whitespace() || is_hidden(char)),
        };
        before = char;
        plain
    })
}

fn is_hidden(char: char) -> bool {
    matches!(char,
        // Soft hyphen, Arabic letter mark, zero width, left-to-right and right-to-left marks.
        '\u{AD}' | '\u{61C}' | '\u{200B}'..='\u{200F}'
        // Separators, embeddings and overrides, invisible operators, isolates.
        | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        // Byte order mark, interlinear annotation, replacement character, what is no character.
        | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFF}' | '\u{FDD0}'..='\u{FDEF}'
        // Private use: it means what each reader's font says.
        | '\u{E000}'..='\u{F8FF}'
        // Tags, private planes.
        | '\u{E0000}'..='\u{E0FFF}' | '\u{F0000}'..='\u{10FFFF}')
}

//! What of a header the checks will need, counted before anything costly is done with it.

use super::author::{Author, author};
use crate::message::header;

/// A header with more than this is not verified: looking for each signed name in it would take too long.
pub const MOST_FIELDS: usize = 2_000;
pub const MOST_OCTETS: usize = 256 * 1024;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survey {
    pub author: Author,
    /// Without its angle brackets; empty when there is none.
    pub message_id: String,
    pub fields: usize,
    pub octets: usize,
    /// DKIM-Signature fields.
    pub signatures: usize,
    /// Fields of ARC, by kind (RFC 8617 §4.1).
    pub arc: ArcFields,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ArcFields {
    pub seals: usize,
    pub signatures: usize,
    pub results: usize,
}

impl ArcFields {
    pub fn any(self) -> bool {
        self.seals + self.signatures + self.results > 0
    }

    /// RFC 8617 §4.2.1: one of each in every set.
    pub fn whole(self) -> bool {
        self.seals == self.signatures && self.seals == self.results
    }
}

impl Survey {
    pub fn of(raw: &[u8]) -> Survey {
        let mut survey = Survey {
            author: author(raw),
            message_id: String::new(),
            fields: 0,
            octets: 0,
            signatures: 0,
            arc: ArcFields::default(),
        };
        let start = raw.as_ptr().addr();
        for field in header::fields(raw) {
            survey.fields += 1;
            survey.octets = field.value.as_ptr().addr() - start + field.value.len();
            if field.is("DKIM-Signature") {
                survey.signatures += 1;
            } else if field.is("ARC-Seal") {
                survey.arc.seals += 1;
            } else if field.is("ARC-Message-Signature") {
                survey.arc.signatures += 1;
            } else if field.is("ARC-Authentication-Results") {
                survey.arc.results += 1;
            } else if survey.message_id.is_empty() && field.is("Message-ID") {
                survey.message_id = header::ids(field.value).into_iter().next().unwrap_or_default();
            }
        }
        survey
    }

    /// Whether there is more of it than is verified.
    pub fn is_too_large(&self) -> bool {
        self.fields > MOST_FIELDS || self.octets > MOST_OCTETS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_counted_and_its_body_is_not() {
        let raw = b"From: a@x.test\r\nDKIM-Signature: a\r\n\tb\r\narc-seal: x\r\nMessage-ID: <m@x.test>\r\n\r\nDKIM-Signature: z\r\n";
        let survey = Survey::of(raw);
        assert_eq!((survey.fields, survey.signatures, survey.message_id.as_str()), (4, 1, "m@x.test"));
        assert_eq!(survey.octets, raw.iter().position(|byte| *byte == b'z').unwrap() - 18);
        assert!(survey.arc.any() && !survey.arc.whole() && !survey.is_too_large());
        assert!(Survey::of("X: y\r\n".repeat(MOST_FIELDS + 1).as_bytes()).is_too_large());
    }
}

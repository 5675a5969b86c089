//! ARC (RFC 8617): what those who passed the message on say of it, and whether they can be heard.

use super::tags;

/// What came of the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arc {
    /// Nobody sealed it.
    None,
    /// Every seal holds.
    Pass(Chain),
    Fail,
    /// A key could not be looked up: a chain that cannot be proved now is not proved.
    TempError,
}

/// A chain that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// Who sealed it, the first one first, lower case.
    pub sealers: Vec<String>,
    /// The first of them saw DMARC pass.
    pub dmarc_passed: bool,
}

/// Whether an ARC-Seal is written as RFC 8617 §4.1.3 wants it: a strong algorithm that is named, and no `h=`.
pub fn is_seal(value: &[u8]) -> bool {
    tags::parse(value).is_some_and(|tags| {
        has_all(&tags, &["i", "b", "cv", "d", "s"]) && is_strong(&tags) && tags::get(&tags, "h").is_none()
    })
}

/// Whether an ARC-Message-Signature is written as RFC 8617 §4.1.2 wants it: it signs no seal, as seals come later.
pub fn is_message_signature(value: &[u8]) -> bool {
    tags::parse(value).is_some_and(|tags| {
        let signs_seal = |names: &str| names.split(':').any(|name| name.trim().eq_ignore_ascii_case("arc-seal"));
        let whole = has_all(&tags, &["i", "b", "bh", "d", "s"]) && is_strong(&tags);
        whole && tags::get(&tags, "h").is_some_and(|names| !signs_seal(names))
    })
}

/// In this spelling: `D=` is another tag than `d=`.
fn has_all(tags: &[(&str, &str)], names: &[&str]) -> bool {
    names.iter().all(|name| tags::get(tags, name).is_some())
}

/// RFC 8301 §3.1, RFC 8463.
fn is_strong(tags: &[(&str, &str)]) -> bool {
    tags::get(tags, "a").is_some_and(|algorithm| matches!(algorithm, "rsa-sha256" | "ed25519-sha256"))
}

/// RFC 8617 §4.2.1.
pub const MOST_SETS: usize = 50;

impl Arc {
    pub fn word(&self) -> &'static str {
        match self {
            Arc::None => "none",
            Arc::Pass(_) => "pass",
            Arc::Fail => "fail",
            Arc::TempError => "temperror",
        }
    }
}

/// Whether the value of an ARC-Authentication-Results field says that DMARC passed.
pub fn says_dmarc_passed(results: &[u8]) -> bool {
    let text = String::from_utf8_lossy(results);
    text.split(';').skip(1).any(|part| {
        let part: String = part.chars().filter(|char| !char.is_whitespace()).take(16).collect();
        let rest = part.to_ascii_lowercase();
        rest.strip_prefix("dmarc=pass").is_some_and(|rest| !rest.starts_with(|char: char| char.is_ascii_alphanumeric()))
            // The white space between result and property was taken out.
            || rest.starts_with("dmarc=passheader")
            || rest.starts_with("dmarc=passpolicy")
            || rest.starts_with("dmarc=passreason")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_first_sealer_saw_is_read_from_its_results() {
        for (text, passed) in [
            ("i=1; lists.test; spf=pass smtp.mfrom=a@x.test; dmarc=pass", true),
            ("i=1; lists.test; dmarc=pass header.from=x.test", true),
            ("i=1; lists.test;\r\n\tdmarc = pass (p=none) header.from=x.test", true),
            ("i=1; lists.test; dmarc=fail header.from=x.test", false),
            ("i=1; lists.test; dmarc=passable", false),
            ("i=1; lists.test; dkim=pass reason=\"dmarc\"", false),
            ("i=1; lists.test", false),
        ] {
            assert_eq!(says_dmarc_passed(text.as_bytes()), passed, "{text}");
        }
    }
}
